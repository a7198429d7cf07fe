"""How elders live (近况): what to ask in a call, every answer kept, and who should look into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from callcenter.domain.escalation import Reason
from callcenter.domain.wellbeing import (
    HEALTH,
    MEANS_WORDS,
    Entry,
    Means,
    Told,
    Worse,
    worsening,
)
from callcenter.policy import Policy
from callcenter.services.escalations import open_escalation
from callcenter.services.timeline import note
from callcenter.store.tables import Elder, Escalation, Wellbeing

SHOWN = 12  # answers on the page of an elder


@dataclass(frozen=True, kw_only=True)
class Line:
    """One answer on the page of an elder."""

    at: datetime
    title: str  # what was asked
    answer: str  # in words
    words: str  # as they were said, in quotation marks; a key is named; empty for silence
    before: str  # what was answered to the same question the time before; empty for the first
    worse: bool  # it was better the time before
    attempt_id: int | None


def next_questions(session: Session, policy: Policy, elder_id: int) -> tuple[str, ...]:
    """What to ask this elder now, by what was not asked last time."""
    if policy.talk.at_most == 0:
        return ()
    rows = select(Wellbeing.topic, func.max(Wellbeing.at)).where(Wellbeing.elder_id == elder_id)
    found = session.execute(rows.group_by(Wellbeing.topic)).all()
    return policy.talk.choose({row[0]: row[1] for row in found})


def keep(
    session: Session,
    now: datetime,
    policy: Policy,
    elder: Elder,
    told: Told,
    attempt_id: int | None,
) -> bool:
    """Writes an answer down, compared with the last one; True when a person is asked to look."""
    earlier = _entries(session, policy.talk.worse, elder.id, now)
    last = next((one for one in reversed(earlier) if one.topic == told.topic), None)
    if told.topic != HEALTH:  # the check-in itself is on the time line already
        text = f"近况，{policy.talk.title(told.topic)}：{MEANS_WORDS[told.means]}"
        text += f"（{_quoted(told.words)}）" if told.words else ""
        changed = last is not None and last.means is not told.means
        text += f"，上次{MEANS_WORDS[last.means]}" if last and changed else ""
        note(session, now, "wellbeing", text, elder_id=elder.id)
    session.add(
        Wellbeing(
            elder_id=elder.id,
            attempt_id=attempt_id,
            at=now,
            topic=told.topic,
            means=told.means.value,
            words=told.words[:200],
        )
    )
    if told.means is Means.TOLD:
        open_escalation(session, now, policy, Reason.MESSAGE, elder=elder, words=told.words)
    entries = [*earlier, Entry(topic=told.topic, means=told.means, at=now)]
    return _look_into(session, now, policy, elder, entries)


def withdraw(session: Session, attempt_id: int) -> None:
    """Whoever answered was not the elder: nothing of this call counts as the elder's answer."""
    rows = update(Wellbeing).where(Wellbeing.attempt_id == attempt_id)
    session.execute(rows.values(means=Means.UNCLEAR.value))


def latest(session: Session, policy: Policy, elder_id: int) -> list[Line]:
    """The last answers of an elder, the newest first, each with the one before it."""
    rows = session.scalars(
        select(Wellbeing)
        .where(Wellbeing.elder_id == elder_id)
        .order_by(Wellbeing.at.desc(), Wellbeing.id.desc())
        .limit(4 * SHOWN)
    ).all()
    return [_line(policy, rows, place) for place in range(min(SHOWN, len(rows)))]


def _line(policy: Policy, rows: Sequence[Wellbeing], place: int) -> Line:
    one = rows[place]
    before = next((row for row in rows[place + 1 :] if row.topic == one.topic), None)
    return Line(
        at=one.at,
        title=policy.talk.title(one.topic),
        answer=MEANS_WORDS[Means(one.means)],
        words=_quoted(one.words),
        before=MEANS_WORDS[Means(before.means)] if before else "",
        worse=one.means in _TROUBLE and before is not None and before.means == Means.GOOD.value,
        attempt_id=one.attempt_id,
    )


def _quoted(words: str) -> str:
    return f"“{words}”" if words and not words.startswith("[") else words


_TROUBLE = (Means.BAD.value, Means.SILENT.value)


def _entries(session: Session, rule: Worse, elder_id: int, now: datetime) -> list[Entry]:
    """What the elder answered, the oldest first, as far back as answers are compared."""
    since = now - timedelta(days=rule.recent_days + rule.earlier_days)
    rows = (
        select(Wellbeing.topic, Wellbeing.means, Wellbeing.at)
        .where(Wellbeing.elder_id == elder_id, Wellbeing.at > since)
        .order_by(Wellbeing.at, Wellbeing.id)
    )
    return [
        Entry(topic=topic, means=Means(means), at=at) for topic, means, at in session.execute(rows)
    ]


def _look_into(
    session: Session, now: datetime, policy: Policy, elder: Elder, entries: Sequence[Entry]
) -> bool:
    """Opens the task of a person when answers became worse since the last such task."""
    if worsening(entries, policy.talk.worse, now) is None:
        return False
    since = session.scalar(
        select(func.max(Escalation.opened_at)).where(
            Escalation.elder_id == elder.id, Escalation.reason == Reason.WORSENING.value
        )
    )
    fresh = [one for one in entries if since is None or one.at > since]
    found = worsening(fresh, policy.talk.worse, now)
    if found is None:
        return False
    what = _WHAT.get(found, f"{policy.talk.title(found)}连着几次说不好")
    open_escalation(session, now, policy, Reason.WORSENING, elder=elder, words=what)
    return True


_WHAT = {"silent": "问近况，连着几次不出声", "more": "近两周说不好的比以前多"}
