"""What danger rules were worth (误报, 漏报): judged by who found out, counted for the report."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.danger import Kind
from callcenter.domain.escalation import URGENT, Finding, Reason, Standing
from callcenter.services.errors import CareError, NotFound
from callcenter.services.timeline import note
from callcenter.store.report_tables import Judgement
from callcenter.store.tables import Elder, Escalation, Worker

NEEDED_HELP = frozenset({Finding.SEEN_ILL_HELPED, Finding.IN_HOSPITAL, Finding.DECEASED})
KIND_WORDS = {
    Kind.FALL: "跌倒",
    Kind.CHEST_PAIN: "胸痛",
    Kind.BREATHING: "喘不过气",
    Kind.STROKE: "中风",
    Kind.FIRE: "着火",
    Kind.GAS: "煤气",
    Kind.MISSING: "走失",
    Kind.NO_RESPONSE: "叫不应",
    Kind.OTHER: "其他急症",
    Kind.CRISIS: "不想活",
}
RULE_WORDS = {"model": "智能助手听出", "": "没有记下规则"}
URGENT_REASONS = tuple(reason.value for reason in URGENT)
ENTERED_WITHIN = timedelta(days=366)


class Verdict(StrEnum):
    """What a judgement says."""

    FALSE_ALARM = "false_alarm"
    REAL = "real"  # takes a false alarm back
    MISSED = "missed"


class CannotJudge(CareError):
    """现在还不能判断。"""


@dataclass(frozen=True, kw_only=True)
class RuleCount:
    """What one rule brought in a week."""

    rule: str  # as policy/danger.yaml names it, or model
    raised: int
    needed: int  # somebody needed help
    well: int  # seen well, and nobody called it a false alarm
    false_alarms: int
    open: int  # nobody has found out yet


@dataclass(frozen=True, kw_only=True)
class MissedOne:
    """An emergency that no rule caught."""

    kind: str
    happened_at: datetime
    called: str  # how the elder is called
    words: str
    by: str  # who entered it


def judge(
    session: Session,
    now: datetime,
    escalation_id: int,
    worker: Worker,
    *,
    false_alarm: bool,
    words: str = "",
) -> Judgement:
    """Calls a resolved danger a false alarm, or takes that back. Raises CannotJudge, NotFound."""
    one = session.get(Escalation, escalation_id)
    if one is None:
        raise NotFound("没有这条预警。")
    if one.standing != Standing.RESOLVED.value:
        raise CannotJudge("请先办结，再判断是不是误报。")
    if not one.rule and one.reason not in URGENT_REASONS:
        raise CannotJudge("这条预警不是听到危险话发出的，不用判断误报。")
    if false_alarm and one.finding in {finding.value for finding in NEEDED_HELP}:
        raise CannotJudge("核实的结果是有人需要帮助，不能算误报。")
    verdict = Verdict.FALSE_ALARM if false_alarm else Verdict.REAL
    row = Judgement(
        verdict=verdict.value,
        escalation_id=one.id,
        elder_id=one.elder_id,
        happened_at=one.opened_at,
        words=words.strip()[:400],
        worker_id=worker.id,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    text = f"{worker.name}判断为{'误报' if false_alarm else '不是误报'}"
    text += f"：{words.strip()}" if words.strip() else ""
    note(session, now, "judged", text, elder_id=one.elder_id, escalation_id=one.id)
    return row


def verdict_of(session: Session, escalation_id: int) -> Verdict | None:
    """The latest judgement of an escalation; None when nobody has judged it."""
    rows = (
        select(Judgement.verdict)
        .where(Judgement.escalation_id == escalation_id)
        .order_by(Judgement.id.desc())
        .limit(1)
    )
    found = session.scalar(rows)
    return Verdict(found) if found else None


def enter_missed(
    session: Session,
    now: datetime,
    elder: Elder,
    worker: Worker,
    *,
    kind: Kind,
    happened_at: datetime,
    words: str,
) -> Judgement:
    """An emergency that was found later and that no rule had caught. Raises CannotJudge."""
    if not words.strip():
        raise CannotJudge("请写明发生了什么、怎样发现的、事前说过什么。")
    if happened_at > now or now - happened_at > ENTERED_WITHIN:
        raise CannotJudge("发生的时间要在过去一年里。")
    row = Judgement(
        verdict=Verdict.MISSED.value,
        elder_id=elder.id,
        kind=kind.value,
        happened_at=happened_at,
        words=words.strip()[:400],
        worker_id=worker.id,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    text = f"{worker.name}登记漏报（{KIND_WORDS[kind]}）：{words.strip()}"
    note(session, now, "judged", text, elder_id=elder.id)
    return row


def rule_counts(session: Session, first: datetime, after: datetime) -> list[RuleCount]:
    """What each rule raised in these days and what became of it, the busiest first."""
    rows = session.scalars(
        select(Escalation).where(
            Escalation.opened_at >= first,
            Escalation.opened_at < after,
            (Escalation.rule != "") | Escalation.reason.in_(URGENT_REASONS),
        )
    ).all()
    verdicts = _verdicts(session, [one.id for one in rows])
    counted: dict[str, Counter[str]] = {}
    for one in rows:
        counted.setdefault(one.rule, Counter())[_became(one, verdicts.get(one.id))] += 1
    found = [
        RuleCount(
            rule=rule,
            raised=some.total(),
            needed=some["needed"],
            well=some["well"],
            false_alarms=some["false_alarm"],
            open=some["open"],
        )
        for rule, some in counted.items()
    ]
    return sorted(found, key=lambda one: (-one.raised, one.rule))


def missed(session: Session, first: datetime, after: datetime) -> Sequence[MissedOne]:
    """The emergencies of these days that no rule caught, oldest first."""
    rows = session.execute(
        select(Judgement, Elder.called, Worker.name)
        .join(Elder, Elder.id == Judgement.elder_id)
        .join(Worker, Worker.id == Judgement.worker_id)
        .where(
            Judgement.verdict == Verdict.MISSED.value,
            Judgement.happened_at >= first,
            Judgement.happened_at < after,
        )
        .order_by(Judgement.happened_at, Judgement.id)
    )
    return [
        MissedOne(
            kind=one.kind, happened_at=one.happened_at, called=called, words=one.words, by=name
        )
        for one, called, name in rows
    ]


def _verdicts(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = (
        select(Judgement.escalation_id, Judgement.verdict)
        .where(Judgement.escalation_id.in_(ids))
        .order_by(Judgement.id)
    )
    return {number: verdict for number, verdict in session.execute(rows) if number is not None}


def _became(one: Escalation, verdict: str | None) -> str:
    if one.standing != Standing.RESOLVED.value:
        return "open"
    if verdict == Verdict.FALSE_ALARM.value:
        return "false_alarm"
    return "needed" if Finding(one.finding or "") in NEEDED_HELP else "well"


def rule_words(rule: str) -> str:
    """A rule as people read it."""
    return RULE_WORDS.get(rule, rule)


def is_danger(one: Escalation) -> bool:
    """Whether an escalation was raised by words, so that it can be a false alarm."""
    return bool(one.rule) or Reason(one.reason) in URGENT
