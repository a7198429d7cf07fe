"""Several engine processes side by side, each told what to do and asked how it went."""

import gc
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from callcenter.benches.figures import CannotMeasure, own_cpu, own_peak_mb
from callcenter.benches.house import Plan
from callcenter.benches.line import BenchLine
from callcenter.wiring import House

SPAWN = multiprocessing.get_context("spawn")
LONGEST = 7_200  # seconds that one piece of work may take
Work = Callable[["Engine"], dict[str, Any]]


@dataclass(kw_only=True)
class Engine:
    """One engine process from inside."""

    number: int
    house: House
    line: BenchLine
    kept: dict[str, Any] = field(default_factory=dict)  # from one piece of work to the next


@dataclass(frozen=True, kw_only=True)
class Done:
    """How one piece of work went in all processes."""

    wall_s: float
    cpu_s: float  # of all engine processes together
    peak_mb: float  # of the largest process
    found: list[dict[str, Any]]  # what each process gave back


class Crew:
    """The running processes. Work is a function of a module: it is sent by name."""

    def __init__(self, pipes: Sequence[Connection]) -> None:
        self._pipes = pipes

    def do(self, work: Work) -> Done:
        """Has all processes do the work at the same time. Raises CannotMeasure if one fails."""
        began = time.perf_counter()
        for pipe in self._pipes:
            pipe.send(work)
        told = [self._answer(pipe) for pipe in self._pipes]
        return Done(
            wall_s=time.perf_counter() - began,
            cpu_s=sum(cpu for cpu, _, _ in told),
            peak_mb=max(peak for _, peak, _ in told),
            found=[found for _, _, found in told],
        )

    def _answer(self, pipe: Connection) -> tuple[float, float, dict[str, Any]]:
        if not pipe.poll(LONGEST):
            raise CannotMeasure("an engine of the bench gave no sign for two hours")
        try:
            answer: tuple[float, float, dict[str, Any]] = pipe.recv()
        except (EOFError, ConnectionResetError):
            raise CannotMeasure("an engine of the bench has died; its words stand above") from None
        return answer


@contextmanager
def crew(plan: Plan, engines: int) -> Iterator[Crew]:
    """So many engine processes on the database of the plan; ended when the block ends."""
    pairs = [SPAWN.Pipe() for _ in range(engines)]
    processes = [
        SPAWN.Process(target=_live, args=(number, plan, theirs), daemon=True)
        for number, (_, theirs) in enumerate(pairs)
    ]
    for process, (_, theirs) in zip(processes, pairs, strict=True):
        process.start()
        theirs.close()
    yet = Crew([ours for ours, _ in pairs])
    try:
        yet.do(_ready)
        yield yet
        for ours, _ in pairs:
            ours.close()
        for process in processes:
            process.join(20)
    finally:
        for process in processes:
            process.kill()


def _ready(engine: Engine) -> dict[str, Any]:
    """Connected and warm."""
    with engine.house.store.look() as session:
        session.connection()
    return {}


def _live(number: int, plan: Plan, pipe: Connection) -> None:
    """A process: does what it is sent until the other end hangs up."""
    line = BenchLine(f"{number:02d}", clock=plan.now)
    engine = Engine(number=number, house=plan.house(line), line=line)
    gc.freeze()  # as every process of the house does
    while True:
        try:
            work: Work = pipe.recv()
        except EOFError:
            engine.house.store.engine.dispose()
            return
        before = own_cpu()
        found = work(engine)
        pipe.send((own_cpu() - before, own_peak_mb(), found))
