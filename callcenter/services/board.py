"""The week board (周看板): every covered elder x four slots, none blank, and both denominators.

Reads one page of elders with a constant number of queries, whatever the size of the page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from callcenter.domain.checkin import SlotState
from callcenter.domain.people import CATEGORY_WORDS, Category, Role
from callcenter.domain.week import local, monday_of, month_of, sunday_of
from callcenter.services.cells import BLANK, PLACES, Cell, cells_of, hands_of
from callcenter.services.communities import home_on
from callcenter.services.coverage import coverage_in, covered, seen_at_home, visiting
from callcenter.services.scope import Scope
from callcenter.store.tables import (
    Community,
    Elder,
    Slot,
    Street,
    Worker,
)

PAGE = 40  # elders on one page
DONE = (SlotState.CONFIRMED_SAFE, SlotState.EXCUSED, SlotState.RESOLVED)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which part of the board is looked at."""

    street_id: int | None = None
    community_id: int | None = None
    state: str = ""  # a value of SlotState, or BLANK; empty: all


@dataclass(frozen=True, kw_only=True)
class Row:
    """One elder and the four slots of the week, always in the order of PLACES."""

    elder_id: int
    name: str
    called: str
    born_on: date
    category: str  # in words
    living: str  # a value of Living
    street: str
    community: str
    caseworker: str
    left_on: date | None  # left the list in this week
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What the supervisor signs for. done + in_hands + open + blank = 4 x elders."""

    elders: int  # the 2+2 group of the week
    by_state: dict[str, int]
    blank: int  # slots that are missing, or open without a next step: has to be 0
    alone: int  # the wider visiting list: everyone living alone or in an empty nest
    alone_visited: int  # of those, seen at home in the month of this week

    @property
    def slots(self) -> int:
        """How many slots the week has to have."""
        return self.elders * len(PLACES)

    @property
    def done(self) -> int:
        """Slots that have ended: seen safe, excused, or resolved with a finding."""
        return sum(self.by_state.get(state.value, 0) for state in DONE)

    @property
    def in_hands(self) -> int:
        """Slots that a named person has."""
        return self.by_state.get(SlotState.ESCALATED.value, 0)

    @property
    def open(self) -> int:
        """Slots whose next step is planned."""
        return self.by_state.get(SlotState.OPEN.value, 0)


@dataclass(frozen=True, kw_only=True)
class Board:
    """One page of the board."""

    monday: date
    rows: tuple[Row, ...]
    totals: Totals
    found: int  # elders that the filter leaves, on all pages
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One street or community to choose from."""

    id: int
    name: str
    street_id: int | None = None


def week_board(
    session: Session, scope: Scope, now: datetime, monday: date, wanted: Filter, page: int = 1
) -> Board:
    """The board of the week that began on `monday`, as of the roster of that week."""
    today = local(now).date()
    roster = _roster(scope, monday, today, wanted)
    totals = _totals(session, scope, monday, today, roster, wanted)
    chosen = [*roster, *_state(wanted.state, monday)]
    found = totals.elders if not wanted.state else _size(session, chosen)
    pages = max(1, -(-found // PAGE))
    page = min(max(1, page), pages)
    rows = _rows(session, now, monday, chosen, page)
    return Board(monday=monday, rows=rows, totals=totals, found=found, page=page, pages=pages)


def weeks(session: Session, now: datetime) -> tuple[date, date]:
    """The first week that was ever planned, and this week; weeks outside have nothing to show."""
    this = monday_of(now)
    first = session.scalar(select(func.min(Slot.week)))
    return min(first or this, this), this


def week_totals(
    session: Session, scope: Scope, now: datetime, monday: date, wanted: Filter
) -> Totals:
    """The totals of a week alone, without the elders."""
    today = local(now).date()
    roster = _roster(scope, monday, today, wanted)
    return _totals(session, scope, monday, today, roster, wanted)


def places(session: Session, scope: Scope, day: date) -> tuple[list[Choice], list[Choice]]:
    """The streets and communities in sight, as they stood on that day."""
    stands = or_(Community.valid_to.is_(None), Community.valid_to >= day)
    communities = select(Community).where(Community.valid_from <= day, stands)
    if scope.role is Role.CASEWORKER:
        communities = communities.where(Community.id == (scope.community_id or 0))
    elif not scope.whole:
        communities = communities.where(Community.street_id == (scope.street_id or 0))
    found = session.scalars(communities.order_by(Community.street_id, Community.id)).all()
    streets = select(Street).where(Street.id.in_({one.street_id for one in found}))
    return (
        [Choice(id=one.id, name=one.name) for one in session.scalars(streets.order_by(Street.id))],
        [Choice(id=one.id, name=one.name, street_id=one.street_id) for one in found],
    )


def _roster(scope: Scope, monday: date, today: date, wanted: Filter) -> list[ColumnElement[bool]]:
    """The conditions that an elder was covered in that week (so far), in sight, and wanted."""
    last = _last_day(monday, today)
    return [scope.elders(), covered(monday, last), *_place(wanted, last, today)]


def _last_day(monday: date, today: date) -> date:
    """The last day of the week that counts: entries of tomorrow are not missed today."""
    return min(sunday_of(monday), max(today, monday))


def _state(state: str, monday: date) -> list[ColumnElement[bool]]:
    if not state:
        return []
    of_week = select(func.count()).where(Slot.elder_id == Elder.id, Slot.week == monday)
    if state == BLANK:
        idle = exists().where(Slot.elder_id == Elder.id, Slot.week == monday, *_IDLE)
        return [or_(of_week.scalar_subquery() < len(PLACES), idle)]
    return [exists().where(Slot.elder_id == Elder.id, Slot.week == monday, Slot.state == state)]


_IDLE = (Slot.state == SlotState.OPEN.value, Slot.next_at.is_(None))


def _size(session: Session, conditions: Iterable[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count(Elder.id)).where(*conditions)) or 0


def _totals(
    session: Session,
    scope: Scope,
    monday: date,
    today: date,
    roster: Sequence[ColumnElement[bool]],
    wanted: Filter,
) -> Totals:
    elders = _size(session, roster)
    counted = session.execute(
        select(Slot.state, Slot.next_at.is_(None), func.count())
        .where(Slot.week == monday, Slot.elder_id.in_(select(Elder.id).where(*roster)))
        .group_by(Slot.state, Slot.next_at.is_(None))
    ).all()
    by_state: dict[str, int] = {}
    for state, idle, number in counted:
        if not (idle and state == SlotState.OPEN.value):
            by_state[state] = by_state.get(state, 0) + number
    last = _last_day(monday, today)
    alone = [scope.elders(), visiting(monday, last), *_place(wanted, last, today)]
    return Totals(
        elders=elders,
        by_state=by_state,
        blank=elders * len(PLACES) - sum(by_state.values()),
        alone=_size(session, alone),
        alone_visited=_size(session, [*alone, seen_at_home(*month_of(monday))]),
    )


def _place(wanted: Filter, day: date, today: date) -> list[ColumnElement[bool]]:
    """Where the elder lived on that day, if a place is wanted."""
    home = home_on(day, today)
    if wanted.community_id is not None:
        return [home == wanted.community_id]
    if wanted.street_id is not None:
        street = select(Community.id).where(Community.street_id == wanted.street_id)
        return [home.in_(street)]
    return []


def _rows(
    session: Session,
    now: datetime,
    monday: date,
    conditions: Sequence[ColumnElement[bool]],
    page: int,
) -> tuple[Row, ...]:
    today = local(now).date()
    home = home_on(_last_day(monday, today), today)
    people = session.execute(
        select(Elder, Community.name, Street.name, Worker.name)
        .select_from(Elder)
        .join(Community, Community.id == home)
        .join(Street, Street.id == Community.street_id)
        .outerjoin(Worker, Worker.id == Elder.caseworker_id)
        .where(*conditions)
        .order_by(home, Elder.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    ).all()
    ids = [elder.id for elder, _, _, _ in people]
    found = session.scalars(select(Slot).where(Slot.week == monday, Slot.elder_id.in_(ids))).all()
    slots: dict[int, dict[tuple[str, int], Slot]] = {number: {} for number in ids}
    for slot in found:
        slots[slot.elder_id][slot.kind, slot.number] = slot
    hands = hands_of(session, found)
    cover = coverage_in(session, ids, monday)
    return tuple(
        Row(
            elder_id=elder.id,
            name=elder.name,
            called=elder.called,
            born_on=elder.born_on,
            category=CATEGORY_WORDS[Category(cover[elder.id].category)],
            living=elder.living,
            street=street,
            community=community,
            caseworker=worker or "",
            left_on=cover[elder.id].left_on,
            cells=cells_of(now, slots[elder.id], hands),
        )
        for elder, community, street, worker in people
    )
