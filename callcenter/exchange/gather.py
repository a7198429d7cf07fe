"""<Gather>: a prompt, then keys or speech, then on to the action."""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from callcenter.exchange import script, speech, talk, twiml
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call
from callcenter.exchange.twiml import Element

AUTO_SILENCE = 1.5  # seconds of silence that end an utterance with speechTimeout="auto"
LONGEST_SPEECH = 60.0


@dataclass(slots=True, kw_only=True)
class Gathering:
    """A Gather that is open on a call."""

    element: Element
    prompts: deque[Element]
    listening: bool = False  # the prompts have been heard to their end, or were interrupted
    digits: str = ""
    spoken: list[str] = field(default_factory=list)

    def takes(self, kind: str) -> bool:
        """Whether it takes "dtmf" or "speech"."""
        return kind in (self.element.get("input") or "dtmf").split()

    @property
    def silence(self) -> float:
        """Seconds of silence that end what is being said."""
        value = self.element.get("speechTimeout")
        if value == "auto":
            return AUTO_SILENCE
        return float(value) if value else self.timeout

    @property
    def timeout(self) -> float:
        """Seconds without any input after which it gives up."""
        return self.element.seconds("timeout", 5)


def gather(board: Board, call: Call, element: Element) -> None:
    """Open the Gather and begin with its prompts."""
    if not twiml.recognises(element):
        board.note(call, "error", "错误 13331", "language 与 speechModel 不能搭配")
        script.step(board, call)
        return
    call.gather = Gathering(element=element, prompts=deque(element.children))
    board.touch(call)
    _prompt(board, call)


def key(board: Board, call: Call, pressed: str) -> None:
    """A key is pressed."""
    open_ = call.gather
    if isinstance(open_, Gathering) and _may_interrupt(open_) and open_.takes("dtmf"):
        _key(board, call, open_, pressed)


def begins_to_speak(board: Board, call: Call) -> None:
    """A person has begun to say something that takes a while: the timeout no longer runs."""
    open_ = call.gather
    if isinstance(open_, Gathering) and open_.listening and open_.takes("speech"):
        _stop_prompt(call, open_)
        board.later(call, LONGEST_SPEECH, lambda: _nothing(board, call, open_))


def speak(board: Board, call: Call, text: str, *, finished: bool = False) -> None:
    """The person at the phone speaks; `finished` says that nothing more will follow."""
    open_ = call.gather
    if not isinstance(open_, Gathering) or not open_.takes("speech"):
        board.note(call, "event", "说了，但系统没有在听")
        return
    if not _may_interrupt(open_):
        board.note(call, "event", "说了，但提示还没播完（bargeIn=false）")
        return
    _stop_prompt(call, open_)
    open_.spoken.append(text)
    talking = 0.0 if finished else min(speech.talk_seconds(text), LONGEST_SPEECH)
    silence = 0.0 if finished else open_.silence
    board.later(call, talking + silence, lambda: _understood(board, call, open_))


def _prompt(board: Board, call: Call) -> None:
    open_ = call.gather
    if open_.prompts:
        talk.utter(board, call, open_.prompts.popleft(), lambda: _prompt(board, call))
        return
    open_.listening = True
    board.touch(call)
    board.later(call, open_.timeout, lambda: _nothing(board, call, open_))
    board.phones.asked(call)


def _may_interrupt(open_: Gathering) -> bool:
    return open_.listening or open_.element.true("bargeIn", True)


def _stop_prompt(call: Call, open_: Gathering) -> None:
    call.turn += 1  # cuts the prompt and restarts every timer
    open_.prompts.clear()
    open_.listening = True


def _key(board: Board, call: Call, open_: Gathering, key: str) -> None:
    _stop_prompt(call, open_)
    finish = open_.element.get("finishOnKey")
    if key == ("#" if finish is None else finish):
        _digits_done(board, call, open_, key)
        return
    open_.digits += key
    if len(open_.digits) == int(open_.element.get("numDigits") or 0):
        _digits_done(board, call, open_, "")
        return
    board.later(call, open_.timeout, lambda: _digits_done(board, call, open_, ""))


def _digits_done(board: Board, call: Call, open_: Gathering, finished_on: str) -> None:
    if not open_.digits:
        _nothing(board, call, open_)
        return
    found = {"Digits": open_.digits}
    _done(board, call, open_, found | ({"FinishedOnKey": finished_on} if finished_on else {}))


def _understood(board: Board, call: Call, open_: Gathering) -> None:
    text = "".join(open_.spoken)
    confidence = Random(f"{call.sid}:{text}").uniform(0.75, 0.97)  # noqa: S311 - not a secret
    _done(board, call, open_, {"SpeechResult": text, "Confidence": f"{confidence:.7f}"})


def _nothing(board: Board, call: Call, open_: Gathering) -> None:
    board.note(call, "event", "没有听到按键或说话")
    if not open_.element.true("actionOnEmptyResult"):
        script.interrupt(call)
        script.step(board, call)
        return
    empty = {"Digits": ""} if open_.takes("dtmf") else {}
    _done(board, call, open_, empty | ({"SpeechResult": ""} if open_.takes("speech") else {}))


def _done(board: Board, call: Call, open_: Gathering, found: dict[str, str]) -> None:
    script.interrupt(call)
    board.touch(call)
    if call.script is None:
        return
    element = open_.element
    link = call.script.link.joined(element.get("action"), element.get("method"))
    script.fetch(board, call, link, found | {"msg": "Gather End"})
