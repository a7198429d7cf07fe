"""The operators' line in the console: the share answered in time, who is there, who waits."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from callcenter.services import line_report
from callcenter.store.tables import Handoff
from tests.district import District, settle
from tests.house import MONDAY, make_house
from tests.web.happenings import wants_person
from tests.web.visitor import open_console, signed_in


@pytest.fixture
def district(tmp_path: Path) -> District:
    """The district on Monday morning."""
    return settle(make_house(tmp_path))


@pytest.fixture
def app(district: District) -> FastAPI:
    """Its application."""
    return open_console(district)


def rang(town: District, seconds: int | None, *, days_ago: int = 0, **facts: object) -> None:
    """Somebody asked for a person on the phone and had one after so long, or never."""
    opened = MONDAY - timedelta(days=days_ago, minutes=10)
    with town.house.store.work() as session:
        session.add(
            Handoff(
                **{
                    "reason": "asked",
                    "state": "done",
                    "on_line": True,
                    "opened_at": opened,
                    "due_at": opened,
                    "taken_by": town.workers["yang"],
                    "answered_at": seconds and opened + timedelta(seconds=seconds),
                    **facts,
                }
            )
        )


def test_the_share_counts_who_was_answered_within_fifteen_seconds(
    district: District, app: FastAPI
) -> None:
    """Fifteen seconds are in time, sixteen are not; who gave up, after hours and chats differ."""
    for seconds in (3, 15, 16, None):
        rang(district, seconds)
    rang(district, None, after_hours=True)
    rang(district, 3, on_line=False)
    for _ in range(17):
        rang(district, 9, days_ago=2)
    rang(district, 9, days_ago=7)  # a week ago: no longer counted
    with district.house.store.look() as session:
        days = line_report.answered_by_day(session, MONDAY)
    assert [(one.asked, one.answered, one.in_time) for one in days[:3]] == [
        (4, 3, 2),
        (0, 0, 0),
        (17, 17, 17),
    ]
    week = line_report.together(days)
    assert (week.share, week.kept) == (90.4, False)  # 19 of 21, not rounded up
    page = signed_in(app, "guo").get("/console/line")
    assert "2/4 个来电，标准 95%" in page
    assert "19/21 个来电" in page
    assert "没有来电要人接" in page


def test_the_page_names_who_is_signed_on_and_who_waits(district: District, app: FastAPI) -> None:
    """What the operator's switch says, and the danger in front, with the button to take it."""
    wants_person(district, on_line=True, urgent=True)
    visitor = signed_in(app, "yang")
    visitor.post("/console/signed-on", on="true")
    page = visitor.get("/console/line")
    assert "坐席正在接听；今天 8:00-20:00" in page
    assert "第 1 位" in page
    assert "问长护险" in page
    assert page.count("未签入") == 1 + page.count("未签入，不接来电")
    assert "空闲" in page


def test_out_of_hours_the_page_says_so(district: District, app: FastAPI) -> None:
    district.house.clock.passes(hours=14)  # type: ignore[attr-defined]
    assert "下次 周二 8:00 上班" in signed_in(app, "yang").get("/console/line")


def test_an_operator_who_signs_out_of_the_console_takes_no_more_calls(
    district: District, app: FastAPI
) -> None:
    """Nobody's phone rings on an empty desk because a switch was forgotten."""
    visitor = signed_in(app, "yang")
    visitor.post("/console/signed-on", on="true")
    visitor.post("/console/logout")
    with district.house.store.look() as session:
        assert district.worker(session, "yang").signed_on is False


def test_a_caseworker_has_no_desk(app: FastAPI) -> None:
    visitor = signed_in(app, "qian")
    visitor.get("/console/line")
    assert visitor.status == 403
