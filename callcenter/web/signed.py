"""The carrier's webhooks: only what is signed with our token gets in; everything else is 403."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

from callcenter.domain.call import CallEvent
from callcenter.telephony.twilio import event_of, genuine
from callcenter.wiring import House

LARGEST = 64 * 1024  # bytes of one webhook; the carrier sends a few hundred
LONGEST_SID = 64  # characters; the carrier's have 34
MOST = 500  # fields of one webhook; the carrier sends some thirty

Form = dict[str, str]


async def house_of(request: Request) -> House:
    """The house that this application serves. Not a plain function: that would cost a thread."""
    house: House = request.app.state.house
    return house


async def signed_form(request: Request) -> Form:
    """The form of a genuine webhook. 413 when it is too large, 403 when it is not signed.

    The URL is rebuilt from the configured public one, because a proxy changes what we see.
    The application's state holds `public_url` and `auth_token`.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413)
    form = _fields(body)
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{request.app.state.public_url}{request.url.path}{query}"
    signature = request.headers.get("x-twilio-signature", "")
    if not genuine(request.app.state.auth_token, url, form, signature):
        raise HTTPException(403)
    sid = form.get("CallSid") or form.get("MessageSid")
    if not sid or len(sid) > LONGEST_SID:
        raise HTTPException(400, "neither CallSid nor MessageSid was sent")
    return {name: value.replace("\0", "") for name, value in form.items()}  # no database keeps NUL


def _fields(body: bytes) -> Form:
    """The fields of a web form, blank ones too; 400 when there are too many to be one."""
    try:
        return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST))
    except ValueError as odd:
        raise HTTPException(400, "not a form") from odd


def status_event(form: Form) -> CallEvent:
    """What a status webhook says; 400 when it does not say it in the carrier's words."""
    try:
        return event_of(form)
    except (KeyError, ValueError) as odd:
        raise HTTPException(400, f"not a status: {odd}") from odd


SignedForm = Annotated[Form, Depends(signed_form)]
TheHouse = Annotated[House, Depends(house_of)]
