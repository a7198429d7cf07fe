"""The assistant (Rasa) over HTTP, with a time budget: one question, one answer, or silence."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import httpx

SILENCES = 3  # in a row, then the assistant is left alone for a while
RESTS = 10.0  # seconds
LONGEST_ANSWER = 1_000_000  # bytes; a turn has some hundred
LONGEST_LINE, MOST_LINES = 600, 12  # characters of a line, lines of an answer
MOST_ASKED = 32  # questions at the same time
DANGERS = ("emergency", "crisis")  # the intents that are a danger


class AssistantSilent(Exception):
    """The assistant did not answer in time, or not at all."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the assistant said: lines, and at most one wish to the front door."""

    lines: tuple[str, ...]
    handoff: str = ""  # a reason; empty: none
    summary: str = ""
    danger: str = ""  # a kind of danger that only the model heard
    over: bool = False  # the caller said goodbye
    known: str = ""  # what was understood of a request so far


class Patience:
    """Stops asking whom nobody hears from, and tries again after a rest."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """`now` gives seconds that only run forward."""
        self._now = now
        self._silences = 0
        self._asks_again_at = 0.0

    @property
    def left(self) -> bool:
        """Whether it is worth asking now."""
        return self._silences < SILENCES or self._now() >= self._asks_again_at

    def answered(self) -> None:
        """An answer came in time."""
        self._silences = 0

    def waited_in_vain(self) -> None:
        """No answer came in time; after SILENCES in a row nobody is asked for RESTS seconds."""
        self._silences += 1
        self._asks_again_at = self._now() + RESTS


class Assistant:
    """Rasa over HTTP on the loopback, behind a bearer token.

    Each question has a time budget in all, however slowly an answer trickles in. A silent
    assistant is not asked for a while, so that callers do not each wait for it.
    """

    def __init__(
        self, url: str, token: str, seconds: float, patience: Patience | None = None
    ) -> None:
        self.url, self.token = url, token
        self._seconds = seconds
        self._client = httpx.Client(base_url=url, timeout=seconds)
        self._patience = patience or Patience()
        self._threads = ThreadPoolExecutor(MOST_ASKED, thread_name_prefix="assistant")

    def turn(self, sender: str, text: str, metadata: Mapping[str, Any]) -> Said:
        """One turn of a conversation. Raises AssistantSilent."""
        body = {"sender": sender, "text": text, "context": "hotline", "metadata": dict(metadata)}
        raw = self._post("/webhooks/doorway/turn", body)
        return _said(raw.get("messages"))

    def parse(self, text: str) -> dict[str, Any]:
        """The model's reading of one text (Rasa's parse result). Raises AssistantSilent."""
        return self._post("/model/parse", {"text": text}, {"token": self.token})

    def ready(self) -> bool:
        """True when a trained model is loaded."""
        try:
            answer = self._client.get("/status", params={"token": self.token}, timeout=1.0)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200 and bool(answer.json().get("model_file"))

    def close(self) -> None:
        """Gives its connections back."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _post(
        self, path: str, body: dict[str, Any], query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        if not self._patience.left:
            raise AssistantSilent("resting")
        asked = self._threads.submit(self._ask, path, body, query)
        try:
            raw = asked.result(self._seconds)
        except (TimeoutError, httpx.TimeoutException) as late:
            asked.cancel()
            self._patience.waited_in_vain()
            raise AssistantSilent(type(late).__name__) from late
        except (httpx.HTTPError, ValueError) as broken:  # it says so at once: nobody has waited
            raise AssistantSilent(type(broken).__name__) from broken
        self._patience.answered()
        if not isinstance(raw, dict):
            raise AssistantSilent("no object")
        return raw

    def _ask(self, path: str, body: dict[str, Any], query: Mapping[str, str] | None) -> Any:
        bearer = {"Authorization": f"Bearer {self.token}"}
        asked = self._client.stream("POST", path, json=body, params=query, headers=bearer)
        with asked as answer:
            answer.raise_for_status()
            read = bytearray()
            for piece in answer.iter_bytes():
                read += piece
                if len(read) > LONGEST_ANSWER:
                    raise ValueError("an answer without end")
        return json.loads(read)


def danger_share(reading: Mapping[str, Any]) -> float:
    """How much of what the model heard is danger, 0 to 1 (of a parse result).

    All of it where the reading is odd: what nobody understood denies no alarm.
    """
    ranking = reading.get("intent_ranking")
    if not isinstance(ranking, list) or not ranking:
        return 1.0
    told = [one for one in ranking if isinstance(one, dict) and one.get("name") in DANGERS]
    return sum(float(one.get("confidence") or 0.0) for one in told)


def _said(messages: Any) -> Said:
    """What the messages of a turn say. Raises AssistantSilent when they say nothing, or are odd."""
    rows = [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
    lines = tuple(str(one["text"])[:LONGEST_LINE] for one in rows if one.get("text"))
    said = Said(lines=lines[:MOST_LINES])
    for custom in (one.get("custom") for one in rows):
        if isinstance(custom, dict):
            said = _told(said, custom)
    if not said.lines and not said.handoff and not said.danger:
        raise AssistantSilent("nothing was said")
    return said


def _told(said: Said, custom: Mapping[str, Any]) -> Said:
    """With what a message tells the front door beside its words."""
    wish = custom.get("handoff")
    if isinstance(wish, dict):
        reason, summary = str(wish.get("reason", "asked")), str(wish.get("summary", ""))
        said = replace(said, handoff=reason, summary=summary)
    if kind := custom.get("danger"):
        said = replace(said, danger=str(kind))
    if known := custom.get("known"):
        said = replace(said, known=str(known)[:LONGEST_LINE])
    return replace(said, over=True) if custom.get("end") is True else said
