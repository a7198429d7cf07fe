"""Who is on which list on which day (名册): the 2+2 group and the wider visiting list.

Entry and exit are dated, so that a past week always shows the roster of that week.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from callcenter.domain.checkin import NextAction, SlotState
from callcenter.domain.escalation import Finding
from callcenter.domain.people import (
    CATEGORY_WORDS,
    COVERED_FROM_AGE,
    GONE,
    OFF_BOTH,
    Category,
    Leaving,
    Living,
    Situation,
    category_on,
    covered_from,
    on_visiting_list,
)
from callcenter.domain.week import at, local, sunday_of
from callcenter.services.timeline import note
from callcenter.store.bulk import add_new
from callcenter.store.roster_tables import VisitingEntry
from callcenter.store.tables import Beat, Coverage, Elder, Slot, Visit

BATCH = 500  # elders entered in one round; memory stays bounded
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
LOOK = "roster"  # the beat of the look at birthdays and exits; its note is the last elder's id
LOOK_EVERY = timedelta(hours=6)  # and when a new day begins
LIVES_ALONE = (Living.ALONE.value, Living.EMPTY_NEST.value)  # domain.people.on_visiting_list
SEEN = (Finding.SEEN_WELL.value, Finding.SEEN_ILL_HELPED.value)
_FINAL = tuple(why.value for why in Leaving if why is not Leaving.UNFIT)
_GONE = tuple(why.value for why in GONE)


def situation(elder: Elder) -> Situation:
    """What decides on which lists this elder belongs."""
    return Situation(
        born_on=elder.born_on,
        living=Living(elder.living),
        hardship=elder.hardship,
        disabled=elder.disabled,
    )


def covered(first: date, last: date) -> ColumnElement[bool]:
    """The condition that an Elder row was covered on some day from `first` to `last`."""
    return exists().where(Coverage.elder_id == Elder.id, *_within(Coverage, first, last))


def visiting(first: date, last: date) -> ColumnElement[bool]:
    """The condition that an Elder row was on the wider list on some day in between."""
    return exists().where(VisitingEntry.elder_id == Elder.id, *_within(VisitingEntry, first, last))


def seen_at_home(first: date, after: date) -> ColumnElement[bool]:
    """The condition that somebody saw this elder at home from `first` until before `after`."""
    return exists().where(
        Visit.elder_id == Elder.id,
        Visit.found.in_(SEEN),
        Visit.began_at >= at(first, 0),
        Visit.began_at < at(after, 0),
    )


def covers(session: Session, elder_id: int, day: date) -> bool:
    """Whether this elder is on the list on that day."""
    rows = exists().where(Coverage.elder_id == elder_id, *_within(Coverage, day, day))
    return bool(session.scalar(select(rows)))


def on_a_list(session: Session, elder_id: int, day: date) -> bool:
    """Whether this elder is on one of the two lists on that day or later."""
    if _open(session, Coverage, elder_id, day) is not None:
        return True
    return _open(session, VisitingEntry, elder_id, day) is not None


def coverage_in(session: Session, ids: Sequence[int], monday: date) -> dict[int, Coverage]:
    """Under which rule each of these elders was covered in that week; the latest entry counts."""
    within = _within(Coverage, monday, sunday_of(monday))
    rows = select(Coverage).where(Coverage.elder_id.in_(ids), *within)
    ordered = rows.order_by(Coverage.entered_on, Coverage.id)
    return {one.elder_id: one for one in session.scalars(ordered)}


def enter(session: Session, now: datetime, elder: Elder, day: date) -> bool:
    """Puts an elder on the lists where the situation belongs, from `day` on. Flushed before.

    Who turns 80 between `day` and today enters on the birthday, who does so later is taken in by
    `look`. A list on which the elder stands already is left as it is. True when one was entered.
    """
    entered = False
    who, today = situation(elder), local(now).date()
    first = covered_from(who)
    begins = max(day, first) if first else None
    if begins is not None and begins <= max(day, today):
        category = category_on(who, begins)
        if category is not None and _open(session, Coverage, elder.id, begins) is None:
            session.add(Coverage(elder_id=elder.id, category=category.value, entered_on=begins))
            note(session, now, "roster", _entered(category), elder_id=elder.id)
            entered = True
    if on_visiting_list(who) and _open(session, VisitingEntry, elder.id, day) is None:
        session.add(VisitingEntry(elder_id=elder.id, living=elder.living, entered_on=day))
        entered = True
    return entered


def review(session: Session, now: datetime, elder: Elder, day: date) -> None:
    """Makes both lists fit a situation that has changed: from `day` on, never backwards.

    Somebody who has moved away, died or asked to be left out is not taken back.
    """
    category = category_on(situation(elder), day)
    row = _open(session, Coverage, elder.id, day)
    if row is not None and row.category != category:
        row.left_on, row.left_why = max(day, row.entered_on), Leaving.UNFIT.value
    if category is not None and (row is None or row.left_on is not None):
        if not _out_for_good(session, Coverage, elder.id):
            session.add(Coverage(elder_id=elder.id, category=category.value, entered_on=day))
            note(session, now, "roster", _entered(category), elder_id=elder.id)
    elif row is not None and row.left_on is not None:
        note(session, now, "roster", f"退出名册：{Leaving.UNFIT}", elder_id=elder.id)
    _review_visiting(session, elder, day)
    session.flush()


def _review_visiting(session: Session, elder: Elder, day: date) -> None:
    row = _open(session, VisitingEntry, elder.id, day)
    if row is not None and row.living == elder.living:
        return
    if row is not None:
        row.left_on, row.left_why = max(day, row.entered_on), Leaving.UNFIT.value
        session.flush()
    if on_visiting_list(situation(elder)) and not _out_for_good(session, VisitingEntry, elder.id):
        session.add(VisitingEntry(elder_id=elder.id, living=elder.living, entered_on=day))


def leave(session: Session, now: datetime, elder_id: int, day: date, why: Leaving, by: str) -> None:
    """Takes an elder off the list from `day` on; past weeks keep the roster they had.

    Who has moved, died or gone into a home leaves the wider visiting list as well. From that day on
    nobody phones or visits: what is open of the week is excused, by the name of who said so.
    """
    _close(session, Coverage, elder_id, day, why)
    never = ~exists().where(VisitingEntry.elder_id == elder_id)
    if why in OFF_BOTH:
        _close(session, VisitingEntry, elder_id, day, why)
    if why in OFF_BOTH and session.scalar(select(never)):
        elder = session.get_one(Elder, elder_id)  # remembered, so that `look` does not list them
        row = VisitingEntry(elder_id=elder_id, living=elder.living, entered_on=day, left_on=day)
        row.left_why = why.value
        session.add(row)
    session.flush()
    if day <= local(now).date():
        _excuse(session, now, select(Slot).where(Slot.elder_id == elder_id), why.value, by)


def look(session: Session, now: datetime) -> bool:
    """Who turns 80 enters, who lives alone is listed, who has left is excused; in one transaction.

    False when it was done lately, or another engine is about it; called at every tick.
    """
    today = local(now).date()
    if session.get(Beat, LOOK) is None:
        add_new(session, Beat, [{"name": LOOK, "at": NEVER, "note": ""}])
    row = select(Beat).where(Beat.name == LOOK).with_for_update(skip_locked=True)
    beat = session.scalars(row.execution_options(populate_existing=True)).one_or_none()
    if beat is None or _fresh(beat, now):
        return False
    beat.at, beat.note = now, str(session.scalar(select(func.max(Elder.id))) or 0)
    _grow_up(session, now, today)
    _list_all(session, today)
    gone = ~exists().where(Coverage.elder_id == Slot.elder_id, *_within(Coverage, today, today))
    _excuse(session, now, select(Slot).where(gone), "已不在名册", "名册")
    return True


def looked_lately(session: Session, now: datetime) -> bool:
    """Whether the look of this day, or of these hours, has been made by `now`."""
    beat = session.get(Beat, LOOK)
    return beat is not None and _fresh(beat, now)


def left_out(session: Session, day: date) -> int:
    """Elders who belonged on a list at the last look and are on none: has to be 0."""
    beat = session.get(Beat, LOOK)
    known = Elder.id <= int(beat.note or 0) if beat is not None else false()
    unlisted = select(Elder.id).where(known, *_uncovered(day))
    unvisited = select(Elder.id).where(known, *_unvisited(day))
    both = unlisted.union(unvisited).subquery()
    return session.scalar(select(func.count()).select_from(both)) or 0


def _fresh(beat: Beat, now: datetime) -> bool:
    same_day = local(beat.at).date() >= local(now).date()
    return same_day and now - beat.at < LOOK_EVERY


def _excuse(session: Session, now: datetime, rows: Select[Slot], why: str, by: str) -> None:
    """Ends open slots of those who have left; a call that is going on ends by itself."""
    idle = Slot.next_action != NextAction.CALLING.value
    for slot in session.scalars(rows.where(Slot.state == SlotState.OPEN.value, idle)):
        slot.state, slot.next_at = SlotState.EXCUSED.value, None
        slot.next_action = NextAction.NOTHING.value
        slot.evidence, slot.evidence_text = "finding", why
        slot.ended_at, slot.ended_by = now, by


def _grow_up(session: Session, now: datetime, today: date) -> None:
    """Elders who are covered by the rules and on no list, from the first id to the last."""
    last = 0
    rows = select(Elder).where(*_uncovered(today)).order_by(Elder.id).limit(BATCH)
    while elders := session.scalars(rows.where(Elder.id > last)).all():
        for elder in elders:
            category = category_on(situation(elder), today)
            if category is not None:
                session.add(Coverage(elder_id=elder.id, category=category.value, entered_on=today))
                note(session, now, "roster", _entered(category), elder_id=elder.id)
        last = elders[-1].id
        session.flush()


def _uncovered(today: date) -> list[ColumnElement[bool]]:
    """What `category_on` says, as the database understands it, without those already decided on."""
    old = and_(Elder.living.in_(LIVES_ALONE), Elder.born_on <= _years_before(today))
    decided = exists().where(
        Coverage.elder_id == Elder.id,
        or_(
            Coverage.left_on.is_(None),
            Coverage.left_on > today,
            Coverage.left_why.in_(_FINAL),
        ),
    )
    away = exists().where(VisitingEntry.elder_id == Elder.id, VisitingEntry.left_why.in_(_FINAL))
    return [or_(old, and_(Elder.hardship, Elder.disabled)), ~decided, ~away]


def _list_all(session: Session, today: date) -> None:
    """Everybody who lives alone and was never looked at, onto the wider list; in one statement."""
    rows = select(Elder.id, Elder.living, literal(today), literal("")).where(*_unvisited(today))
    into = ["elder_id", "living", "entered_on", "left_why"]
    session.execute(insert(VisitingEntry).from_select(into, rows))


def _unvisited(today: date) -> list[ColumnElement[bool]]:
    """Who lives alone, was never on the wider list, and has not gone away."""
    known = exists().where(VisitingEntry.elder_id == Elder.id)
    away = exists().where(Coverage.elder_id == Elder.id, Coverage.left_why.in_(_GONE))
    return [Elder.living.in_(LIVES_ALONE), ~known, or_(~away, covered(today, today))]


def _years_before(today: date) -> date:
    """Who was born on this day or before has completed COVERED_FROM_AGE years."""
    year = today.year - COVERED_FROM_AGE
    try:
        return today.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _within(
    table: type[Coverage] | type[VisitingEntry], first: date, last: date
) -> list[ColumnElement[bool]]:
    """The conditions that a row covers some day from `first` to `last`; a slip covers none."""
    return [
        table.entered_on <= last,
        or_(table.left_on.is_(None), table.left_on > first),
        or_(table.left_on.is_(None), table.left_on > table.entered_on),
    ]


def _open[Row: (Coverage, VisitingEntry)](
    session: Session, table: type[Row], elder_id: int, day: date
) -> Row | None:
    """The row that still counts on `day` or later, if there is one."""
    ends_later = or_(table.left_on.is_(None), table.left_on > day)
    rows = select(table).where(table.elder_id == elder_id, ends_later)
    return session.scalars(rows.order_by(table.id.desc()).limit(1)).one_or_none()


def _out_for_good(
    session: Session, table: type[Coverage] | type[VisitingEntry], elder_id: int
) -> bool:
    rows = exists().where(table.elder_id == elder_id, table.left_why.in_(_FINAL))
    return bool(session.scalar(select(rows)))


def _close[Row: (Coverage, VisitingEntry)](
    session: Session, table: type[Row], elder_id: int, day: date, why: Leaving
) -> None:
    ends_later = or_(table.left_on.is_(None), table.left_on > day)
    rows = session.scalars(select(table).where(table.elder_id == elder_id, ends_later)).all()
    for row in rows:
        row.left_on, row.left_why = max(day, row.entered_on), why.value


def _entered(category: Category) -> str:
    return f"进入名册：{CATEGORY_WORDS[category]}"
