"""Requests of the real client and our answers, against Twilio's own OpenAPI document.

The document is not part of the product. Where it lies beside the checkout this is checked; where
it does not, the test is skipped and says so.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from callcenter.exchange import orders
from tests.exchange.conftest import APP, ELDER, EVERY_EVENT, OPERATOR, World
from tests.exchange.office import HOTLINE

DOCUMENT = Path(__file__).parents[2].parent / "shared" / "twilio" / "twilio_api_v2010.json"
ACCOUNTS = "/2010-04-01/Accounts/{AccountSid}"
PATHS = [
    f"{ACCOUNTS}/Calls.json",
    f"{ACCOUNTS}/Calls/{{Sid}}.json",
    f"{ACCOUNTS}/Messages.json",
    f"{ACCOUNTS}/Messages/{{Sid}}.json",
    f"{ACCOUNTS}/Recordings.json",
    f"{ACCOUNTS}/Recordings/{{Sid}}.json",
    f"{ACCOUNTS}/Conferences.json",
    f"{ACCOUNTS}/Conferences/{{ConferenceSid}}/Participants.json",
    f"{ACCOUNTS}/Conferences/{{ConferenceSid}}/Participants/{{CallSid}}.json",
    f"{ACCOUNTS}/Queues.json",
    f"{ACCOUNTS}/Queues/{{QueueSid}}/Members.json",
    f"{ACCOUNTS}/Queues/{{QueueSid}}/Members/{{CallSid}}.json",
]
pytestmark = pytest.mark.skipif(
    not DOCUMENT.exists(), reason="Twilio's OpenAPI document does not lie beside this checkout"
)


def form_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    """The form of a POST in the document."""
    content = document["paths"][path]["post"]["requestBody"]["content"]
    found: dict[str, Any] = content["application/x-www-form-urlencoded"]
    return found


@cache
def twilio() -> OpenAPI:
    """The document, cut to what we use, with what it leaves out or has wrong put right."""
    document = json.loads(DOCUMENT.read_text())
    document["paths"] = {path: document["paths"][path] for path in PATHS}
    create = form_of(document, PATHS[0])
    create["encoding"] = {"StatusCallbackEvent": {"style": "form", "explode": True}}
    fields = create["schema"]["properties"]
    for name in ("To", "From"):
        fields[name]["pattern"] = r"^\+[1-9]\d{1,14}$"
    fields["StatusCallbackEvent"]["items"]["enum"] = EVERY_EVENT
    fields["MachineDetection"]["enum"] = ["Enable", "DetectMessageEnd"]
    fields["AsyncAmd"]["enum"] = ["true", "false"]
    fields["Timeout"] |= {"minimum": 1, "maximum": 600}
    create["schema"]["anyOf"] = [{"required": ["Url"]}, {"required": ["Twiml"]}]
    return OpenAPI.from_dict(document)


def plain(value: Any) -> Any:
    """As the HTTP library writes it into the form."""
    return str(value)


def check(world: World) -> None:
    """Every request that the client made so far, and every reply, fits the document."""
    for (method, url, params, data), reply in zip(
        world.http.asked, world.http.replies, strict=True
    ):
        path = url.removeprefix("https://api.twilio.com").partition("?")[0]
        request = MockRequest(
            "https://api.twilio.com",
            method.lower(),
            path,
            args={name: plain(value) for name, value in params.items()},
            data=urlencode(data, doseq=True).encode() or None,
            content_type="application/x-www-form-urlencoded",
            headers={"Authorization": "Basic eDp5"},
        )
        twilio().validate_request(request)
        body = json.dumps(reply.body).encode()
        twilio().validate_response(request, MockResponse(body, status_code=reply.status))


def test_a_call_from_create_to_list_fits_the_document(world: World) -> None:
    """With everything the app sets."""
    call = world.client.calls.create(
        to=ELDER,
        from_=HOTLINE,
        url=f"{APP}/script",
        fallback_url=f"{APP}/fallback",
        status_callback=f"{APP}/status",
        status_callback_event=EVERY_EVENT,
        timeout=25,
        time_limit=600,
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{APP}/amd",
    )
    world.passes(seconds=30)
    world.client.calls(call.sid).update(status="completed")
    world.client.calls(call.sid).fetch()
    world.client.calls.list(to=ELDER, status="completed", start_time_after=world.now)
    assert len(world.http.asked) == 4
    check(world)


def test_a_message_from_create_to_list_fits_the_document(world: World) -> None:
    """Delivered and undelivered."""
    for body in ("您好", "请看 https://a.example"):
        sent = world.client.messages.create(
            to=ELDER, from_=HOTLINE, body=body, status_callback=f"{APP}/sms-status"
        )
        world.passes(seconds=10)
        world.client.messages(sent.sid).fetch()
    world.client.messages.list(to=ELDER)
    check(world)


def test_rooms_queues_and_recordings_fit_the_document(world: World) -> None:
    """What operators' work is made of."""
    world.office.scripts |= {
        "/hotline": "<Response><Enqueue>坐席</Enqueue></Response>",
        "/script": "<Response><Dial><Conference>三方</Conference></Dial></Response>",
    }
    for number in (ELDER, OPERATOR):
        world.exchange.people.take(number)
    world.exchange.rings_in(ELDER, HOTLINE)
    call = world.rings(OPERATOR, Record="true")
    world.passes(seconds=3)
    world.exchange.answer(OPERATOR)
    world.passes(seconds=9)
    (queue,), (room,) = world.client.queues.list(), world.client.conferences.list()
    world.client.queues(queue.sid).members.list()
    world.client.queues(queue.sid).members("Front").fetch()
    participants = world.client.conferences(room.sid).participants
    participants.list()
    participants(call.sid).update(muted=True)
    participants.create(from_=HOTLINE, to=ELDER, label="third")
    world.exchange.hang_up(OPERATOR)
    (recording,) = world.client.recordings.list()
    world.client.recordings(recording.sid).fetch()
    check(world)


def test_our_list_of_create_fields_is_twilios() -> None:
    """Unknown keys pass Twilio unnoticed, so the sets themselves are compared."""
    document = json.loads(DOCUMENT.read_text())
    theirs = set(form_of(document, PATHS[0])["schema"]["properties"])
    ours = orders.USED | orders.IGNORED
    assert ours - theirs <= {"AsyncAmdStatusCallbackMethod"}
    assert theirs - ours == set()


def test_our_calls_show_every_field_of_twilios(world: World) -> None:
    """Nothing that a client may read is missing."""
    document = json.loads(DOCUMENT.read_text())
    schemas = document["components"]["schemas"]
    call = world.rings()
    world.client.calls(call.sid).fetch()
    shown = world.http.replies[-1].body or {}
    assert set(schemas["api.v2010.account.call"]["properties"]) <= set(shown)
    world.client.messages.create(to=ELDER, from_=HOTLINE, body="您好")
    shown = world.http.replies[-1].body or {}
    assert set(schemas["api.v2010.account.message"]["properties"]) == set(shown)
