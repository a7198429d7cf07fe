"""The human call list (人工拨打名单): calls that no machine makes, and what follows from each.

A slot on the list stays due. It ends by what a named person found, or it goes up the ladder.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from callcenter.domain.checkin import SlotState
from callcenter.domain.escalation import Reason
from callcenter.domain.habits import Habits, Hearing
from callcenter.domain.people import Living, Situation, age_on

LEAST_TIME = timedelta(hours=1)  # a line that comes late still leaves somebody time to ring
NOT_REACHED_AT_MOST = 3  # so many calls in vain by a person, then somebody goes and looks
TAKEN_FOR = timedelta(minutes=30)  # whoever has taken a line has so long to ring


class Why(StrEnum):
    """Why a person calls and not the machine."""

    NO_AI_VOICE = "no_ai_voice"
    DEMENTIA = "dementia"
    HARD_OF_HEARING = "hard_of_hearing"
    NO_PHONE = "no_phone"
    NUMBER_WRONG = "number_wrong"
    LINE_DOWN = "line_down"  # mass failure of the line
    NOT_PERMITTED = "not_permitted"  # the carrier does not permit calls to this number
    COST_CAP = "cost_cap"  # the calls of the day are used up


WHY_WORDS = {
    Why.NO_AI_VOICE: "不接语音电话",
    Why.DEMENTIA: "有认知症",
    Why.HARD_OF_HEARING: "听不清机器的声音",
    Why.NO_PHONE: "没有登记电话",
    Why.NUMBER_WRONG: "电话号码无效",
    Why.LINE_DOWN: "线路大面积不通",
    Why.NOT_PERMITTED: "线路不许呼出这个号码",
    Why.COST_CAP: "今天的自动电话已打满",
}


def by_hand(
    *, ai_voice: bool, habits: Habits, numbers: Sequence[str], wrong: Collection[str]
) -> Why | None:
    """Why a person has to call this elder; None when the machine may.

    `numbers` are all of the elder's, `wrong` those that proved wrong.
    """
    if not ai_voice:
        return Why.NO_AI_VOICE
    if habits.dementia:
        return Why.DEMENTIA
    if habits.hearing is Hearing.NO_MACHINE:
        return Why.HARD_OF_HEARING
    if not numbers:
        return Why.NO_PHONE
    return Why.NUMBER_WRONG if set(numbers) <= set(wrong) else None


def deadline(by: datetime, now: datetime) -> datetime:
    """Until when somebody has to have rung: the slot's own end, or LEAST_TIME from now."""
    return max(by, now + LEAST_TIME)


def risk(who: Situation, habits: Habits, day: date, *, troubled: bool) -> int:
    """Who is rung first when there are many: a rank among lines, and no judgement of health.

    `troubled`: danger or illness was told of this elder lately.
    """
    return (
        3 * troubled
        + 2 * who.disabled
        + 2 * habits.dementia
        + (who.living is Living.ALONE)
        + (age_on(who.born_on, day) >= 90)
    )


class Found(StrEnum):
    """What a person found who rang an elder: a closed list."""

    WELL = "well"
    UNWELL = "unwell"
    DANGER = "danger"
    NOT_REACHED = "not_reached"
    OTHER_PERSON = "other_person"
    IN_HOSPITAL = "in_hospital"
    AWAY = "away"
    REFUSED = "refused"
    GONE = "gone"
    NUMBER_WRONG = "number_wrong"


FOUND_WORDS = {
    Found.WELL: "听到本人，平安",
    Found.UNWELL: "本人说身体不舒服",
    Found.DANGER: "有危险，马上要去人",
    Found.NOT_REACHED: "没打通",
    Found.OTHER_PERSON: "别人接的，没听到本人",
    Found.IN_HOSPITAL: "在住院",
    Found.AWAY: "不在家，已有人证实平安",
    Found.REFUSED: "本人拒绝服务",
    Found.GONE: "接电话的人说已搬走或已去世",
    Found.NUMBER_WRONG: "号码不对",
}
NEEDS_WORDS = frozenset(
    {Found.UNWELL, Found.DANGER, Found.OTHER_PERSON, Found.IN_HOSPITAL, Found.AWAY, Found.GONE}
)


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The slot ends, in the name of whoever rang."""

    state: SlotState
    evidence: str  # voice: the elder was heard; finding: told by somebody who is named


@dataclass(frozen=True, kw_only=True)
class Escalates:
    """Somebody has to go and look."""

    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Stays:
    """The line stays on the list until its deadline."""


_ESCALATES = {
    Found.UNWELL: Reason.UNWELL,
    Found.DANGER: Reason.DANGER,
    Found.OTHER_PERSON: Reason.OTHER_PERSON,
    Found.GONE: Reason.SAID_AWAY,
}


def follows(found: Found, tries: int) -> Ends | Escalates | Stays:
    """What becomes of the slot; `tries` counts the calls of persons, this one included.

    Only the elder's own voice is safe. Who has moved or died is told of by phone, not seen.
    """
    if found is Found.WELL:
        return Ends(state=SlotState.CONFIRMED_SAFE, evidence="voice")
    if found in (Found.IN_HOSPITAL, Found.AWAY, Found.REFUSED):
        return Ends(state=SlotState.EXCUSED, evidence="finding")
    if found in _ESCALATES:
        return Escalates(reason=_ESCALATES[found])
    if found is Found.NOT_REACHED and tries >= NOT_REACHED_AT_MOST:
        return Escalates(reason=Reason.MISSED)
    return Stays()
