"""The made-up district of `make run`: its roster, its staff, its phone book, and their week.

Only used with a demonstration clock and the local exchange. The people are plainly fictional and
marked as such in every row, so that no real carrier is ever used with them.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.config import ROOT
from callcenter.domain.checkin import NextAction, SlotKind, SlotState
from callcenter.domain.escalation import Finding, Standing
from callcenter.domain.people import Living, Role
from callcenter.domain.week import at, local
from callcenter.services import coverage, escalations, visits
from callcenter.store.tables import (
    Community,
    Contact,
    Elder,
    Escalation,
    Slot,
    Street,
    Worker,
)
from callcenter.wiring import House

DISTRICT = ROOT / "demonstration" / "district.yaml"
PREFIX = "+86100"  # no carrier in China gives out numbers that begin like this


@dataclass
class _Numbers:
    """Gives out the next made-up number of a series."""

    series: int
    last: int = 0

    def next(self) -> str:
        """+86100 and eight digits."""
        self.last += 1
        return f"{PREFIX}{self.series:02d}{self.last:06d}"


def seed(session: Session, today: date) -> bool:
    """Fills an empty database with the made-up district; False when somebody is there already."""
    if session.scalar(select(func.count()).select_from(Elder)):
        return False
    raw: dict[str, Any] = yaml.safe_load(DISTRICT.read_text(encoding="utf-8"))
    staff, workers = raw["staff"], _Numbers(20)
    caseworkers, supervisors = iter(staff["caseworkers"]), iter(staff["street_supervisors"])
    elders, order = _Numbers(10), 0
    for one in raw["streets"]:
        street = Street(name=one["name"])
        session.add(street)
        session.flush()
        _worker(session, workers, next(supervisors), Role.STREET_SUPERVISOR, street_id=street.id)
        for name in one["communities"]:
            community = Community(street_id=street.id, name=name, valid_from=date(2024, 1, 1))
            session.add(community)
            session.flush()
            caseworker = _worker(
                session,
                workers,
                next(caseworkers)["surname"],
                Role.CASEWORKER,
                street_id=street.id,
                community_id=community.id,
            )
            for place in range(raw["elders_per_community"]):
                _elder(session, raw, elders, order, place, community, caseworker, today)
                order += 1
    for role in (Role.DUTY_OFFICER, Role.OPERATOR, Role.SUPERVISOR):
        for surname in staff[f"{role.value}s"]:
            _worker(session, workers, surname, role)
    return True


def _worker(
    session: Session,
    numbers: _Numbers,
    surname: str,
    role: Role,
    street_id: int | None = None,
    community_id: int | None = None,
) -> Worker:
    login = f"{role.value}-{numbers.last + 1}"
    one = Worker(
        login=login,
        name=f"{surname}演{_WORK[role]}",
        role=role.value,
        street_id=street_id,
        community_id=community_id,
        phone=numbers.next(),
        signed_on=role is Role.OPERATOR,
        demonstration=True,
    )
    session.add(one)
    session.flush()
    return one


_WORK = {
    Role.CASEWORKER: "社工",
    Role.STREET_SUPERVISOR: "站长",
    Role.DUTY_OFFICER: "值班",
    Role.OPERATOR: "坐席",
    Role.SUPERVISOR: "主管",
}
LIVING = (Living.ALONE, Living.EMPTY_NEST, Living.ALONE, Living.ALONE)


def _elder(
    session: Session,
    raw: dict[str, Any],
    numbers: _Numbers,
    order: int,
    place: int,
    community: Community,
    caseworker: Worker,
    today: date,
) -> None:
    surname = raw["surnames"][order % len(raw["surnames"])]
    given = raw["given"][(order // len(raw["surnames"]) * 3 + order) % len(raw["given"])]
    woman = order % 2 == 0
    poor = order % 11 == 5
    age = 70 + order % 8 if place == 7 or poor else 80 + (order * 7) % 15
    birthday = date(today.year - age, 1 + order % 12, 1 + order % 28)
    elder = Elder(
        name=f"{surname}演{given}",
        called=f"{surname}{'阿婆' if woman else '大爷'}",
        born_on=birthday - timedelta(days=366),
        living=LIVING[order % len(LIVING)].value,
        hardship=poor,
        disabled=poor,
        community_id=community.id,
        address=f"{community.name}{1 + order}号{101 + order % 6 * 100}室",
        phone="" if order == 30 else numbers.next(),
        window_opens=(8 if order % 3 == 0 else 9) * 60,
        window_closes=(17 if order % 2 == 0 else 18) * 60,
        ai_voice=order != 19,
        caseworker_id=caseworker.id,
        notes="耳背，铃要多响几声" if order % 9 == 4 else "",
        demonstration=True,
    )
    session.add(elder)
    session.flush()
    session.add(
        Contact(
            elder_id=elder.id,
            name=f"{surname}演家属",
            relation="女儿" if order % 2 else "儿子",
            phone=f"{PREFIX}30{order:06d}",
        )
    )
    coverage.enter(session, at(today, 0), elder, today - timedelta(days=30))


def write_phone_book(session: Session, file: Path, hotline: str) -> None:
    """The phone book of the local exchange: the same people, and how each behaves on a call."""
    raw: dict[str, Any] = yaml.safe_load(DISTRICT.read_text(encoding="utf-8"))
    behaviours = raw["behaviours"]
    people: list[dict[str, Any]] = []
    for order, elder in enumerate(session.scalars(select(Elder).order_by(Elder.id))):
        community = session.get_one(Community, elder.community_id)
        if elder.phone:
            people.append(
                {
                    "number": elder.phone,
                    "name": f"{elder.called}（{elder.name}）",
                    "role": "elder",
                    "line": "landline" if order % 5 == 0 else "mobile",
                    "behaviour": behaviours[order % len(behaviours)],
                    "remark": community.name,
                }
            )
    for contact in session.scalars(select(Contact).order_by(Contact.id)):
        person = {"number": contact.phone, "name": contact.name, "role": "family"}
        people.append({**person, "behaviour": "family", "remark": contact.relation})
    for worker in session.scalars(select(Worker).order_by(Worker.id)):
        operator = worker.role == Role.OPERATOR.value
        people.append(
            {
                "number": worker.phone,
                "name": worker.name,
                "role": "operator" if operator else "caseworker",
                "behaviour": "operator" if operator else "caseworker",
            }
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        yaml.safe_dump({"people": people}, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )


def play_staff(house: House, now: datetime, chance: random.Random) -> None:
    """Lets the made-up staff do what nobody at a screen does: visit, and find out how elders are.

    Most visits are recorded in time, some never; an acknowledged escalation gets a finding later.
    """
    with house.store.work() as session:
        _record_visits(session, house, now, chance)
        _find_out(session, house, now)


def _record_visits(session: Session, house: House, now: datetime, chance: random.Random) -> None:
    due = session.scalars(
        select(Slot)
        .where(
            Slot.kind == SlotKind.VISIT.value,
            Slot.state == SlotState.OPEN.value,
            Slot.next_action == NextAction.VISIT.value,
            Slot.due_at <= now - timedelta(hours=1),
        )
        .order_by(Slot.due_at)
        .limit(20)
    ).all()
    for slot in due:
        elder = session.get_one(Elder, slot.elder_id)
        hour = 1 + elder.id * 5 % 7  # hours after the slot opened
        if elder.id % 16 == 3 or now < slot.due_at + timedelta(hours=hour):
            continue
        worker = session.get(Worker, elder.caseworker_id) if elder.caseworker_id else None
        if worker is None:
            continue
        visits.record_visit(
            session,
            now,
            house.policy,
            elder_id=elder.id,
            worker=worker,
            kind="home_visit",
            place=elder.address,
            began_at=now - timedelta(minutes=chance.randint(20, 45)),
            ended_at=now - timedelta(minutes=chance.randint(1, 9)),
            found=Finding.SEEN_WELL,
            note="",
        )


def _find_out(session: Session, house: House, now: datetime) -> None:
    rows = session.scalars(
        select(Escalation)
        .where(
            Escalation.standing == Standing.ACKNOWLEDGED.value,
            Escalation.acknowledged_at <= now - timedelta(minutes=20),
            Escalation.acknowledged_over != "console",
        )
        .limit(20)
    ).all()
    for one in rows:
        if one.acknowledged_by is None or one.id % 9 == 4:
            continue
        worker = session.get_one(Worker, one.acknowledged_by)
        finding = Finding.SEEN_WELL
        words = f"{local(now).month}月{local(now).day}日上门看过"
        if one.reason in ("danger", "unwell", "crisis"):
            finding, words = Finding.SEEN_ILL_HELPED, "已陪同到社区卫生服务中心"
        escalations.resolve(session, now, one.id, worker, finding, words)
