"""Gaps in the ladders (阶梯的缺口): where the duty officer stands in because somebody is missing.

Nobody falls out because of one; it is named on the board, so that a supervisor closes it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import Session

from callcenter.domain.people import ROLE_WORDS, Role
from callcenter.services.communities import stands_on
from callcenter.services.scope import Scope
from callcenter.store.tables import Community, Elder, Street, Worker

MOST = 20  # of one kind; a longer list is a matter for the staff page
ON_LADDERS = (Role.CASEWORKER, Role.STREET_SUPERVISOR, Role.DUTY_OFFICER)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One place where a ladder lacks a person."""

    words: str  # what is missing, and who stands in
    worker_id: int | None = None  # whose elders wait for a handover


def gaps(session: Session, scope: Scope, today: date) -> list[Gap]:
    """Every gap in this worker's sight, the widest first."""
    return [
        *_no_officer(session),
        *_streets_without_head(session, scope, today),
        *_communities_without_caseworker(session, scope, today),
        *_left_with_elders(session, scope),
        *_unreachable(session, scope),
    ]


def _no_officer(session: Session) -> list[Gap]:
    officers = exists().where(Worker.role == Role.DUTY_OFFICER.value, Worker.active)
    if session.scalar(select(officers)):
        return []
    return [Gap(words="没有在岗的区值班员：空缺的各级改为通知所有在岗人员，请马上补上。")]


def _streets_without_head(session: Session, scope: Scope, today: date) -> list[Gap]:
    head = exists().where(
        Worker.role == Role.STREET_SUPERVISOR.value, Worker.active, Worker.street_id == Street.id
    )
    lived_in = exists().where(
        Elder.community_id == Community.id, Community.street_id == Street.id, stands_on(today)
    )
    rows = select(Street.name).where(~head, lived_in, _street_in_sight(scope))
    return [
        Gap(words=f"{name}没有在岗的街道负责人：这一级由区值班员代。")
        for name in session.scalars(rows.order_by(Street.id).limit(MOST))
    ]


def _communities_without_caseworker(session: Session, scope: Scope, today: date) -> list[Gap]:
    """Where an elder has no caseworker by name, and nobody in the community could step in."""
    caseworker = exists().where(
        Worker.role == Role.CASEWORKER.value, Worker.active, Worker.community_id == Community.id
    )
    left_to_all = exists().where(Elder.community_id == Community.id, Elder.caseworker_id.is_(None))
    rows = (
        select(Community.name)
        .where(stands_on(today), ~caseworker, left_to_all, _community_in_sight(scope))
        .order_by(Community.street_id, Community.id)
        .limit(MOST)
    )
    return [
        Gap(words=f"{name}没有在岗的社工：没有指定社工的老人由区值班员代。")
        for name in session.scalars(rows)
    ]


def _left_with_elders(session: Session, scope: Scope) -> list[Gap]:
    """Caseworkers who have left and still stand in the files of elders."""
    named = exists().where(Elder.caseworker_id == Worker.id, scope.elders())
    rows = select(Worker).where(~Worker.active, named).order_by(Worker.id).limit(MOST)
    return [
        Gap(words=f"{one.name}已离岗，名下还有老人：这一级由区值班员代，请交接。", worker_id=one.id)
        for one in session.scalars(rows)
    ]


def _unreachable(session: Session, scope: Scope) -> list[Gap]:
    """People on ladders without any phone or chat: a notice cannot be sent to them."""
    rows = (
        select(Worker)
        .where(
            Worker.active,
            Worker.role.in_([role.value for role in ON_LADDERS]),
            Worker.phone == "",
            Worker.telegram == "",
            _worker_in_sight(scope),
        )
        .order_by(Worker.id)
        .limit(MOST)
    )
    return [
        Gap(words=f"{one.name}（{ROLE_WORDS[Role(one.role)]}）没有登记电话，通知不到。")
        for one in session.scalars(rows)
    ]


def _street_in_sight(scope: Scope) -> ColumnElement[bool]:
    return true() if scope.whole else Street.id == (scope.street_id or 0)


def _community_in_sight(scope: Scope) -> ColumnElement[bool]:
    if scope.whole:
        return true()
    if scope.role is Role.STREET_SUPERVISOR:
        return Community.street_id == (scope.street_id or 0)
    return Community.id == (scope.community_id or 0)


def _worker_in_sight(scope: Scope) -> ColumnElement[bool]:
    return true() if scope.whole else Worker.street_id == (scope.street_id or 0)
