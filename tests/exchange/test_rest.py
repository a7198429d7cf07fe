"""What the REST API refuses, in Twilio's codes, and how it looks when it does."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from callcenter.exchange import rest
from callcenter.exchange.faults import Faults
from tests.exchange.conftest import APP, ELDER, World
from tests.exchange.office import HOTLINE, SID, TOKEN

GOOD = {"to": ELDER, "from_": HOTLINE, "url": f"{APP}/script"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "13800000000"}, 21211),
        ({"to": "+86-100"}, 21211),
        ({"to": "+12025550100"}, 21215),
        ({"to": "+8610010000091"}, 21214),
        ({"from_": ""}, 21213),
        ({"from_": "hotline"}, 21212),
        ({"from_": "+8651099999999"}, 21210),
        ({"url": ""}, 21205),
        ({"url": "/voice"}, 21205),
        ({"url": "ftp://app.example/voice"}, 21205),
        ({"method": "PUT"}, 21209),
        ({"timeout": 601}, 21208),
        ({"timeout": 0}, 21208),
        ({"send_digits": "12a"}, 21206),
        ({"status_callback": "status"}, 21224),
        ({"status_callback": f"{APP}/s", "status_callback_event": ["answer"]}, 21226),
        ({"machine_detection": "Yes"}, 21225),
        ({"machine_detection": "Enable", "async_amd": "maybe"}, 21225),
    ],
)
def test_a_wrong_create_is_refused_with_its_own_code(
    world: World, change: dict[str, Any], code: int
) -> None:
    """And no call comes of it."""
    with pytest.raises(TwilioRestException) as refused:
        world.client.calls.create(**(GOOD | change))
    assert (refused.value.status, refused.value.code) == (400, code)
    assert not world.exchange.board.calls


def test_short_numbers_of_the_phone_book_can_be_rung(world: World) -> None:
    """120 is no E.164 number, yet a domestic carrier connects it."""
    assert world.client.calls.create(**(GOOD | {"to": "120"})).status == "queued"


def test_an_error_has_the_shape_of_twilio(world: World) -> None:
    """code, message, more_info, status."""
    request = rest.Request.of(
        "GET", f"{rest.ROOT}/{SID}/Calls/CA{'0' * 32}.json", auth=(SID, TOKEN)
    )
    reply = rest.handle(world.exchange, request)
    assert reply.body is not None
    assert reply.body["code"] == 20404
    assert reply.body["status"] == reply.status == 404
    assert set(reply.body) == {"code", "message", "more_info", "status"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/Nonsense.json", 404),
        ("DELETE", "/Calls.json", 405),
        ("GET", "/Calls.json?PageSize=many", 400),
        ("GET", "/Calls.json?StartTime=yesterday", 400),
    ],
)
def test_odd_requests_get_an_error_and_no_crash(
    world: World, method: str, path: str, status: int
) -> None:
    """Each is answered in JSON."""
    world.rings("busy")
    request = rest.Request.of(method, f"{rest.ROOT}/{SID}{path}", auth=(SID, TOKEN))
    assert rest.handle(world.exchange, request).status == status


def test_another_accounts_path_is_not_found(world: World) -> None:
    """Right credentials do not open other accounts."""
    request = rest.Request.of("GET", f"{rest.ROOT}/AC{'b' * 32}/Calls.json", auth=(SID, TOKEN))
    assert rest.handle(world.exchange, request).status == 404


def test_a_misspelt_parameter_is_ignored_but_noted(world: World) -> None:
    """As at Twilio it is taken; unlike there one can see it."""
    call = world.rings(StatusCalback=f"{APP}/x")
    assert any(note.detail == "StatusCalback" for note in call.notes)


def test_a_create_may_time_out_with_or_without_the_call(world: World) -> None:
    """unheard: placed but never answered; lost: neither. A list tells them apart."""
    for faults, placed in ((Faults(create_unheard=1.0), 1), (Faults(create_lost=1.0), 0)):
        world = World(faults=faults)
        with pytest.raises(TimeoutError):
            world.client.calls.create(**GOOD)
        assert len(world.client.calls.list(to=ELDER)) == placed


def test_throttled_and_broken_creates_say_so(world: World) -> None:
    """429 with Retry-After, 503 without a call."""
    world = World(faults=Faults(throttled=1.0))
    with pytest.raises(TwilioRestException) as slower:
        world.client.calls.create(**GOOD)
    assert (slower.value.status, slower.value.code) == (429, 20429)
    assert world.http.replies[-1].headers["Retry-After"] == "2"
    world = World(faults=Faults(create_error=1.0))
    with pytest.raises(TwilioRestException) as broken:
        world.client.calls.create(**GOOD)
    assert broken.value.status == 503
    assert not world.exchange.board.calls


def test_the_account_and_its_numbers_can_be_asked_for(world: World) -> None:
    """What a set-up check needs."""
    assert world.client.api.accounts(SID).fetch().status == "active"
    (number,) = world.client.incoming_phone_numbers.list(phone_number=HOTLINE)
    assert number.voice_url == f"{APP}/hotline"
