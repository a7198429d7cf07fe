"""Errors that nobody asked for: logged by the house, or answered with a 500.

A simulation must not pass because a broad except hid a mistake. What the injected faults explain
(no database) is expected; everything else is kept with its trace.
"""

import logging
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError


class Oddities(logging.Handler):
    """Listens to the house's log and to its web application."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: Counter[str] = Counter()  # by trace

    def emit(self, record: logging.LogRecord) -> None:
        """One error that the house has logged."""
        broken = sys.exc_info()[1]
        if broken is None:
            self.seen[record.getMessage()] += 1
        else:
            self.broke(broken)

    def broke(self, broken: BaseException) -> None:
        """One error that ended a step or a request."""
        if not isinstance(broken, OperationalError):
            self.seen["".join(traceback.format_exception(broken))] += 1

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hears the house's log, and keeps it off the screen, while the block lasts."""
        log = logging.getLogger("callcenter")
        before = log.propagate
        log.addHandler(self)
        log.propagate = False
        try:
            yield
        finally:
            log.removeHandler(self)
            log.propagate = before
