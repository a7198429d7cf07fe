"""Bad input of the line: refused in the carrier's own numbers, nothing changed, nothing told on."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from callcenter import engine
from callcenter.exchange.webhook import signature
from callcenter.services.claims import claim_due
from callcenter.store.tables import Base, Elder, Message, Slot
from callcenter.web.app import create_app
from callcenter.wiring import House
from tests.behaviours.carrier import BASE, signed
from tests.district import settle
from tests.house import SECRETS, make_house
from tests.services.test_claims import make_due

CALLER, NAME, SAID = "+8610010000009", "钱来来", "我住柳巷一号"
FORM = {"CallSid": "CA1", "From": CALLER, "To": "+8651000000000", "CallerName": NAME}
HUGE = str(10**30)


@pytest.fixture
def house(any_url: str, tmp_path: Path) -> Iterator[House]:
    """The small district; the carrier has just been asked to ring everybody."""
    one = make_house(tmp_path, database_url=any_url)
    settle(one)
    engine.plan(one, one.now())
    make_due(one, Slot.number == 1)
    with one.store.work() as session:
        assert len(claim_due(session, one.now(), one.policy, 5)) == 3
    yield one
    one.store.engine.dispose()


@pytest.fixture
def web(house: House) -> Iterator[TestClient]:
    """Its web application, as the carrier reaches it."""
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def everything(house: House) -> dict[str, object]:
    """All rows that there are, by table."""
    with house.store.look() as session:
        return {
            table.name: session.execute(select(table).order_by(*table.primary_key)).all()
            for table in Base.metadata.sorted_tables
        }


ODD: dict[str, tuple[str, dict[str, str], int]] = {
    "a status that there is not": ("/voice/check-in/1/status", {"CallStatus": "gone"}, 400),
    "a status without a word": ("/voice/check-in/1/status", {}, 400),
    "a number that is none": (
        "/voice/check-in/1/status",
        {"CallStatus": "ringing", "SequenceNumber": "x"},
        400,
    ),
    "a number that no row can hold": (
        "/voice/check-in/1/status",
        {"CallStatus": "ringing", "SequenceNumber": HUGE},
        400,
    ),
    "an id that no row can hold": (f"/voice/check-in/{HUGE}", {}, 400),
    "an id that is none": ("/voice/check-in/one", {}, 422),
    "an unknown call": ("/voice/check-in/999/turn?n=0", {"Digits": "1"}, 404),
    "an unknown text": ("/sms/notice/999/status", {"MessageStatus": "failed"}, 404),
    "an unknown transfer": ("/voice/transfer/999/done", {}, 404),
    "a call id without end": ("/voice/hotline", {"CallSid": "C" * 5000}, 400),
    "a thousand fields": ("/voice/hotline", {f"F{n}": "" for n in range(1000)}, 400),
    "a page that there is not": ("/voice/nothing", {}, 404),
}


def test_odd_webhooks_are_refused_and_change_and_tell_nothing(
    web: TestClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """All are signed: the carrier itself may be wrong."""
    before = everything(house)
    for what, (path, more, status) in ODD.items():
        answer = web.post(**signed(path, {**FORM, "SpeechResult": SAID, **more}))
        assert answer.status_code == status, what
        assert everything(house) == before, what
    for private in (CALLER, NAME, SAID):
        assert private not in caplog.text


def test_a_webhook_that_was_cut_off_or_altered_on_its_way_is_403(
    web: TestClient, house: House
) -> None:
    before = everything(house)
    form = {**FORM, "SpeechResult": "我蛮好的"}
    whole = urlencode(form)
    mark = {"X-Twilio-Signature": signature(SECRETS["auth_token"], f"{BASE}/voice/hotline", form)}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (whole[:40], whole[:-9], whole + "&Digits=1", "", "\xff\xfe{", "CallSid=CA1"):
        answer = web.post("/voice/hotline", content=body.encode("latin-1"), headers=mark | kind)
        assert answer.status_code == 403, body
    assert everything(house) == before


def test_a_replayed_webhook_changes_nothing_more(web: TestClient, house: House) -> None:
    """Each webhook of a check-in is sent again when the call is over, in the opposite order."""
    path, base = "/voice/check-in/1", {"CallSid": "CA7"}
    calls = [
        (f"{path}/status", {**base, "CallStatus": "ringing", "SequenceNumber": "1"}),
        (path, base),
        (f"{path}/machine", {**base, "AnsweredBy": "human"}),
        (f"{path}/turn?n=0", {**base, "Digits": "1"}),
        (f"{path}/status", {**base, "CallStatus": "completed", "SequenceNumber": "3"}),
    ]
    for where, form in calls:
        assert web.post(**signed(where, form)).status_code < 300
    before = everything(house)
    for where, form in reversed(calls):
        assert web.post(**signed(where, form)).status_code < 300
    assert everything(house) == before


@pytest.mark.parametrize("path", ["/voice/hotline/turn?n=0", "/voice/check-in/1/turn?n=0"])
def test_hostile_words_are_words_and_nothing_else(
    web: TestClient, house: House, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """They are kept as they were said; the answer is sound markup without anything of theirs."""
    hostile = (
        "</Say><Dial>+8613800000000</Dial>",
        "'; DROP TABLE elders; --",
        "{number}{0.__class__}%s%n",
        '/restart{"who": 1}',
        "\0我\0蛮\u202e好\ud7ff",
        "啊" * 20_000,
    )
    for words in hostile:
        form = {**FORM, "CallSid": f"CA{len(words)}", "SpeechResult": words, "CallerName": words}
        answer = web.post(**signed(path, form))
        assert answer.status_code in (200, 413)
        if answer.status_code == 200:
            tags = {element.tag for element in ElementTree.fromstring(answer.text).iter()}  # noqa: S314
            assert not tags & {"Record", "Enqueue"}
            assert "13800000000" not in answer.text
            assert "DROP" not in answer.text
    with house.store.look() as session:
        assert session.scalar(select(func.count()).select_from(Elder)) == 4
        kept = session.scalars(select(Message.text).where(Message.speaker == "caller")).all()
    assert not any("\0" in text for text in kept)
    assert "DROP" not in caplog.text
