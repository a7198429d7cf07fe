"""When a simulation takes place: whole weeks that cross the end of a month, often of a year."""

from datetime import date, datetime, timedelta
from random import Random

from callcenter.domain.week import at

YEARS = (2026, 2027, 2028)  # 2028 has a 29 February
WEEK = timedelta(days=7)


def first_monday(seed: int, weeks: int) -> date:
    """The first Monday: the weeks cross a year's end for even seeds, a month's end for odd ones."""
    chance = Random(f"{seed}:dates")  # noqa: S311  not for secrets
    year = chance.choice(YEARS)
    border = date(year + 1, 1, 1) if seed % 2 == 0 else date(year, chance.randint(2, 12), 1)
    last = border - timedelta(days=1)
    monday = last - timedelta(days=last.weekday())  # the week that holds the last day
    return monday - WEEK * chance.randrange(weeks)


def eve(monday: date) -> datetime:
    """The Sunday before, ten minutes to midnight in Wuxi: the first thing to cross."""
    return at(monday - timedelta(days=1), 23 * 60 + 50)
