"""The real twilio client and a real office on real sockets: what the app meets in production."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.exchange.conftest import ELDER, NUMBERS, OPERATOR, Live
from tests.exchange.office import HOTLINE, SID, ask, say


def test_a_check_in_call_goes_from_create_to_completed(live: Live) -> None:
    """The client's create rings an elder; key and callbacks arrive signed, in their order."""
    live.office.scripts = {"/script": ask("您好，平安请按1", "/key"), "/key": say("再见")}
    call = live.place()
    events = live.office.wait_for("/status", 4)
    assert live.office.got("/key")[0]["Digits"] == "1"
    assert [form["CallStatus"] for form in events] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [form["SequenceNumber"] for form in events] == ["0", "1", "2", "3"]
    assert all(one.signed for one in live.office.seen)
    fetched = live.client.calls(call.sid).fetch()
    assert (fetched.status, fetched.duration) == ("completed", events[-1]["CallDuration"])


def test_a_wrong_password_is_refused(live: Live) -> None:
    """20003, and no call is placed."""
    stranger = Client(SID, "wrong")
    stranger.api.base_url = live.url
    with pytest.raises(TwilioRestException) as refused:
        stranger.calls.create(to=ELDER, from_=HOTLINE, url=f"{live.app_url}/script")
    stranger.http_client.session.close()
    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert live.client.calls.list() == []


def test_a_person_at_the_phone_page_answers_and_speaks(live: Live) -> None:
    """A held phone rings for its person, who picks up, speaks, and is heard by the app."""
    live.office.scripts = {"/script": ask("您好，平安请按1", "/heard"), "/heard": say("再见")}
    live.phone(ELDER, "take")
    live.place()
    assert live.watch(ELDER, '"rings": true')["call"]["with_number"] == HOTLINE
    live.phone(ELDER, "answer")
    live.watch(ELDER, "您好，平安请按1")
    live.phone(ELDER, "say", text="我蛮好的")
    assert live.office.wait_for("/heard")[0]["SpeechResult"] == "我蛮好的"


def test_two_people_talk_through_a_transfer(live: Live) -> None:
    """An elder rings the hotline and is put through; what one types the other hears."""
    live.office.scripts = {
        "/hotline": f"<Response><Dial><Number>{OPERATOR}</Number></Dial></Response>"
    }
    live.phone(ELDER, "take")
    live.phone(OPERATOR, "take")
    live.phone(ELDER, "dial", to=HOTLINE)
    live.watch(OPERATOR, '"rings": true')
    live.phone(OPERATOR, "answer")
    live.phone(ELDER, "say", text="我要订午饭")
    assert "我要订午饭" in [line["text"] for line in live.phone(OPERATOR)["call"]["lines"]]
    live.phone(OPERATOR, "hangup")
    assert live.office.wait_for("/hotline/status")[0]["CallStatus"] == "completed"


def test_a_text_message_reaches_a_phone_and_reports_back(live: Live) -> None:
    """sent, then delivered; the phone's inbox has it."""
    sent = live.client.messages.create(
        to=ELDER,
        from_=HOTLINE,
        body="明天上午有人上门",
        status_callback=f"{live.app_url}/sms-status",
    )
    reports = live.office.wait_for("/sms-status", 2)
    assert [form["MessageStatus"] for form in reports] == ["sent", "delivered"]
    assert live.client.messages(sent.sid).fetch().status == "delivered"
    assert live.phone(ELDER)["inbox"][0]["text"] == "明天上午有人上门"


def test_calls_are_listed_newest_first_in_pages(live: Live) -> None:
    """The client's own paging walks over all calls, filtered by number and status."""
    live.office.scripts = {"/script": say("您好")}
    placed = [live.place(NUMBERS["busy"]).sid for _ in range(5)]
    live.office.wait_for("/status", 10)
    found = live.client.calls.list(to=NUMBERS["busy"], status="busy", page_size=2)
    assert [call.sid for call in found] == placed[::-1]
    assert live.client.calls.list(to=ELDER) == []


def test_other_web_sites_cannot_use_a_phone(live: Live) -> None:
    """A strange Host is 421 and a foreign Origin 403, before anything happens."""
    path = f"/phones/{ELDER}/take"
    assert live.web.post(path, headers={"Host": "evil.example"}).status_code == 421
    assert live.web.post(path, headers={"Origin": "http://evil.example"}).status_code == 403
    assert live.web.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert live.phone(ELDER)["held"] is False
