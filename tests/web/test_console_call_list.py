"""The human call list in the console: the number, how the elder wants to be called, the result."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from callcenter.domain.handcall import Why
from callcenter.services import call_list, numbers
from callcenter.store.tables import Slot
from tests.district import District, settle
from tests.house import make_house
from tests.web.visitor import open_console, signed_in


@pytest.fixture
def district(tmp_path: Path) -> District:
    """Monday morning: the first call of 王阿婆 has to be made by a person."""
    town = settle(make_house(tmp_path))
    town.plan()
    with town.house.store.work() as session:
        elder = town.elder(session, "王阿婆")
        elder.habits, elder.notes = {"hearing": "hard"}, "先打隔壁"
        mine = select(Slot).where(Slot.elder_id == elder.id, Slot.kind == "call", Slot.number == 1)
        call_list.put(session, session.scalars(mine).all(), Why.NO_AI_VOICE, town.house.now())
    return town


@pytest.fixture
def app(district: District) -> FastAPI:
    """Its application."""
    return open_console(district)


def test_a_line_shows_what_is_needed_to_ring(app: FastAPI) -> None:
    """Number, hours, habits and why a person rings; whole numbers only for those who ring."""
    page = signed_in(app, "qian").get("/console/call-list")
    for words in ("100 1000 0001", "9:00 到 17:00 方便", "耳背，多响一会儿", "先打隔壁"):
        assert words in page
    assert "不接语音电话" in page
    assert "现在没有要由人打的电话" in signed_in(app, "shen").get("/console/call-list")
    supervisor = signed_in(app, "guo")
    assert "100 1000 0001" not in supervisor.get("/console/call-list")
    number = 1
    assert "由社工、坐席和值班员来做" in supervisor.post(f"/console/call-list/{number}/take")


def test_a_person_takes_a_line_rings_and_writes_down_the_result(
    district: District, app: FastAPI
) -> None:
    """The result is one of a closed list; the slot ends in the name of who rang."""
    slot = district.slots("王阿婆", "call")[0].id
    visitor, other = signed_in(app, "yang"), signed_in(app, "qian")
    assert "请现在就打" in visitor.post(f"/console/call-list/{slot}/take")
    assert "杨坐席在打" in other.get("/console/call-list")
    assert "这个电话杨坐席正在打" in other.post(f"/console/call-list/{slot}/take")
    here = f"/console/call-list/{slot}/record"
    assert "请选择打电话的结果" in visitor.post(here, found="?")
    assert "请写明是谁说的" in visitor.post(here, found="away")
    assert "已登记" in visitor.post(here, found="well")
    assert district.slots("王阿婆", "call")[0].ended_by == "杨坐席"
    assert "听到本人，平安" in visitor.get("/console/board")
    assert "已经不在人工拨打名单上" in visitor.post(here, found="well")
    assert "不在您负责的范围里" in signed_in(app, "shen").post(here, found="well")


def test_habits_are_written_in_the_file_of_the_elder(district: District, app: FastAPI) -> None:
    """What was typed stays when something is wrong; then it stands in the file, in words."""
    visitor = signed_in(app, "qian")
    here = f"/console/elders/{district.elders['王阿婆']}/calling"
    page = visitor.get(here)
    for words in ("+8610010000001", "09:00", "连打两遍才接"):
        assert words in page
    filled = {"phone": "13800000001", "opens": "08:30", "closes": "18:00", "hearing": "hard"}
    wrong = visitor.post(here, **filled, nap_from="12:00")
    assert "从几点到几点" in wrong
    assert "13800000001" in wrong
    saved = {**filled, "nap_from": "12:00", "nap_to": "14:00", "ring_twice": "true", "pause": "4"}
    page = visitor.post(here, **saved)
    for words in (
        "来电习惯已登记",
        "138 0000 0001",
        "12点00分到14点00分午睡，不打",
        "连打两遍才接",
    ):
        assert words in page
    assert "钱社工改了来电习惯" in page
    assert district.slots("王阿婆", "call")[0].next_action == "dial"  # the machine may ring again
    assert "由社工、坐席和值班员登记" in signed_in(app, "guo").get(here)


def test_a_wrong_number_waits_on_the_list_until_somebody_has_asked(
    district: District, app: FastAPI
) -> None:
    """It can be put right, or it was right after all."""
    house = district.house
    with house.store.work() as session:
        elder = district.elder(session, "王阿婆")
        numbers.proved_wrong(session, house.now(), elder, elder.phone)
    visitor = signed_in(app, "qian")
    assert "要核对的号码" in visitor.get("/console/call-list")
    file = f"/console/elders/{district.elders['王阿婆']}"
    assert "无效，要核对" in visitor.get(file)
    page = visitor.post(f"{file}/calling/number-holds", phone="+8610010000001")
    assert "号码核对完了" in page
    assert "核对过，号码没有错（钱社工）" in page
    assert "要核对的号码" not in visitor.get("/console/call-list")


def test_a_hold_is_set_asked_about_on_its_last_day_and_ended(
    district: District, app: FastAPI
) -> None:
    """Overlaps are named; the last day puts it among today's matters."""
    visitor = signed_in(app, "qian")
    file = f"/console/elders/{district.elders['王阿婆']}"
    asked = {"reason": "hospital", "first": "2026-11-23", "last": "2026-11-23", "said_by": "女儿"}
    assert "已登记暂停" in visitor.post(f"{file}/hold", **asked)
    assert "和已有的暂停（11月23日到11月23日）重叠" in visitor.post(f"{file}/hold", **asked)
    assert "请填写第一天和最后一天" in visitor.post(f"{file}/hold", **{**asked, "first": ""})
    assert "11月23日到11月23日，女儿说" in visitor.get(file)
    assert "住院今天到期：回来了没有？" in visitor.get("/console")
    assert "从今天起照常问候" in visitor.post(f"{file}/hold/1/back")
    assert "已取消 · 钱社工核对：已经回来" in visitor.get(f"{file}/hold")
    assert district.slots("王阿婆", "call")[0].state == "open"
    assert "没有这次暂停" in visitor.post(f"{file}/hold/9/back")
