"""Story: after "safe" the elder is asked about daily life, and somebody hears of it."""

from itertools import pairwise

from sqlalchemy import select, update

from callcenter.domain.escalation import Reason
from callcenter.domain.wellbeing import Means, Told
from callcenter.services.escalations import open_escalation
from callcenter.services.wellbeing import keep
from callcenter.store.tables import Elder, Slot, Wellbeing
from tests.town import WANG, Town


def weeks_pass(town: Town, days: int) -> None:
    """Days in which everything that is raised is looked into; visits are not what this is about."""
    for _ in range(days):
        town.world.passes(minutes=1)
        with town.world.house.store.work() as session:
            visits = update(Slot).where(Slot.kind == "visit", Slot.state == "open")
            session.execute(visits.values(state="excused", next_action="nothing", next_at=None))
        town.world.passes(hours=23, minutes=59)
        town.finds_everyone_well()


def test_the_slot_is_closed_before_the_questions_and_a_hang_up_keeps_it(small_town: Town) -> None:
    small_town.behaves(WANG, "well_and_hangs_up")
    small_town.world.passes(hours=2)
    first = small_town.slots("王阿婆")[0]
    assert (first.state, first.evidence_text) == ("confirmed_safe", "1")
    assert "胃口" in small_town.heard(WANG)
    assert [one.topic for one in small_town.rows(Wellbeing)] == ["health"]
    assert small_town.attempts("王阿婆")[0].outcome == "safe"


def test_two_questions_in_a_call_and_others_the_next_time(small_town: Town) -> None:
    weeks_pass(small_town, 4)
    asked = [one.topic for one in small_town.rows(Wellbeing)]
    assert asked == ["health", "meals", "sleep", "health", "mood", "message"]
    assert {one.means for one in small_town.rows(Wellbeing)} == {"good"}
    assert all(one.words == "[按键1]" for one in small_town.rows(Wellbeing))


def test_bad_sleep_twice_in_a_row_is_a_task_for_a_person_once(small_town: Town) -> None:
    small_town.behaves(WANG, "sleeps_badly")
    weeks_pass(small_town, 8)
    raised = [one for one in small_town.escalations() if one.reason == "worsening"]
    assert [one.words for one in raised] == ["睡觉连着几次说不好"]
    assert "近况，睡觉：不好（“夜里困不着”）" in small_town.story()
    nights = [one.at for one in small_town.rows(Wellbeing) if one.topic == "sleep"]
    assert raised[0].opened_at == nights[1]
    assert all(one < other for one, other in pairwise(nights))


def test_words_for_the_caseworker_reach_the_caseworker(small_town: Town) -> None:
    small_town.behaves(WANG, "has_a_message")
    weeks_pass(small_town, 4)
    (passed,) = [one for one in small_town.escalations() if one.reason == "message"]
    assert passed.words == "厨房的水龙头坏了"
    assert "厨房的水龙头坏了" in "\n".join(one.text for one in small_town.notices())


def test_a_task_with_days_of_time_never_swallows_a_missed_call(small_town: Town) -> None:
    small_town.world.passes(hours=2)
    with small_town.world.house.store.work() as session:
        elder = session.scalars(select(Elder)).one()
        now, rules = small_town.world.now, small_town.world.house.policy
        told = Told(topic="message", means=Means.TOLD, words="来一趟")
        keep(session, now, rules, elder, told, small_town.attempts("王阿婆")[0].id)
        open_escalation(session, now, rules, Reason.MISSED, elder=elder)
    assert [one.reason for one in small_town.escalations()] == ["message", "missed"]


def test_silence_at_a_question_keeps_safe_and_is_written_down(small_town: Town) -> None:
    small_town.behaves(WANG, "well_and_silent")
    small_town.world.passes(hours=2)
    assert small_town.slots("王阿婆")[0].state == "confirmed_safe"
    assert [one.means for one in small_town.rows(Wellbeing)] == ["good", "silent"]


def test_somebody_else_who_pressed_the_key_is_not_the_elder_seen_safe(small_town: Town) -> None:
    small_town.behaves(WANG, "pressed_by_another")
    small_town.world.passes(hours=2)
    first = small_town.slots("王阿婆")[0]
    assert (first.state, first.evidence) == ("escalated", "")
    assert small_town.escalations()[0].reason == "other_person"
    assert [one.means for one in small_town.rows(Wellbeing)] == ["unclear"]


def test_unwell_after_all_outweighs_safe(small_town: Town) -> None:
    small_town.behaves(WANG, "unwell_after_all")
    small_town.world.passes(hours=2)
    assert small_town.slots("王阿婆")[0].state == "escalated"
    assert small_town.escalations()[0].reason == "unwell"


def test_danger_at_a_question_brings_a_person_at_once(small_town: Town) -> None:
    small_town.behaves(WANG, "falls_after_all")
    small_town.world.passes(hours=2)
    assert small_town.escalations()[0].reason == "danger"
    assert small_town.handoffs()[0].urgent
    assert small_town.slots("王阿婆")[0].state == "escalated"
