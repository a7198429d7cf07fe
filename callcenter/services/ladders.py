"""Who is told about an escalation (预警): the people of its ladder, and the notices to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.domain.escalation import (
    OF_THE_HOUSE,
    REASON_WORDS,
    Ladder,
    Reason,
    Rung,
    build_ladder,
)
from callcenter.domain.numbers import landline
from callcenter.domain.people import Role
from callcenter.domain.week import local
from callcenter.policy import Policy
from callcenter.services import bundles
from callcenter.services.errors import CareError
from callcenter.store.tables import Community, Elder, Escalation, Notice, Worker


class NobodyToTell(CareError):
    """没有任何在岗人员可以通知，请主管马上补上区值班员。"""

    status = 500


class LadderGap(CareError):
    """通知阶梯有缺，由区值班员代。"""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__(f"{'、'.join(titles)}这一级没有在岗的人，由区值班员代。")


NOBODY: dict[str, Any] = {"rungs": [], "find_within_seconds": 7200}  # mended as soon as possible


def ladder_of(
    session: Session, policy: Policy, reason: Reason, elder: Elder | None
) -> tuple[Ladder, LadderGap | None]:
    """The ladder of a new escalation with its people, and what had to be filled in for whom.

    Raises NobodyToTell when nobody at all works here.
    """
    plan = policy.ladder_for(reason)
    duty = _people(session, Role.DUTY_OFFICER, None) or _anybody(session)
    steps = [(step.title, _people(session, step.who, elder), step.wait) for step in plan.steps]
    empty = [title for title, people, _ in steps if elder is not None and not people]
    try:
        ladder = build_ladder(steps, duty, plan.find_within)
    except ValueError:
        raise NobodyToTell from None
    return ladder, LadderGap(empty) if empty else None


def mended(session: Session, policy: Policy, one: Escalation) -> Ladder:
    """The ladder of an escalation; one that is empty or broken is built anew, and kept.

    Raises NobodyToTell while there is still nobody.
    """
    try:
        return thaw(one.ladder)
    except (KeyError, TypeError, ValueError):
        elder = session.get(Elder, one.elder_id) if one.elder_id else None
        ladder, _ = ladder_of(session, policy, Reason(one.reason), elder)
        one.ladder, one.rung = freeze(ladder), 0
        return ladder


def freeze(ladder: Ladder) -> dict[str, Any]:
    """The ladder as it is kept with its escalation: a changed policy never bends it."""
    return {
        "rungs": [
            {
                "title": rung.title,
                "workers": list(rung.workers),
                "wait_seconds": int(rung.wait.total_seconds()),
            }
            for rung in ladder.rungs
        ],
        "find_within_seconds": int(ladder.find_within.total_seconds()),
    }


def thaw(frozen: dict[str, Any]) -> Ladder:
    """The ladder as it was when the escalation opened."""
    return Ladder(
        rungs=tuple(
            Rung(
                title=rung["title"],
                workers=tuple(rung["workers"]),
                wait=timedelta(seconds=rung["wait_seconds"]),
            )
            for rung in frozen["rungs"]
        ),
        find_within=timedelta(seconds=frozen["find_within_seconds"]),
    )


def find_within(frozen: dict[str, Any]) -> timedelta:
    """How long a finding may take after somebody has acknowledged; also of a broken ladder."""
    return timedelta(seconds=int(frozen.get("find_within_seconds", NOBODY["find_within_seconds"])))


def tell(
    session: Session, now: datetime, policy: Policy, one: Escalation, rungs: Sequence[int]
) -> None:
    """Notices for everyone on these rungs, over every channel each of them has.

    Raises NobodyToTell when the ladder is empty and nobody works here.
    """
    stop_notices(session, one.id)
    rounds = session.scalar(
        select(func.coalesce(func.max(Notice.round), 0)).where(Notice.escalation_id == one.id)
    )
    ladder = mended(session, policy, one)
    people = dict.fromkeys(id_ for rung in rungs for id_ in ladder.rungs[rung].workers)
    if one.acknowledged_by is not None:
        people[one.acknowledged_by] = None
    text, reason = _words(session, policy, one), Reason(one.reason)
    for worker in _reachable(session, list(people)):
        for address in addresses(worker):
            if address.startswith("sms:") and _texted(session, one, address) >= SAME_TEXTS:
                continue
            session.add(
                Notice(
                    escalation_id=one.id,
                    worker_id=worker.id,
                    address=address,
                    round=(rounds or 0) + 1,
                    text=text,
                    due_at=bundles.leaves_at(
                        session, now, policy.mass.bundling, reason, worker.id, address
                    ),
                )
            )
    session.flush()


OF_THE_DISTRICT = (Role.DUTY_OFFICER, Role.SUPERVISOR)  # the same people for every elder
SAME_TEXTS = 2  # carriers drop the third identical text of a day


def addresses(worker: Worker) -> list[str]:
    """Every way to reach a worker. SMS is never the only one: a phone number is also rung.

    A landline takes no texts.
    """
    ways = [f"tel:{worker.phone}", f"sms:{worker.phone}"] if worker.phone else []
    ways = ways[:1] if landline(worker.phone) else ways
    return [*ways, f"telegram:{worker.telegram}"] if worker.telegram else ways


def stop_notices(session: Session, escalation_id: int) -> None:
    """What has not been sent yet is not sent any more."""
    due = select(Notice).where(Notice.escalation_id == escalation_id, Notice.state == "due")
    for one in session.scalars(due):
        one.state = "stopped"


def _people(session: Session, role: Role, elder: Elder | None) -> Sequence[int]:
    """Who fills a step: the elder's own caseworker, the street's supervisor, the duty officers."""
    rows = select(Worker.id).where(Worker.role == role.value, Worker.active).order_by(Worker.id)
    if role in OF_THE_DISTRICT:
        return session.scalars(rows).all()
    if elder is None:
        return []
    if role is Role.CASEWORKER and elder.caseworker_id is not None:
        return session.scalars(rows.where(Worker.id == elder.caseworker_id)).all()
    if role is Role.CASEWORKER:
        return session.scalars(rows.where(Worker.community_id == elder.community_id)).all()
    street = select(Community.street_id).where(Community.id == elder.community_id)
    return session.scalars(rows.where(Worker.street_id == street.scalar_subquery())).all()


def _anybody(session: Session) -> Sequence[int]:
    """Everybody who works here: when no duty officer is left, anybody is better than nobody."""
    return session.scalars(select(Worker.id).where(Worker.active).order_by(Worker.id)).all()


def _reachable(session: Session, people: Sequence[int]) -> Sequence[Worker]:
    """Those of the people who still work here and can be reached, else the duty officers, else all.

    A ladder is frozen when it opens; who has left since then is not told, and nobody is skipped.
    """
    rows = select(Worker).where(Worker.active).order_by(Worker.id)
    officers = rows.where(Worker.role == Role.DUTY_OFFICER.value)
    for some in (rows.where(Worker.id.in_(people)), officers, rows):
        workers = [worker for worker in session.scalars(some) if addresses(worker)]
        if workers:
            return workers
    return []


def _texted(session: Session, one: Escalation, address: str) -> int:
    rows = select(func.count()).where(
        Notice.escalation_id == one.id, Notice.address == address, Notice.state != "stopped"
    )
    return session.scalar(rows) or 0


def _words(session: Session, policy: Policy, one: Escalation) -> str:
    elder = session.get(Elder, one.elder_id) if one.elder_id else None
    wall = local(one.opened_at)
    return policy.say(
        "staff",
        "escalation_text",
        name=one.about,
        reason=REASON_WORDS[Reason(one.reason)],
        words=f"，原话是：{one.words}" if one.words else "",
        at=f"{wall.hour}点{wall.minute:02d}分",
        place=_where(elder, one),
    )


def _where(elder: Elder | None, one: Escalation) -> str:
    """Where to go or whom to ring; never more than a worker needs."""
    if elder is not None:
        return f"地址{elder.address}"
    if Reason(one.reason) in OF_THE_HOUSE:
        return "请到工作台查看"
    return f"来电{one.phone}" if one.phone else "在聊天里，请到工作台的会话里回话"
