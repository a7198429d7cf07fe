"""<Dial><Conference>: a named room for as many as want."""

from email.utils import format_datetime

from callcenter.exchange import holding, legs, rooms, script
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call
from callcenter.exchange.twiml import Element
from callcenter.exchange.webhook import Link

# The words an app asks for in statusCallbackEvent, by what happens.
ASKED_AS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
}


def join(board: Board, call: Call, dial: Element, noun: Element) -> None:
    """Enter the conference, waiting until it begins."""
    room = rooms.named(board, noun.text) or rooms.Room(
        sid=board.sid("CF"), name=noun.text, pair=False
    )
    base = call.script.link if call.script else Link(url="")
    if len(room.members) >= int(noun.get("maxParticipants") or 250):
        script.follow(board, call, dial, {"DialCallStatus": "failed"})
        return
    _report(board, room, noun, base)
    member = rooms.Member(
        call=call.sid,
        left=lambda: _left(board, call, dial, room),
        ends_room=noun.true("endConferenceOnExit"),
        starts_room=noun.true("startConferenceOnEnter", True),
        muted=noun.true("muted"),
        label=noun.get("participantLabel") or "",
    )
    rooms.enter(board, room, call, member)
    if not room.begun:
        url = noun.get("waitUrl")
        link = base.joined(url, noun.get("waitMethod")) if url else None
        holding.wait(board, call, link, lambda: {"ConferenceSid": room.sid})


def _left(board: Board, call: Call, dial: Element, room: rooms.Room) -> None:
    script.interrupt(call)
    facts = {"DialCallStatus": "answered", "ConferenceSid": room.sid}
    script.follow(board, call, dial, facts)


def _report(board: Board, room: rooms.Room, noun: Element, base: Link) -> None:
    """The first who asks for callbacks decides where they go, as at Twilio."""
    target = noun.get("statusCallback")
    if target is None or room.on_change is not None:
        return
    link = base.joined(target, noun.get("statusCallbackMethod"))
    wanted = (noun.get("statusCallbackEvent") or "").split()

    def changed(event: str, sid: str) -> None:
        if ASKED_AS[event] not in wanted:
            return
        room.sequence += 1
        form = {
            "AccountSid": board.account.sid,
            "ConferenceSid": room.sid,
            "FriendlyName": room.name,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(room.sequence),
            "Timestamp": format_datetime(board.now),
        } | ({"CallSid": sid} if sid else {})
        call = board.calls.get(sid)
        if call is not None:
            legs.tell(board, call, link, form, f"会议通知：{event}")
        else:
            board.post(link, form, owner=room.sid, ordered=True)

    room.on_change = changed
