"""The house as the assistant's actions see it: one use case each, one unit of work each."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.dialogue import Caller
from callcenter.domain.escalation import Reason
from callcenter.domain.spoken import say_digits
from callcenter.domain.week import local
from callcenter.services import handoffs, requests
from callcenter.services.escalations import open_escalation
from callcenter.services.requests import SERVICE_WORDS, Meant, Wish
from callcenter.store.tables import Elder, ServiceRequest
from callcenter.when import When, said_now
from callcenter.wiring import House
from knowledge import Answer

AT_HOME = "家里"  # as a caller on the roster says it
SAYS = {"unwell": "说身体不舒服", "complaint": "要投诉", "scam": "疑似诈骗", "company": "想有人陪"}


class HouseDesk:
    """See actions.desk.Desk."""

    def __init__(self, house: House) -> None:
        self._house = house

    def now(self) -> datetime:
        """The time that the house goes by, aware UTC."""
        return self._house.now()

    def answer(self, question: str) -> Answer:
        """The answer to a policy question, a choice of two, or an honest refusal."""
        return self._house.articles().ask(question, local(self.now()).date())

    def article(self, article_id: str) -> Answer:
        """The answer of one article, picked from a choice."""
        return self._house.articles().speak(article_id, local(self.now()).date())

    def open_request(
        self,
        *,
        caller: Caller,
        service: str,
        wanted: str,
        for_whom: str,
        when: When | None,
        place: str,
        note: str = "",
    ) -> int:
        """Writes the request down; its number is told to the caller."""
        wish = Wish(
            service=service,
            wanted=wanted,
            for_whom=for_whom,
            when_words=when.words if when else "",
            starts_at=when.start if when else None,
            ends_at=when.end if when else None,
            place=place,
            note=note,
        )
        with self._house.store.work() as session:
            if place == AT_HOME and caller.elder_id is not None:
                wish = replace(wish, place=_home(session, caller.elder_id))
            one = requests.open_request(
                session,
                self.now(),
                wish,
                channel=caller.channel,
                phone=caller.phone,
                elder_id=caller.elder_id,
                conversation_id=caller.conversation_id,
            )
            return one.number or 0

    def proof_needed(self, caller: Caller, meant: Meant) -> str:
        """What has to be told before a request is spoken of: "", "name" or "both"."""
        with self._house.store.look() as session:
            return requests.proof_needed(session, _asker(caller), meant)

    def proves(self, caller: Caller, meant: Meant) -> bool:
        """Whether what was said names the elder of that request."""
        with self._house.store.look() as session:
            return requests.find(session, _asker(caller), meant) is not None

    def progress(self, caller: Caller, meant: Meant) -> str:
        """How far a request is, in words to be spoken."""
        with self._house.store.look() as session:
            one = requests.find(session, _asker(caller), meant)
        if one is None:
            return self._say("none")
        state = "done_cancelled" if one.state == "cancelled" else one.state
        return self._said(one, "progress", summary=self._say(state))

    def describe(self, caller: Caller, meant: Meant) -> str:
        """Which open request is meant; empty if there is none."""
        with self._house.store.look() as session:
            one = requests.find(session, _asker(caller), meant, open_only=True)
        return "" if one is None else self._said(one, "described")

    def change(
        self, caller: Caller, meant: Meant, *, cancel: bool, when: When | None, note: str
    ) -> str:
        """Cancels it, moves it to another time, or notes what shall be different."""
        with self._house.store.work() as session:
            one = requests.find(session, _asker(caller), meant, open_only=True)
            if one is None:
                return self._say("none")
            if cancel:
                requests.cancel(session, self.now(), one.id, "来电人", note or "来电取消")
                return self._said(one, "cancelled")
            if when is not None:
                requests.move(
                    session,
                    self.now(),
                    one.id,
                    when_words=when.words,
                    starts_at=when.start,
                    ends_at=when.end,
                )
                return self._said(one, "moved")
            requests.add_wish(session, self.now(), one.id, note)
            return self._said(one, "noted")

    def leave_word(self, caller: Caller, about: str, words: str) -> None:
        """A task for a person; a known elder who is unwell goes to the caseworker as well."""
        with self._house.store.work() as session:
            elder = session.get(Elder, caller.elder_id) if caller.elder_id else None
            if about == "unwell" and elder is not None:
                open_escalation(
                    session,
                    self.now(),
                    self._house.policy,
                    Reason.UNWELL,
                    elder=elder,
                    words=words,
                    phone=caller.phone,
                )
            handoffs.ask_back(
                session,
                self.now(),
                reason=about,
                summary=f"{SAYS.get(about, about)}：{words}",
                conversation_id=caller.conversation_id,
                elder_id=caller.elder_id,
                phone=caller.phone,
            )

    def _said(self, one: ServiceRequest, name: str, summary: str = "") -> str:
        return self._say(
            name,
            number=say_digits(str(one.number)),
            name=SERVICE_WORDS[one.service],
            when=self._when(one),
            summary=summary,
        )

    def _when(self, one: ServiceRequest) -> str:
        if not one.when_words or one.starts_at is None:
            return one.when_words or self._say("no_time")
        return said_now(one.when_words, one.starts_at, self.now())

    def _say(self, prompt: str, /, **values: str) -> str:
        return self._house.policy.say("requests", prompt, **values)


def _home(session: Session, elder_id: int) -> str:
    """The address on file, so that nobody has to look it up; it is never read out to a caller."""
    elder = session.get(Elder, elder_id)
    return (elder.address if elder else "") or AT_HOME


def _asker(caller: Caller) -> requests.Asker:
    return requests.Asker(phone=caller.phone, conversation_id=caller.conversation_id)
