"""Brings a third person into a talk: the row is committed, then the carrier acts, then it is told.

The operator's call is sent into a room; the caller's call follows by its own webhook, since its
transfer is over at that moment; then the third phone rings, whose script is the same room.
"""

import logging

from callcenter.services import handoffs, three_way
from callcenter.services.three_way import CouldNotJoin
from callcenter.store.tables import Worker
from callcenter.telephony.port import CallOrder, CarrierError, Refused
from callcenter.wiring import House

log = logging.getLogger(__name__)

RINGS = 40  # seconds
TALKS_AT_MOST = 3600  # seconds


def bring_in(house: House, handoff_id: int, worker_id: int, who: str, phone: str) -> None:
    """Rings them and lets them in. Raises NotYourCall, AlreadyAsked or CouldNotJoin."""
    with house.store.work() as session:
        worker = session.get_one(Worker, worker_id)
        joining = three_way.ask(session, house.now(), handoff_id, worker, who, phone)
        one = handoffs.locked(session, handoff_id)
        joining_id, seat_sid, was_joint = joining.id, one.seat_sid, one.joint
        one.joint = True
    try:
        if not was_joint:
            _into_room(house, handoff_id, seat_sid)
        sid = house.carrier.place_call(_order(house, joining_id, phone))
    except CarrierError as trouble:
        log.error("somebody could not be brought into a talk: %s", type(trouble).__name__)
        with house.store.work() as session:
            three_way.not_placed(session, house.now(), joining_id)
        raise CouldNotJoin from trouble
    with house.store.work() as session:
        three_way.placed(session, joining_id, sid)


def alone(house: House, handoff_id: int, line_sid: str) -> None:
    """The caller is alone in the room: is told that the talk is over, never left in silence."""
    url = f"{house.settings.public_url}/voice/room/{handoff_id}/over"
    try:
        house.carrier.redirect(line_sid, url)
    except CarrierError as trouble:  # most likely gone already
        log.warning("a caller alone in a room: %s", type(trouble).__name__)


def _into_room(house: House, handoff_id: int, seat_sid: str) -> None:
    """Raises CarrierError; then the talk goes on between two, or the operator is gone already."""
    try:
        house.carrier.redirect(seat_sid, f"{house.settings.public_url}/voice/room/{handoff_id}")
    except CarrierError as trouble:
        with house.store.work() as session:
            line_sid = three_way.not_in_room(session, handoff_id)
        if isinstance(trouble, Refused):  # the operator's call is over: nobody may wait in there
            alone(house, handoff_id, line_sid)
        raise


def _order(house: House, joining_id: int, phone: str) -> CallOrder:
    base = f"{house.settings.public_url}/voice/join/{joining_id}"
    return CallOrder(
        to=phone,
        script_url=base,
        status_url=f"{base}/status",
        ring_seconds=RINGS,
        limit_seconds=TALKS_AT_MOST,
    )
