"""Notices (通知): claimed before they go out, and told how they went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain.escalation import URGENT
from callcenter.policy import Policy
from callcenter.services import bundles
from callcenter.services.errors import NotFound
from callcenter.services.timeline import note
from callcenter.store.tables import Escalation, Notice, Worker

TRIES = 3
SENT_WITHIN = timedelta(minutes=2)  # ten of them, each with the carrier's ten seconds
AGAIN_AFTER = timedelta(seconds=30)
URGENT_REASONS = [reason.value for reason in URGENT]
WAYS = {"tel": "电话", "sms": "短信", "telegram": "Telegram"}


@dataclass(frozen=True, kw_only=True)
class Due:
    """A notice that may now go out, once."""

    notice_id: int
    escalation_id: int
    scheme: str  # tel, sms, telegram
    target: str  # E.164, or a chat id
    text: str


def claim_due(session: Session, now: datetime, policy: Policy, limit: int = 50) -> list[Due]:
    """Marks due notices as going out; the caller commits, then sends.

    What is due for the same worker over the same channel goes out as one (services.bundles).
    """
    rows = session.scalars(
        select(Notice)
        .join(Escalation, Escalation.id == Notice.escalation_id)
        .where(Notice.state == "due", Notice.due_at <= now)
        .order_by(Escalation.reason.not_in(URGENT_REASONS), Notice.due_at, Notice.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Notice)
    ).all()
    claimed = []
    for one in rows:
        if one.state != "due":
            continue  # goes out with an earlier one
        others = bundles.gather(session, one)
        for notice in (one, *others):
            _goes(session, notice, None if notice is one else one.id)
        session.flush()
        claimed.append(_claim(session, policy, one))
    return claimed


def _goes(session: Session, one: Notice, leader: int | None) -> None:
    one.state, one.tries, one.told_with = "going", one.tries + 1, leader
    scheme = one.address.partition(":")[0]
    escalation = session.get_one(Escalation, one.escalation_id)
    worker = session.get_one(Worker, one.worker_id)
    text = f"通知{worker.name}（{WAYS[scheme]}）"
    note(
        session,
        one.due_at,
        "notice",
        text,
        elder_id=escalation.elder_id,
        escalation_id=escalation.id,
    )


def _claim(session: Session, policy: Policy, one: Notice) -> Due:
    scheme, _, target = one.address.partition(":")
    return Due(
        notice_id=one.id,
        escalation_id=one.escalation_id,
        scheme=scheme,
        target=target,
        text=bundles.words(session, policy, one),
    )


def sent(session: Session, now: datetime, notice_id: int, sid: str) -> None:
    """It left the house; whether it arrived is told later."""
    one = locked(session, notice_id)
    one.sid = sid
    for each in bundles.together(session, one):
        each.sent_at = now
        if each.state == "going":
            each.state = "sent"


def delivered(session: Session, notice_id: int) -> None:
    """The carrier says it arrived: a message on the phone, or a call that was picked up."""
    one = locked(session, notice_id)
    for each in bundles.together(session, one):
        if each.state in ("going", "sent"):
            each.state = "delivered"


def failed(
    session: Session,
    now: datetime,
    notice_id: int,
    trouble: str,
    again: bool,
    seconds: float = 0.0,
) -> None:
    """It did not arrive. Tried again a little later while that makes sense; the ladder goes on."""
    one = locked(session, notice_id)
    for each in bundles.together(session, one):
        if each.state not in ("going", "sent"):
            continue
        each.trouble = trouble[:120]
        if again and each.tries < TRIES:
            each.due_at = now + max(AGAIN_AFTER, timedelta(seconds=seconds))
            each.state, each.told_with = "due", None
        else:
            each.state = "failed"


def worker_told(session: Session, escalation_id: int, phone: str) -> Worker | None:
    """The worker with this phone, if he was told of this escalation."""
    return session.scalars(
        select(Worker)
        .join(Notice, Notice.worker_id == Worker.id)
        .where(Notice.escalation_id == escalation_id, Worker.phone == phone, Worker.active)
        .limit(1)
    ).one_or_none()


def worker_in_chat(session: Session, escalation_id: int, chat: str) -> Worker | None:
    """The worker with this Telegram chat, if he was told of this escalation."""
    return session.scalars(
        select(Worker)
        .join(Notice, Notice.worker_id == Worker.id)
        .where(Notice.escalation_id == escalation_id, Worker.telegram == chat, Worker.active)
        .limit(1)
    ).one_or_none()


def locked(session: Session, notice_id: int) -> Notice:
    """The notice, held until the transaction ends. Raises NotFound."""
    rows = select(Notice).where(Notice.id == notice_id).with_for_update()
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这条通知。")
    return one


def left_going(session: Session, now: datetime) -> int:
    """Notices whose sender died between claiming and telling.

    A text goes out again; a call does not, as the phone may have rung: the ladder's next round
    rings everyone anew.
    """
    rows = select(Notice).where(Notice.state == "going", Notice.due_at <= now - SENT_WITHIN)
    stale = session.scalars(rows).all()
    for one in stale:
        again = not one.address.startswith("tel:") and one.tries < TRIES
        one.state, one.trouble = ("due" if again else "failed"), "发送中断"
    return len(stale)
