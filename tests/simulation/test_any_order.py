"""Whatever happens in whatever order: nobody blank, rung twice, rung out of hours, or unowned.

A real house in a small world; Hypothesis chooses what goes wrong, and shows the shortest story.
"""

import tempfile
from contextlib import ExitStack
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from callcenter import auditor, engine
from callcenter.config import Settings
from callcenter.domain.escalation import Standing
from callcenter.exchange.faults import NONE, Faults
from callcenter.services import escalations
from callcenter.services.errors import CareError
from callcenter.simulation import tally
from callcenter.simulation.machine import Machine
from callcenter.simulation.mishaps import Kill
from callcenter.simulation.oddities import Oddities
from callcenter.simulation.trap import SteppingClock, Trapped
from callcenter.wiring import House
from callcenter.world import World
from tests.house import HOTLINE, SECRETS, policy
from tests.town import (
    BOOK,
    CASEWORKER,
    HEAD,
    LI,
    MONDAY_MORNING,
    OFFICER,
    WANG,
    ZHAO,
    Town,
    settle,
)

ANSWERS = ("presses_one", "no_answer", "busy", "hangs_up_midway", "silent", "asks_for_help")
BROKEN = {"blank", "no_next", "unowned", "orphaned"}  # what the auditor must never see
STEP = timedelta(seconds=1)
BAD = Faults(  # a line so bad that few calls go as they should
    lost=0.1,
    doubled=0.2,
    late=0.2,
    reordered=0.2,
    create_lost=0.15,
    create_unheard=0.3,
    create_error=0.05,
)


class AnyOrder(RuleBasedStateMachine):
    """Three elders, four members of staff, and one engine that may die."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = ExitStack()
        folder = self.ends.enter_context(tempfile.TemporaryDirectory())
        self.oddities = Oddities()
        self.ends.enter_context(self.oddities.listening())
        chosen = Settings.model_validate(
            SECRETS
            | {
                "database_url": f"sqlite:///{folder}/town.db",
                "hotline_number": HOTLINE,
                "duty_number": OFFICER,
            }
        )
        self.world = World(chosen, BOOK, MONDAY_MORNING, policy=policy(), clock=self._clock)
        self.ends.callback(self.world.close)
        settle(self.world)
        self.town = Town(self.world)
        self.board = self.world.exchange.board
        self.board.faults = BAD
        self.line = tally.Line(self.board)
        self.board.listeners.append(self.line.hears)
        self.kills: list[Kill] = []
        self.machine = Machine(self.world, self._trapped)
        self.machine.tick()

    def _clock(self, exchange: object) -> SteppingClock:
        self.clock = SteppingClock(exchange)  # type: ignore[arg-type]
        return self.clock

    def _trapped(self, _: Machine) -> House:
        return self.world.build(
            lambda store: Trapped(
                store, lambda: False, self.kills, [], self.clock.true, lambda _: None
            )
        )

    # What happens ---------------------------------------------------------------------------

    @rule(elder=some.sampled_from((WANG, LI, ZHAO)), how=some.sampled_from(ANSWERS))
    def answers(self, elder: str, how: str) -> None:
        """From now on an elder takes calls in another way."""
        self.world.exchange.people.behaves(elder, how)

    @rule(worker=some.sampled_from((CASEWORKER, HEAD, OFFICER)), picks_up=some.booleans())
    def on_duty(self, worker: str, picks_up: bool) -> None:
        """A worker picks up and presses the key from now on, or never does."""
        self.world.exchange.people.behaves(worker, "caseworker" if picks_up else "no_answer")

    @rule(bad=some.booleans())
    def carrier(self, bad: bool) -> None:
        """Callbacks get lost, come twice, late and out of order, and creates time out; or not."""
        self.board.faults = BAD if bad else NONE

    @rule(commits=some.integers(0, 6), after=some.booleans(), down=some.sampled_from((2, 30, 600)))
    def dies(self, commits: int, after: bool, down: int) -> None:
        """The engine is killed at one of its next commits."""
        down_for = timedelta(seconds=down)
        kill = Kill(at=self.clock.true(), commits=commits, after=after, down=down_for)
        self.kills[:] = [kill]

    @rule(seconds=some.integers(-60, 60))
    def clock_jumps(self, seconds: int) -> None:
        """The house's clock is set wrong, or right again."""
        self.clock.step(timedelta(seconds=seconds))

    @rule(elder=some.sampled_from((WANG, LI, ZHAO)))
    def hangs_up(self, elder: str) -> None:
        """Whoever is in a call puts the receiver down."""
        self.world.exchange.hang_up(elder)

    @precondition(lambda self: self._open())
    @rule(found=some.booleans())
    def somebody_takes_it(self, found: bool) -> None:
        """A caseworker acknowledges what is open, and writes down what was found, or not."""
        house, worker = self.world.house, self.town.worker("caseworker")
        for one in self._open():
            with house.store.work() as session:
                try:
                    escalations.acknowledge(session, house.now(), one, worker, "console")
                except CareError:
                    continue  # somebody has it already
        if found:
            self.town.finds_everyone_well()

    @rule(minutes=some.sampled_from((1, 5, 45, 300, 1440)))
    def time_passes(self, minutes: int) -> None:
        """Calls are made, answered and told of."""
        end = self.clock.true() + timedelta(minutes=minutes)
        while self.clock.true() < end:
            self.world.line.advance(min(end, self._next()))
            self.machine.rise(self.clock.true())
            if self.machine.up:
                self.machine.tick()

    # What holds -----------------------------------------------------------------------------

    @invariant()
    def nobody_is_rung_twice_or_out_of_hours(self) -> None:
        """As the exchange saw it."""
        with self.world.house.store.look() as session:
            dials = tally.count_dials(session, self.line, self.clock)
        assert (dials.double_dials, dials.outside_window) == (0, 0)

    @invariant()
    def nobody_is_blank_or_unowned(self) -> None:
        """As the auditor sees it while an engine runs."""
        if self.machine.up:
            seen = auditor.audit(self.world.house, self.world.now)
            assert [one for one in seen if one.kind in BROKEN and one.count] == []

    @invariant()
    def nothing_breaks(self) -> None:
        """No step and no webhook ends in an error that nobody asked for."""
        assert not self.oddities.seen

    def teardown(self) -> None:
        """The world ends."""
        self.machine.close()
        self.ends.close()

    def _open(self) -> list[int]:
        standing = Standing.RINGING.value
        return [one.id for one in self.town.escalations() if one.standing == standing]

    def _next(self) -> datetime:
        due = engine.next_due(self.world.house) if self.machine.up else None
        found = [self.clock.true() + timedelta(hours=1), self.world.line.next_at()]
        found += [due - self.clock.off() if due else None, self.machine.back_at]
        return max(self.clock.true() + STEP, min(one for one in found if one is not None))


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=6,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
