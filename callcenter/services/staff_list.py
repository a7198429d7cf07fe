"""The staff as the console shows it: who works where, with how many elders. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from callcenter.domain.people import Role
from callcenter.services.errors import NotFound
from callcenter.services.scope import Scope
from callcenter.store.tables import Community, Elder, Street, Worker


@dataclass(frozen=True, kw_only=True)
class StaffLine:
    """One member of staff."""

    worker: Worker
    place: str  # street and community, as far as they have one
    elders: int  # who stand under this name


def staff_lines(session: Session, scope: Scope) -> list[StaffLine]:
    """Everybody in sight; those who left with elders under their name first, then by place."""
    elders = select(func.count(Elder.id)).where(Elder.caseworker_id == Worker.id).scalar_subquery()
    rows = session.execute(
        select(Worker, Street.name, Community.name, elders)
        .outerjoin(Street, Street.id == Worker.street_id)
        .outerjoin(Community, Community.id == Worker.community_id)
        .where(_sight(scope))
        .order_by(Worker.active.desc(), Worker.street_id, Worker.community_id, Worker.id)
    )
    lines = [
        StaffLine(worker=one, place=f"{street or ''}{community or ''}", elders=number)
        for one, street, community, number in rows
    ]
    return sorted(lines, key=lambda line: line.worker.active or not line.elders)


def in_sight(session: Session, scope: Scope, number: int) -> Worker:
    """One member of staff. Raises NotFound also when out of sight."""
    rows = select(Worker).where(Worker.id == number, _sight(scope))
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这位人员，或者不在您负责的范围里。")
    return one


def successors(session: Session, leaver: Worker) -> Sequence[Worker]:
    """Who could take the elders: caseworkers of the same street, the same community first."""
    rows = select(Worker).where(
        Worker.role == Role.CASEWORKER.value, Worker.active, Worker.id != leaver.id
    )
    if leaver.street_id is not None:
        rows = rows.where(Worker.street_id == leaver.street_id)
    here = Worker.community_id == (leaver.community_id or 0)
    return session.scalars(rows.order_by(here.desc(), Worker.id)).all()


def _sight(scope: Scope) -> ColumnElement[bool]:
    return true() if scope.whole else Worker.street_id == (scope.street_id or 0)
