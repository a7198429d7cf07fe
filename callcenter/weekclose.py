"""Closing a week: draws its report in short transactions and binds it into the chain.

Pages are added one by one under a draft; only when all lie there is the report added that names
them. A draft that breaks off is bound by nothing and harms nothing.
"""

import secrets
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from callcenter.domain.week import local, monday_of
from callcenter.domain.weekreport import Json
from callcenter.services import weekchain, weekreport
from callcenter.services.errors import CareError
from callcenter.services.weekchain import NotOver, Tally
from callcenter.store.report_tables import WeekReport
from callcenter.store.session import Store

BY_ITSELF = "系统"


class NothingNew(CareError):
    """和现在的一版相比没有变化，不用重报。"""


class JustDrawn(CareError):
    """刚刚已有人生成了这一版，请重新打开周报。"""

    status = 409


def draw(store: Store, now: datetime, monday: date, *, by: str, why: str = "") -> WeekReport:
    """Draws and keeps the report of a week that is over; a later one is a new revision.

    Raises NotOver, NothingNew when a revision would say the same as the one before, or JustDrawn.
    """
    if monday >= monday_of(now) or monday.weekday() != 0:
        raise NotOver
    draft, tally = secrets.token_hex(16), Tally()
    with store.look() as session:
        before = weekchain.newest(session, monday)
        known = weekchain.head_of(before) if before else {}
    for page in pages(store, now, monday):
        with store.work() as session:
            mark = weekreport.keep_page(session, draft, len(tally.pages) + 1, page)
        tally.add(page, mark)
    try:
        with store.work() as session:
            report = weekchain.close(session, now, monday, by=by, why=why, draft=draft, tally=tally)
            if known and not _differs(known, weekchain.head_of(report)):
                raise NothingNew
            return report
    except IntegrityError:
        raise JustDrawn from None


def draw_due(store: Store, now: datetime) -> int:
    """Draws every report that is due, the oldest week first; gives how many."""
    with store.look() as session:
        due = weekchain.weeks_due(session, now)
    for monday in due:
        draw(store, now, monday, by=BY_ITSELF)
    return len(due)


def pages(store: Store, now: datetime, monday: date) -> Iterator[Json]:
    """The pages of a week as the ledger stands; of a week that is not over, so far."""
    today, line = local(now).date(), 1
    with store.look() as session:
        places = weekreport.places_of(session, monday, today)
    for place in places:
        with store.look() as session:
            for page in weekreport.pages_of(session, now, monday, today, place, line):
                yield page
                line += len(page["elders"])
                session.expunge_all()  # one page of rows at a time, whatever the community


def _differs(before: Json, after: Json) -> bool:
    said = ("totals", "pages", "rules", "missed", "communities")
    return any(before.get(key) != after.get(key) for key in said)
