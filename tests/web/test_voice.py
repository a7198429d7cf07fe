"""The webhooks: unsigned, forged, huge and unknown requests change nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from callcenter.exchange.webhook import signature
from callcenter.store.tables import Attempt, Base, Conversation, Message
from callcenter.web.app import create_app
from callcenter.wiring import House
from tests.house import SECRETS, make_house

BASE = "http://127.0.0.1:8000"
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


def signed(path: str, form: dict[str, str]) -> dict[str, Any]:
    """A request as the carrier signs it."""
    mark = signature(SECRETS["auth_token"], BASE + path, form)
    return {"url": path, "data": form, "headers": {"X-Twilio-Signature": mark}}


def rows(house: House) -> int:
    """How much has been written about calls."""
    with house.store.look() as session:
        tables: list[type[Base]] = [Attempt, Conversation, Message]
        return sum(session.scalar(select(func.count()).select_from(one)) or 0 for one in tables)


def test_a_signed_call_is_answered_with_who_we_are(web: TestClient, house: House) -> None:
    answer = web.post(**signed("/voice/hotline", FORM))
    assert answer.status_code == 200
    assert "人工智能语音助手" in answer.text
    assert rows(house) == 2


@pytest.mark.parametrize("mark", [None, "", "nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
@pytest.mark.parametrize(
    "path", ["/voice/hotline", "/voice/check-in/1", "/sms/inbound", "/voice/fallback"]
)
def test_a_missing_or_bad_signature_is_403_and_changes_nothing(
    web: TestClient, house: House, path: str, mark: str | None
) -> None:
    headers = {} if mark is None else {"X-Twilio-Signature": mark}
    assert web.post(path, data=FORM, headers=headers).status_code == 403
    assert rows(house) == 0


def test_a_signature_for_other_words_or_another_address_is_403(
    web: TestClient, house: House
) -> None:
    forged = signed("/voice/hotline", FORM)
    forged["data"] = {**FORM, "From": "+8610010000009"}
    assert web.post(**forged).status_code == 403
    moved = signed("/voice/hotline", FORM)
    moved["url"] = "/voice/hotline/turn"
    assert web.post(**moved).status_code == 403
    assert rows(house) == 0


def test_a_huge_body_is_refused_unread(web: TestClient, house: House) -> None:
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
def test_an_unknown_id_is_404_and_changes_nothing(web: TestClient, house: House, path: str) -> None:
    assert web.post(**signed(path, FORM)).status_code == 404
    assert rows(house) == 0


def test_a_webhook_without_its_fields_is_a_400(web: TestClient) -> None:
    assert web.post(**signed("/voice/hotline", {"From": "+8610010000001"})).status_code == 400


def test_an_utterance_that_comes_twice_is_heard_once(web: TestClient, house: House) -> None:
    web.post(**signed("/voice/hotline", FORM))
    said = {**FORM, "SpeechResult": "再讲一遍"}
    first = web.post(**signed("/voice/hotline/turn?n=0", said))
    before = rows(house)
    second = web.post(**signed("/voice/hotline/turn?n=0", said))
    assert rows(house) == before
    assert second.text == first.text


def test_the_fallback_reaches_a_person_without_the_database(tmp_path: Path) -> None:
    house = make_house(tmp_path, duty_number="+8610020000010")
    house.store.engine.dispose()
    (tmp_path / "house.db").unlink()
    (tmp_path / "house.db").mkdir()  # nothing can be read from it now
    with TestClient(create_app(house), base_url=BASE) as web:
        answer = web.post(**signed("/voice/fallback", FORM))
    assert "+8610020000010" in answer.text
    house.store.engine.dispose()
