"""Text messages: accepted or refused, delivered or not, and answered from a phone."""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.exchange.conftest import APP, ELDER, NUMBERS, World
from tests.exchange.office import HOTLINE

GOOD = {"to": ELDER, "from_": HOTLINE, "body": "您好", "status_callback": f"{APP}/sms-status"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": "长" * 1601}, 21617),
        ({"from_": "+8651099999999"}, 21606),
        ({"to": "13800000000"}, 21211),
        ({"to": "+8610010000090"}, 21614),
        ({"status_callback": "here"}, 21609),
    ],
)
def test_a_wrong_message_is_refused_with_its_own_code(
    world: World, change: dict[str, Any], code: int
) -> None:
    """A landline (21614) among them."""
    with pytest.raises(TwilioRestException) as refused:
        world.client.messages.create(**(GOOD | change))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("to", "body", "error"),
    [
        (ELDER, "您好", None),
        (NUMBERS["unreachable"], "您好", "30003"),
        ("+8610099999999", "您好", "30005"),
        (ELDER, "请看 https://a.example", "30007"),
    ],
)
def test_delivery_is_reported(world: World, to: str, body: str, error: str | None) -> None:
    """sent, then delivered or undelivered with the reason."""
    world.client.messages.create(**(GOOD | {"to": to, "body": body}))
    world.passes(seconds=10)
    reports = world.office.got("/sms-status")
    last = "undelivered" if error else "delivered"
    assert [form["MessageStatus"] for form in reports] == ["sent", last]
    assert reports[-1].get("ErrorCode") == error


def test_the_third_identical_text_in_a_day_is_dropped(world: World) -> None:
    """As networks in mainland China do; the next day it goes through again."""
    for _ in range(3):
        sent = world.client.messages.create(**GOOD)
        world.passes(minutes=1)
    assert world.client.messages(sent.sid).fetch().error_code == 30007
    world.passes(minutes=24 * 60)
    again = world.client.messages.create(**GOOD)
    world.passes(minutes=1)
    assert world.client.messages(again.sid).fetch().status == "delivered"


def test_a_phone_can_text_the_hotline(world: World) -> None:
    """The number's SMS address gets it, signed."""
    world.exchange.text(ELDER, HOTLINE, "收到")
    world.passes()
    (form,) = world.office.got("/sms")
    assert (form["From"], form["Body"]) == (ELDER, "收到")
    assert [m.body for m in world.exchange.messages.inbox(ELDER)] == ["收到"]


def test_messages_are_listed_newest_first(world: World) -> None:
    """By number."""
    sids = [world.client.messages.create(**(GOOD | {"body": str(i)})).sid for i in range(3)]
    assert [m.sid for m in world.client.messages.list(to=ELDER)] == sids[::-1]
    assert world.client.messages.list(to="+8610099999999") == []
