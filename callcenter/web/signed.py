"""The carrier's webhooks: only what is signed with our token gets in; everything else is 403."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from callcenter.domain.call import CallEvent
from callcenter.telephony.twilio import event_of, genuine
from callcenter.wiring import House

LARGEST = 64 * 1024  # bytes of one webhook; the carrier sends a few hundred

Form = dict[str, str]


def house_of(request: Request) -> House:
    """The house that this application serves."""
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
    request._body = body
    raw = await request.form()
    form = {name: value for name, value in raw.multi_items() if isinstance(value, str)}
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{request.app.state.public_url}{request.url.path}{query}"
    signature = request.headers.get("x-twilio-signature", "")
    if not genuine(request.app.state.auth_token, url, form, signature):
        raise HTTPException(403)
    if not (form.get("CallSid") or form.get("MessageSid")):
        raise HTTPException(400, "neither CallSid nor MessageSid was sent")
    return form


def status_event(form: Form) -> CallEvent:
    """What a status webhook says; 400 when it does not say it in the carrier's words."""
    try:
        return event_of(form)
    except (KeyError, ValueError) as odd:
        raise HTTPException(400, f"not a status: {odd}") from odd


SignedForm = Annotated[Form, Depends(signed_form)]
TheHouse = Annotated[House, Depends(house_of)]
