"""Runs the real house through simulated weeks, and counts what became of everybody.

Real are the engine, the services, the store, the web application with its signed webhooks, the
twilio client and the exchange. Made up are the people, the clock and what goes wrong.
"""

import resource
import time
from collections import Counter
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.exc import OperationalError

from callcenter import auditor, engine
from callcenter.config import ROOT, Settings
from callcenter.domain.checkin import SlotState
from callcenter.domain.escalation import Standing
from callcenter.domain.week import at
from callcenter.policy import read_policy
from callcenter.simulation import tally
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.chats import FAILS, Chats
from callcenter.simulation.dates import WEEK, eve, first_monday
from callcenter.simulation.district import HOTLINE, PREFIX, District, settle
from callcenter.simulation.machine import Machine
from callcenter.simulation.mishaps import Mishaps, draw
from callcenter.simulation.oddities import Oddities
from callcenter.simulation.outages import Outages
from callcenter.simulation.staff import Staff
from callcenter.simulation.trap import SteppingClock, Trapped, Weathered
from callcenter.simulation.wish import NotEmpty, Result, Wish
from callcenter.store import schema
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Attempt, Elder, Escalation, Slot
from callcenter.wiring import House
from callcenter.world import World

GRID = timedelta(seconds=10)  # how often an engine looks while calls are going on
AGAIN = timedelta(seconds=1)  # and while it has not kept up
LONGEST_STEP = timedelta(hours=1)
STAFF_EVERY = timedelta(minutes=10)
AUDIT_EVERY = timedelta(hours=6)
SETTLES = timedelta(minutes=10)  # after an outage the auditor waits so long before it blames
AFTERWARDS = timedelta(days=3)  # for what is pending after the last week
MIDNIGHT = timedelta(days=1)


def simulate(wish: Wish) -> "Simulation":
    """Lives through all of it. Raises NotEmpty; errors of the database as its driver says them."""
    simulation = Simulation(wish)
    try:
        simulation.run()
    finally:
        simulation.close()
    return simulation


class Simulation:
    """A district, a house, an exchange, and some weeks."""

    def __init__(self, wish: Wish) -> None:
        self._began = time.monotonic()
        self.wish = wish
        self.monday = first_monday(wish.seed, wish.weeks)
        self.until = self.monday + WEEK * wish.weeks
        self.mishaps = draw(wish.seed, self.monday, wish.weeks) if wish.faults else Mishaps()
        self.oddities = Oddities()
        self.faults: Counter[str] = Counter()  # the worst that the auditor saw, by kind
        self.late = timedelta(0)
        self.result = Result()
        self._due: datetime | None = None  # when the rows say that something is due, house time
        self.district = _settled(wish, self.monday, self.until)
        self.world = self._world()
        self.line = tally.Line(self.world.exchange.board)
        self.world.exchange.board.listeners.append(self.line.hears)
        self.outages = Outages(self.mishaps.gone)
        self._kills, self._naps = list(self.mishaps.kills), list(self.mishaps.naps)
        engines = 2 if self.world.house.store.many_writers else 1
        self.machines = [Machine(self.world, self._trapped) for _ in range(engines)]
        self.staff = Staff(
            house=self.world.build(self._weathered),
            exchange=self.world.exchange,
            district=self.district,
            seed=wish.seed,
        )
        self.agenda = self._agenda()

    @property
    def kept(self) -> bool:
        """Whether the promise was kept, without any error that nobody asked for."""
        return self.result.kept and not self.oddities.seen

    # Time -----------------------------------------------------------------------------------

    @property
    def true(self) -> datetime:
        """What time it is at the exchange; aware UTC."""
        return self.world.exchange.board.now

    @property
    def clock(self) -> SteppingClock:
        """The house's clock, which may be wrong."""
        clock = self.world.clock
        assert isinstance(clock, SteppingClock)  # noqa: S101  made in _world
        return clock

    def run(self) -> Result:
        """All weeks, and then until nothing is pending, for AFTERWARDS at most."""
        with self.oddities.listening(), self.world.staying():
            self.live_until(at(self.until, 0) - timedelta(seconds=1))
            end = self.true + AFTERWARDS
            while self.true < end and self._pending():
                self.live_until(self.true + LONGEST_STEP)
        self.result = self._result()
        return self.result

    def live_until(self, end: datetime) -> None:
        """Lets time pass: calls are made, answered and told of, and people do their work."""
        while self.true < end:
            before = self.world.delivered
            self.world.line.advance(min(end, self._next()))
            acted = self.agenda.advance(self.true)
            if acted or self.world.delivered > before or self._is_due():
                self._turn()

    def close(self) -> None:
        """Gives everything back."""
        for machine in self.machines:
            machine.close()
        self.staff.house.store.engine.dispose()
        self.world.close()

    def _next(self) -> datetime:
        """The next moment at which anybody has to look."""
        found = [self.true + LONGEST_STEP, self.agenda.next_at()]
        if self._due is not None and any(one.up for one in self.machines):
            found.append(self._due - self.clock.off())
        found += [one.back_at for one in self.machines if one.back_at is not None]
        soonest = max(self.true + AGAIN, min(found))
        moves = self.world.line.next_at()
        if moves is not None and moves < soonest:
            soonest = min(soonest, max(moves, self.true) + GRID)
        return soonest

    def _is_due(self) -> bool:
        if self._due is None or self._due <= self.clock.now():
            return True
        return any(not one.up or one.looked_at + LONGEST_STEP <= self.true for one in self.machines)

    def _turn(self) -> None:
        """Each engine that lives looks whether something is due."""
        for machine in self.machines:
            machine.rise(self.true)
        self._see_engines()
        for machine in self.machines:
            if machine.up:
                self._look(machine)
        self._see_engines()

    def _see_engines(self) -> None:
        self.outages.engines(self.true, any_up=any(one.up for one in self.machines))

    def _look(self, machine: Machine) -> None:
        now = self.clock.now()
        try:
            due = engine.next_due(machine.house)
            if due is None or due <= now or machine.looked_at + LONGEST_STEP <= self.true:
                self._blame(due, now)
                machine.tick()
                due = engine.next_due(machine.house) if machine.up else now
        except OperationalError:
            due = now + AGAIN
        self._due = due

    def _blame(self, due: datetime | None, now: datetime) -> None:
        """How late the engine is, but for outages; a jump of the clock makes nothing late."""
        if due is None or due >= now:
            return
        start, end = max(due - self.clock.off(), self.clock.stepped_at()), self.true
        if start < end:
            self.late = max(self.late, end - start - self.outages.excused(start, end))

    def _sleep(self, machine: Machine, lasts: timedelta) -> None:
        """An engine stands still in the middle of its work; everything else goes on."""
        machine.asleep = True
        self._see_engines()
        self.live_until(self.true + lasts)
        machine.asleep = False
        self._see_engines()

    # People and the auditor -----------------------------------------------------------------

    def _agenda(self) -> Agenda:
        agenda = Agenda()
        midnight = at(self.monday, 0)
        agenda.every(midnight + timedelta(seconds=5), MIDNIGHT, self._wake)
        agenda.every(midnight + timedelta(hours=8, minutes=55), MIDNIGHT, self.staff.begin_day)
        agenda.every(midnight + timedelta(hours=7), STAFF_EVERY, self.staff.work)
        agenda.every(midnight + timedelta(hours=1), AUDIT_EVERY, self.audit)
        for week in range(1, self.wish.weeks + 1):
            last = at(self.monday + WEEK * week, 0) - timedelta(seconds=30)
            agenda.at(last, self.audit)
        return agenda

    def _wake(self) -> bool:
        self._due = None
        return True

    def audit(self) -> None:
        """The auditor looks; after an outage it waits until the house has had time to recover."""
        start = self.true - SETTLES
        if self.outages.excused(start, self.true) or self.clock.stepped_at() > start:
            self.agenda.at(self.true + SETTLES, self.audit)
            return
        for fault in auditor.audit(self.world.house, self.clock.now()):
            self.faults[fault.kind] = max(self.faults[fault.kind], fault.count)

    # What came of it ------------------------------------------------------------------------

    def _pending(self) -> bool:
        unended = (SlotState.OPEN.value, SlotState.ESCALATED.value)
        with self._reading().look() as session:
            return bool(
                session.scalar(select(exists().where(Slot.state.in_(unended))))
                or session.scalar(select(exists().where(Attempt.live)))
                or session.scalar(
                    select(exists().where(Escalation.standing != Standing.RESOLVED.value))
                )
            )

    def _reading(self) -> Store:
        """The database without the weather."""
        return Store(self.world.house.store.engine)

    def _result(self) -> Result:
        with self._reading().look() as session:
            slots = tally.count_slots(session, self.monday, self.until)
            dials = tally.count_dials(session, self.line, self.clock)
            escalations = tally.count_escalations(session)
        return Result(
            elders=self.wish.elders,
            slots=slots.total(),
            confirmed_safe=slots[SlotState.CONFIRMED_SAFE],
            excused=slots[SlotState.EXCUSED],
            resolved=slots[SlotState.RESOLVED],
            open=slots[SlotState.OPEN] + slots[SlotState.ESCALATED],
            blank=self.faults["blank"] + self.faults["no_next"],
            dials=dials.dials,
            double_dials=dials.double_dials,
            outside_window=dials.outside_window,
            escalations=escalations,
            unowned=self.faults["unowned"] + self.faults["orphaned"],
            max_lateness_s=round(self.late.total_seconds(), 1),
            wall_s=round(time.monotonic() - self._began, 1),
            peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            seed=self.wish.seed,
        )

    # The parts ------------------------------------------------------------------------------

    def _world(self) -> World:
        settings = _settings(self.wish)
        return World(
            settings,
            self.district.book(),
            eve(self.monday),
            seed=self.wish.seed,
            faults=self.mishaps.line,
            chat=Chats(self.wish.seed, FAILS if self.wish.faults else 0.0),
            policy=read_policy(settings.policy_folder, HOTLINE),
            clock=lambda exchange: SteppingClock(exchange, self.mishaps.steps),
            doors=self._weathered,
            broke=self.oddities.broke,
        )

    def _weathered(self, store: Store) -> Store:
        return Weathered(store, self._database_is_gone)

    def _database_is_gone(self) -> bool:
        return any(start <= self.true < end for start, end in self.mishaps.gone)

    def _trapped(self, machine: Machine) -> House:
        return self.world.build(
            lambda store: Trapped(
                store,
                self._database_is_gone,
                kills=self._kills,
                naps=self._naps,
                true=lambda: self.true,
                sleep=lambda lasts: self._sleep(machine, lasts),
            )
        )


def _settings(wish: Wish) -> Settings:
    """A house of its own: nothing of the environment reaches it."""
    return Settings(
        database_url=wish.database_url,
        policy_folder=ROOT / "policy",
        public_url="http://127.0.0.1:8000",
        session_secret="a-secret-of-a-simulation",  # noqa: S106  nobody signs in
        carrier_url="http://127.0.0.1:8010",
        account_sid="AC" + "0" * 32,
        auth_token="a-token-of-a-simulation",  # noqa: S106  both ends are in this process
        hotline_number=HOTLINE,
        duty_number=f"{PREFIX}99000001",
        duty_phones_file=None,
        fallback_url="http://127.0.0.1:8020",
        calls_per_second=min(100, 1 + wish.elders // 1000),
        rasa_token="",
        telegram_token="",
        clock_file=None,
        heartbeat_url="",
    )


def _settled(wish: Wish, monday: date, until: date) -> District:
    engine_ = open_engine(wish.database_url)
    try:
        schema.migrate(engine_)
        store = Store(engine_)
        with store.look() as session:
            if session.scalar(select(func.count()).select_from(Elder)):
                raise NotEmpty("this database has people in it: a simulation needs an empty one")
        return settle(store, wish.elders, wish.seed, monday, until)
    finally:
        engine_.dispose()
