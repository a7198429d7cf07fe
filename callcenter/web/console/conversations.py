"""Conversations (会话): their words, and a box to answer chats that wait for a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy.orm import Session

from callcenter.services import conversations as service
from callcenter.services import lists
from callcenter.services.errors import CareError, NotFound
from callcenter.store.tables import Conversation, Elder, Worker
from callcenter.web import auth
from callcenter.web.console.page import PageRoute, act, show
from callcenter.web.console.requests import AtCounter

router = APIRouter(prefix="/conversations", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)
CHANNELS = {"phone": "电话", "web": "网页", "telegram": "Telegram"}


@router.get("")
def conversation_list(at: AtCounter) -> Response:
    """The newest conversations; those still going on first."""
    with at.house.store.look() as session:
        return show(
            at,
            session,
            "conversations.html",
            lines=lists.open_talks(session),
            channels=CHANNELS,
        )


@router.get("/{number}")
def conversation(at: AtCounter, number: int) -> Response:
    """Every word of one conversation, in order."""
    with at.house.store.look() as session:
        one = session.get(Conversation, number)
        if one is None:
            raise NotFound("没有这次会话。")
        return show(
            at,
            session,
            "conversation.html",
            talk=one,
            elder=session.get(Elder, one.elder_id) if one.elder_id else None,
            messages=service.messages(session, number),
            channels=CHANNELS,
            writable=one.channel != "phone" and one.ended_at is None,
        )


@router.post("/{number}/say", dependencies=[Csrf])
def say(at: AtCounter, number: int, text: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """A person writes; from then on the assistant is silent in this chat."""

    def step(session: Session, worker: Worker) -> None:
        if not text.strip():
            raise CareError("请先写要说的话。")
        service.say_as_person(session, at.now, number, worker, text)

    return act(at, f"/console/conversations/{number}", "", step)


@router.post("/{number}/give-back", dependencies=[Csrf])
def give_back(at: AtCounter, number: int) -> Response:
    """The person is done: the assistant answers again."""
    return act(
        at,
        f"/console/conversations/{number}",
        "已交还智能助手。",
        lambda session, _: service.give_back(session, number),
    )
