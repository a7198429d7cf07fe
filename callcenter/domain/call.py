"""A phone call as we see it: how far it is, and how the dial ended. Foreign words stay outside."""

from dataclasses import dataclass
from enum import StrEnum


class Progress(StrEnum):
    """How far a call is; the order of the members is the order of life."""

    QUEUED = "queued"
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"


class Disposition(StrEnum):
    """How a dial ended. ANSWERED says that the line was picked up, never that anyone is safe."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    INVALID_NUMBER = "invalid_number"
    NOT_PERMITTED = "not_permitted"  # geography or account permission: one alarm for all
    CANCELED = "canceled"
    NEVER_PLACED = "never_placed"  # the carrier does not know of this call


DISPOSITION_WORDS = {
    Disposition.ANSWERED: "已接听",
    Disposition.NO_ANSWER: "无人接听",
    Disposition.BUSY: "占线",
    Disposition.FAILED: "呼叫失败",
    Disposition.UNREACHABLE: "无法接通",
    Disposition.INVALID_NUMBER: "号码无效",
    Disposition.NOT_PERMITTED: "线路不允许呼出",
    Disposition.CANCELED: "已取消",
    Disposition.NEVER_PLACED: "未拨出",
}


class Listener(StrEnum):
    """Who picked up, as the carrier's machine detection believes."""

    HUMAN = "human"
    MACHINE = "machine"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class CallEvent:
    """One thing the carrier says about a call; may come twice, late, out of order, or never."""

    sid: str  # the carrier's id of the call
    progress: Progress
    sequence: int  # the carrier's counter within the call; -1 when the answer to a question
    disposition: Disposition | None = None  # set when progress is ENDED
    seconds: int = 0  # length of the conversation


def moves(known: Progress | None, sequence: int, event: CallEvent) -> bool:
    """Does this event say anything new? A final state never regresses; stale counters are passed.

    An answer to our own question (sequence -1) counts when it is further along.
    """
    if known is Progress.ENDED:
        return False
    if event.sequence >= 0 and event.sequence <= sequence:
        return False
    order = list(Progress)
    return known is None or order.index(event.progress) >= order.index(known)
