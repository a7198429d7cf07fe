"""The tables. Moments are aware UTC; days are days in Wuxi; phone numbers are E.164."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store import (  # noqa: F401  all tables are known together
    desk_tables,
    mass_tables,
    report_tables,
    roster_tables,
)
from callcenter.store.base import Base as Base
from callcenter.store.base import Word, only


class Street(Base):
    """A street office (街道)."""

    __tablename__ = "streets"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)


class Community(Base):
    """A community (社区) as it stood from one day to another: the map is redrawn now and then."""

    __tablename__ = "communities"
    id: Mapped[int] = mapped_column(primary_key=True)
    street_id: Mapped[int] = mapped_column(ForeignKey("streets.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # last day; None while it stands


class Worker(Base):
    """A member of staff: caseworker, street supervisor, duty officer, operator, supervisor."""

    __tablename__ = "workers"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20), index=True)
    street_id: Mapped[int | None] = mapped_column(ForeignKey("streets.id"), index=True)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"), index=True)
    phone: Mapped[str] = mapped_column(String(20), default="")
    telegram: Mapped[str] = mapped_column(String(40), default="")  # chat id; empty when not linked
    password: Mapped[str] = mapped_column(String(200), default="")  # argon2 hash
    signed_on: Mapped[bool] = mapped_column(default=False)  # an operator taking calls
    active: Mapped[bool] = mapped_column(default=True)
    demonstration: Mapped[bool] = mapped_column(default=False)


class Elder(Base):
    """An elder (老人) and how to reach them."""

    __tablename__ = "elders"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_no: Mapped[str | None] = mapped_column(String(30), unique=True)  # the district's number
    name: Mapped[str] = mapped_column(String(40))
    called: Mapped[str] = mapped_column(String(40))  # how to address them, such as 王阿婆
    born_on: Mapped[date]
    living: Mapped[str] = mapped_column(String(20))
    hardship: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    community_id: Mapped[int] = mapped_column(ForeignKey("communities.id"), index=True)
    address: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(20), default="", index=True)
    other_phone: Mapped[str] = mapped_column(String(20), default="", index=True)  # second number
    window_opens: Mapped[int] = mapped_column(default=9 * 60)  # minute of the day
    window_closes: Mapped[int] = mapped_column(default=17 * 60)
    ai_voice: Mapped[bool] = mapped_column(default=True)  # False: refused, a person calls
    habits: Mapped[dict[str, Any]] = mapped_column(default=dict)  # domain.habits.Habits
    caseworker_id: Mapped[int | None] = mapped_column(ForeignKey("workers.id"), index=True)
    notes: Mapped[str] = mapped_column(String(400), default="")
    phrase: Mapped[str] = mapped_column(String(20), default="")  # agreed with them (暗号)
    demonstration: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (CheckConstraint("window_opens < window_closes", name="window_runs_forward"),)


class Coverage(Base):
    """From when until when an elder is on the list; a past week keeps the roster it had."""

    __tablename__ = "coverage"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"), index=True)
    category: Mapped[str] = mapped_column(String(20))
    entered_on: Mapped[date]
    left_on: Mapped[date | None]  # first day no longer covered
    left_why: Mapped[str] = mapped_column(String(60), default="")


class Contact(Base):
    """An emergency contact (紧急联系人) of an elder."""

    __tablename__ = "contacts"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    relation: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str] = mapped_column(String(20))


class Slot(Base):
    """One elder x week x kind x number. Never blank: open slots have a next action and a time."""

    __tablename__ = "slots"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"))
    week: Mapped[date]  # the Monday
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(Word(20), default="open")
    due_at: Mapped[datetime]
    by: Mapped[datetime]  # the latest moment for the slot's own means; then a person has it
    next_action: Mapped[str] = mapped_column(String(10))
    next_at: Mapped[datetime | None]  # None only when the slot has ended
    evidence: Mapped[str] = mapped_column(String(20), default="")  # key, words, voice, visit ...
    evidence_text: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(40), default="")  # a name, or 本人
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalations.id"))
    excused_until: Mapped[date | None]
    __table_args__ = (
        UniqueConstraint("elder_id", "week", "kind", "number"),
        Index("ix_slots_week", "week", "elder_id"),
        # what is open or in hands, whatever the number of past weeks
        only("state = 'open'", "ix_slots_next", "next_action", "next_at"),
        only("state = 'open'", "ix_slots_open", "elder_id"),
        only("state = 'open' AND kind = 'visit'", "ix_slots_visits", "by", "id"),
        only("state = 'open' AND next_at IS NULL", "ix_slots_idle", "id"),
        only("state = 'escalated'", "ix_slots_escalated", "id"),
        only("escalation_id IS NOT NULL", "ix_slots_escalation_id", "escalation_id"),
    )


class HandCall(Base):
    """Why a slot lies on the human call list (人工拨打名单), and who is ringing.

    The slot says whether it still does: open, and its next action a call by hand.
    """

    __tablename__ = "hand_calls"
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), primary_key=True)
    why: Mapped[str] = mapped_column(String(20))  # domain.handcall.Why
    risk: Mapped[int]  # the higher, the sooner; domain.handcall.risk
    put_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)  # calls by persons that reached nobody
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    taken_at: Mapped[datetime | None]


class Hold(Base):
    """Days without calls and visits for an elder (暂停), and whether anybody asked at the end."""

    __tablename__ = "holds"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"))
    reason: Mapped[str] = mapped_column(String(20))  # domain.hold.HoldReason
    said_by: Mapped[str] = mapped_column(String(40))  # who told it
    first_day: Mapped[date]
    last_day: Mapped[date]  # before first_day: taken back
    check_by: Mapped[datetime]
    set_by: Mapped[int] = mapped_column(ForeignKey("workers.id"))
    set_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str] = mapped_column(String(40), default="")
    came: Mapped[str] = mapped_column(String(20), default="")  # back, prolonged, off_list
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalations.id"))
    __table_args__ = (
        Index("ix_holds_elder_id", "elder_id", "last_day"),
        only("checked_at IS NULL AND escalation_id IS NULL", "ix_holds_unchecked", "check_by"),
    )


class NumberCheck(Base):
    """A number that proved wrong (号码核对): a caseworker finds the right one."""

    __tablename__ = "number_checks"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"))
    phone: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(40), default="")
    __table_args__ = (
        Index("ix_number_checks_elder_id", "elder_id", "phone"),
        only("closed_at IS NULL", "ix_number_checks_open", "due_at"),
    )


class Attempt(Base):
    """One dial to an elder. The row is committed before the phone rings."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"))
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"))
    number: Mapped[int]  # 1 for the first dial of the slot
    to_phone: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12))  # intended, placed, uncertain, ended
    live: Mapped[bool] = mapped_column(default=True)  # at most one live attempt per elder
    intended_at: Mapped[datetime]
    look_at: Mapped[datetime | None]  # when the reconciler asks the carrier next
    call_sid: Mapped[str | None] = mapped_column(String(40), unique=True)
    progress: Mapped[str | None] = mapped_column(String(10))
    sequence: Mapped[int] = mapped_column(default=-1)
    disposition: Mapped[str | None] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(20))
    ended_at: Mapped[datetime | None]
    talk: Mapped[dict[str, Any]] = mapped_column(default=dict)  # domain.script.Talk
    __table_args__ = (
        UniqueConstraint("slot_id", "number"),
        Index(
            "uq_attempts_one_live_per_elder",
            "elder_id",
            unique=True,
            sqlite_where=sql("live = 1"),
            postgresql_where=sql("live"),
        ),
        Index("ix_attempts_elder_id", "elder_id", "id"),
        only("live", "ix_attempts_look_up", "look_at", sqlite="live = 1"),
        only("live", "ix_attempts_live_phone", "to_phone", sqlite="live = 1"),
        only("ended_at IS NOT NULL", "ix_attempts_ended_at", "ended_at"),
    )


class Escalation(Base):
    """A need for a person (预警), with the ladder frozen as it was when it opened."""

    __tablename__ = "escalations"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int | None] = mapped_column(ForeignKey("elders.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    about: Mapped[str] = mapped_column(String(60))  # how the person is called, for notices
    phone: Mapped[str] = mapped_column(String(20), default="")  # the number to ring back
    reason: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(200), default="")  # what was said
    rule: Mapped[str] = mapped_column(String(60), default="")  # which danger rule raised it
    opened_at: Mapped[datetime]
    standing: Mapped[str] = mapped_column(Word(12), default="ringing")
    ladder: Mapped[dict[str, Any]]
    rung: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]  # None only when resolved
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_over: Mapped[str] = mapped_column(String(10), default="")
    finding: Mapped[str | None] = mapped_column(String(20))
    finding_note: Mapped[str] = mapped_column(String(400), default="")
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    resolved_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_escalations_opened_at", "opened_at"),
        Index("ix_escalations_elder_id", "elder_id", "id"),
        only("standing <> 'resolved'", "ix_escalations_open", "next_at"),
        only("standing <> 'resolved'", "ix_escalations_waiting", "opened_at"),
        only("standing = 'resolved'", "ix_escalations_resolved", "resolved_at"),
    )


class Notice(Base):
    """One message to one worker over one channel (通知)."""

    __tablename__ = "notices"
    id: Mapped[int] = mapped_column(primary_key=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalations.id"), index=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("workers.id"))
    address: Mapped[str] = mapped_column(String(60))  # tel:+86..., sms:+86..., telegram:123
    round: Mapped[int]  # counts tellings within the escalation
    text: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(Word(12), default="due")
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    sid: Mapped[str | None] = mapped_column(String(60), unique=True)
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(120), default="")
    told_with: Mapped[int | None] = mapped_column(
        ForeignKey("notices.id")
    )  # goes out with that one
    __table_args__ = (
        UniqueConstraint("escalation_id", "round", "address"),
        only("told_with IS NOT NULL", "ix_notices_told_with", "told_with"),
        Index("ix_notices_due", "state", "due_at"),
        Index("ix_notices_told", "worker_id", "sent_at"),
    )


class Conversation(Base):
    """One talk with somebody who came to us: a hotline call, a web chat, a Telegram chat."""

    __tablename__ = "conversations"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)  # call:CA..., web:..., telegram:...
    channel: Mapped[str] = mapped_column(String(10), index=True)  # phone, web, telegram
    address: Mapped[str] = mapped_column(String(40), default="")  # the caller's number: a hint
    elder_id: Mapped[int | None] = mapped_column(ForeignKey("elders.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)  # dialogue.Memory
    with_person: Mapped[bool] = mapped_column(default=False)  # the assistant is silent
    __table_args__ = (
        Index("ix_conversations_elder_id", "elder_id", "began_at"),
        Index("ix_conversations_address", "address", "began_at"),
        only("ended_at IS NULL", "ix_conversations_going", "id"),
    )


class Message(Base):
    """One thing said in a conversation or a check-in call, in order."""

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    at: Mapped[datetime]
    speaker: Mapped[str] = mapped_column(String(10))  # caller, assistant, person, note
    text: Mapped[str] = mapped_column(String(1000))
    delivered_at: Mapped[datetime | None]  # when our words reached their chat
    __table_args__ = (
        only("conversation_id IS NOT NULL", "ix_messages_conversation_id", "conversation_id", "id"),
        only("attempt_id IS NOT NULL", "ix_messages_attempt_id", "attempt_id"),
        only(
            "delivered_at IS NULL AND speaker <> 'caller' AND conversation_id IS NOT NULL",
            "ix_messages_undelivered",
            "conversation_id",
        ),
    )


class Handoff(Base):
    """Somebody wants a person (转人工): on the line now, or to be called back."""

    __tablename__ = "handoffs"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"), index=True)
    elder_id: Mapped[int | None] = mapped_column(ForeignKey("elders.id"), index=True)
    phone: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(20))
    summary: Mapped[str] = mapped_column(String(400), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(Word(12))  # ringing, taken, call_back, done
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]  # by when a person should have taken it
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    taken_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(400), default="")
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalations.id"), index=True)
    on_line: Mapped[bool] = mapped_column(default=False)  # asked for on the phone, not in a chat
    after_hours: Mapped[bool] = mapped_column(default=False)  # asked for when nobody was to answer
    line_sid: Mapped[str] = mapped_column(String(40), default="")  # the caller's call
    seat_sid: Mapped[str] = mapped_column(String(40), default="")  # the call of who answered
    answered_at: Mapped[datetime | None]  # a person accepted by key and had the caller
    left_at: Mapped[datetime | None]  # the caller's call was over
    joint: Mapped[bool] = mapped_column(default=False)  # the talk is in a room, for three or more
    __table_args__ = (
        Index("ix_handoffs_state", "state", "due_at"),
        only("on_line", "ix_handoffs_on_line", "opened_at", sqlite="on_line = 1"),
        only("state <> 'done'", "ix_handoffs_open", "due_at"),
        only("done_at IS NOT NULL", "ix_handoffs_done", "done_at", "id"),
    )


class ServiceRequest(Base):
    """Something to be done (工单): a meal, cleaning, bathing, repair, company, other."""

    __tablename__ = "service_requests"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int | None] = mapped_column(unique=True)  # told to the caller; 1000 + id
    elder_id: Mapped[int | None] = mapped_column(ForeignKey("elders.id"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    phone: Mapped[str] = mapped_column(String(20), default="", index=True)
    for_whom: Mapped[str] = mapped_column(String(60), default="")
    service: Mapped[str] = mapped_column(String(20))
    wanted: Mapped[str] = mapped_column(String(200), default="")
    when_words: Mapped[str] = mapped_column(String(60), default="")
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(120), default="")
    channel: Mapped[str] = mapped_column(String(10), default="")
    state: Mapped[str] = mapped_column(String(12), default="new")  # new, accepted, done, cancelled
    opened_at: Mapped[datetime]
    accept_by: Mapped[datetime]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    closed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (Index("ix_service_requests_state", "state", "accept_by"),)


class Visit(Base):
    """A home visit with its six facts: type, elder, date, place, worker, start and end."""

    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slots.id"), index=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"))
    kind: Mapped[str] = mapped_column(String(20))  # home_visit, emergency_visit
    place: Mapped[str] = mapped_column(String(120))
    worker_id: Mapped[int] = mapped_column(ForeignKey("workers.id"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    found: Mapped[str] = mapped_column(String(20))  # domain.escalation.Finding
    note: Mapped[str] = mapped_column(String(400), default="")
    entered_at: Mapped[datetime]
    __table_args__ = (Index("ix_visits_elder_id", "elder_id", "began_at"),)


class Wellbeing(Base):
    """One answer about daily life (近况), with the words it came from."""

    __tablename__ = "wellbeing"
    id: Mapped[int] = mapped_column(primary_key=True)
    elder_id: Mapped[int] = mapped_column(ForeignKey("elders.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"), index=True)
    at: Mapped[datetime]
    topic: Mapped[str] = mapped_column(String(20))  # a question of policy/talk.yaml, or health
    means: Mapped[str] = mapped_column(String(12))  # domain.wellbeing.Means
    words: Mapped[str] = mapped_column(String(200), default="")
    __table_args__ = (Index("ix_wellbeing_elder_id", "elder_id", "at"),)


class Event(Base):
    """The time line of an elder: appended to, never changed."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    elder_id: Mapped[int | None] = mapped_column(ForeignKey("elders.id"))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(300))
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalations.id"))
    __table_args__ = (
        Index("ix_events_elder_id", "elder_id", "at"),
        only("escalation_id IS NOT NULL", "ix_events_escalation_id", "escalation_id"),
    )


class Pace(Base):
    """The one row that all engines share: how many calls left in the current second."""

    __tablename__ = "pace"
    id: Mapped[int] = mapped_column(primary_key=True)
    second: Mapped[int]  # whole seconds since 1970; integers only, a float once stopped dispatch
    used: Mapped[int]


class Beat(Base):
    """When a process last did its work, by name (engine, auditor)."""

    __tablename__ = "beats"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(400), default="")
