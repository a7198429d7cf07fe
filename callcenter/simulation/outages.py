"""When no engine could act through no fault of its own: nobody is blamed for that time."""

from datetime import datetime, timedelta

from callcenter.simulation.mishaps import Span, overlap


class Outages:
    """Spans of true time in which no engine ran or the database was gone."""

    def __init__(self, gone: tuple[Span, ...] = ()) -> None:
        self._gone = gone
        self._idle: list[Span] = []
        self._since: datetime | None = None

    def engines(self, true: datetime, *, any_up: bool) -> None:
        """Hears at every step whether an engine is at work."""
        if any_up and self._since is not None:
            self._idle.append((self._since, true))
            self._since = None
        elif not any_up and self._since is None:
            self._since = true

    def excused(self, start: datetime, end: datetime) -> timedelta:
        """How much of that time was an outage."""
        spans = [*self._gone, *self._idle]
        if self._since is not None:
            spans.append((self._since, end))
        return overlap([span for span in spans if span[1] > start and span[0] < end], start, end)
