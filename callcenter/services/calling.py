"""How an elder is to be called (来电习惯): numbers, hours and habits, changed by a named person."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.domain import habits, handcall
from callcenter.domain.checkin import NextAction, SlotState
from callcenter.domain.habits import Habits
from callcenter.domain.handcall import Why
from callcenter.domain.numbers import dialable
from callcenter.services import call_list, numbers
from callcenter.services.errors import CareError
from callcenter.services.timeline import note
from callcenter.store.tables import Elder, HandCall, Slot


class BadHabits(CareError):
    """来电习惯填得不对，什么都没有改。"""


@dataclass(frozen=True, kw_only=True)
class Calling:
    """Everything that decides how an elder is called."""

    phone: str  # E.164, or empty
    other_phone: str  # E.164, or empty
    opens: int  # minute of the day
    closes: int
    ai_voice: bool  # has not refused it
    habits: Habits


def calling_of(elder: Elder) -> Calling:
    """How this elder is called at present."""
    return Calling(
        phone=elder.phone,
        other_phone=elder.other_phone,
        opens=elder.window_opens,
        closes=elder.window_closes,
        ai_voice=elder.ai_voice,
        habits=habits.thaw(elder.habits),
    )


def change(session: Session, now: datetime, elder: Elder, wanted: Calling, by: str) -> None:
    """Writes it, and lets it count at once. Raises BadHabits, writing nothing."""
    _check(wanted)
    if wanted == calling_of(elder):
        return
    elder.phone, elder.other_phone = wanted.phone, wanted.other_phone
    elder.window_opens, elder.window_closes = wanted.opens, wanted.closes
    elder.ai_voice, elder.habits = wanted.ai_voice, asdict(wanted.habits)
    words = "，".join(habits.said(wanted.habits)) or "和大家一样"
    note(session, now, "calling", f"{by}改了来电习惯：{words}", elder_id=elder.id)
    settle(session, now, elder, by)


def confirm_number(session: Session, now: datetime, elder: Elder, phone: str, by: str) -> None:
    """号码没有错: the carrier was wrong, and the number is rung again."""
    numbers.put_right(session, now, elder, by, holds=phone)
    settle(session, now, elder, by)


def settle(session: Session, now: datetime, elder: Elder, by: str) -> None:
    """After a change: tasks for numbers that are gone are closed, and whom the machine may ring
    is rung by it again."""
    session.flush()
    numbers.put_right(session, now, elder, by)
    wrong = {one.phone for one in numbers.checks_of(session, elder.id)}
    known = habits.thaw(elder.habits)
    both = habits.in_order(elder.phone, elder.other_phone, known)
    if handcall.by_hand(ai_voice=elder.ai_voice, habits=known, numbers=both, wrong=wrong) is None:
        rows = (
            select(Slot)
            .join(HandCall, HandCall.slot_id == Slot.id)
            .where(
                Slot.elder_id == elder.id,
                Slot.state == SlotState.OPEN.value,
                Slot.next_action == NextAction.HAND_CALL.value,
                HandCall.why != Why.LINE_DOWN.value,
            )
            .with_for_update(of=Slot)
        )
        call_list.take_back(session, session.scalars(rows).all(), now)


def _check(wanted: Calling) -> None:
    for number in filter(None, (wanted.phone, wanted.other_phone)):
        if not dialable(number):
            raise BadHabits(f"{number}不是能拨打的号码。")
    if wanted.phone and wanted.phone == wanted.other_phone:
        raise BadHabits("两个号码是一样的。")
    if wanted.habits.other_first and not wanted.other_phone:
        raise BadHabits("要先打另一个号码，请填另一个号码。")
    nap = wanted.habits.nap
    if nap is not None and not 0 <= nap[0] < nap[1] <= 1439:
        raise BadHabits("午睡的开始要早于结束。")
    try:
        habits.hours(wanted.opens, wanted.closes, wanted.habits)
    except ValueError:
        raise BadHabits("方便的时间要从早到晚，除去午睡还要剩下能打电话的时间。") from None
