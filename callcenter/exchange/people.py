"""Simulated people at their phones, and the phones that a real person holds in hand.

What a simulated person does on a call depends only on the seed, the number and how many calls
that number has had: the same run gives the same calls, whatever happens on other phones.
"""

import random
from dataclasses import dataclass
from functools import partial
from random import Random

from callcenter.exchange import ears, legs, speech
from callcenter.exchange.board import Board
from callcenter.exchange.book import Manner, PhoneBook, Reply, Span
from callcenter.exchange.call import Call

HUMAN_SECONDS = 3.5  # machine detection on somebody who says hello
SILENCE_SECONDS = 5.0  # and on nobody saying anything: unknown
MACHINE_SECONDS = 4.0
UNREACHABLE_SECONDS = 4.0
MACHINE_LISTENS_SECONDS = 60.0  # an answering machine hangs up after that long


@dataclass(slots=True, kw_only=True)
class Act:
    """One simulated person on one call."""

    manner: Manner
    random: Random
    heard: str = ""  # since the last reply

    def pick(self, span: Span) -> float:
        """Some seconds out of the span."""
        return self.random.uniform(*span)


class People:
    """Everybody at the other end of the line."""

    def __init__(self, board: Board, book: PhoneBook, seed: int = 0) -> None:
        self.board = board
        self.book = book
        self.held: set[str] = set()  # numbers whose phone a real person holds
        self.live: dict[str, list[str]] = {}  # calls going on, by number of the phone
        self.last: dict[str, str] = {}  # the latest call, by number of the phone
        self._seed = seed
        self._counts: dict[str, int] = {}
        self._chosen: dict[str, str] = {}  # behaviours set by hand, by number
        self._acts: dict[str, Act] = {}

    # What the house can ask ---------------------------------------------------------------

    def knows(self, number: str) -> bool:
        """Whether a phone with this number exists."""
        return number in self.held or self.book.find(number) is not None

    def holds(self, number: str) -> bool:
        """Whether a real person holds this phone."""
        return number in self.held

    def behaves(self, number: str, behaviour: str) -> None:
        """From the next call on, the person at this number behaves so. KeyError if unknown."""
        if behaviour not in self.book.behaviours:
            raise KeyError(behaviour)
        self._chosen[number] = behaviour

    def behaviour(self, number: str) -> str:
        """The name of the behaviour in force for a number."""
        person = self.book.find(number)
        return self._chosen.get(number) or (person.behaviour if person else "no_answer")

    def take(self, number: str) -> None:
        """A real person takes this phone in hand, in mid-call too."""
        self.held.add(number)
        for sid in self.live.get(number, ()):
            self._acts.pop(sid, None)
            self.board.by_hand(self.board.calls[sid])

    def release(self, number: str) -> None:
        """The real person puts the phone down; what was going on ends."""
        self.held.discard(number)
        for sid in list(self.live.get(number, ())):
            call = self.board.calls[sid]
            if call.connected:
                legs.hang_up(self.board, call, "电话已放下")

    def begins(self, call: Call) -> None:
        """A call starts at, or reaches, this phone: it is engaged from now on."""
        self.live.setdefault(call.phone, []).append(call.sid)
        self.last[call.phone] = call.sid
        if not self.holds(call.phone):
            self._acts[call.sid] = self._act(call.phone)
        self.board.touch(call)

    # What the exchange tells them ---------------------------------------------------------

    def rings(self, call: Call) -> None:
        """The phone begins to ring, unless it cannot."""
        board = self.board
        if not self.knows(call.phone):
            legs.end(board, call, "failed", 404, "空号")
            return
        if self.live.get(call.phone):
            board.after(call, 1.0, lambda: legs.end(board, call, "busy", why="对方正在通话"))
            return
        self.begins(call)
        if self.holds(call.phone):
            legs.ringing(board, call)
        else:
            self._rings_at(call, self._acts[call.sid])

    def hears(self, call: Call, text: str) -> None:
        """A simulated person remembers what was said."""
        act = self._acts.get(call.sid)
        if act is not None:
            act.heard += text

    def asked(self, call: Call) -> None:
        """It is the person's turn: the first reply that fits."""
        act = self._acts.get(call.sid)
        if act is None:
            return
        reply = next((r for r in act.manner.replies if r.hears.search(act.heard)), None)
        act.heard = ""
        if reply is not None and act.random.random() < reply.chance:
            self.board.later(call, act.pick(reply.after), lambda: self._reply(call, act, reply))

    def talks(self, call: Call) -> None:
        """Connected to somebody: says a sentence now and then, and hangs up in the end."""
        act = self._acts.get(call.sid)
        if act is None or not act.manner.talk:
            return
        lasts = act.pick(act.manner.talk_seconds)
        for number, sentence in enumerate(act.manner.talk):
            moment = 1 + number * lasts / len(act.manner.talk)
            self.board.later(call, moment, partial(ears.speak, self.board, call, sentence))
        self.board.later(call, lasts, lambda: legs.hang_up(self.board, call, "对方挂断"))

    def over(self, call: Call) -> None:
        """The phone is free again."""
        self._acts.pop(call.sid, None)
        going = self.live.get(call.phone, [])
        if call.sid in going:
            going.remove(call.sid)
        if not going:
            self.live.pop(call.phone, None)

    def verdict(self, call: Call, to_the_end: bool) -> tuple[float, str]:
        """After how many seconds machine detection says what."""
        act = self._acts.get(call.sid)
        if act is None:
            return HUMAN_SECONDS, "human"
        manner = act.manner
        if manner.pickup == "voicemail":
            beep = speech.talk_seconds(manner.greets) + 1.5
            found = (beep, "machine_end_beep") if to_the_end else (MACHINE_SECONDS, "machine_start")
        elif manner.pickup == "fax":
            found = (MACHINE_SECONDS, "fax")
        else:
            found = (HUMAN_SECONDS, "human") if manner.greets else (SILENCE_SECONDS, "unknown")
        return found[0], manner.detected or found[1]

    # Simulated people ---------------------------------------------------------------------

    def _act(self, number: str) -> Act:
        count = self._counts[number] = self._counts.get(number, 0) + 1
        own = random.Random(f"{self._seed}:{number}:{count}")  # noqa: S311 - a simulation
        manners = self.book.behaviours[self.behaviour(number)]
        weights = [manner.weight for manner in manners]
        return Act(manner=own.choices(manners, weights)[0], random=own)

    def _rings_at(self, call: Call, act: Act) -> None:
        board, pickup = self.board, act.manner.pickup
        if pickup == "busy":
            board.after(call, 1.0, lambda: legs.end(board, call, "busy"))
            return
        if pickup == "unreachable":
            board.after(
                call, UNREACHABLE_SECONDS, lambda: legs.end(board, call, "failed", 480, "无法接通")
            )
            return
        legs.ringing(board, call)
        wait = act.pick(act.manner.after)
        if pickup == "declines":
            board.after(call, wait, lambda: self._decline(call))
        elif pickup != "no_answer":
            board.after(call, wait, lambda: self._pick_up(call, act))

    def _decline(self, call: Call) -> None:
        if call.status == "ringing":
            legs.end(self.board, call, "busy", 603, "对方拒接")

    def _pick_up(self, call: Call, act: Act) -> None:
        if call.status != "ringing" or self._acts.get(call.sid) is not act:
            return
        legs.answer(self.board, call)
        if act.manner.greets:
            self.board.note(call, "person", act.manner.greets)
        stays = act.manner.hangs_up_after
        if act.manner.pickup in {"voicemail", "fax"}:
            stays = (MACHINE_LISTENS_SECONDS, MACHINE_LISTENS_SECONDS)
        if stays is not None:
            legs.when_talked(self.board, call, act.pick(stays), "对方挂断")

    def _reply(self, call: Call, act: Act, reply: Reply) -> None:
        if self._acts.get(call.sid) is not act:
            return
        if reply.press:
            ears.keys(self.board, call, reply.press)
        elif reply.say:
            texts, weights = zip(*reply.say, strict=True)
            ears.speak(self.board, call, act.random.choices(texts, weights)[0])
        if reply.hang_up:
            legs.hang_up(self.board, call, "对方挂断")
