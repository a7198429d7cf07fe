"""The rules of a check-in: when to dial again, when to stop, and what counts as seen safe.

Answered is not safe. A slot closes only with evidence; everything else goes to a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from callcenter.domain.call import Disposition
from callcenter.domain.week import Window, at, local


class SlotKind(StrEnum):
    """Calls and visits never stand in for each other; video counts as a call."""

    CALL = "call"
    VISIT = "visit"


class SlotState(StrEnum):
    """How a slot stands. OPEN always has a next action; ESCALATED always has a named person."""

    OPEN = "open"
    CONFIRMED_SAFE = "confirmed_safe"
    EXCUSED = "excused"
    ESCALATED = "escalated"
    RESOLVED = "resolved"  # escalated, and a person has found out how the elder is


SLOT_WORDS = {
    SlotState.OPEN: "待完成",
    SlotState.CONFIRMED_SAFE: "平安",
    SlotState.EXCUSED: "已请假",
    SlotState.ESCALATED: "预警中",
    SlotState.RESOLVED: "已办结",
}


class NextAction(StrEnum):
    """What happens next to a slot, and so who must act."""

    DIAL = "dial"
    CALLING = "calling"
    VISIT = "visit"
    HAND_CALL = "hand_call"  # a person rings, by next_at (services.call_list)
    PERSON = "person"  # an escalation has it
    NOTHING = "nothing"  # the slot has ended


NEXT_WORDS = {
    NextAction.DIAL: "系统拨打",
    NextAction.CALLING: "正在通话",
    NextAction.VISIT: "社工上门",
    NextAction.HAND_CALL: "由人打电话",
    NextAction.PERSON: "等人处理",
    NextAction.NOTHING: "",
}


class Outcome(StrEnum):
    """How one attempt at a check-in ended."""

    SAFE = "safe"  # said or pressed by someone who answered as the elder
    UNWELL = "unwell"
    DANGER = "danger"
    ASKED_FOR_HUMAN = "asked_for_human"
    SILENT = "silent"  # answered, no response: not the same as no answer
    NOT_UNDERSTOOD = "not_understood"
    HUNG_UP = "hung_up"
    OTHER_PERSON = "other_person"
    CALL_LATER = "call_later"
    REFUSED = "refused"
    IN_HOSPITAL = "in_hospital"
    MOVED = "moved"
    DECEASED = "deceased"
    MACHINE = "machine"
    NOT_REACHED = "not_reached"  # the dial itself failed; see its disposition
    UNCERTAIN = "uncertain"  # nobody can say whether the phone rang


OUTCOME_WORDS = {
    Outcome.SAFE: "报了平安",
    Outcome.UNWELL: "说身体不舒服",
    Outcome.DANGER: "说出危险",
    Outcome.ASKED_FOR_HUMAN: "要求人工",
    Outcome.SILENT: "接通后没出声",
    Outcome.NOT_UNDERSTOOD: "没听明白",
    Outcome.HUNG_UP: "中途挂断",
    Outcome.OTHER_PERSON: "别人接的",
    Outcome.CALL_LATER: "请晚点再打",
    Outcome.REFUSED: "不愿再接电话",
    Outcome.IN_HOSPITAL: "说在住院",
    Outcome.MOVED: "说已搬走",
    Outcome.DECEASED: "说已去世",
    Outcome.MACHINE: "语音信箱",
    Outcome.NOT_REACHED: "没打通",
    Outcome.UNCERTAIN: "不知道打没打通",
}


@dataclass(frozen=True, kw_only=True)
class Retry:
    """What follows one kind of ending: how long to wait, and how many endings of it are enough."""

    wait: timedelta
    at_most: int  # so many endings of this kind, then a person takes over; 0: a person at once


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Retry times by ending, and a ceiling over all. Read from policy/retries.yaml."""

    by_ending: Mapping[str, Retry]  # keys are values of Outcome or, for NOT_REACHED, Disposition
    attempts: int  # never more dials than this for one slot

    def for_ending(self, ending: str) -> Retry:
        """The rule for this ending; an ending without a rule goes to a person at once."""
        return self.by_ending.get(ending, Retry(wait=timedelta(0), at_most=0))


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One attempt that is over."""

    outcome: Outcome
    disposition: Disposition | None
    at: datetime

    @property
    def ending(self) -> str:
        """The word that the retry policy goes by."""
        if self.outcome is Outcome.NOT_REACHED and self.disposition is not None:
            return self.disposition.value
        return self.outcome.value


@dataclass(frozen=True, kw_only=True)
class Dial:
    """Dial (again) at this moment, inside the elder's window."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class Closed:
    """The slot ends here with evidence."""


@dataclass(frozen=True, kw_only=True)
class ToPerson:
    """A person has to find out. `reason` is the last ending."""

    reason: str


Step = Dial | Closed | ToPerson


RING_AGAIN = timedelta(minutes=1)  # for who picks up at the second of two calls in a row


def next_step(
    history: Sequence[Ended],
    policy: RetryPolicy,
    window: Window,
    by: datetime,
    *,
    ring_twice: bool = False,
) -> Step:
    """What follows the last attempt of a slot.

    `by` is the latest moment to dial for this slot; a retry that would fall later, or outside
    the elder's window of that day, goes to a person now instead of waiting. With `ring_twice` two
    calls in a row that nobody answers count as one.
    """
    last = history[-1]
    if last.outcome is Outcome.SAFE:
        return Closed()
    rule = policy.for_ending(last.ending)
    unanswered = sum(1 for one in history if one.disposition is Disposition.NO_ANSWER)
    pairs = unanswered // 2 if ring_twice else 0
    alike = sum(1 for one in history if one.ending == last.ending)
    if last.disposition is Disposition.NO_ANSWER:
        alike -= pairs
    wait = rule.wait
    if ring_twice and last.disposition is Disposition.NO_ANSWER and unanswered % 2:
        wait = RING_AGAIN
    elif alike >= rule.at_most or len(history) - pairs >= policy.attempts:
        return ToPerson(reason=last.ending)
    again = window.next_open(last.at + wait)
    if again > by:
        return ToPerson(reason=last.ending)
    return Dial(at=again)


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """When a slot is first due, and by when it must have ended or be in a person's hands."""

    kind: SlotKind
    number: int
    due_at: datetime
    by: datetime


CALL_DAYS = (0, 3)  # Monday and Thursday: two calls, at least a day apart
VISIT_DAYS = (1, 4)  # Tuesday and Friday
VISIT_OPENS, VISIT_CLOSES = 9 * 60, 17 * 60


def appointments(monday: date, window: Window, shift: int) -> list[Appointment]:
    """The four appointments of one elder in one week.

    `shift` (any whole number, such as the elder's id) spreads elders over neighbouring days and
    over their window, so that the line is not asked for everybody at nine.
    """
    plans = []
    for number, first in enumerate(CALL_DAYS, start=1):
        day = monday + timedelta(days=first + shift % 2)
        room = max(1, (window.closes - window.opens) // 2)
        first_moment = at(day, window.opens + (shift * 7) % room)
        plans.append(
            Appointment(
                kind=SlotKind.CALL,
                number=number,
                due_at=window.next_open(first_moment),
                by=at(day, window.closes),
            )
        )
    for number, first in enumerate(VISIT_DAYS, start=1):
        day = monday + timedelta(days=first + shift % 2)
        plans.append(
            Appointment(
                kind=SlotKind.VISIT,
                number=number,
                due_at=at(day, VISIT_OPENS),
                by=at(day, VISIT_CLOSES),
            )
        )
    return plans


def still_possible(plan: Appointment, window: Window, now: datetime, monday: date) -> Appointment:
    """The appointment, moved forward when it is planned late (a new elder, an engine that was off).

    It stays inside the week; when nothing of the week is left, it is due now and ends now, which
    puts it into a person's hands instead of leaving it blank.
    """
    if plan.by > now:
        return plan if plan.due_at >= now else _from(plan, max(now, plan.due_at))
    sunday = monday + timedelta(days=6)
    closes = window.closes if plan.kind is SlotKind.CALL else VISIT_CLOSES
    last = at(sunday, closes)
    if plan.kind is SlotKind.CALL:
        start = window.next_open(now)
    else:
        start = Window(opens=VISIT_OPENS, closes=VISIT_CLOSES).next_open(now)
    if start >= last:
        return Appointment(kind=plan.kind, number=plan.number, due_at=now, by=now)
    return Appointment(
        kind=plan.kind, number=plan.number, due_at=start, by=at(local(start).date(), closes)
    )


def _from(plan: Appointment, start: datetime) -> Appointment:
    return Appointment(kind=plan.kind, number=plan.number, due_at=start, by=plan.by)
