"""A house that could ring the wrong people, or nobody, does not start."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from callcenter.config import BadSettings, read_settings
from callcenter.policy import BadPolicy, read_policy
from callcenter.store.tables import Community, Elder, Street
from callcenter.wiring import House, refuse_unsafe_roster
from tests.house import HOTLINE, make_house

TWILIO = "https://api.twilio.com"
DOMESTIC = "https://voice.carrier.example"


def with_elder(house: House, phone: str, demonstration: bool) -> House:
    """The house with one elder in the roster."""
    with house.store.work() as session:
        session.add(Street(id=1, name="柳巷街道"))
        session.flush()
        session.add(Community(id=1, street_id=1, name="柳巷", valid_from=date(2024, 1, 1)))
        session.flush()
        session.add(
            Elder(
                name="王某",
                called="王阿婆",
                born_on=date(1940, 1, 1),
                living="alone",
                community_id=1,
                phone=phone,
                demonstration=demonstration,
            )
        )
    return house


@pytest.mark.parametrize("carrier", [TWILIO, DOMESTIC])
def test_made_up_people_never_meet_a_real_carrier(carrier: str, tmp_path: Path) -> None:
    house = with_elder(make_house(tmp_path, carrier_url=carrier), "+8610010000001", True)
    with pytest.raises(BadSettings, match="demonstration people"):
        refuse_unsafe_roster(house)
    house.store.engine.dispose()


def test_twilio_with_chinese_numbers_is_refused_unless_overridden(tmp_path: Path) -> None:
    house = with_elder(make_house(tmp_path, carrier_url=TWILIO), "+8613912345678", False)
    with pytest.raises(BadSettings, match="30 November 2023"):
        refuse_unsafe_roster(house)
    house.store.engine.dispose()
    brave = make_house(tmp_path, carrier_url=TWILIO, allow_china_over_twilio=True)
    refuse_unsafe_roster(brave)
    brave.store.engine.dispose()


def test_a_domestic_carrier_and_the_local_exchange_are_welcome(tmp_path: Path) -> None:
    house = with_elder(make_house(tmp_path, carrier_url=DOMESTIC), "+8613912345678", False)
    refuse_unsafe_roster(house)
    house.store.engine.dispose()


def test_every_missing_setting_is_named() -> None:
    with pytest.raises(BadSettings) as wrong:
        read_settings()
    for name in ("SESSION_SECRET", "ACCOUNT_SID", "AUTH_TOKEN", "HOTLINE_NUMBER"):
        assert f"XIXIN_{name}" in str(wrong.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("retries.yaml", "no_answer:", "no_anser:", "no_anser"),
        ("ladders.yaml", "who: caseworker, wait", "who: postman, wait", "postman"),
        ("ladders.yaml", "wait_minutes: 20", "wait_minutes: 0", "wait_minutes"),
        ("prompts.yaml", "{name}，您今天身体好不好", "{nmae}，您今天身体好不好", "nmae"),
        ("prompts.yaml", "或者说蛮好", "或者说“蛮好”", "check_in.ask_health 里有引号"),
        ("prompts.yaml", "line:", "line: [", "not valid YAML"),
        (
            "prompts.yaml",
            "您请说。",
            "您有什么事情要问或者要办的都可以直接对着我说就好。",
            "短句",
        ),
        ("talk.yaml", "好，请按1。", "好，请按1。蛮好，请按4。", "按键"),
        ("hours.yaml", "周末: 8:00", "周未: 8:00", "周未"),
        ("transfer.yaml", 'number: "+86510120"', "number: 120", "+86510120"),
        ("transfer.yaml", "wait_seconds: 150", "wait_seconds: 900", "不能超过170"),
    ],
)
def test_a_mistake_in_a_policy_file_is_named_with_its_file(
    file: str, old: str, new: str, names: str, tmp_path: Path
) -> None:
    for original in Path("policy").glob("*.yaml"):
        text = original.read_text(encoding="utf-8")
        if original.name == file:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / original.name).write_text(text, encoding="utf-8")
    with pytest.raises(BadPolicy) as wrong:
        read_policy(tmp_path, HOTLINE)
    assert file in str(wrong.value)
    assert names in str(wrong.value)


@pytest.mark.parametrize(
    "gone", ["danger.yaml", "ladders.yaml", "prompts.yaml", "retries.yaml", "talk.yaml"]
)
def test_a_missing_policy_file_is_named(gone: str, tmp_path: Path) -> None:
    for original in Path("policy").glob("*.yaml"):
        if original.name != gone:
            shutil.copy(original, tmp_path)
    with pytest.raises(BadPolicy, match=rf"{gone} is missing"):
        read_policy(tmp_path, HOTLINE)
