"""The talk of a check-in call, turn by turn: load, let the script decide, write.

A turn is numbered. The carrier may send one twice or late; only the turn that is expected counts,
anything else is answered by asking the current question again and changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.domain import asking, script
from callcenter.domain.asking import Move
from callcenter.domain.checkin import OUTCOME_WORDS, Outcome
from callcenter.domain.habits import thaw
from callcenter.domain.script import At, Talk, Turn
from callcenter.domain.wellbeing import HEALTH, Means, Told
from callcenter.policy import Policy
from callcenter.services import attempts, conversations, handoffs, wellbeing
from callcenter.store.tables import Attempt, Elder


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What came from the elder's end of the line; both empty is silence."""

    key: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Next:
    """What the line does next."""

    lines: tuple[str, ...]  # the words themselves
    then: str  # ask, transfer, hang_up
    slow: bool
    turn: int  # the number that the next answer must carry
    loud: bool = False
    pause: int = 0  # seconds of silence that end an answer; 0: as the line has it
    handoff_id: int | None = None


def open_call(session: Session, now: datetime, policy: Policy, attempt_id: int, sid: str) -> Next:
    """Somebody picked up: the first words. The webhook may be faster than our own dial."""
    attempt = attempts.locked(session, attempt_id)
    talk = attempts.thaw(attempt)
    if attempt.state == "ended" or talk.at is At.OVER or attempt.call_sid not in (None, sid):
        return Next(lines=(), then="hang_up", slow=False, turn=talk.turn)
    attempt.call_sid = sid
    attempt.state = "placed"
    return _next(session, now, policy, attempt, talk, script.opening(talk))


def means(policy: Policy, talk: Talk, heard: Heard) -> str:
    """What the answer means, without any model: keys first, then the words of the answer rules."""
    if talk.at is At.ASIDE:
        return asking.hear(policy.talk, policy.answers, talk, heard.key, heard.words)
    if heard.key:
        return script.meaning_of(talk.at, heard.key)
    return policy.answers.read(heard.words).intent


def take_turn(
    session: Session,
    now: datetime,
    policy: Policy,
    attempt_id: int,
    turn: int,
    heard: Heard,
    model_means: str = "",
) -> Next:
    """One answer. `model_means` is the model's reading when the words alone say nothing clear.

    The model alone never closes a slot as safe: its `fine` is asked again, with the keys.
    """
    attempt = attempts.locked(session, attempt_id)
    talk = attempts.thaw(attempt)
    if talk.at is At.OVER or attempt.state == "ended":
        return _after_the_end(session, attempt, talk)
    danger = policy.danger.find(heard.words) if heard.words else None
    if turn != talk.turn and not (danger and danger.certain):
        again = Turn(lines=(asking.question_of(talk),), then="ask")
        return _said(session, policy, attempt, talk, again)
    if heard.words or heard.key:
        said = heard.words or _pressed(heard.key)
        conversations.add(session, now, "caller", [said], attempt_id=attempt.id)
    move = _decide(policy, talk, heard, model_means)
    then, talk = move.turn, replace(move.talk, turn=talk.turn + 1)
    if script.SCAM in then.lines:
        _scam_is_told(session, now, attempt, heard.words)
    over = "key" if heard.key else "words"
    attempts.after_turn(session, now, policy, attempt, talk, over)
    if move.told is not None and _keep(session, now, policy, attempt, move.told):
        then = replace(then, lines=(then.lines[0], "worker_will_ask", *then.lines[1:]))
    if talk.outcome in asking.NOT_THE_ELDER:
        wellbeing.withdraw(session, attempt.id)
    if talk.outcome is Outcome.SAFE and move.told is not None and move.told.topic == HEALTH:
        questions = wellbeing.next_questions(session, policy, attempt.elder_id)
        talk, then = asking.begin(talk, questions)
        attempt.talk = attempts.freeze(talk)
    return _next(session, now, policy, attempt, talk, then)


def _keep(session: Session, now: datetime, policy: Policy, attempt: Attempt, told: Told) -> bool:
    elder = session.get_one(Elder, attempt.elder_id)
    return wellbeing.keep(session, now, policy, elder, told, attempt.id)


def _scam_is_told(session: Session, now: datetime, attempt: Attempt, words: str) -> None:
    """A person asks after it, once for each call: the elder may have been rung by a fraudster."""
    elder = session.get_one(Elder, attempt.elder_id)
    handoffs.ask_back(
        session,
        now,
        reason="scam",
        summary=f"平安问候中，{elder.called}说：{words}",
        conversation_id=None,
        attempt_id=attempt.id,
        elder_id=elder.id,
        phone=attempt.to_phone,
    )


def _after_the_end(session: Session, attempt: Attempt, talk: Talk) -> Next:
    """The last webhook came again: a transfer that still rings goes on, anything else is over."""
    waiting = handoffs.ringing(session, attempt_id=attempt.id)
    if attempt.state == "ended" or waiting is None:
        return Next(lines=(), then="hang_up", slow=False, turn=talk.turn)
    return Next(lines=(), then="transfer", slow=False, turn=talk.turn, handoff_id=waiting)


def _decide(policy: Policy, talk: Talk, heard: Heard, model_means: str) -> Move:
    if not heard.key and not heard.words:
        return asking.silence(talk) if talk.at is At.ASIDE else _plainly(script.silence(talk))
    danger = policy.danger.find(heard.words) if heard.words else None
    if danger is not None and danger.certain:
        return _plainly(script.alarm(talk, heard.words))
    if danger is not None:
        return _plainly(script.answer(talk, "human", heard.words))
    meaning = means(policy, talk, heard)
    unsure = meaning == "unclear" or talk.at is At.ASIDE
    if unsure and model_means in ("emergency", "crisis"):
        return _plainly(script.alarm(talk, heard.words))
    if meaning == "unclear" and model_means not in ("", "fine"):
        meaning = model_means
    said = heard.words or _pressed(heard.key)
    if talk.at is At.ASIDE:
        return asking.answer(talk, asking.WISHES.get(meaning, meaning), said)
    after, turn = script.answer(talk, meaning, heard.key or heard.words)
    return Move(talk=after, turn=turn, told=_of_health(talk, after, said))


def _plainly(after: tuple[Talk, Turn]) -> Move:
    talk, turn = after
    return Move(talk=talk, turn=turn)


def _pressed(key: str) -> str:
    return f"[按键{key}]"


def _of_health(before: Talk, after: Talk, said: str) -> Told | None:
    """The answer to the check-in's own question, for the file on daily life."""
    if before.outcome is after.outcome or after.outcome not in _HEALTH:
        return None
    return Told(topic=HEALTH, means=_HEALTH[after.outcome], words=said)


_HEALTH = {Outcome.SAFE: Means.GOOD, Outcome.UNWELL: Means.BAD}


def _next(
    session: Session, now: datetime, policy: Policy, attempt: Attempt, talk: Talk, turn: Turn
) -> Next:
    after = _said(session, policy, attempt, talk, turn)
    conversations.add(session, now, "assistant", after.lines, attempt_id=attempt.id)
    if turn.then != "transfer":
        return after
    urgent = talk.outcome is Outcome.DANGER or policy.danger.find(talk.evidence) is not None
    elder = session.get_one(Elder, attempt.elder_id)
    handoff = handoffs.open_handoff(
        session,
        now,
        reason="danger" if urgent else "check_in",
        summary=f"平安问候中，{elder.called}{_in_words(talk)}",
        on_line=True,
        urgent=urgent,
        attempt_id=attempt.id,
        elder_id=elder.id,
        phone=attempt.to_phone,
    )
    return replace(after, handoff_id=handoff.id)


def _in_words(talk: Talk) -> str:
    """What the elder did, for the person who takes over."""
    outcome = OUTCOME_WORDS[talk.outcome] if talk.outcome else "要人工"
    if not talk.evidence:
        return outcome
    return outcome if talk.evidence.isdigit() else f"说：{talk.evidence}"


def _said(session: Session, policy: Policy, attempt: Attempt, talk: Talk, turn: Turn) -> Next:
    elder = session.get_one(Elder, attempt.elder_id)
    phrase = elder.phrase if attempt.to_phone == elder.phone else ""
    lines = tuple(
        _words(policy, elder, name, phrase)
        for name in turn.lines
        if phrase or name != script.PHRASE
    )
    pause = thaw(elder.habits).pause
    return Next(
        lines=lines,
        then=turn.then,
        slow=talk.slow,
        loud=talk.loud,
        turn=talk.turn,
        pause=pause,
    )


def _words(policy: Policy, elder: Elder, prompt: str, phrase: str) -> str:
    """A prompt of the check-in, or a question of policy/talk.yaml, as this elder hears it."""
    if prompt.startswith(asking.QUESTION):
        question = policy.talk.questions[prompt.removeprefix(asking.QUESTION)]
        return question.ask.format(name=elder.called)
    number = policy.published_number
    return policy.say("check_in", prompt, name=elder.called, number=number, text=phrase)
