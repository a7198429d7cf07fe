"""Staff and communities from sheets; who leaves hands over, and nothing stays with them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.domain.escalation import Reason
from callcenter.services import escalations, handoffs, handover, requests, staffing
from callcenter.services.errors import BadRoster
from callcenter.services.handover import CannotHandOver, HandedOver
from callcenter.services.requests import Wish
from callcenter.store.tables import Community, Elder, Escalation, Event, Handoff, Worker
from tests.district import District, settle
from tests.house import make_house

NEW = {
    "登录名": "ni",
    "姓名": "倪社工",
    "岗位": "社工",
    "街道": "柳巷街道",
    "社区": "柳巷社区",
    "电话": "13800138000",
}


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """The district on Monday morning; two elders of 柳巷街道 are Qian's by name."""
    town = settle(make_house(tmp_path))
    with town.house.store.work() as session:
        for called in ("王阿婆", "李大爷"):
            town.elder(session, called).caseworker_id = town.workers["qian"]
    yield town
    town.house.store.engine.dispose()


def staff(town: District, *lines: dict[str, str]) -> staffing.Staffed:
    with town.house.store.work() as session:
        numbered = [(number, {**NEW, **line}) for number, line in enumerate(lines, start=2)]
        return staffing.take_staff(session, town.house.now(), numbered)


def hand_over(town: District, leaver: str, successor: str | None) -> HandedOver:
    with town.house.store.work() as session:
        after = town.worker(session, successor) if successor else None
        now = town.house.now()
        return handover.hand_over(session, now, town.worker(session, leaver), after, "过主管")


def caseworkers(town: District) -> dict[str, int | None]:
    with town.house.store.look() as session:
        return {one.called: one.caseworker_id for one in session.scalars(select(Elder))}


def test_elders_go_to_the_successor_and_the_time_line_says_so(district: District) -> None:
    staff(district, {})
    district.workers["ni"] = 8
    assert hand_over(district, "qian", "ni").elders == 2
    assert caseworkers(district)["王阿婆"] == 8
    with district.house.store.look() as session:
        left = district.worker(session, "qian")
        said = session.scalars(select(Event.text)).all()
    assert (left.active, left.signed_on) == (False, False)
    assert said == ["社工由钱社工改为倪社工（过主管）"] * 2


def test_what_was_in_hand_goes_to_others_at_once(district: District) -> None:
    """An acknowledged escalation rings anew, a taken call-back and a request wait for somebody."""
    house = district.house
    with house.store.work() as session:
        now, yang = house.now(), district.worker(session, "yang")
        elder = district.elder(session, "王阿婆")
        one = escalations.open_escalation(session, now, house.policy, Reason.DANGER, elder=elder)
        escalations.acknowledge(session, now, one.id, yang, "console")
        asked = handoffs.open_handoff(session, now, reason="x", summary="y", on_line=False)
        handoffs.take(session, now, asked.id, yang)
        wish = Wish(service="meal", wanted="", for_whom="", when_words="", place="")
        order = requests.open_request(session, now, wish, channel="phone")
        requests.accept(session, now, order.id, yang)
    moved = hand_over(district, "yang", None)
    assert moved == HandedOver(elders=0, escalations=1, handoffs=1, requests=1)
    with house.store.work() as session:
        escalations.advance(session, house.now(), house.policy)
    with house.store.look() as session:
        assert session.scalars(select(Escalation.standing)).one() == "ringing"
        assert session.scalars(select(Handoff.state)).one() == "call_back"


def test_without_a_successor_a_colleague_of_the_community_has_to_be_there(
    district: District,
) -> None:
    with pytest.raises(CannotHandOver, match="名下有2位老人，社区里没有别的社工"):
        hand_over(district, "qian", None)
    assert caseworkers(district)["王阿婆"] == district.workers["qian"]
    staff(district, {}, {"登录名": "hua", "姓名": "华社工", "社区": "竹园社区"})
    assert hand_over(district, "qian", None).elders == 2
    assert caseworkers(district)["李大爷"] is None


@pytest.mark.parametrize(
    ("successor", "words"), [("qian", "本人"), ("yang", "不是社工"), ("shen", "已经离岗")]
)
def test_a_successor_who_cannot_be_is_refused(
    district: District, successor: str, words: str
) -> None:
    with district.house.store.work() as session:
        district.worker(session, "shen").active = False
    with pytest.raises(CannotHandOver, match=words):
        hand_over(district, "qian", successor)
    assert caseworkers(district)["王阿婆"] == district.workers["qian"]


def test_a_staff_sheet_adds_changes_and_hands_over(district: District) -> None:
    done = staff(
        district,
        {},
        {"登录名": "hua", "姓名": "华主管", "岗位": "主管", "电话": ""},
        {"登录名": "qian", "姓名": "钱社工", "在岗": "否", "交接给": "ni"},
    )
    assert (done.new, done.changed, done.left, done.elders) == (2, 1, 1, 2)
    assert done.unreachable == ["华主管"]


def test_every_bad_line_of_a_staff_sheet_is_named_and_nothing_is_written(
    district: District,
) -> None:
    with pytest.raises(BadRoster) as bad:
        staff(
            district,
            {},
            {"登录名": "a", "岗位": "厨师"},
            {"登录名": "b", "街道": "", "社区": ""},
            {"登录名": "c", "社区": "没有社区"},
            {"登录名": "ni"},
            {"登录名": "d", "交接给": "qian"},
            {"登录名": "qian", "在岗": "否", "交接给": "nobody"},
        )
    assert [str(one) for one in bad.value.mistakes] == [
        "第3行 岗位：“厨师”不在可填的词里：社工、街道负责人、区值班员、坐席、主管。",
        "第4行：社工和街道负责人要写街道。",
        "第5行：没有叫“没有社区”的社区。",
        "第6行：登录名ni在第2行已经有了。",
        "第7行：还在岗的人不用写交接给谁。",
        "第8行：没有登录名是“nobody”的人。",
    ]
    with district.house.store.look() as session:
        assert session.scalars(select(Worker).where(Worker.login == "ni")).all() == []


def test_who_leaves_without_a_successor_where_one_is_needed_stops_the_sheet(
    district: District,
) -> None:
    with pytest.raises(BadRoster) as bad:
        staff(district, {"登录名": "qian", "姓名": "钱社工", "在岗": "否", "社区": "柳巷社区"})
    assert "第2行 交接给：钱社工名下有2位老人" in str(bad.value.mistakes[0])
    with district.house.store.look() as session:
        assert district.worker(session, "qian").active


def redraw(town: District, *lines: tuple[str, str, str, str, str]) -> list[str]:
    names = ("日期", "街道", "原社区", "新社区", "地址含")
    with town.house.store.work() as session:
        numbered = [(n, dict(zip(names, line, strict=True))) for n, line in enumerate(lines, 2)]
        return staffing.take_communities(session, town.house.now(), numbered)


def test_a_sheet_of_communities_opens_splits_and_merges_in_order(district: District) -> None:
    told = redraw(
        district,
        ("2026-06-01", "", "柳巷东社区、竹园社区", "柳竹社区", ""),
        ("2026-01-01", "新街道", "", "新建社区", ""),
        ("2026-02-01", "", "柳巷社区", "柳巷东社区", "柳巷1号"),
        ("2026-02-01", "", "柳巷社区", "柳巷西社区", ""),
    )
    assert told == [
        "2026-01-01 新设：新建社区",
        "2026-02-01 拆分：柳巷社区 → 柳巷东社区、柳巷西社区",
        "2026-06-01 合并：柳巷东社区、竹园社区 → 柳竹社区",
    ]
    with district.house.store.look() as session:
        home = session.get_one(Community, district.elder(session, "王阿婆").community_id)
    assert (home.name, home.valid_from) == ("柳竹社区", date(2026, 6, 1))


def test_a_sheet_of_communities_with_a_mistake_changes_nothing(district: District) -> None:
    with pytest.raises(BadRoster) as bad:
        redraw(
            district,
            ("2026-02-01", "", "柳巷社区", "新柳社区", ""),
            ("2026-03-01", "", "没有社区", "甲社区", ""),
            ("2026-04-01", "没有街道", "桥头社区", "乙社区", ""),
            ("2026-02-30", "", "桥头社区", "丙社区", ""),
        )
    assert [str(one) for one in bad.value.mistakes] == ["第5行 日期：没有2026-02-30这一天。"]
    with pytest.raises(BadRoster) as bad:
        redraw(
            district,
            ("2026-02-01", "", "柳巷社区", "新柳社区", ""),
            ("2026-03-01", "柳巷街道", "没有社区", "甲社区", ""),
            ("2026-04-01", "没有街道", "桥头社区", "乙社区", ""),
        )
    assert [str(one) for one in bad.value.mistakes] == [
        "第3行：2026-03-01这一天没有叫“没有社区”的社区。",
        "第4行：没有叫“没有街道”的街道。",
    ]
    with district.house.store.look() as session:
        names = session.scalars(select(Community.name).order_by(Community.id)).all()
    assert names == ["柳巷社区", "竹园社区", "桥头社区"]
