"""Workers on Telegram: told with a button, and the first to press it has the escalation."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.telegram_api import ChatTrouble, TelegramSender
from bot.channels.words import in_digits
from callcenter import telegram_desk
from callcenter.config import BadSettings
from callcenter.domain.escalation import Finding, Reason
from callcenter.services import escalations, notices
from callcenter.store.tables import Elder, Escalation, Notice, Worker
from callcenter.wiring import House
from tests.channels.bot_api import TOKEN, BotApi
from tests.channels.conftest import Running
from tests.house import HOTLINE

ZHOU, WU = 7001, 7002
ROOT = Path(__file__).parents[2]


def open_one(house: House) -> int:
    """王阿婆 has said that she fell."""
    with house.store.work() as session:
        elder = session.get_one(Elder, 1)
        one = escalations.open_escalation(
            session, house.now(), house.policy, Reason.DANGER, elder=elder, words="我摔倒了"
        )
        return one.id


def send_due(house: House, api: BotApi) -> list[str]:
    """What the engine does with due notices; gives the ids under which they were sent."""
    sender, sids = TelegramSender(TOKEN, api.url), []
    with house.store.work() as session:
        due = notices.claim_due(session, house.now(), house.policy)
    for one in due:
        sids.append(sender.send(one.target, one.text, one.escalation_id))
        with house.store.work() as session:
            notices.sent(session, house.now(), one.notice_id, sids[-1])
    return sids


def told(api: BotApi, house: House) -> int:
    """The caseworker was told, and in the next round both were; gives the escalation's id."""
    api.knows(ZHOU)
    api.knows(WU)
    number = open_one(house)
    send_due(house, api)
    for _ in range(2):
        house.clock.passes(minutes=3)  # type: ignore[attr-defined]
        with house.store.work() as session:
            escalations.advance(session, house.now(), house.policy)
        send_due(house, api)
    return number


def row(house: House, number: int) -> tuple[str, int | None, str]:
    """How the escalation stands, who has it, and over which channel."""
    with house.store.look() as session:
        one = session.get_one(Escalation, number)
        return one.standing, one.acknowledged_by, one.acknowledged_over


def last_to(api: BotApi, chat: int) -> int:
    """The id of the last message to a chat."""
    return next(int(one["message_id"]) for one in api.sent[::-1] if one["chat"]["id"] == chat)


def test_a_notice_says_what_happened_and_has_a_button(api: BotApi, house: House) -> None:
    """The worker reads who, what and where, and one press is enough."""
    api.knows(ZHOU)
    number = open_one(house)
    send_due(house, api)
    assert "王阿婆" in api.heard(ZHOU)[0]
    assert "测试路1号101室" in api.heard(ZHOU)[0]
    button = api.sent[0]["reply_markup"]["inline_keyboard"][0][0]
    assert (button["text"], button["callback_data"]) == ("接警", f"ack:{number}")


def test_ids_of_sent_notices_differ_between_chats(api: BotApi, house: House) -> None:
    """Telegram numbers messages per chat; the ids that we keep are unique all the same."""
    told(api, house)
    with house.store.look() as session:
        sids = session.scalars(select(Notice.sid)).all()
    assert len(set(sids)) == len(sids) == 3
    assert {one.partition(":")[0] for one in sids if one} == {str(ZHOU), str(WU)}


def test_pressing_the_button_acknowledges(api: BotApi, house: House, bot: Running) -> None:
    """The escalation is theirs, the button is gone, and the message says who has it."""
    number = told(api, house)
    message = last_to(api, ZHOU)
    query = api.presses(ZHOU, message)
    api.wait(lambda: "已由周敏接警" in api.heard(ZHOU)[0])
    assert row(house, number) == ("acknowledged", 1, "telegram")
    assert "reply_markup" not in api.messages[message]
    assert "工作台" in api.answered[query]


def test_the_first_press_wins(api: BotApi, house: House, bot: Running) -> None:
    """Whoever comes second reads who has it, and loses the button too."""
    number = told(api, house)
    api.presses(ZHOU, last_to(api, ZHOU))
    api.wait(lambda: "已由周敏接警" in api.heard(ZHOU)[0])
    message = last_to(api, WU)
    query = api.presses(WU, message)
    api.wait(lambda: api.answered.get(query))
    assert api.answered[query] == "已由周敏接警。"
    api.wait(lambda: "reply_markup" not in api.messages[message])
    assert row(house, number)[1] == 1


def test_pressing_twice_is_the_same_as_once(api: BotApi, house: House, bot: Running) -> None:
    """A double press changes nothing and is answered as before."""
    number = told(api, house)
    message = last_to(api, ZHOU)
    queries = [api.presses(ZHOU, message), api.presses(ZHOU, message, data=f"ack:{number}")]
    api.wait(lambda: all(api.answered.get(one) for one in queries))
    assert {api.answered[one] for one in queries} == {"已由周敏接警。办完请到工作台登记结果。"}


def test_a_resolved_one_says_so(api: BotApi, house: House, bot: Running) -> None:
    """Pressing the button of an old notice tells that the matter is closed."""
    number = told(api, house)
    with house.store.work() as session:
        worker = session.get_one(Worker, 2)
        finding = Finding.SEEN_WELL
        escalations.resolve(session, house.now(), number, worker, finding)
    query = api.presses(ZHOU, last_to(api, ZHOU))
    assert api.wait(lambda: api.answered.get(query)) == "这条预警已经办结。"


@pytest.mark.parametrize("stranger", [7999, 42])
def test_only_who_was_told_can_acknowledge(
    api: BotApi, house: House, bot: Running, stranger: int
) -> None:
    """A forged press from another chat changes nothing."""
    number = told(api, house)
    mine = api.says(stranger, "/id")
    query = api.presses(stranger, mine, data=f"ack:{number}")
    assert "没有通知到您" in api.wait(lambda: api.answered.get(query, ""))
    assert row(house, number)[1] is None


@pytest.mark.parametrize("data", ["ack:", "ack:999999999999999999", "drop table", "ack:-1", "确认"])
def test_an_odd_button_is_answered(api: BotApi, house: House, bot: Running, data: str) -> None:
    """Whatever a press carries, the presser is told and nothing happens."""
    number = told(api, house)
    query = api.presses(ZHOU, last_to(api, ZHOU), data=data)
    assert "工作台" in api.wait(lambda: api.answered.get(query, ""))
    assert row(house, number)[1] is None


def test_an_old_press_is_answered_in_a_new_message(api: BotApi, house: House, bot: Running) -> None:
    """A press that Telegram no longer lets us answer still acknowledges, and is confirmed below."""
    number = told(api, house)
    message = last_to(api, ZHOU)
    with api.changed:
        query = api.presses(ZHOU, message)
        api.open_queries.discard(query)
        del api.messages[message]
        api.sent[:] = [one for one in api.sent if one["message_id"] != message]
        api.wait_heard(ZHOU, "已由周敏接警")
    assert row(house, number)[1] == 1


def test_a_blocked_chat_is_not_tried_again(api: BotApi, house: House) -> None:
    """Who has blocked the bot is reached over the other channels; trying again helps nobody."""
    api.knows(ZHOU)
    api.blocks(ZHOU)
    with pytest.raises(ChatTrouble) as no:
        TelegramSender(TOKEN, api.url).send(str(ZHOU), "王阿婆", 1)
    assert (no.value.again, no.value.gone) == (False, True)


@pytest.mark.parametrize("chat", ["8888", "not-a-chat"])
def test_a_wrong_chat_is_not_tried_again(api: BotApi, chat: str) -> None:
    """A chat that does not exist stays so."""
    with pytest.raises(ChatTrouble, match="chat not found") as no:
        TelegramSender(TOKEN, api.url).send(chat, "王阿婆", 1)
    assert not no.value.again


def test_a_flood_limit_keeps_the_sender_quiet(api: BotApi) -> None:
    """After a 429 nothing is asked of Telegram until the time it named has passed."""
    api.knows(ZHOU)
    api.limits[ZHOU] = [60]
    sender = TelegramSender(TOKEN, api.url)
    with pytest.raises(ChatTrouble) as first:
        sender.send(str(ZHOU), "王阿婆", 1)
    with pytest.raises(ChatTrouble) as second:
        sender.send(str(ZHOU), "王阿婆", 1)
    assert first.value.again
    assert second.value.again
    assert first.value.seconds == 60
    assert api.calls == ["sendMessage"]


@pytest.mark.parametrize("code", [500, 502])
def test_trouble_at_telegram_is_worth_another_try(api: BotApi, code: int) -> None:
    """A server error passes; the notice is sent again a little later."""
    api.knows(ZHOU)
    api.broken.append(code)
    sender = TelegramSender(TOKEN, api.url)
    with pytest.raises(ChatTrouble) as no:
        sender.send(str(ZHOU), "王阿婆", 1)
    assert no.value.again
    assert sender.send(str(ZHOU), "王阿婆", 1).startswith(f"{ZHOU}:")


def test_no_telegram_at_all_is_worth_another_try() -> None:
    """A network that is down comes back; nothing but ChatTrouble is raised."""
    with pytest.raises(ChatTrouble) as no:
        TelegramSender(TOKEN, "http://127.0.0.1:9").send(str(ZHOU), "王阿婆", 1)
    assert no.value.again


@pytest.mark.parametrize("token", ["1:wrong", ""])
def test_a_wrong_token_is_not_tried_again_and_not_told(api: BotApi, token: str) -> None:
    """The trouble that staff read does not hold the token."""
    with pytest.raises(ChatTrouble) as no:
        TelegramSender(token, api.url).send(str(ZHOU), "王阿婆", 1)
    assert not no.value.again
    assert "1:wrong" not in str(no.value)


def test_without_a_token_the_bot_says_what_is_missing(house: House) -> None:
    """The missing setting is named."""
    with pytest.raises(BadSettings, match="XIXIN_TELEGRAM_TOKEN"):
        telegram_desk.run(house)


PROGRAM = """
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from callcenter import telegram_desk
from tests.house import make_house
folder, token, url = sys.argv[1:]
telegram_desk.run(make_house(Path(folder), telegram_token=token, telegram_url=url))
"""


@pytest.fixture
def program(tmp_path: Path, api: BotApi) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts the bot as a process of its own, with a token; none outlives the test."""
    with ExitStack() as stack:

        def start(token: str) -> subprocess.Popen[str]:
            bot = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", PROGRAM, str(tmp_path), token, api.url],
                cwd=ROOT,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(bot)
            stack.callback(bot.kill)
            return bot

        yield start


def test_sigterm_ends_the_process_cleanly(
    api: BotApi, program: Callable[[str], subprocess.Popen[str]]
) -> None:
    """Stopping the service answers what was heard, confirms it, and leaves without a trace."""
    bot = program(TOKEN)
    api.says(42, "/start")
    api.wait_heard(42, "锡心养老热线")
    bot.send_signal(signal.SIGTERM)
    _, errors = bot.communicate()
    assert (bot.returncode, errors) == (0, "")
    assert api.confirmed == api.updates[-1]["update_id"] + 1


def test_a_wrong_token_ends_the_process_in_plain_words(
    program: Callable[[str], subprocess.Popen[str]],
) -> None:
    """Telegram's refusal ends the bot with what to do, and without the token."""
    _, errors = program("99:not-the-token").communicate()
    assert "set XIXIN_TELEGRAM_TOKEN" in errors.splitlines()[-1]
    assert "99:not-the-token" not in errors


@pytest.mark.parametrize(
    ("number", "digits"),
    [(HOTLINE, "0510 0000 0000"), ("+8613812345678", "138 1234 5678"), ("x", "x")],
)
def test_numbers_are_shown_as_people_dial_them(number: str, digits: str) -> None:
    """Nobody here dials +86."""
    assert in_digits(number) == digits
