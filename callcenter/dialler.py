"""The dial step of an engine: claims due check-in calls, places them, records how it went.

The intents are committed before the first request leaves; requests leave side by side, outside of
any transaction, and each only in a second that still has a call to give.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.services import attempts, claims, pace
from callcenter.services.claims import Claim
from callcenter.telephony.port import CallOrder, CarrierError, Refused, Slower
from callcenter.wiring import House

log = logging.getLogger(__name__)

BATCH = 50  # calls claimed in one transaction
EDGE = timedelta(milliseconds=20)  # no call leaves so shortly before the next second
TALKS_AT_MOST = 3600  # seconds; a talk with an operator after a transfer is part of the call


@dataclass(frozen=True, kw_only=True)
class _Stale:
    """The claim is too old to be dialled; the reconciler settles it by looking."""


Answer = str | CarrierError | _Stale


def dial(house: House, now: datetime) -> None:
    """Claims due check-in calls, as many as the line may place in this second, and places them.

    When the day's calls are used up, those that cannot wait until tomorrow go to people.
    """
    per_second, per_day = house.settings.calls_per_second, house.settings.calls_per_day
    with house.store.work() as session:
        if pace.day_is_spent(session, now, per_day):
            claims.put_off(session, now, BATCH)
            return
        claimed = claims.claim_due(
            session,
            now,
            house.policy,
            BATCH,
            lambda wanted: pace.take(session, now, wanted, per_second, per_day),
        )
    if claimed:
        _record(house, list(zip(claimed, _place_all(house, claimed), strict=True)))


def end_call(house: House, sid: str) -> None:
    """Takes a call back; a carrier that cannot be asked is only written down."""
    try:
        house.carrier.hang_up(sid)
    except CarrierError as trouble:
        log.error("a call could not be ended: %s", type(trouble).__name__)


def _place_all(house: House, claimed: Sequence[Claim]) -> list[Answer]:
    at_once = min(house.settings.dials_at_once, len(claimed))
    if at_once == 1:
        return [_place(house, claim) for claim in claimed]
    with ThreadPoolExecutor(at_once) as line:
        return list(line.map(lambda claim: _place(house, claim), claimed))


def _place(house: House, claim: Claim) -> Answer:
    if not house.clock.demonstration:
        if house.now() - claim.intended_at > attempts.FRESH:
            return _Stale()  # this process was asleep
        if not _in_its_second(house, claim.intended_at):
            return Slower(1)
    base = f"{house.settings.public_url}/voice/check-in/{claim.attempt_id}"
    order = CallOrder(
        to=claim.to,
        script_url=base,
        status_url=f"{base}/status",
        machine_url=f"{base}/machine",
        fallback_url=f"{house.settings.fallback_url}/voice/fallback",
        ring_seconds=claim.ring_seconds,
        limit_seconds=TALKS_AT_MOST,
    )
    try:
        return house.carrier.place_call(order)
    except CarrierError as trouble:
        return trouble


def _in_its_second(house: House, taken_at: datetime) -> bool:
    """Whether a call may leave now: in the second that gave it, or in one that gives it anew."""
    given = pace.second(taken_at)
    for _ in range(4):
        now = house.now()
        if pace.second(now) != pace.second(now + EDGE):
            house.clock.sleep(EDGE.total_seconds())
        elif pace.second(now) == given:
            return True
        else:
            with house.store.work() as session:
                if not pace.take(session, now, 1, house.settings.calls_per_second):
                    return False
            given = pace.second(now)
    return False


def _record(house: House, told: Sequence[tuple[Claim, Answer]]) -> None:
    sids = {claim.attempt_id: answer for claim, answer in told if isinstance(answer, str)}
    if sids:
        with house.store.work() as session:
            unwanted = attempts.all_placed(session, house.now(), sids)
        for sid in unwanted:
            end_call(house, sid)
    for claim, answer in told:
        if isinstance(answer, CarrierError):
            _not_taken(house, claim.attempt_id, answer)


def _not_taken(house: House, attempt_id: int, trouble: CarrierError) -> None:
    now = house.now()
    with house.store.work() as session:
        if isinstance(trouble, Refused):
            attempts.not_placed(session, now, house.policy, attempt_id, trouble.disposition)
        elif isinstance(trouble, Slower):
            attempts.put_back(session, attempt_id, now + timedelta(seconds=trouble.seconds))
        else:  # it may or may not exist
            attempts.unclear(session, now, attempt_id)
