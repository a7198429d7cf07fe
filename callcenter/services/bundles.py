"""Notices that go out together (合并通知): when one may leave, what goes with it, and its words."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.domain.bundling import Bundling, goes_out_at, rungs_told, several
from callcenter.domain.escalation import (
    OF_THE_HOUSE,
    PRESSING,
    UNHURRIED,
    Ladder,
    Reason,
    Standing,
)
from callcenter.policy import Policy
from callcenter.store.tables import Escalation, Notice

# An index that starts with the worker would read all that the worker was ever told; in a sum it is
# left aside, and what is open or due is read instead.
WHOM = Notice.worker_id + 0

ALONE = PRESSING | OF_THE_HOUSE  # never told together with others, and never made to wait
ALONE_WORDS = [reason.value for reason in ALONE]


def leaves_at(
    session: Session,
    now: datetime,
    rule: Bundling,
    reason: Reason,
    worker_id: int,
    address: str,
) -> datetime:
    """When a notice for this reason may leave for this address of a worker."""
    if reason in ALONE:
        return now
    last = select(func.max(Notice.sent_at)).where(
        Notice.worker_id == worker_id,
        Notice.address == address,
        Notice.sent_at > now - rule.within,
    )
    return goes_out_at(rule, now, session.scalar(last))


def told_at_first(
    session: Session, rule: Bundling, ladder: Ladder, reason: Reason
) -> tuple[int, ...]:
    """The rungs that hear of a new escalation: more than one when the first has its hands full."""
    if reason in ALONE or reason in UNHURRIED:
        return (0,)
    people = {one for rung in ladder.rungs for one in rung.workers}
    load = (
        select(WHOM, func.count(Notice.escalation_id.distinct()))
        .join(Escalation, Escalation.id + 0 == Notice.escalation_id)  # from the open ones on
        .where(
            Escalation.standing != Standing.RESOLVED.value,
            Escalation.reason.not_in([one.value for one in UNHURRIED]),
            WHOM.in_(people),
        )
        .group_by(WHOM)
    )
    return rungs_told(ladder, {row[0]: row[1] for row in session.execute(load)}, rule.cap)


def gather(session: Session, leader: Notice) -> Sequence[Notice]:
    """What is due for the same address as this one, and goes out with it; held by the caller."""
    reason = select(Escalation.reason).where(Escalation.id == leader.escalation_id)
    if Reason(session.execute(reason).scalar_one()) in ALONE:
        return ()
    return session.scalars(
        select(Notice)
        .join(Escalation, Escalation.id == Notice.escalation_id)
        .where(
            Notice.state == "due",
            Notice.address == leader.address,
            WHOM.in_([leader.worker_id]),
            Notice.id != leader.id,
            Escalation.reason.not_in(ALONE_WORDS),
        )
        .order_by(Notice.id)
        .with_for_update(skip_locked=True, of=Notice)
    ).all()


def together(session: Session, leader: Notice) -> list[Notice]:
    """This notice, and those that went out with it."""
    rows = select(Notice).where(Notice.told_with == leader.id).order_by(Notice.id)
    return [leader, *session.scalars(rows.with_for_update())]


def words(session: Session, policy: Policy, leader: Notice) -> str:
    """What is said of it: its own text, or one for all that it tells."""
    ids = select(Notice.escalation_id).where(
        (Notice.id == leader.id) | (Notice.told_with == leader.id)
    )
    rows = select(Escalation).where(Escalation.id.in_(ids)).order_by(Escalation.id)
    found = session.scalars(rows).all()
    if len(found) < 2:
        return leader.text
    told = several([one.about for one in found], [Reason(one.reason) for one in found])
    return policy.say(
        "staff", "notice_several", number=told.number, reason=told.reason, name=told.names
    )
