"""Story 1, with the real trained assistant: a question, a meal, and a person, in one call."""

from collections.abc import Iterator
from datetime import UTC

import pytest

from callcenter.config import Settings
from callcenter.domain.spoken import say_digits
from callcenter.store.tables import ServiceRequest
from callcenter.world import World
from tests.bot.conftest import WEDNESDAY, Server
from tests.house import HOTLINE, SECRETS, policy
from tests.town import BOOK, OPERATOR, WANG, Town, settle


@pytest.fixture
def ringing(rasa_server: Server, house_environment: dict[str, str]) -> Iterator[Town]:
    """The small town in the database that the action server writes to, and Wang on the line."""
    settings = Settings(
        **SECRETS,  # type: ignore[arg-type]
        hotline_number=HOTLINE,
        database_url=house_environment["XIXIN_DATABASE_URL"],
        rasa_url=rasa_server.url,
        rasa_token=rasa_server.token,
        rasa_seconds=30,
    )
    world = World(settings, BOOK, WEDNESDAY.astimezone(UTC), policy=policy())
    settle(world)
    world.exchange.people.take(WANG)
    world.exchange.rings_in(WANG, HOTLINE)
    world.passes(seconds=40)
    yield Town(world)
    world.close()


def test_a_resident_asks_orders_a_meal_and_is_put_through(ringing: Town) -> None:
    world = ringing.world

    def says(words: str) -> str:
        before = len(ringing.heard(WANG))
        world.exchange.say(WANG, words)
        world.passes(seconds=50)
        return ringing.heard(WANG)[before:]

    assert "人工智能语音助手" in ringing.heard(WANG)

    answer = says("我想问问长护险怎么申请")
    assert "2022年9月" in answer
    assert "失能等级评估" in answer

    says("我要订午饭")
    for words in ("一份，软一点", "我自己吃", "明天", "柳巷一号一零一室"):
        read_back = says(words)
    for told in ("一份", "明天，11月26日星期四", "中午", "柳巷一号一零一室"):
        assert told in read_back
    done = says("对")
    (request,) = [one for one in ringing.rows(ServiceRequest) if one.phone == WANG]
    assert (request.service, request.state, request.channel) == ("meal", "new", "phone")
    assert say_digits(str(request.number)) in done

    says("转人工")
    assert "有人要转人工" in ringing.heard(OPERATOR)
    assert ringing.handoffs()[0].taken_by == ringing.worker("operator").id
