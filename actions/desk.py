"""What the assistant's actions need from the house: one port, in our words."""

from datetime import datetime
from typing import Protocol

from callcenter.dialogue import Caller
from callcenter.services.requests import Meant
from callcenter.when import When
from knowledge import Answer

__all__ = ["Answer", "Caller", "Desk", "Meant", "When"]


class Desk(Protocol):
    """The use cases behind a conversation. Words that come back are spoken as they are."""

    def now(self) -> datetime:
        """The time that the house goes by, aware."""

    def answer(self, question: str) -> Answer:
        """The answer to a policy question, a choice of two, or an honest refusal."""

    def article(self, article_id: str) -> Answer:
        """The answer of one article, picked from a choice."""

    def open_request(
        self,
        *,
        caller: Caller,
        service: str,  # meal, cleaning, bathing, repair, accompany, other
        wanted: str,  # in the caller's words
        for_whom: str,  # 本人, or who else
        when: When | None,
        place: str,
        note: str = "",
    ) -> int:
        """Write the request down; its number is told to the caller."""

    def proof_needed(self, caller: Caller, meant: Meant) -> str:
        """What has to be told before a request is spoken of: "", "name", or "both" with its number.

        The caller's number is a hint: it is one household's and its requests are known by it
        ("name"), or it is shared, withheld or strange ("both").
        """

    def proves(self, caller: Caller, meant: Meant) -> bool:
        """Whether what was said names the elder of that request."""

    def progress(self, caller: Caller, meant: Meant) -> str:
        """How far the request is."""

    def describe(self, caller: Caller, meant: Meant) -> str:
        """Which open request is meant, to be read back before a change; empty if there is none."""

    def change(
        self, caller: Caller, meant: Meant, *, cancel: bool, when: When | None, note: str
    ) -> str:
        """Cancel it, move it to another time, or note what shall be different."""

    def leave_word(self, caller: Caller, about: str, words: str) -> None:
        """A task for a person: about is unwell, complaint, scam or company."""
