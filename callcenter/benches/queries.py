"""`bench queries`: no question of every day may cost more for every week that lies behind.

The same everyday things are done twice, once with few weeks behind and once with many: a round of
the engine with everything due, a call's webhooks, the auditor, the board and the pages. The work of
every statement is counted by the database itself (see work.py) and compared.
"""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from callcenter import auditor, engine, rounds
from callcenter.benches import district
from callcenter.benches.databases import Database, opened
from callcenter.benches.figures import Bench, Figures, Option, count
from callcenter.benches.house import notifier, plan
from callcenter.benches.line import BenchLine
from callcenter.benches.past import settle_past
from callcenter.benches.work import Watch, watched
from callcenter.domain.escalation import Reason
from callcenter.domain.people import Role
from callcenter.domain.week import local, monday_of
from callcenter.services import (
    board,
    conversations,
    desk,
    elder_file,
    escalation_file,
    handoffs,
    lists,
)
from callcenter.services.board import Filter
from callcenter.services.escalations import open_escalation
from callcenter.services.scope import Scope
from callcenter.store.tables import Elder, Escalation, Slot
from callcenter.wiring import House

BIG = frozenset(
    {"slots", "attempts", "events", "messages", "visits", "notices", "escalations", "conversations"}
)
FEW = 30  # past weeks to compare with
GROWS = 1.3  # an index gets a little deeper; what follows the weeks would be twice as dear
SLACK = 24  # steps or pages that count as nothing


@dataclass(frozen=True, kw_only=True)
class Growth:
    """One statement with the work it made with few and with many weeks behind."""

    statement: str
    few: int
    many: int

    @property
    def grows(self) -> bool:
        """True when the past makes it dearer."""
        return self.many > self.few * GROWS + SLACK


def run(asked: Namespace) -> Figures:
    """Runs it; see the module. A statement that grows is named."""
    few, many = (
        everyday(asked.database_url, asked.elders, weeks) for weeks in (FEW, asked.past_weeks)
    )
    found = compared(few[0], many[0]) + compared(few[1], many[1])
    return {
        "statements": len(found),
        "grow": [f"{one.few} -> {one.many}: {one.statement}" for one in found if one.grows],
        "scans_of_engine_and_auditor": many[0].scans(BIG),
        "dearest": [
            f"{one.few} -> {one.many}: {one.statement[:160]}"
            for one in sorted(found, key=lambda one: -one.many)[:5]
        ],
        "past_weeks": asked.past_weeks,
        "elders": asked.elders,
    }


def compared(few: Watch, many: Watch) -> list[Growth]:
    """Every statement that was asked both times."""
    return [
        Growth(statement=statement, few=few.work[statement], many=work)
        for statement, work in many.work.items()
        if statement in few.work
    ]


def everyday(url: str, elders: int, past_weeks: int) -> tuple[Watch, Watch]:
    """What everyday things cost with so many weeks behind: engine and auditor, and the pages."""
    with opened(url) as database:
        house, line, now = _a_busy_moment(database, elders, past_weeks)
        with watched(house.store.engine) as engines:
            engine.tick(house, notifier(house), now)
            rounds.rest(house, now)
            line.tell(house)
            auditor.report(house, now, auditor.audit(house, now))
        with watched(house.store.engine) as pages:
            for look in _looks(house, now):
                look()
        house.store.engine.dispose()
        return engines, pages


def _a_busy_moment(
    database: Database, elders: int, past_weeks: int
) -> tuple[House, BenchLine, datetime]:
    """A Monday on which a bit of everything is due, with so many weeks behind."""
    prepared, line = plan(database.url), BenchLine("00", web_threads=1)
    built = prepared.house(line)
    house = replace(built, settings=built.settings.model_copy(update={"dials_at_once": 1}))
    now = prepared.now()
    monday = monday_of(now)
    since = monday - timedelta(weeks=past_weeks)
    district.settle(house.store.engine, elders, since)
    settle_past(house.store.engine, elders, monday, past_weeks)
    engine.roster(house, now)
    engine.plan(house, now)
    with house.store.work() as session:
        session.execute(update(Slot).where(Slot.week == monday, Slot.elder_id <= 3).values(by=now))
        session.execute(
            update(Slot).where(Slot.week == monday, Slot.elder_id <= 3).values(next_at=now)
        )
        elder = session.get_one(Elder, elders)
        open_escalation(session, now, house.policy, Reason.UNWELL, elder=elder, words="头晕")
    district.tidy(house.store.engine)
    return house, line, now


def _looks(house: House, now: datetime) -> list[Callable[[], object]]:
    """What people look at all day, with the eyes of three of them."""
    monday, today = monday_of(now), local(now).date()
    looks: list[Callable[[], object]] = [lambda: _whole_house(house, now, today)]
    for scope in _eyes():
        looks.append(lambda scope=scope: _pages(house, scope, now, monday))  # type: ignore[misc]
    return looks


def _eyes() -> list[Scope]:
    return [
        Scope(worker_id=1, role=Role.CASEWORKER, street_id=1, community_id=1),
        Scope(worker_id=2, role=Role.STREET_SUPERVISOR, street_id=1, community_id=None),
        Scope(worker_id=3, role=Role.DUTY_OFFICER, street_id=None, community_id=None),
    ]


def _pages(house: House, scope: Scope, now: datetime, monday: date) -> None:
    with house.store.look() as session:
        board.week_board(session, scope, now, monday, Filter())
        board.week_board(session, scope, now, monday, Filter(state="open"))
        board.week_board(session, scope, now, monday, Filter(street_id=1), page=2)
        desk.tasks(session, scope, now)
        desk.counts(session, scope, now)
        lists.visits_due(session, scope, monday)
        lists.visits_made(session, scope, now)
        for resolved in (False, True):
            escalation_file.escalation_lines(session, scope, now, resolved=resolved)
        elder_file.search(session, scope, local(now).date(), "王")


def _whole_house(house: House, now: datetime, today: date) -> None:
    with house.store.look() as session:
        board.weeks(session, now)
        elder = session.get_one(Elder, 20)
        elder_file.elder_file(session, elder)
        newest = select(Escalation.id).order_by(Escalation.id.desc()).limit(1)
        scope = _eyes()[-1]
        escalation_file.escalation_file(session, scope, session.scalars(newest).one())
        lists.handoffs(session, done=False)
        lists.handoffs(session, done=True)
        lists.open_talks(session)
        handoffs.to_ring(session, urgent=True)
    with house.store.work() as session:
        conversations.begin(session, now, key="call:CZ1", channel="phone", address=elder.phone)


BENCH = Bench(
    name="queries",
    help="whether any everyday question costs more for every week that lies behind",
    options=(
        Option(flag="--database-url", kind=str, default="", help="as for `bench ledger`"),
        Option(flag="--elders", kind=count, default=100, help="in the made-up district"),
        Option(flag="--past-weeks", kind=count, default=60, help="weeks that lie behind"),
    ),
    run=run,
)
