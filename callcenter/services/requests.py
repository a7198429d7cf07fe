"""Service requests (工单): opened by a caller, accepted and closed by operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from callcenter.domain.callers import names, shows_number
from callcenter.policy import readings
from callcenter.services.errors import CareError, NotFound
from callcenter.services.timeline import note
from callcenter.store.tables import Elder, ServiceRequest, Worker

FIRST_NUMBER = 1000
LONGEST_PROOF = 20  # characters; a longer sentence may try many names
LOOKED_AT = 10  # requests of one number whose names are compared
ACCEPT_WITHIN = timedelta(hours=2)
SERVICE_WORDS = {
    "meal": "送饭",
    "cleaning": "打扫卫生",
    "bathing": "帮忙洗澡",
    "repair": "上门修理",
    "accompany": "陪同看病",
    "other": "其他服务",
}
STATE_WORDS = {"new": "待受理", "accepted": "已受理", "done": "已完成", "cancelled": "已取消"}
OPEN = ("new", "accepted")


class RequestClosed(CareError):
    """这张工单已经结束了。"""

    status = 409


class CancelNeedsReason(CareError):
    """取消工单请写明原因。"""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a caller asks for."""

    service: str  # a key of SERVICE_WORDS
    wanted: str = ""  # in the caller's words
    when_words: str = ""  # as it was read back
    starts_at: datetime | None = None  # aware UTC
    ends_at: datetime | None = None
    place: str = ""
    for_whom: str = ""
    note: str = ""


def open_request(
    session: Session,
    now: datetime,
    wish: Wish,
    *,
    channel: str,
    phone: str = "",
    elder_id: int | None = None,
    conversation_id: int | None = None,
) -> ServiceRequest:
    """Writes the request and gives it its number; it is on the operators' list at once."""
    if wish.service not in SERVICE_WORDS:
        raise CareError(f"没有“{wish.service}”这种服务。")
    one = ServiceRequest(
        elder_id=elder_id,
        conversation_id=conversation_id,
        phone=phone,
        for_whom=wish.for_whom[:60],
        service=wish.service,
        wanted=wish.wanted[:200],
        when_words=wish.when_words[:60],
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        place=wish.place[:120],
        channel=channel,
        opened_at=now,
        accept_by=now + ACCEPT_WITHIN,
        note=wish.note[:400],
    )
    session.add(one)
    session.flush()
    one.number = FIRST_NUMBER + one.id
    text = f"登记工单{one.number}号：{SERVICE_WORDS[one.service]}"
    note(session, now, "request", text, elder_id=elder_id)
    return one


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks after a request."""

    phone: str  # as the line shows it; a hint
    conversation_id: int | None


@dataclass(frozen=True, kw_only=True)
class Meant:
    """Which request is meant, and what was said to prove that the asker may know of it."""

    number: int | None = None
    service: str | None = None  # a key of SERVICE_WORDS, where one was named
    said: tuple[str, ...] = ()  # what the asker has said, in which the elder may be named


def find(
    session: Session, asker: Asker, meant: Meant, *, open_only: bool = False
) -> ServiceRequest | None:
    """The newest request that is meant, if the asker may know of it; else None, whatever exists.

    What this conversation opened is its own. Any other needs the elder's name, and its number too
    where the caller's number is not one household's.
    """
    query = _Query(session=session, meant=meant, open_only=open_only)
    own = query.newest(_of_conversation(asker))
    if own is not None:
        return own
    hinted = _one_household(session, asker.phone) and query.newest(_of_phone(asker))
    if hinted:
        rows = _of_phone(asker)
    elif meant.number is not None:
        rows = true()
    else:
        return None
    return next((one for one in query.all(rows) if _named(session, one, meant.said)), None)


def proof_needed(session: Session, asker: Asker, meant: Meant) -> str:
    """What the asker has to tell first: "" nothing, "name", or "both" name and number."""
    query = _Query(session=session, meant=meant, open_only=False)
    if query.newest(_of_conversation(asker)) is not None:
        return ""
    if meant.number is not None:
        return "name"
    hinted = _one_household(session, asker.phone) and query.newest(_of_phone(asker))
    return "name" if hinted else "both"


@dataclass(frozen=True, kw_only=True)
class _Query:
    """The requests that are meant: by number, else of the named service before any other."""

    session: Session
    meant: Meant
    open_only: bool

    def all(self, rows: ColumnElement[bool]) -> list[ServiceRequest]:
        """The newest first, a few at most."""
        wanted = select(ServiceRequest).where(rows)
        if self.open_only:
            wanted = wanted.where(ServiceRequest.state.in_(OPEN))
        if self.meant.number is not None:
            wanted = wanted.where(ServiceRequest.number == self.meant.number)
        other = ServiceRequest.service != (self.meant.service or "")
        found = wanted.order_by(other, ServiceRequest.id.desc()).limit(LOOKED_AT)
        return list(self.session.scalars(found))

    def newest(self, rows: ColumnElement[bool]) -> ServiceRequest | None:
        """The first of them."""
        return next(iter(self.all(rows)), None)


def _of_conversation(asker: Asker) -> ColumnElement[bool]:
    if asker.conversation_id is None:
        return false()
    return ServiceRequest.conversation_id == asker.conversation_id


def _of_phone(asker: Asker) -> ColumnElement[bool]:
    return ServiceRequest.phone == asker.phone


def _one_household(session: Session, phone: str) -> bool:
    """Whether a shown number belongs to one elder at most, by the roster and by what it ordered."""
    if not shows_number(phone):
        return False
    elders = session.scalars(
        select(Elder.id).where(or_(Elder.phone == phone, Elder.other_phone == phone)).limit(2)
    ).all()
    ordered = select(ServiceRequest.elder_id).where(
        ServiceRequest.phone == phone, ServiceRequest.elder_id.is_not(None)
    )
    return len({*elders, *session.scalars(ordered.distinct().limit(2))}) <= 1


def _named(session: Session, one: ServiceRequest, said: Sequence[str]) -> bool:
    """Whether one of the sentences names whoever the request is for; a list of names does not."""
    elder = session.get(Elder, one.elder_id) if one.elder_id else None
    known = [elder.name, elder.called] if elder else []
    known += [part for part in one.for_whom.split("，")[1:] if part]
    told = [text for text in said if len(text) <= LONGEST_PROOF]
    return any(names(text, name, readings) for name in known for text in told)


def move(
    session: Session,
    now: datetime,
    request_id: int,
    *,
    when_words: str,
    starts_at: datetime,
    ends_at: datetime,
) -> ServiceRequest:
    """The caller wants another time; whoever had accepted it has to look at it again."""
    one = _open(session, request_id)
    one.when_words, one.starts_at, one.ends_at = when_words[:60], starts_at, ends_at
    _again_new(session, now, one, f"改时间：{when_words}")
    return one


def add_wish(session: Session, now: datetime, request_id: int, words: str) -> ServiceRequest:
    """The caller wants something else changed; the words are kept for a person."""
    one = _open(session, request_id)
    one.note = f"{one.note} {words.strip()}".strip()[:400]
    _again_new(session, now, one, f"要改：{words.strip()[:80]}")
    return one


def _again_new(session: Session, now: datetime, one: ServiceRequest, what: str) -> None:
    one.state, one.accept_by = "new", now + ACCEPT_WITHIN
    note(session, now, "request", f"工单{one.number}号{what}", elder_id=one.elder_id)


def accept(session: Session, now: datetime, request_id: int, worker: Worker) -> ServiceRequest:
    """受理. Accepting twice is the same as once."""
    one = _open(session, request_id)
    if one.state == "new":
        one.state, one.accepted_by = "accepted", worker.id
        text = f"{worker.name}受理工单{one.number}号"
        note(session, now, "request", text, elder_id=one.elder_id)
    return one


def complete(
    session: Session, now: datetime, request_id: int, worker: Worker, words: str = ""
) -> ServiceRequest:
    """办完."""
    one = _open(session, request_id)
    one.state, one.closed_at = "done", now
    one.accepted_by = one.accepted_by or worker.id
    one.note = words.strip()[:400] or one.note
    text = f"{worker.name}办完工单{one.number}号"
    note(session, now, "request", text, elder_id=one.elder_id)
    return one


def cancel(
    session: Session, now: datetime, request_id: int, by: str, reason: str
) -> ServiceRequest:
    """取消, by a worker or by the caller; the reason is kept. Raises CancelNeedsReason."""
    if not reason.strip():
        raise CancelNeedsReason
    one = _open(session, request_id)
    one.state, one.closed_at, one.note = "cancelled", now, reason.strip()[:400]
    text = f"{by}取消工单{one.number}号：{reason.strip()[:100]}"
    note(session, now, "request", text, elder_id=one.elder_id)
    return one


def _open(session: Session, request_id: int) -> ServiceRequest:
    rows = select(ServiceRequest).where(ServiceRequest.id == request_id).with_for_update()
    one = session.scalars(rows).one_or_none()
    if one is None:
        raise NotFound("没有这张工单。")
    if one.state not in OPEN:
        raise RequestClosed
    return one
