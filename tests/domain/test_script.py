"""The check-in talk: nothing but a clear answer is safe, and silence is a person's task."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain import script
from callcenter.domain.call import Listener
from callcenter.domain.checkin import Outcome
from callcenter.domain.script import MENUS, At, Talk

MEANINGS = [
    "fine",
    "unwell",
    "wrong_person",
    "call_later",
    "do_not_call",
    "family_answers",
    "deceased",
    "in_hospital",
    "moved",
    "yes",
    "no",
    "again",
    "slower",
    "human",
    "who_are_you",
    "goodbye",
    "unclear",
    "a word nobody knows",
]
moves = st.lists(st.sampled_from(["<silence>", "<danger>", *MEANINGS]), min_size=1, max_size=12)


def play(told: list[str]) -> tuple[Talk, list[script.Turn]]:
    talk, turns = Talk(), []
    for one in told:
        if talk.at is At.OVER:
            break
        if one == "<silence>":
            talk, turn = script.silence(talk)
        elif one == "<danger>":
            talk, turn = script.alarm(talk, "救命")
        else:
            talk, turn = script.answer(talk, one, one)
        turns.append(turn)
    return talk, turns


@given(moves)
def test_safe_needs_a_clear_answer_of_the_elder(told: list[str]) -> None:
    talk, _ = play(told)
    if talk.outcome is Outcome.SAFE:
        assert "fine" in told


@given(moves)
def test_danger_at_any_prompt_brings_a_person_and_stands(told: list[str]) -> None:
    talk, _ = play([one for one in told if one != "<danger>"])
    if talk.at is not At.OVER:
        talk, turn = script.alarm(talk, "救命")
        assert turn.then == "transfer"
        assert script.hung_up(talk).outcome is Outcome.DANGER


@given(moves)
def test_every_turn_says_something_and_a_talk_that_is_over_has_an_outcome(
    told: list[str],
) -> None:
    talk, turns = play(told)
    assert all(turn.lines for turn in turns)
    if talk.at is At.OVER:
        assert talk.outcome is not None


@given(moves)
def test_a_hang_up_always_leaves_an_outcome_and_never_invents_safety(told: list[str]) -> None:
    talk, _ = play(told)
    over = script.hung_up(talk)
    assert over.outcome is not None
    if talk.outcome is None:
        assert over.outcome in (Outcome.HUNG_UP, Outcome.SILENT)


def test_silence_is_asked_again_twice_more_slowly_and_then_is_silent() -> None:
    talk, turns = play(["<silence>"] * 3)
    assert [turn.then for turn in turns] == ["ask", "ask", "hang_up"]
    assert talk.slow
    assert talk.outcome is Outcome.SILENT


def test_a_machine_that_stays_silent_is_a_machine_and_a_key_overrides_the_verdict() -> None:
    machine = Talk(listener=Listener.MACHINE, silences=2)
    assert script.silence(machine)[0].outcome is Outcome.MACHINE
    assert script.answer(machine, "fine", "1")[0].outcome is Outcome.SAFE


def test_a_recorded_greeting_is_not_an_answer_once_the_verdict_is_in() -> None:
    machine = Talk(listener=Listener.MACHINE)
    talk, turn = script.answer(machine, "unclear", "您拨打的用户暂时无法接听")
    assert (talk.silences, talk.misses, turn.then) == (1, 0, "ask")
    early, _ = script.answer(Talk(), "unclear", "您拨打的用户暂时无法接听")
    late_verdict = replace(early, listener=Listener.MACHINE)
    assert script.hung_up(late_verdict).outcome is Outcome.MACHINE


def test_somebody_else_is_asked_for_the_elder_and_for_nothing_else() -> None:
    talk, turns = play(["family_answers"])
    assert talk.at is At.WHO
    assert turns[-1].lines == ("ask_for_elder",)
    gone, _ = script.answer(talk, "no", "2")
    assert gone.outcome is Outcome.OTHER_PERSON


def test_when_the_elder_comes_to_the_phone_the_question_is_asked_anew() -> None:
    talk, turns = play(["family_answers", "yes"])
    assert talk.at is At.HEALTH
    assert talk.outcome is None
    assert turns[-1].lines[-1] == "ask_health"


def test_what_was_said_to_be_wrong_is_kept_when_no_person_is_wanted_now() -> None:
    talk, _ = play(["unwell", "no"])
    assert talk.outcome is Outcome.UNWELL


def test_two_answers_that_are_not_understood_bring_a_person() -> None:
    _, turns = play(["unclear", "unclear"])
    assert [turn.then for turn in turns] == ["ask", "transfer"]


def test_keys_mean_what_the_menu_says_and_an_unknown_key_means_nothing() -> None:
    assert script.meaning_of(At.HEALTH, "1") == "fine"
    assert script.meaning_of(At.WHO, "1") == "yes"
    assert script.meaning_of(At.HEALTH, "0") == "human"
    assert script.meaning_of(At.HEALTH, "7") == "unclear"


def test_no_menu_offers_more_than_three_choices_and_one_key_repeats_everywhere() -> None:
    for choices in MENUS.values():
        assert len(choices) <= 2
    assert {choice.key: choice.means for choice in script.EVERYWHERE}["9"] == "slower"
