"""Service requests (工单): opened by a caller, accepted and closed by operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.services.errors import CareError, NotFound
from callcenter.services.timeline import note
from callcenter.store.tables import ServiceRequest, Worker

FIRST_NUMBER = 1000
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


def latest(
    session: Session,
    *,
    number: int | None,
    phone: str,
    elder_id: int | None,
    conversation_id: int | None,
    open_only: bool = False,
) -> ServiceRequest | None:
    """The request by its number, or the caller's newest one.

    A number alone proves nothing: it must belong to the caller's phone, file or conversation.
    """
    mine = []
    if phone:
        mine.append(ServiceRequest.phone == phone)
    if elder_id is not None:
        mine.append(ServiceRequest.elder_id == elder_id)
    if conversation_id is not None:
        mine.append(ServiceRequest.conversation_id == conversation_id)
    if not mine:
        return None
    rows = select(ServiceRequest).where(or_(*mine)).order_by(ServiceRequest.id.desc())
    if open_only:
        rows = rows.where(ServiceRequest.state.in_(OPEN))
    if number is not None:
        rows = rows.where(ServiceRequest.number == number)
    return session.scalars(rows.limit(1)).one_or_none()


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
