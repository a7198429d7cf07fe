"""The questions after "safe": short, each may be left out, and what contradicts "safe" wins."""

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain import asking, script
from callcenter.domain.asking import Move
from callcenter.domain.checkin import Outcome
from callcenter.domain.script import At, Talk
from callcenter.domain.wellbeing import Means
from tests.house import policy

SAFE = script.answer(Talk(), "fine", "1")[0]
MEANINGS = ["good", "bad", "told", "skipped", "unclear", "again", "human", "unwell", "goodbye"]
moves = st.lists(st.sampled_from(["<silence>", *MEANINGS, "family_answers"]), max_size=10)


def begun(*questions: str) -> Talk:
    return asking.begin(SAFE, questions or ("meals", "sleep"))[0]


def play(told: list[str]) -> list[Move]:
    """The moves until the talk leaves these questions."""
    talk, made = begun(), []
    for one in told:
        if talk.at is not At.ASIDE:
            break
        move = asking.silence(talk) if one == "<silence>" else asking.answer(talk, one, one)
        talk = move.talk
        made.append(move)
    return made


def means(key: str = "", words: str = "", question: str = "meals") -> str:
    return asking.hear(policy().talk, policy().answers, begun(question), key, words)


def test_safe_goes_on_to_the_questions_and_without_any_says_goodbye() -> None:
    talk, turn = asking.begin(SAFE, ("meals",))
    assert (talk.at, talk.outcome, turn.then) == (At.ASIDE, Outcome.SAFE, "ask")
    assert turn.lines[-1] == "talk.meals"
    assert asking.begin(SAFE, ())[1].then == "hang_up"


@settings(deadline=None)
@given(moves)
def test_safe_stays_unless_something_contradicts_it(told: list[str]) -> None:
    made = play(told)
    if made and made[-1].talk.outcome is not Outcome.SAFE:
        assert {"human", "unwell", "family_answers"} & set(told)


@settings(deadline=None)
@given(moves)
def test_each_question_is_put_twice_at_most_and_answered_once(told: list[str]) -> None:
    unanswered = [one for one in told if one in ("<silence>", "unclear")]
    made = play(unanswered)
    assert len(made) <= 3
    kept = [move.told.topic for move in play(told) if move.told is not None]
    assert len(kept) == len(set(kept)) <= 3


@settings(deadline=None)
@given(moves)
def test_a_hang_up_at_any_question_keeps_what_was_said(told: list[str]) -> None:
    for move in play(told):
        assert script.hung_up(move.talk).outcome is move.talk.outcome


def test_silence_is_kept_as_silence_and_nobody_is_pressed() -> None:
    made = play(["<silence>", "<silence>"])
    assert made[0].talk.slow
    assert made[1].told is not None
    assert made[1].told.means is Means.SILENT
    assert made[1].turn.then == "hang_up"


def test_keys_mean_the_same_at_every_question() -> None:
    for question in policy().talk.questions:
        heard = [means(key=key, question=question) for key in "123907"]
        assert heard == ["good", "bad", "skipped", "slower", "human", "unclear"]


def test_who_is_on_the_line_comes_before_what_is_said() -> None:
    assert means(words="我是他女儿，他吃得蛮好") == "family_answers"
    assert means(words="你打错了") == "wrong_person"


def test_another_complaint_than_the_one_asked_for_is_unwell() -> None:
    assert means(words="头晕得厉害") == "unwell"
    assert means(words="这两天不大好") == "bad"


def test_commands_and_not_wanting_to_say_work_at_every_question() -> None:
    for question in policy().talk.questions:
        assert means(words="再讲一遍", question=question) == "again"
        assert means(words="慢一点", question=question) == "slower"
        assert means(words="转人工", question=question) == "human"
        assert means(words="不想说", question=question) == "skipped"


def test_the_open_question_takes_any_words_and_a_bare_no() -> None:
    assert means(words="厨房水龙头坏了", question="message") == "told"
    assert means(words="水龙头坏了，我头晕", question="message") == "unwell"
    assert means(words="没有", question="message") == "good"
    assert means(words="有的", question="message") == "unclear"
