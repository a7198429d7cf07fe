"""What time it is: the real clock, or a demonstration clock that may run faster.

The demonstration clock is a small JSON file that every process of `make run` reads, so that
the engine, the console and the local exchange agree on the time. Without a file, time is real.
"""

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

MAX_SPEED = 3600


def real_now() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How demonstration time runs: at `real` it was `shown`, and it runs `speed` times as fast."""

    real: datetime  # aware UTC
    shown: datetime  # aware UTC
    speed: int  # 1 is real pace; at most MAX_SPEED

    def at(self, real: datetime) -> datetime:
        """Demonstration time at the given real moment."""
        return self.shown + (real - self.real) * self.speed


class Clock:
    """The one place that reads a clock, and waits by it. `now()` is aware UTC."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self._stamp = -1
        self._pace: Pace | None = None

    @property
    def demonstration(self) -> bool:
        """True when time comes from a demonstration file."""
        return self.file is not None

    def pace(self) -> Pace | None:
        """The pace in force, or None when time is real."""
        if self.file is None or not self.file.exists():
            return None
        stamp = self.file.stat().st_mtime_ns
        if stamp != self._stamp:
            self._pace, self._stamp = _read(self.file), stamp
        return self._pace

    def now(self) -> datetime:
        """The time that everything in the house goes by."""
        pace = self.pace()
        return real_now() if pace is None else pace.at(real_now())

    def sleep(self, seconds: float) -> None:
        """Returns when so much time has passed on a real clock."""
        time.sleep(seconds)

    def real_seconds(self, shown: float) -> float:
        """How many real seconds it takes until `shown` seconds have passed on this clock."""
        pace = self.pace()
        return shown if pace is None else shown / pace.speed

    def run_at(self, speed: int, shown: datetime | None = None) -> Pace:
        """Let demonstration time run `speed` times as fast from now on (or from `shown`).

        Raises ValueError without a demonstration file, or for a speed outside 1..MAX_SPEED.
        """
        if self.file is None:
            raise ValueError("the clock is real here: set XIXIN_CLOCK_FILE for a demonstration")
        if not 1 <= speed <= MAX_SPEED:
            raise ValueError(f"speed must be 1 to {MAX_SPEED}, not {speed}")
        pace = Pace(real=real_now(), shown=shown or self.now(), speed=speed)
        _write(self.file, pace)
        return pace


def _read(file: Path) -> Pace:
    raw = json.loads(file.read_text())
    return Pace(
        real=datetime.fromisoformat(raw["real"]),
        shown=datetime.fromisoformat(raw["shown"]),
        speed=int(raw["speed"]),
    )


def _write(file: Path, pace: Pace) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(
        json.dumps(
            {
                "real": pace.real.isoformat(),
                "shown": pace.shown.isoformat(),
                "speed": pace.speed,
            }
        )
    )
    os.replace(fresh, file)
