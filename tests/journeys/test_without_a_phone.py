"""An elder without a phone is not dropped: a person goes instead, and the slot stays in sight."""

from callcenter.store.tables import Elder
from tests.town import Town


def test_a_call_that_cannot_be_made_becomes_a_persons_task_that_ends_with_a_finding(
    small_town: Town,
) -> None:
    """Nothing is dialled; it is somebody's call until the day's end, then somebody goes."""
    with small_town.world.house.store.work() as session:
        session.get_one(Elder, 2).phone = ""
    small_town.world.passes(hours=2)
    first, second = small_town.slots("王阿婆")
    assert [(one.state, one.next_action) for one in (first, second)] == [
        ("open", "hand_call"),
        ("open", "dial"),
    ]
    assert first.next_at == first.by
    small_town.until(small_town.notices, minutes=30)
    assert small_town.slots("王阿婆")[0].state == "escalated"
    assert small_town.attempts("王阿婆") == []
    assert small_town.escalations()[0].reason == "no_phone"
    assert "没有登记电话" in small_town.notices()[0].text
    small_town.finds_everyone_well()
    assert small_town.slots("王阿婆")[0].state == "resolved"
