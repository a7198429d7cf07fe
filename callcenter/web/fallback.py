"""The last resort: a process of its own that brings a caller to a person, whatever else is down.

It opens no database and asks no assistant. Its words are in policy/prompts.yaml, its phones in a
setting and a file. The carrier asks it when the house does not answer in time.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response

from callcenter import duty_phones
from callcenter.config import Settings
from callcenter.policy import Prompts
from callcenter.telephony import twiml
from callcenter.telephony.twiml import Speech
from callcenter.web.signed import SignedForm
from callcenter.web.voice.markup import xml


def create_fallback(settings: Settings, prompts: Prompts) -> FastAPI:
    """The application of the fallback process."""
    app = FastAPI(title="锡心养老热线", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.settings = settings
    app.state.prompts = prompts
    app.state.public_url = settings.fallback_url
    app.state.auth_token = settings.auth_token
    app.add_api_route("/health", health, methods=["GET"])
    for name, answer in ANSWERS.items():
        app.add_api_route(f"/voice/fallback{name}", answer, methods=["POST"])
    return app


def _state(request: Request) -> tuple[Settings, Prompts]:
    return request.app.state.settings, request.app.state.prompts


State = Annotated[tuple[Settings, Prompts], Depends(_state)]


def health(state: State) -> dict[str, object]:
    """How many phones would ring; none means that nobody could be reached."""
    settings, _ = state
    return {"ok": True, "phones": len(duty_phones.read(settings))}


def fallback(form: SignedForm, state: State) -> Response:
    """The house did not answer: all phones of the last resort ring at once."""
    settings, prompts = state
    phones: Sequence[str] = duty_phones.read(settings)
    base = f"{settings.fallback_url}/voice/fallback"
    words = prompts.say("fallback", "putting_through")
    return xml(
        twiml.put_through(
            prompts.line,
            Speech(lines=(words,)),
            dict.fromkeys(phones, f"{base}/whisper"),
            f"{base}/done",
            prompts.line.transfer_seconds,
        )
    )


def whisper(form: SignedForm, state: State) -> Response:
    """Somebody picked up: hears what it is about, alone, and is asked for a key."""
    settings, prompts = state
    answer = f"{settings.fallback_url}/voice/fallback/accept"
    return xml(twiml.accept(prompts.line, prompts.say("fallback", "whisper"), answer))


def accept(form: SignedForm, state: State) -> Response:
    """The key decides: a voicemail presses none."""
    _, prompts = state
    if form.get("Digits") == "1":
        return xml(twiml.join())
    return xml(twiml.hang_up(prompts.line, Speech(lines=())))


def done(form: SignedForm, state: State) -> Response:
    """They have talked, or nobody accepted and the caller is told what to do."""
    _, prompts = state
    talked = form.get("DialBridged") == "true"
    lines = () if talked else (prompts.say("fallback", "nobody_on_duty"),)
    return xml(twiml.hang_up(prompts.line, Speech(lines=lines)))


ANSWERS = {"": fallback, "/whisper": whisper, "/accept": accept, "/done": done}
