"""Behaviours 19 and 20: webhooks answer in time, and only genuine ones change anything."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from callcenter.assistant import AssistantSilent
from callcenter.store.tables import Attempt, Base, Conversation, Message
from callcenter.web.app import create_app
from callcenter.wiring import House
from tests.behaviours.carrier import BASE, signed
from tests.house import make_house

FORM = {"CallSid": "CA1", "From": "+8610010000001", "To": "+8651000000000", "CallStatus": "ringing"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An empty house."""
    one = make_house(tmp_path)
    yield one
    one.store.engine.dispose()


@pytest.fixture
def web(house: House) -> Iterator[TestClient]:
    """Its web application, as the carrier reaches it."""
    with TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def rows(house: House) -> int:
    """How much has been written about calls."""
    with house.store.look() as session:
        tables: list[type[Base]] = [Attempt, Conversation, Message]
        return sum(session.scalar(select(func.count()).select_from(one)) or 0 for one in tables)


def test_20_a_signed_call_is_answered_with_who_we_are(web: TestClient, house: House) -> None:
    answer = web.post(**signed("/voice/hotline", FORM))
    assert answer.status_code == 200
    assert "人工智能语音助手" in answer.text
    assert rows(house) == 2


@pytest.mark.parametrize("mark", [None, "", "nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
@pytest.mark.parametrize(
    "path", ["/voice/hotline", "/voice/check-in/1", "/sms/inbound", "/voice/transfer/1/next"]
)
def test_20_a_missing_or_bad_signature_is_403_and_changes_nothing(
    web: TestClient, house: House, path: str, mark: str | None
) -> None:
    headers = {} if mark is None else {"X-Twilio-Signature": mark}
    assert web.post(path, data=FORM, headers=headers).status_code == 403
    assert rows(house) == 0


def test_20_a_signature_for_other_words_or_another_address_is_403(
    web: TestClient, house: House
) -> None:
    forged = signed("/voice/hotline", FORM)
    forged["data"] = {**FORM, "From": "+8610010000009"}
    assert web.post(**forged).status_code == 403
    moved = signed("/voice/hotline", FORM)
    moved["url"] = "/voice/hotline/turn"
    assert web.post(**moved).status_code == 403
    assert rows(house) == 0


def test_20_a_huge_body_is_refused_unread(web: TestClient, house: House) -> None:
    huge = {**FORM, "SpeechResult": "啊" * 100_000}
    assert web.post(**signed("/voice/hotline", huge)).status_code == 413
    assert rows(house) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/voice/check-in/999",
        "/voice/check-in/999/turn?n=0",
        "/voice/notice/999",
        "/voice/transfer/999/whisper",
    ],
)
def test_20_an_unknown_id_is_404_and_changes_nothing(
    web: TestClient, house: House, path: str
) -> None:
    assert web.post(**signed(path, FORM)).status_code == 404
    assert rows(house) == 0


def test_20_a_webhook_without_its_fields_is_a_400(web: TestClient) -> None:
    assert web.post(**signed("/voice/hotline", {"From": "+8610010000001"})).status_code == 400


def test_16_an_utterance_that_comes_twice_is_heard_once(web: TestClient, house: House) -> None:
    web.post(**signed("/voice/hotline", FORM))
    said = {**FORM, "SpeechResult": "再讲一遍"}
    first = web.post(**signed("/voice/hotline/turn?n=0", said))
    before = rows(house)
    second = web.post(**signed("/voice/hotline/turn?n=0", said))
    assert rows(house) == before
    assert second.text == first.text


def test_20_it_works_behind_a_proxy_that_ends_tls(tmp_path: Path) -> None:
    """The carrier signs the public https address; the house itself is asked over plain http."""
    public = "https://hotline.example"
    house = make_house(tmp_path, public_url=public)
    with TestClient(create_app(house), base_url="http://10.0.0.7:8000") as inside:
        assert inside.post(**signed("/voice/hotline", FORM, public)).status_code == 200
        assert (
            inside.post(**signed("/voice/hotline", FORM, "http://10.0.0.7:8000")).status_code == 403
        )
    house.store.engine.dispose()


class Hanging:
    """An assistant that takes every connection and answers nobody."""

    def __init__(self) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"


def test_19_a_hung_assistant_costs_its_time_budget_and_then_nothing(tmp_path: Path) -> None:
    """Every turn is answered with an apology or a person; the silent one is soon left alone."""
    hanging = Hanging()
    house = make_house(
        tmp_path, rasa_url=hanging.url, rasa_token="token-of-tests", rasa_seconds=0.2
    )
    with TestClient(create_app(house), base_url=BASE) as web:
        for call in range(6):
            form = {**FORM, "CallSid": f"CA{call}", "SpeechResult": "我想问问长护险"}
            answer = web.post(**signed("/voice/hotline/turn?n=0", form))
            assert "没听明白" in answer.text
    assert house.assistant is not None
    with pytest.raises(AssistantSilent, match="resting"):
        house.assistant.turn("call:CA9", "你好", {})
    house.assistant.close()
    hanging.door.close()
    house.store.engine.dispose()


def test_19_a_locked_database_is_an_error_in_time_not_a_silence(tmp_path: Path) -> None:
    """The carrier gets its answer while the lock still lies there, and asks the fallback."""
    house = make_house(tmp_path, database_seconds=0.2)
    client = TestClient(create_app(house), base_url=BASE, raise_server_exceptions=False)
    with house.store.work() as busy, client as web:
        busy.connection()  # takes the write lock
        assert web.post(**signed("/voice/hotline", FORM)).status_code == 500
    house.store.engine.dispose()
