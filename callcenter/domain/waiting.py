"""A caller waits for an operator: who is rung next, who has to wait, and when it is enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from callcenter.domain.numbers import dialable
from callcenter.domain.spoken import say_number

MOST_RUNG = 10  # phones that one transfer rings at the same time
LONGEST_WAIT = 170  # seconds; what still rings after three minutes has broken off
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Helper:
    """An emergency service that an operator may bring into a talk, by an act of his own."""

    name: str  # as operators say it
    phone: str  # E.164, as the carrier dials it


@dataclass(frozen=True, kw_only=True)
class TransferRules:
    """How operators are looked for; seconds."""

    ring_seconds: int  # one round, before the next operator is rung
    at_once: int  # phones rung in one round
    urgent_ring_seconds: int  # one round of all phones, when there is danger
    hold_seconds: int  # between two looks for a free operator
    wait_seconds: int  # in all, before a call-back is promised
    helpers: tuple[Helper, ...] = ()  # whom an operator may bring into a talk

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "TransferRules":
        """From the policy file. Raises ValueError that says in Chinese what is wrong."""
        names = tuple(cls.__dataclass_fields__)
        if odd := sorted(set(raw) ^ set(names)):
            raise ValueError(f"多了或缺了：{'、'.join(odd)}；要写的是{'、'.join(names)}")
        numbers = {name: value for name, value in raw.items() if name != "helpers"}
        for name, value in numbers.items():
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} 要写一个大于零的整数")
        rules = cls(**numbers, helpers=tuple(map(_helper, raw["helpers"] or ())))
        if rules.wait_seconds > LONGEST_WAIT:
            raise ValueError(f"wait_seconds 不能超过{LONGEST_WAIT}")
        if rules.at_once > MOST_RUNG:
            raise ValueError(f"at_once 不能超过{MOST_RUNG}")
        return rules


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Somebody who may be rung."""

    worker_id: int
    phone: str
    busy: bool = False  # talks with somebody, or rings for another caller
    rung: int = 0  # how often for this caller
    last_rung: datetime | None = None  # for anybody; who has waited longest is next


@dataclass(frozen=True, kw_only=True)
class Waiter:
    """The caller who waits."""

    waited: timedelta
    urgent: bool = False
    open: bool = True  # operators answer at this hour
    ahead: int = 0  # how many have waited longer
    unserved: int = 0  # how many of them nobody is being rung for
    taken_by: int | None = None  # an operator said in the console: this one is mine


@dataclass(frozen=True, kw_only=True)
class RingRound:
    """These are rung, all at once."""

    seats: Sequence[Seat]
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Hold:
    """All operators are busy: the caller is told so and waits."""

    ahead: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class CallBack:
    """Enough: somebody will ring back, and the caller is told so."""


@dataclass(frozen=True, kw_only=True)
class AfterHours:
    """Nobody answers at this hour; for danger there is the duty phone."""


Step = RingRound | Hold | CallBack | AfterHours


def next_step(waiter: Waiter, seats: Sequence[Seat], rules: TransferRules) -> Step:
    """What happens next for this caller. Danger rings everybody, at any hour, in front of all."""
    left = rules.wait_seconds - waiter.waited.total_seconds()
    if left <= 0:
        return CallBack()
    if waiter.urgent:
        seconds = min(rules.urgent_ring_seconds, int(left) + 1)
        return RingRound(seats=seats[:MOST_RUNG], seconds=seconds) if seats else CallBack()
    if not waiter.open:
        return AfterHours()
    mine = [seat for seat in seats if seat.worker_id == waiter.taken_by]
    if mine:
        return RingRound(seats=mine, seconds=rules.ring_seconds)
    if not seats:
        return CallBack()
    free = sorted((seat for seat in seats if not seat.busy), key=_turn)
    chosen = free[waiter.unserved :][: rules.at_once]
    if chosen:
        return RingRound(seats=chosen, seconds=rules.ring_seconds)
    return Hold(ahead=waiter.ahead, seconds=rules.hold_seconds)


def _helper(raw: Mapping[str, Any]) -> Helper:
    phone = str(raw["number"])
    if not dialable(phone):
        raise ValueError(f"helpers 里“{phone}”不是带国家和地区号的号码，请写成 +86510120 这样")
    return Helper(name=str(raw["name"]), phone=phone)


def people(number: int) -> str:
    """How many people, as it is said: 两位, 十二位."""
    return f"{'两' if number == 2 else say_number(number)}位"


def _turn(seat: Seat) -> tuple[int, datetime, int]:
    return seat.rung, seat.last_rung or LONG_AGO, seat.worker_id
