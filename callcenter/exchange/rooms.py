"""A room: the phones that hear each other, be it two in a Dial or many in a conference."""

from collections.abc import Callable
from dataclasses import dataclass, field

from callcenter.exchange import script
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call


@dataclass(slots=True, kw_only=True)
class Member:
    """A phone in a room."""

    call: str
    left: Callable[[], None]  # what happens to it when it leaves or the room closes
    ends_room: bool = False  # its leaving closes the room
    starts_room: bool = True  # nobody hears anybody before such a member is there
    muted: bool = False
    hold: bool = False
    label: str = ""


@dataclass(slots=True, kw_only=True)
class Room:
    """Who is in it. Pairs close when one leaves; conferences when the last one does."""

    sid: str
    name: str
    pair: bool
    members: dict[str, Member] = field(default_factory=dict)
    begun: bool = False
    sequence: int = 0
    on_change: Callable[[str, str], None] | None = None  # event, call sid


def enter(board: Board, room: Room, call: Call, member: Member) -> None:
    """The phone joins; once the room has begun everybody hears everybody."""
    room.members[call.sid] = member
    call.room = room.sid
    board.rooms[room.sid] = room
    if any(board.calls[sid].by_hand for sid in room.members if sid in board.calls):
        for sid in room.members:
            board.by_hand(board.calls[sid])
    board.line(call, "note", "已接通对方" if room.pair else "已进入多方通话")
    _told(room, "participant-join", call.sid)
    _begin(board, room, member)


def say(board: Board, call: Call, text: str) -> None:
    """What one says is heard by the others in the room."""
    room = room_of(board, call)
    if room is None or not room.begun or room.members[call.sid].muted:
        return
    for sid, member in room.members.items():
        other = board.calls[sid]
        if other is not call and not member.hold:
            board.line(other, "other", text, call.phone)
            board.note(other, "heard", text)
            board.phones.hears(other, text)


def leave(board: Board, call: Call) -> None:
    """The phone leaves its room, if it is in one; the rest follows from the room's rules."""
    room = room_of(board, call)
    if room is None:
        return
    member = room.members.pop(call.sid)
    call.room = None
    _told(room, "participant-leave", call.sid)
    if room.members and (room.pair or member.ends_room):
        close(board, room)
    elif not room.members:
        _closed(board, room)


def close(board: Board, room: Room) -> None:
    """Everybody still in it is sent on."""
    members, room.members = room.members, {}
    for sid in members:
        board.calls[sid].room = None
        _told(room, "participant-leave", sid)
    _closed(board, room)
    for member in members.values():
        member.left()


def room_of(board: Board, call: Call) -> Room | None:
    """The room that the call talks in."""
    found = board.rooms.get(call.room or "")
    return found if isinstance(found, Room) else None


def named(board: Board, name: str) -> Room | None:
    """The open conference of that name."""
    rooms = (room for room in board.rooms.values() if isinstance(room, Room))
    return next((room for room in rooms if not room.pair and room.name == name), None)


def _begin(board: Board, room: Room, member: Member) -> None:
    enough = len(room.members) > 1
    if room.begun:
        newcomers = [member.call]
    elif enough and any(each.starts_room for each in room.members.values()):
        room.begun = True
        newcomers = list(room.members)
        _told(room, "conference-start", member.call)
    else:
        return
    for sid in newcomers:
        call = board.calls[sid]
        script.interrupt(call)  # the waiting music stops
        board.phones.talks(call)


def _closed(board: Board, room: Room) -> None:
    board.rooms.pop(room.sid, None)
    _told(room, "conference-end", "")


def _told(room: Room, event: str, sid: str) -> None:
    if room.on_change is not None:
        room.on_change(event, sid)
