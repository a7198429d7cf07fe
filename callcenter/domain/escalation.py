"""Escalations: a frozen ladder, the first acknowledgement wins, and the last rung repeats.

Acknowledged is not found out: without a finding in time it rings again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why a person is needed."""

    DANGER = "danger"
    CRISIS = "crisis"
    UNWELL = "unwell"
    MISSED = "missed"  # attempts are used up without reaching the elder
    NO_RESPONSE = "no_response"  # answered, but silent, cut off or not understood
    OTHER_PERSON = "other_person"
    SAID_AWAY = "said_away"  # in hospital, moved, deceased: told by phone, to be confirmed
    REFUSED = "refused"
    NUMBER_INVALID = "number_invalid"
    NO_PHONE = "no_phone"  # a person asks instead of a call; the slot stays due
    LINE_TROUBLE = "line_trouble"
    UNCERTAIN = "uncertain"
    VISIT_MISSED = "visit_missed"
    ASKED_FOR_HUMAN = "asked_for_human"
    HAND_CALL = "hand_call"  # on the human call list, and nobody rang in time
    HOLD_UNCHECKED = "hold_unchecked"  # a hold ended, and nobody asked whether the elder is back
    CALL_BACK = "call_back"  # an urgent call-back was promised, and its time is up
    LINE_DOWN = "line_down"  # the breaker has tripped: of nobody's, one for all
    NOT_PERMITTED = "not_permitted"  # the carrier refuses calls by permission: one for all
    WORSENING = "worsening"  # answers about daily life became worse from call to call
    MESSAGE = "message"  # the elder has something to tell the caseworker
    FORECAST = "forecast"  # some will be missed by Sunday: one for all


REASON_WORDS = {
    Reason.DANGER: "说出危险",
    Reason.CRISIS: "说了不想活的话",
    Reason.UNWELL: "身体不舒服",
    Reason.MISSED: "多次打不通",
    Reason.NO_RESPONSE: "接通后没有回应",
    Reason.OTHER_PERSON: "几次都是别人接的",
    Reason.SAID_AWAY: "接电话的人说不在家，要核实",
    Reason.REFUSED: "不愿接语音电话",
    Reason.NUMBER_INVALID: "电话号码无效",
    Reason.NO_PHONE: "没有登记电话，要社工当面问",
    Reason.LINE_TROUBLE: "线路不通",
    Reason.UNCERTAIN: "不知道打没打通",
    Reason.VISIT_MISSED: "上门探访没有记录",
    Reason.ASKED_FOR_HUMAN: "电话里要求人工",
    Reason.HAND_CALL: "该由人打的电话，到时没有人打",
    Reason.HOLD_UNCHECKED: "暂停到期，没有人核对是否回来",
    Reason.CALL_BACK: "答应马上回电，到时没有人回",
    Reason.LINE_DOWN: "大面积打不通，日常平安电话暂停，急事照常通知",
    Reason.NOT_PERMITTED: "线路不允许呼出，请找运营商开通",
    Reason.WORSENING: "近况变差，请去问问",
    Reason.MESSAGE: "有话带给社工",
    Reason.FORECAST: "照现在的安排有老人要漏，请安排人",
}

URGENT = frozenset({Reason.DANGER, Reason.CRISIS})
OF_THE_HOUSE = frozenset(  # of no elder: one for all
    {Reason.LINE_DOWN, Reason.NOT_PERMITTED, Reason.FORECAST}
)
PRESSING = URGENT | {Reason.CALL_BACK}
UNHURRIED = frozenset({Reason.WORSENING, Reason.MESSAGE})  # days, not minutes


def joins(reason: Reason, standing: Reason) -> bool:
    """May a new matter be added to an escalation that stands? Never to one of less haste."""
    if reason in PRESSING:
        return standing in PRESSING
    return reason in UNHURRIED or standing not in UNHURRIED


class Finding(StrEnum):
    """What a named person found out: a closed list. `unknown` is never an end."""

    SEEN_WELL = "seen_well"
    SEEN_ILL_HELPED = "seen_ill_helped"
    IN_HOSPITAL = "in_hospital"
    AWAY_CONFIRMED = "away_confirmed"
    MOVED = "moved"
    DECEASED = "deceased"
    REFUSED = "refused"
    SETTLED = "settled"  # of a matter of the house itself, such as the line; never of an elder


FINDING_WORDS = {
    Finding.SEEN_WELL: "见到本人，平安",
    Finding.SEEN_ILL_HELPED: "见到本人，身体不舒服，已帮助",
    Finding.IN_HOSPITAL: "在住院",
    Finding.AWAY_CONFIRMED: "不在家，已有人证实平安",
    Finding.MOVED: "已搬走",
    Finding.DECEASED: "已去世",
    Finding.REFUSED: "本人拒绝服务",
    Finding.SETTLED: "已处理好",
}


def findings_of(reason: Reason) -> tuple[Finding, ...]:
    """The findings with which an escalation for this reason can be resolved."""
    return tuple(one for one in Finding if (one is Finding.SETTLED) == (reason in OF_THE_HOUSE))


NEEDS_WORDS = frozenset({Finding.AWAY_CONFIRMED, Finding.SEEN_ILL_HELPED, Finding.DECEASED})


class Standing(StrEnum):
    """How an escalation stands."""

    RINGING = "ringing"  # nobody has acknowledged yet
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step of a ladder as it was when the escalation opened."""

    title: str  # spoken name, such as 社区社工
    workers: tuple[int, ...]  # ids of the people told on this step
    wait: timedelta  # how long they have to acknowledge before the next step


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """Who is told, in which order. Never empty, and every rung names somebody."""

    rungs: tuple[Rung, ...]
    find_within: timedelta  # from acknowledging to a finding, else it rings again

    def __post_init__(self) -> None:
        if not self.rungs or not all(rung.workers for rung in self.rungs):
            raise ValueError("a ladder needs at least one rung, and each rung at least one person")


@dataclass(frozen=True, kw_only=True)
class TellRung:
    """Tell everyone on this rung now, over every channel they have; look again at `again`."""

    rung: int
    again: datetime


def first_rung(ladder: Ladder, now: datetime) -> TellRung:
    """How an escalation begins."""
    return TellRung(rung=0, again=now + ladder.rungs[0].wait)


def next_rung(ladder: Ladder, rung: int, now: datetime) -> TellRung:
    """Not acknowledged, or no finding, in time: one step up; the last repeats, never quiet."""
    up = min(rung + 1, len(ladder.rungs) - 1)
    return TellRung(rung=up, again=now + ladder.rungs[up].wait)


def build_ladder(
    steps: Sequence[tuple[str, Sequence[int], timedelta]],
    fallback: Sequence[int],
    find_within: timedelta,
) -> Ladder:
    """A ladder from configured steps; a step without people is filled by the fallback people.

    Raises ValueError when nobody at all can be told: that must be seen when it is configured.
    """
    rungs = []
    for title, workers, wait in steps:
        people = tuple(workers) or tuple(fallback)
        if people:
            rungs.append(Rung(title=title, workers=people, wait=wait))
    return Ladder(rungs=tuple(rungs), find_within=find_within)
