"""What a bench is, and how it measures: seconds, processor time and memory of processes."""

import os
import resource
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Figures = Mapping[str, object]  # what a bench found, in the order in which it is printed
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class CannotMeasure(Exception):
    """The bench cannot be run as asked; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option of a bench on the command line."""

    flag: str  # such as --elders
    kind: Callable[[str], object]
    default: object
    help: str


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One thing that can be measured: `python -m callcenter bench NAME`."""

    name: str
    help: str
    options: tuple[Option, ...]
    run: Callable[[Namespace], Figures]


def count(text: str) -> int:
    """A whole number above zero, as an argument. Raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def own_cpu() -> float:
    """Processor seconds that this process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def own_peak_mb() -> float:
    """The most memory that this process has ever held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def tree_cpu(pid: int) -> float | None:
    """Processor seconds of a process and its children, living and ended; None where unknown."""
    try:
        return sum(_ticks(one) for one in (pid, *children(pid))) / CLOCK_TICKS
    except OSError:
        return None


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still live. Raises OSError if unknown."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in listed.split()]


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # a child that has just ended
        return 0
    return sum(int(one) for one in fields[11:15])
