"""The human call list: who lies on it and why, what a person finds, and what happens otherwise."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from callcenter import auditor, engine
from callcenter.domain.checkin import SlotState
from callcenter.domain.handcall import (
    FOUND_WORDS,
    NEEDS_WORDS,
    TAKEN_FOR,
    Ends,
    Found,
    Why,
    follows,
)
from callcenter.services import call_list, claims, handover, lists, ring_in
from callcenter.services.call_list import OffTheCallList, SayWhoSaidSo, TakenByOther
from callcenter.services.cells import elder_week
from callcenter.store.tables import Attempt, Elder, Escalation, HandCall, NumberCheck, Slot
from tests.district import District, settle
from tests.house import make_house


@pytest.fixture
def district(any_url: str, tmp_path: Path) -> Iterator[District]:
    """Monday noon; the first call of 王阿婆 is due, and no machine may make it."""
    district = settle(make_house(tmp_path, database_url=any_url))
    district.plan()
    house = district.house
    due = {"next_at": house.now(), "by": house.now() + timedelta(hours=8)}
    with house.store.work() as session:
        calls = Slot.kind == "call"
        later = house.now() + timedelta(days=2)
        session.execute(update(Slot).where(calls).values(next_at=later))
        mine = (calls, Slot.number == 1, Slot.elder_id == district.elders["王阿婆"])
        session.execute(update(Slot).where(*mine).values(due))
        session.execute(update(Elder).values(window_opens=0, window_closes=1439))
        district.elder(session, "王阿婆").ai_voice = False
    yield district
    house.store.engine.dispose()


def first(district: District, called: str = "王阿婆") -> Slot:
    return district.slots(called, "call")[0]


def claim(district: District) -> int:
    with district.house.store.work() as session:
        return len(claims.claim_due(session, district.house.now(), district.house.policy, 50))


def record(district: District, login: str, found: Found, words: str = "") -> None:
    house = district.house
    with house.store.work() as session:
        worker, slot = district.worker(session, login), first(district).id
        call_list.record(session, house.now(), house.policy, slot, worker, found, words)


def take(district: District, login: str) -> None:
    with district.house.store.work() as session:
        worker = district.worker(session, login)
        call_list.take(session, district.house.now(), first(district).id, worker)


def on_list(district: District, login: str) -> list[lists.HandLine]:
    scope = district.scope(login)
    with district.house.store.look() as session:
        return lists.hand_calls(session, scope, district.house.now())[0]


def refuse(elder: Elder) -> None:
    elder.ai_voice = False


def forget(elder: Elder) -> None:
    elder.ai_voice, elder.habits = True, {"dementia": True}


def hear_no_machine(elder: Elder) -> None:
    elder.ai_voice, elder.habits = True, {"hearing": "no_machine"}


def have_no_phone(elder: Elder) -> None:
    elder.ai_voice, elder.phone = True, ""


@pytest.mark.parametrize(
    ("so", "why"),
    [
        (refuse, "不接语音电话"),
        (forget, "有认知症"),
        (hear_no_machine, "听不清机器的声音"),
        (have_no_phone, "没有登记电话"),
    ],
)
def test_whom_no_machine_may_ring_lies_on_the_list_until_the_deadline(
    district: District, so: Callable[[Elder], None], why: str
) -> None:
    with district.house.store.work() as session:
        so(district.elder(session, "王阿婆"))
    assert claim(district) == 0
    slot = first(district)
    assert (slot.state, slot.next_action, slot.next_at) == ("open", "hand_call", slot.by)
    assert [line.why for line in on_list(district, "qian")] == [why]
    assert on_list(district, "shen") == []  # the caseworker of another community
    assert auditor.audit(district.house, district.house.now())[1:] == []
    with district.house.store.look() as session:
        cell = elder_week(session, district.house.now(), slot.elder_id, slot.week)[0]
        assert (cell.next_words, cell.until) == ("由人打电话", True)
        assert session.scalars(select(Attempt)).all() == []


def test_the_elders_own_voice_ends_the_slot_in_the_name_of_who_rang(district: District) -> None:
    claim(district)
    record(district, "qian", Found.WELL)
    slot = first(district)
    assert (slot.state, slot.evidence, slot.ended_by) == ("confirmed_safe", "voice", "钱社工")
    assert slot.next_at is None
    assert on_list(district, "qian") == []
    with pytest.raises(OffTheCallList):
        record(district, "yang", Found.WELL)


@pytest.mark.parametrize("found", Found)
def test_only_the_elders_own_voice_is_safe(found: Found) -> None:
    what = follows(found, 1)
    safe = isinstance(what, Ends) and what.state is SlotState.CONFIRMED_SAFE
    assert safe == (found is Found.WELL)
    assert FOUND_WORDS[found]


@pytest.mark.parametrize(
    ("found", "state", "reason"),
    [
        (Found.UNWELL, "escalated", "unwell"),
        (Found.DANGER, "escalated", "danger"),
        (Found.OTHER_PERSON, "escalated", "other_person"),
        (Found.GONE, "escalated", "said_away"),
        (Found.IN_HOSPITAL, "excused", ""),
        (Found.AWAY, "excused", ""),
        (Found.REFUSED, "excused", ""),
        (Found.NUMBER_WRONG, "open", ""),
    ],
)
def test_what_a_person_found_ends_the_slot_or_sends_somebody(
    district: District, found: Found, state: str, reason: str
) -> None:
    claim(district)
    if found in NEEDS_WORDS:
        with pytest.raises(SayWhoSaidSo):
            record(district, "yang", found)
    record(district, "yang", found, "女儿说的")
    assert first(district).state == state
    with district.house.store.look() as session:
        assert [one.reason for one in session.scalars(select(Escalation))] == [reason] * bool(
            reason
        )
        checks = session.scalars(select(NumberCheck)).all()
        assert len(checks) == (found is Found.NUMBER_WRONG)


def test_after_three_calls_in_vain_somebody_goes_and_looks(district: District) -> None:
    claim(district)
    for tries in (1, 2):
        record(district, "qian", Found.NOT_REACHED)
        assert on_list(district, "qian")[0].tries == tries
    record(district, "qian", Found.NOT_REACHED)
    assert first(district).state == "escalated"


def test_two_people_do_not_ring_the_same_elder(district: District) -> None:
    claim(district)
    take(district, "qian")
    assert on_list(district, "yang")[0].owner == "钱社工"
    with pytest.raises(TakenByOther, match="钱社工"):
        take(district, "yang")
    with pytest.raises(TakenByOther, match="钱社工"):
        record(district, "yang", Found.WELL)
    district.house.clock.passes(seconds=TAKEN_FOR.total_seconds() + 1)  # type: ignore[attr-defined]
    take(district, "yang")
    record(district, "yang", Found.WELL)


def test_who_leaves_gives_the_line_back(district: District) -> None:
    claim(district)
    take(district, "yang")
    with district.house.store.work() as session:
        leaver = district.worker(session, "yang")
        handover.hand_over(session, district.house.now(), leaver, None, "过主管")
    take(district, "xu")


def test_a_line_that_nobody_rings_goes_up_the_ladder_at_its_deadline(district: District) -> None:
    claim(district)
    house = district.house
    engine.overdue_hand_calls(house, house.now())
    assert first(district).state == "open"
    deadline = first(district).next_at
    assert deadline is not None
    engine.overdue_hand_calls(house, deadline)
    assert first(district).state == "escalated"
    with house.store.look() as session:
        assert session.scalars(select(Escalation.reason)).all() == ["hand_call"]


def test_a_line_past_its_deadline_is_seen_by_the_auditor(district: District) -> None:
    claim(district)
    late = district.house.now() + timedelta(hours=9)
    assert "late" in {fault.kind for fault in auditor.audit(district.house, late)}


def test_many_are_put_by_risk_and_given_back_but_for_the_one_in_hand(district: District) -> None:
    house = district.house
    with house.store.work() as session:
        district.elder(session, "赵阿婆").disabled = True
        slots = session.scalars(select(Slot).where(Slot.kind == "call", Slot.number == 1)).all()
        assert call_list.put(session, slots, Why.LINE_DOWN, house.now()) == 3
        assert call_list.put(session, slots, Why.LINE_DOWN, house.now()) == 3
    assert on_list(district, "yang")[0].elder.called == "赵阿婆"
    take(district, "yang")  # of 王阿婆
    with house.store.work() as session:
        slots = session.scalars(select(Slot).where(Slot.kind == "call", Slot.number == 1)).all()
        assert call_list.take_back(session, slots, house.now()) == 2
        assert session.scalars(select(HandCall.slot_id)).all()
    assert [line.elder.called for line in on_list(district, "yang")] == ["王阿婆"]
    assert first(district, "李大爷").next_action == "dial"


def test_visits_and_what_has_ended_are_never_put_on_the_list(district: District) -> None:
    with district.house.store.work() as session:
        slots = session.scalars(select(Slot)).all()
        slots[0].state = "escalated"
        visits = [slot for slot in slots if slot.kind == "visit"]
        assert call_list.put(session, [slots[0], *visits], Why.LINE_DOWN, slots[1].due_at) == 0


def test_who_rings_in_finishes_a_call_that_lies_there_for_the_line_alone(
    district: District,
) -> None:
    """The line is down and nobody is ringing: the elder's own word closes it."""
    house = district.house
    with house.store.work() as session:
        slot = session.get_one(Slot, first(district).id)
        slot.due_at = house.now()
        call_list.put(session, [slot], Why.LINE_DOWN, house.now())
    with house.store.work() as session:
        found = ring_in.unfinished(session, house.now(), district.elders["王阿婆"])
        assert found is not None
        ring_in.finish(session, house.now(), house.policy, found.id, "1")
    assert first(district).state == SlotState.CONFIRMED_SAFE.value


def test_who_rings_in_does_not_finish_a_call_that_no_machine_may_make(district: District) -> None:
    """A person has to hear that elder."""
    with district.house.store.work() as session:
        session.get_one(Slot, first(district).id).due_at = district.house.now()
    claim(district)
    with district.house.store.look() as session:
        assert ring_in.unfinished(session, district.house.now(), first(district).elder_id) is None
