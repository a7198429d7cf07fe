"""Danger rules are judged by who found out: false alarms, real ones, and missed emergencies."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from callcenter.domain.danger import Kind
from callcenter.domain.escalation import Finding, Reason
from callcenter.services import escalations, judgements
from callcenter.services.judgements import CannotJudge, RuleCount, Verdict
from tests.district import District, settle
from tests.house import make_house

DAY = timedelta(days=1)


@pytest.fixture
def district(tmp_path: Path, any_url: str) -> Iterator[District]:
    """The district on Monday morning, on either database."""
    town = settle(make_house(tmp_path, database_url=any_url))
    yield town
    town.house.store.engine.dispose()


def raised(
    town: District, called: str, rule: str, finding: Finding | None, reason: Reason = Reason.DANGER
) -> int:
    """An escalation that a rule raised, resolved with a finding unless it is None."""
    with town.house.store.work() as session:
        now, worker = town.house.now(), town.worker(session, "rong")
        elder = town.elder(session, called)
        one = escalations.open_escalation(
            session, now, town.house.policy, reason, elder=elder, words="摔倒了", rule=rule
        )
        if finding is not None:
            escalations.resolve(session, now, one.id, worker, finding, "女儿说的")
        return one.id


def judge(town: District, number: int, false_alarm: bool = True) -> None:
    with town.house.store.work() as session:
        worker = town.worker(session, "rong")
        now = town.house.now()
        judgements.judge(session, now, number, worker, false_alarm=false_alarm, words="电视里的话")


def counts(town: District) -> list[RuleCount]:
    with town.house.store.look() as session:
        now = town.house.now()
        return judgements.rule_counts(session, now - DAY, now + DAY)


def test_each_rule_is_counted_by_what_was_found(district: District) -> None:
    raised(district, "王阿婆", "喊救命", Finding.SEEN_ILL_HELPED)
    raised(district, "李大爷", "喊救命", Finding.SEEN_WELL)
    judge(district, raised(district, "赵阿婆", "喊救命", Finding.SEEN_WELL))
    raised(district, "孙大爷", "model", None)
    assert counts(district) == [
        RuleCount(rule="喊救命", raised=3, needed=1, well=1, false_alarms=1, open=0),
        RuleCount(rule="model", raised=1, needed=0, well=0, false_alarms=0, open=1),
    ]


def test_a_false_alarm_can_be_taken_back_and_both_are_kept(district: District) -> None:
    number = raised(district, "王阿婆", "喊救命", Finding.SEEN_WELL)
    judge(district, number)
    judge(district, number, false_alarm=False)
    with district.house.store.look() as session:
        assert judgements.verdict_of(session, number) is Verdict.REAL
    assert counts(district)[0].false_alarms == 0


def test_what_is_not_yet_resolved_or_needed_help_or_was_no_danger_is_not_judged(
    district: District,
) -> None:
    still = raised(district, "王阿婆", "喊救命", None)
    helped = raised(district, "李大爷", "喊救命", Finding.IN_HOSPITAL)
    routine = raised(district, "赵阿婆", "", Finding.SEEN_WELL, Reason.MISSED)
    for number, words in ((still, "先办结"), (helped, "需要帮助"), (routine, "不用判断")):
        with pytest.raises(CannotJudge, match=words):
            judge(district, number)


def test_a_missed_emergency_is_entered_with_what_had_been_said(district: District) -> None:
    house = district.house
    with house.store.work() as session:
        judgements.enter_missed(
            session,
            house.now(),
            district.elder(session, "王阿婆"),
            district.worker(session, "qian"),
            kind=Kind.STROKE,
            happened_at=house.now() - timedelta(hours=3),
            words="电话里说手不听使唤，没有报警",
        )
    with house.store.look() as session:
        (one,) = judgements.missed(session, house.now() - DAY, house.now())
        assert judgements.missed(session, house.now(), house.now() + DAY) == []
    assert (one.kind, one.called, one.by) == ("stroke", "王阿婆", "钱社工")


@pytest.mark.parametrize(
    ("hours", "words", "why"),
    [(-1, "摔了", "过去一年"), (9000, "摔了", "过去一年"), (1, " ", "写明")],
)
def test_a_missed_emergency_that_says_nothing_or_lies_ahead_is_refused(
    district: District, hours: int, words: str, why: str
) -> None:
    house = district.house
    with pytest.raises(CannotJudge, match=why), house.store.work() as session:
        judgements.enter_missed(
            session,
            house.now(),
            district.elder(session, "王阿婆"),
            district.worker(session, "qian"),
            kind=Kind.FALL,
            happened_at=house.now() - timedelta(hours=hours),
            words=words,
        )
