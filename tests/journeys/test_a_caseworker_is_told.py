"""Story 3: a caseworker is told over every channel; the first answer wins, a finding ends it."""

import pytest

from callcenter.domain.escalation import Finding
from callcenter.services.errors import AlreadyAcknowledged, FindingNeedsWords
from callcenter.services.escalations import acknowledge, resolve
from tests.house import HOTLINE
from tests.town import CASEWORKER, HEAD, OFFICER, WANG, Town


@pytest.fixture
def missed(small_town: Town) -> Town:
    """A town in which Wang did not answer and an escalation has just been opened."""
    small_town.behaves(WANG, "no_answer")
    small_town.world.passes(hours=1, minutes=10)
    small_town.until(small_town.escalations)
    return small_town


def test_the_caseworker_is_rung_and_texted(missed: Town) -> None:
    missed.world.passes(minutes=1)
    ways = {notice.address for notice in missed.notices()}
    assert ways == {f"tel:{CASEWORKER}", f"sms:{CASEWORKER}"}


def test_a_key_on_the_phone_acknowledges_and_the_line_says_so(missed: Town) -> None:
    missed.behaves(CASEWORKER, "presses_one")
    missed.world.passes(minutes=25)
    escalation = missed.escalations()[0]
    assert escalation.standing == "acknowledged"
    assert escalation.acknowledged_over == "tel"


def test_a_reply_to_the_text_acknowledges(missed: Town) -> None:
    missed.world.passes(minutes=1)
    missed.world.exchange.text(CASEWORKER, HOTLINE, "1")
    missed.world.passes(minutes=1)
    escalation = missed.escalations()[0]
    assert (escalation.standing, escalation.acknowledged_over) == ("acknowledged", "sms")
    assert "由您接了" in missed.texts(CASEWORKER)[-1]


def test_a_text_from_somebody_who_was_not_told_changes_nothing(missed: Town) -> None:
    missed.world.passes(minutes=1)
    missed.world.exchange.text(WANG, HOTLINE, "1")
    missed.world.passes(minutes=1)
    assert missed.escalations()[0].standing == "ringing"


def test_without_an_acknowledgement_the_next_rung_is_told_and_the_last_repeats(
    missed: Town,
) -> None:
    missed.world.passes(hours=2)
    told = [notice.address for notice in missed.notices() if notice.address.startswith("tel:")]
    first = [told.index(f"tel:{number}") for number in (CASEWORKER, HEAD, OFFICER)]
    assert first == sorted(first)
    assert told.count(f"tel:{OFFICER}") >= 3


def test_the_first_acknowledgement_wins_and_stops_the_others(missed: Town) -> None:
    house = missed.world.house
    with house.store.work() as session:
        acknowledge(session, house.now(), 1, missed.worker("head"), "console")
    with pytest.raises(AlreadyAcknowledged, match="唐站长"), house.store.work() as session:
        acknowledge(session, house.now(), 1, missed.worker("caseworker"), "console")
    assert all(notice.state != "due" for notice in missed.notices())


def test_acknowledged_without_a_finding_in_time_it_rings_again(missed: Town) -> None:
    house = missed.world.house
    with house.store.work() as session:
        acknowledge(session, house.now(), 1, missed.worker("caseworker"), "console")
    before = len(missed.notices())
    missed.world.passes(minutes=119)
    assert len(missed.notices()) == before
    missed.world.passes(minutes=3)
    assert missed.escalations()[0].standing == "ringing"
    assert len(missed.notices()) > before


def test_a_finding_ends_the_slot_and_names_who_found_out(missed: Town) -> None:
    house = missed.world.house
    with house.store.work() as session:
        worker = missed.worker("caseworker")
        acknowledge(session, house.now(), 1, worker, "console")
        resolve(session, house.now(), 1, worker, Finding.SEEN_WELL)
    slot = missed.slots("王阿婆")[0]
    assert (slot.state, slot.ended_by) == ("resolved", "钱社工")
    assert slot.evidence_text == "见到本人，平安"


def test_away_has_to_say_by_whom_it_was_confirmed(missed: Town) -> None:
    house = missed.world.house
    with pytest.raises(FindingNeedsWords), house.store.work() as session:
        resolve(session, house.now(), 1, missed.worker("caseworker"), Finding.AWAY_CONFIRMED, " ")
    assert missed.escalations()[0].standing == "ringing"


def test_after_a_death_nobody_rings_or_visits_any_more(missed: Town) -> None:
    house = missed.world.house
    with house.store.work() as session:
        worker = missed.worker("caseworker")
        resolve(session, house.now(), 1, worker, Finding.DECEASED, "女儿告知")
    dials = len(missed.attempts("王阿婆"))
    missed.world.passes(days=10)
    assert len(missed.attempts("王阿婆")) == dials
    assert {slot.state for slot in missed.slots("王阿婆", "visit")} == {"excused"}
