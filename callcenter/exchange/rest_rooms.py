"""Recordings, conferences and queues as the REST API shows and changes them."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from callcenter.exchange import orders, pages, queues, rooms
from callcenter.exchange.call import Call
from callcenter.exchange.core import Exchange
from callcenter.exchange.errors import RestError
from callcenter.exchange.queues import Place, Queue
from callcenter.exchange.recordings import Recording
from callcenter.exchange.rest_calls import when
from callcenter.exchange.rooms import Member, Room

Shown = dict[str, Any]


def recordings(exchange: Exchange, query: Mapping[str, str], path: str, call: str) -> Shown:
    """Recordings, of one call if given, newest first, one page."""
    wanted = call or query.get("CallSid", "")
    found = [
        one
        for one in reversed(exchange.board.recordings.values())
        if wanted in {"", one.call} and pages.within(query, "DateCreated", one.created)
    ]
    return pages.page(found, query, path, "recordings", lambda one: show_recording(exchange, one))


def recording(exchange: Exchange, sid: str) -> Recording:
    """One recording. Raises RestError 20404."""
    found = exchange.board.recordings.get(sid)
    if not isinstance(found, Recording):
        raise RestError(20404, sid)
    return found


def show_recording(exchange: Exchange, one: Recording) -> Shown:
    """A recording in JSON."""
    base = f"/2010-04-01/Accounts/{exchange.account.sid}/Recordings/{one.sid}"
    return {
        "sid": one.sid,
        "account_sid": exchange.account.sid,
        "call_sid": one.call,
        "conference_sid": None,
        "duration": str(one.seconds),
        "channels": 1,
        "source": one.source,
        "status": "completed",
        "error_code": None,
        "date_created": when(one.created),
        "date_updated": when(one.created),
        "start_time": when(one.created),
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "media_url": base,
        "encryption_details": None,
        "uri": f"{base}.json",
        "subresource_uris": {},
    }


def conferences(exchange: Exchange, query: Mapping[str, str], path: str) -> Shown:
    """Open conferences, by name if asked."""
    named = query.get("FriendlyName")
    found = [
        room
        for room in exchange.board.rooms.values()
        if isinstance(room, Room) and not room.pair and named in {None, room.name}
    ]
    return pages.page(found, query, path, "conferences", lambda one: show_room(exchange, one))


def conference(exchange: Exchange, sid: str) -> Room:
    """An open conference by identifier or name. Raises RestError 20404."""
    found = exchange.board.rooms.get(sid) or rooms.named(exchange.board, sid)
    if not isinstance(found, Room) or found.pair:
        raise RestError(20404, sid)
    return found


def show_room(exchange: Exchange, room: Room) -> Shown:
    """A conference in JSON."""
    base = f"/2010-04-01/Accounts/{exchange.account.sid}/Conferences/{room.sid}"
    return {
        "sid": room.sid,
        "account_sid": exchange.account.sid,
        "friendly_name": room.name,
        "status": "in-progress" if room.begun else "init",
        "region": None,
        "date_created": None,
        "date_updated": when(exchange.board.now),
        "api_version": "2010-04-01",
        "uri": f"{base}.json",
        "subresource_uris": {"participants": f"{base}/Participants.json"},
    }


def participants(exchange: Exchange, sid: str, query: Mapping[str, str], path: str) -> Shown:
    """Who is in a conference."""
    room = conference(exchange, sid)
    members = room.members.values()
    return pages.page(
        members, query, path, "participants", lambda one: show_member(exchange, room, one)
    )


def member(room: Room, sid: str) -> Member:
    """A participant by call identifier or label. Raises RestError 20404."""
    for one in room.members.values():
        if sid in {one.call, one.label}:
            return one
    raise RestError(20404, sid)


def participant(exchange: Exchange, sid: str, who: str) -> Shown:
    """One participant in JSON. Raises RestError 20404."""
    room = conference(exchange, sid)
    return show_member(exchange, room, member(room, who))


def invitation(form: orders.Form, name: str) -> orders.Form:
    """A participant is added by ringing a number whose script is the conference."""
    attributes = {
        "startConferenceOnEnter": orders.one(form, "StartConferenceOnEnter") or "true",
        "endConferenceOnExit": orders.one(form, "EndConferenceOnExit") or "false",
        "muted": orders.one(form, "Muted") or "false",
        "participantLabel": orders.one(form, "Label"),
    }
    written = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
    twiml = f"<Response><Dial><Conference {written}>{escape(name)}</Conference></Dial></Response>"
    kept = {key: values for key, values in form.items() if key in orders.USED | orders.IGNORED}
    return kept | {"Twiml": [twiml]}


def invited(exchange: Exchange, call: Call, name: str) -> Shown:
    """A participant whose phone does not even ring yet."""
    room = rooms.named(exchange.board, name) or Room(sid="", name=name, pair=False)
    shown = show_member(exchange, room, Member(call=call.sid, left=lambda: None))
    return shown | {"conference_sid": room.sid or None, "status": "queued"}


def change_member(one: Member, form: orders.Form) -> None:
    """Mute, hold, or let the conference end with this participant."""
    for name, attribute in (
        ("Muted", "muted"),
        ("Hold", "hold"),
        ("EndConferenceOnExit", "ends_room"),
    ):
        value = orders.one(form, name).lower()
        if value not in {"", "true", "false"}:
            raise RestError(20001, f"{name}={value}")
        if value:
            setattr(one, attribute, value == "true")


def show_member(exchange: Exchange, room: Room, one: Member) -> Shown:
    """A participant in JSON."""
    base = f"/2010-04-01/Accounts/{exchange.account.sid}/Conferences/{room.sid}"
    return {
        "account_sid": exchange.account.sid,
        "call_sid": one.call,
        "conference_sid": room.sid,
        "label": one.label or None,
        "muted": one.muted,
        "hold": one.hold,
        "coaching": False,
        "call_sid_to_coach": None,
        "start_conference_on_enter": one.starts_room,
        "end_conference_on_exit": one.ends_room,
        "status": "connected",
        "queue_time": "0",
        "date_created": None,
        "date_updated": when(exchange.board.now),
        "api_version": "2010-04-01",
        "uri": f"{base}/Participants/{one.call}.json",
    }


def all_queues(exchange: Exchange, query: Mapping[str, str], path: str) -> Shown:
    """The queues that have been used."""
    found = [one for one in exchange.board.queues.values() if isinstance(one, Queue)]
    return pages.page(found, query, path, "queues", lambda one: show_queue(exchange, one))


def queue(exchange: Exchange, sid: str) -> Queue:
    """A queue by identifier. Raises RestError 20404."""
    for one in exchange.board.queues.values():
        if isinstance(one, Queue) and one.sid == sid:
            return one
    raise RestError(20404, sid)


def show_queue(exchange: Exchange, one: Queue) -> Shown:
    """A queue in JSON."""
    base = f"/2010-04-01/Accounts/{exchange.account.sid}/Queues/{one.sid}"
    return {
        "sid": one.sid,
        "account_sid": exchange.account.sid,
        "friendly_name": one.name,
        "current_size": len(one.waiting),
        "max_size": one.largest,
        "average_wait_time": one.average,
        "date_created": None,
        "date_updated": when(exchange.board.now),
        "uri": f"{base}.json",
        "subresource_uris": {"members": f"{base}/Members.json"},
    }


def queued(exchange: Exchange, sid: str, query: Mapping[str, str], path: str) -> Shown:
    """Who waits in a queue, first come first."""
    calls = [exchange.board.calls[each] for each in queue(exchange, sid).waiting]
    return pages.page(
        calls, query, path, "queue_members", lambda call: show_waiting(exchange, call)
    )


def waiting(exchange: Exchange, one: Queue, sid: str) -> Call:
    """Who waits, by call identifier or "Front". Raises RestError 22204 or 20404."""
    if sid == "Front":
        if not one.waiting:
            raise RestError(22204)
        sid = one.waiting[0]
    if sid not in one.waiting:
        raise RestError(20404, sid)
    return exchange.board.calls[sid]


def place(exchange: Exchange, sid: str, who: str) -> Shown:
    """One place in a queue in JSON. Raises RestError 20404 or 22204."""
    return show_waiting(exchange, waiting(exchange, queue(exchange, sid), who))


def show_waiting(exchange: Exchange, call: Call) -> Shown:
    """A place in a queue in JSON."""
    held = call.waiting
    assert isinstance(held, Place)  # noqa: S101 - it waits
    facts = queues.facts(exchange.board, call, held)
    base = f"/2010-04-01/Accounts/{exchange.account.sid}/Queues/{held.queue.sid}"
    return {
        "call_sid": call.sid,
        "queue_sid": held.queue.sid,
        "date_enqueued": when(held.came),
        "position": int(facts["QueuePosition"]),
        "wait_time": int(facts["QueueTime"]),
        "uri": f"{base}/Members/{call.sid}.json",
    }
