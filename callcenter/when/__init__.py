"""Reads the times that elders say (后天下午两点到四点, 下礼拜三吃中饭辰光) and says them in full.

A day and a part of the day or a clock time are read on their own and put together, seen from `now`.
The past is refused with a question that helps; what could mean two things is asked back, never
guessed silently: whoever calls this reads the result back with its date and weekday.
"""

from callcenter.when.doubt import NotInFuture, Unsettled
from callcenter.when.festivals import holiday
from callcenter.when.kinds import day_kind
from callcenter.when.reading import When, at_another_time, read_when, said_now

__all__ = [
    "NotInFuture",
    "Unsettled",
    "When",
    "at_another_time",
    "day_kind",
    "holiday",
    "read_when",
    "said_now",
]
