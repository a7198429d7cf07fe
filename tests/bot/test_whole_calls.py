"""Whole calls with the real trained assistant, on the phone, in the simulated world."""

from collections.abc import Callable, Iterator
from datetime import UTC

import pytest

from callcenter.config import Settings
from callcenter.domain.spoken import say_digits
from callcenter.exchange.gather import Gathering
from callcenter.store.tables import Handoff, ServiceRequest
from callcenter.world import World
from tests.bot.conftest import WEDNESDAY, ActionServer, Server
from tests.house import HOTLINE, SECRETS, policy
from tests.town import BOOK, LI, OPERATOR, WANG, ZHAO, Town, settle

PATIENCE = 120  # seconds of the world until the line must listen again


Rings = Callable[[str], "Caller"]


class Caller:
    """Somebody with a phone in hand, who speaks when the line has stopped speaking."""

    def __init__(self, town: Town, number: str) -> None:
        self._town, self._number = town, number
        exchange = town.world.exchange
        exchange.people.take(number)
        exchange.rings_in(number, HOTLINE)
        self.greeting = self._until_the_line_listens(0)

    def says(self, words: str) -> str:
        """What the line answers, to its end."""
        before = len(self._town.heard(self._number))
        self._town.world.exchange.say(self._number, words)
        return self._until_the_line_listens(before)

    def hangs_up(self) -> None:
        """Also when the line has hung up before."""
        call = self._town.world.exchange.current(self._number)
        if call is not None and not call.over:
            self._town.world.exchange.hang_up(self._number)
        self._town.world.passes(seconds=5)

    def _until_the_line_listens(self, before: int) -> str:
        """Lets the world go on until the line has said something and waits for an answer."""
        for _ in range(PATIENCE):
            self._town.world.passes(seconds=1)
            said = self._town.heard(self._number)[before:]
            call = self._town.world.exchange.current(self._number)
            if said and (call is None or call.over or self._listens(call.gather) or call.dialling):
                return said
        raise AssertionError(f"the line never listened again: {said}")

    def _listens(self, gather: object) -> bool:
        return isinstance(gather, Gathering) and gather.listening and not gather.spoken


@pytest.fixture(scope="module")
def town(rasa_server: Server, house_environment: dict[str, str]) -> Iterator[Town]:
    """The small town in the database that the action server writes to; one day for all calls."""
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
    yield Town(world)
    world.close()


@pytest.fixture
def rings(town: Town) -> Iterator[Rings]:
    """Somebody rings the hotline; whoever is still on the line at the end hangs up."""
    callers: list[Caller] = []

    def ring(number: str) -> Caller:
        callers.append(Caller(town, number))
        return callers[-1]

    yield ring
    for caller in callers:
        caller.hangs_up()


def of(town: Town, number: str) -> list[ServiceRequest]:
    """The requests of a phone, the oldest first."""
    return [one for one in town.rows(ServiceRequest) if one.phone == number]


def lunch(caller: Caller) -> str:
    """A lunch for tomorrow, up to the number."""
    for words in ("我要订午饭", "一份，软一点", "我自己吃", "明天", "送到家里"):
        caller.says(words)
    return caller.says("对")


def test_a_resident_asks_orders_a_meal_and_is_put_through(town: Town, rings: Rings) -> None:
    """Story 1: a question, a request and a person, in one call."""
    wang = rings(WANG)
    assert "人工智能语音助手" in wang.greeting
    answer = wang.says("我想问问长护险怎么申请")
    assert "评失能等级" in answer
    assert answer.rstrip().endswith("要我再讲一遍，还是转人工？")
    assert "我给您登记送饭" in wang.says("我要订午饭")
    wang.says("一份，软一点")
    wang.says("我自己吃")
    assert "送到您家里吗" in wang.says("明天")
    back = wang.says("送到家里")
    assert "给您自己，送饭，一份，软一点，明天，11月26日星期四，中午，到家里。对不对？" in back
    done = wang.says("对")
    request = of(town, WANG)[-1]
    assert (request.service, request.state, request.place) == ("meal", "new", "柳巷1号101室")
    assert say_digits(str(request.number)) in done
    wang.says("转人工")
    town.world.passes(seconds=20)
    assert "有人要转人工" in town.heard(OPERATOR)
    assert town.handoffs()[-1].taken_by == town.worker("operator").id


def test_two_wishes_corrections_and_a_goodbye_in_one_call(town: Town, rings: Rings) -> None:
    """The second wish is taken up; the day and the address are corrected on the way."""
    li = rings(LI)
    li.says("我要订午饭，另外水龙头也坏了")
    li.says("两份")
    li.says("我自己")
    li.says("明天")
    assert "后天，11月27日星期五，中午" in li.says("不对，是后天，送到家里")
    assert "您刚才还说要上门修理" in li.says("对")
    li.says("好的")
    li.says("我自己")
    li.says("下礼拜三上午")
    assert "12月2日星期三，上午" in li.says("家里")
    li.says("对的")
    assert [one.service for one in of(town, LI)] == ["meal", "repair"]
    assert "再见" in li.says("没有了")
    call = town.world.exchange.current(LI)
    assert call is None or call.over


def test_somebody_else_at_an_elders_phone_learns_nothing_of_a_request(
    town: Town, rings: Rings
) -> None:
    """The elder rings again and is known by the name; the stranger is not."""
    zhao = rings(ZHAO)
    lunch(zhao)
    zhao.hangs_up()
    stranger = rings(ZHAO)
    assert "谁的名字" in stranger.says("我订的饭取消掉")
    said = stranger.says("王秀英") + stranger.says("不晓得")
    assert "送饭" not in said
    assert "转人工" in said
    stranger.hangs_up()
    assert of(town, ZHAO)[-1].state == "new"
    elder = rings(ZHAO)
    elder.says("我订的饭取消掉")
    assert "您要取消的是" in elder.says("赵某")
    elder.says("对的")
    assert of(town, ZHAO)[-1].state == "cancelled"


def test_a_line_that_understands_nothing_twice_puts_through_with_what_it_knows(
    town: Town, rings: Rings
) -> None:
    """Hotline and form count alike."""
    wang = rings(WANG)
    wang.says("我要打扫卫生")
    wang.says("擦窗")
    wang.says("我自己")
    wang.says("哗啦哗啦")
    assert "转人工" in wang.says("哎哟喂哗啦")
    handoff: Handoff = town.handoffs()[-1]
    assert handoff.reason == "not_understood"
    assert handoff.summary.startswith("打扫卫生，擦窗，本人")


def test_a_call_outlives_a_dead_action_server(
    town: Town, rings: Rings, action_server: ActionServer
) -> None:
    """An apology with the offer of a person, then a person who knows the half request."""
    wang = rings(WANG)
    wang.says("我要订午饭")
    wang.says("三份")
    action_server.stop()
    try:
        sorry = wang.says("我自己")
        assert "对不起" in sorry
        assert "转人工" in sorry
        assert "给您转人工" in wang.says("我自己要吃")
    finally:
        action_server.start()
    assert town.handoffs()[-1].summary.startswith("送饭，三份")
