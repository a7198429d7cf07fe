"""Story 2: an elder is rung; only evidence closes a slot, everything else finds a person."""

import pytest

from callcenter.domain.call import Disposition
from callcenter.domain.checkin import Outcome
from tests.town import CASEWORKER, WANG, Town


def test_a_key_closes_the_slot_with_the_key_as_evidence(small_town: Town) -> None:
    small_town.world.passes(hours=2)
    first = small_town.slots("王阿婆")[0]
    assert first.state == "confirmed_safe"
    assert (first.evidence, first.evidence_text, first.ended_by) == ("key", "1", "本人")
    assert len(small_town.attempts("王阿婆")) == 1


def test_spoken_words_close_the_slot_with_the_words_as_evidence(small_town: Town) -> None:
    small_town.behaves(WANG, "says_well")
    small_town.world.passes(hours=2)
    first = small_town.slots("王阿婆")[0]
    assert first.state == "confirmed_safe"
    assert first.evidence == "words"
    assert first.evidence_text


def test_the_first_words_say_who_calls_and_that_it_is_an_ai_voice(small_town: Town) -> None:
    small_town.world.passes(hours=2)
    said = small_town.heard(WANG)
    assert "锡心养老热线" in said
    assert "人工智能语音助手" in said


@pytest.mark.parametrize(
    ("behaviour", "tries", "outcome", "reason"),
    [
        ("no_answer", 3, Outcome.NOT_REACHED, "missed"),
        ("busy", 3, Outcome.NOT_REACHED, "missed"),
        ("unreachable", 3, Outcome.NOT_REACHED, "missed"),
        ("voicemail", 2, Outcome.MACHINE, "missed"),
        ("silent", 2, Outcome.SILENT, "no_response"),
        ("hangs_up_midway", 2, None, "no_response"),
        ("relative_answers", None, None, None),
    ],
)
def test_each_way_of_not_reaching_has_its_own_tries_and_then_a_person(
    small_town: Town, behaviour: str, tries: int | None, outcome: Outcome | None, reason: str | None
) -> None:
    small_town.behaves(WANG, behaviour)
    small_town.world.passes(hours=1)
    small_town.until(small_town.escalations, minutes=5)
    first = small_town.slots("王阿婆")[0]
    assert first.state == "escalated"
    attempts = [one for one in small_town.attempts("王阿婆") if one.slot_id == first.id]
    if tries is not None:
        assert len(attempts) == tries
    if outcome is not None:
        assert {one.outcome for one in attempts} == {outcome.value}
    escalation = small_town.escalations()[0]
    assert first.escalation_id == escalation.id
    if reason is not None:
        assert escalation.reason == reason


def test_a_picked_up_voicemail_is_never_taken_for_safe(small_town: Town) -> None:
    small_town.behaves(WANG, "voicemail")
    small_town.world.passes(hours=1)
    small_town.until(small_town.escalations, minutes=5)
    ends = {one.disposition for one in small_town.attempts("王阿婆")}
    assert ends == {Disposition.ANSWERED.value}
    assert small_town.slots("王阿婆")[0].state == "escalated"


def test_a_wrong_machine_verdict_is_overridden_by_the_key(small_town: Town) -> None:
    small_town.behaves(WANG, "taken_for_a_machine")
    small_town.world.passes(hours=2)
    assert small_town.slots("王阿婆")[0].state == "confirmed_safe"


def test_two_calls_and_two_visits_are_planned_for_everyone_and_none_is_blank(town: Town) -> None:
    town.world.passes(minutes=1)
    for called in ("王阿婆", "李大爷", "赵阿婆"):
        for kind in ("call", "visit"):
            slots = town.slots(called, kind)
            assert [slot.number for slot in slots] == [1, 2]
            assert all(slot.next_action and slot.next_at for slot in slots)


def test_a_whole_week_leaves_no_slot_open(town: Town) -> None:
    town.behaves(WANG, "no_answer")
    town.behaves(CASEWORKER, "presses_one")
    for _ in range(13):
        town.world.passes(hours=12)
        town.finds_everyone_well()
    for called in ("王阿婆", "李大爷", "赵阿婆"):
        for kind in ("call", "visit"):
            assert {slot.state for slot in town.slots(called, kind)} <= {
                "confirmed_safe",
                "escalated",
                "resolved",
            }
