"""Residents on Telegram: the same front door, every word kept, nothing lost on the way."""

import logging

import pytest
from sqlalchemy import select, text

from callcenter.services.conversations import ConversationOver
from callcenter.store.tables import Conversation, Escalation, Handoff, Message
from callcenter.wiring import House
from tests.channels.bot_api import TOKEN, BotApi
from tests.channels.conftest import Running
from tests.channels.talks import answer_as_person, said

ELDER = 42

pytestmark = pytest.mark.usefixtures("bot")


def talk(house: House, chat: int = ELDER) -> Conversation:
    """The conversation of a chat."""
    with house.store.look() as session:
        rows = select(Conversation).where(Conversation.key == f"telegram:{chat}")
        one = session.scalars(rows).one()
        session.expunge(one)
        return one


def test_start_says_first_that_this_is_an_ai(api: BotApi) -> None:
    """The first words name the hotline and say that an AI answers."""
    api.says(ELDER, "/start")
    assert "人工智能助手" in api.wait_heard(ELDER, "锡心养老热线")


def test_whoever_writes_without_start_is_greeted_first(api: BotApi) -> None:
    """The AI says what it is before it answers anything."""
    api.says(ELDER, "想问问长护险")
    api.wait_heard(ELDER, "没听明白")
    assert "人工智能助手" in api.heard(ELDER)[0]


def test_every_message_carries_the_two_large_keys(api: BotApi) -> None:
    """A person and help are one press away, and the keys say the words."""
    api.says(ELDER, "/start")
    api.wait_heard(ELDER, "锡心养老热线")
    assert [key["text"] for key in api.sent[0]["keys"]["keyboard"][0]] == [
        "转人工",
        "救命，我有危险",
    ]


def test_danger_on_telegram_is_escalated_at_once(api: BotApi, house: House) -> None:
    """A fall told in a chat puts a named person on it, assistant or not."""
    api.says(ELDER, "我摔倒了起不来")
    api.wait_heard(ELDER, "已经通知值班的人")
    with house.store.look() as session:
        assert session.scalars(select(Escalation.reason)).all() == ["danger"]


def test_the_help_key_is_danger(api: BotApi, house: House) -> None:
    """Pressing the help key escalates like words of danger."""
    api.says(ELDER, "救命，我有危险")
    api.wait_heard(ELDER, "已经通知值班的人")
    with house.store.look() as session:
        assert len(session.scalars(select(Escalation)).all()) == 1


def test_a_person_answers_and_the_assistant_is_silent(api: BotApi, house: House) -> None:
    """What a person writes at the console reaches the chat, marked as a person's."""
    api.says(ELDER, "转人工")
    api.wait_heard(ELDER, "已经请人工坐席来回您")
    api.says(ELDER, "有人吗")
    api.wait_heard(ELDER, "人工坐席会回您，请稍等")
    answer_as_person(house, "王阿婆您好，我是社工小周。")
    api.wait_heard(ELDER, "【人工坐席】王阿婆您好，我是社工小周。")
    before = len(api.heard(ELDER))
    api.says(ELDER, "好的谢谢")
    api.wait(lambda: "好的谢谢" in said(house, "caller"))
    answer_as_person(house, "不客气。")
    api.wait_heard(ELDER, "不客气")
    assert len(api.heard(ELDER)) == before + 1


def test_what_reached_the_chat_is_marked_so(api: BotApi, house: House, bot: Running) -> None:
    """Every word of ours on record knows when it was delivered."""
    api.says(ELDER, "/start")
    api.wait_heard(ELDER, "锡心养老热线")
    bot.stop()
    with house.store.look() as session:
        ours = session.scalars(select(Message).where(Message.speaker != "caller")).all()
        assert ours
        assert all(one.delivered_at == house.now() for one in ours)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"photo": [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]}, "图片"),
        ({"voice": {"file_id": "a", "file_unique_id": "a", "duration": 3}}, "语音"),
        ({"location": {"longitude": 120.3, "latitude": 31.6}}, "位置"),
        (
            {
                "sticker": {
                    "file_id": "a",
                    "file_unique_id": "a",
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                }
            },
            "表情",
        ),
        ({"contact": {"phone_number": "1", "first_name": "某"}}, "看不了"),
    ],
)
def test_what_cannot_be_read_gets_a_plain_sentence(
    api: BotApi, content: dict[str, object], words: str
) -> None:
    """A picture, a voice message, a sticker or a place is answered, never ignored."""
    api.sends(ELDER, **content)
    assert api.wait_heard(ELDER, words)


def test_danger_under_a_picture_is_heard(api: BotApi, house: House) -> None:
    """The words under a picture count like any others."""
    photo = [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]
    api.sends(ELDER, photo=photo, caption="我摔倒了起不来")
    api.wait_heard(ELDER, "图片我看不了")
    assert said(house, "caller") == ["我摔倒了起不来"]


@pytest.mark.parametrize(
    "odd", ["长" * 4096, "\u202e\u0000反", "<b>&amp;</b> {number} %s", "👵🏻" * 500, "\ud7ff"]
)
def test_long_and_odd_words_are_answered(api: BotApi, odd: str) -> None:
    """No text that Telegram can carry brings the bot down or is met with silence."""
    api.says(ELDER, "/start")
    api.wait_heard(ELDER, "锡心养老热线")
    api.says(ELDER, odd)
    assert api.wait(lambda: len(api.heard(ELDER)) > 1)


def test_words_of_one_chat_are_kept_in_order(api: BotApi, house: House) -> None:
    """What comes first is heard first, however fast it comes."""
    lines = [f"第{number}句" for number in range(12)]
    for line in lines:
        api.says(ELDER, line)
    api.wait(lambda: len(said(house, "caller")) == len(lines))
    assert said(house, "caller") == lines


def test_a_changed_message_is_heard_again(api: BotApi, house: House) -> None:
    """Somebody who corrects what he wrote is answered to what he meant."""
    first = api.says(ELDER, "我刚才")
    api.wait_heard(ELDER, "没听明白")
    api.edits(ELDER, first, "我摔倒了起不来")
    assert api.wait_heard(ELDER, "已经通知值班的人")


def test_a_flood_limit_is_honoured_and_nothing_is_lost(api: BotApi, house: House) -> None:
    """After a 429 the same words come later, in order, each once."""
    api.knows(ELDER)
    api.limits[ELDER] = [1]
    api.says(ELDER, "我摔倒了起不来")
    api.wait_heard(ELDER, "已经通知值班的人")
    heard = api.heard(ELDER)
    assert [heard.count(one) for one in heard] == [1] * len(heard)
    assert heard == said(house, "assistant")


def test_who_blocks_the_bot_is_phoned_instead(api: BotApi, house: House) -> None:
    """Blocked means the talk is over: staff who write are told to use the phone."""
    api.says(ELDER, "转人工")
    api.wait_heard(ELDER, "已经请人工坐席来回您")
    api.blocks(ELDER)
    answer_as_person(house, "您好")
    api.wait(lambda: talk(house).ended_at)
    with pytest.raises(ConversationOver):
        answer_as_person(house, "您在吗")
    with house.store.look() as session:
        assert session.scalars(select(Handoff.conversation_id)).all() == [talk(house).id]


def test_who_comes_back_is_served_again(api: BotApi, house: House) -> None:
    """Unblocking and writing makes the talk go on, with what was held back."""
    api.says(ELDER, "转人工")
    api.wait_heard(ELDER, "已经请人工坐席来回您")
    api.blocks(ELDER)
    answer_as_person(house, "您好，我是小周")
    api.wait(lambda: talk(house).ended_at)
    api.blocked.clear()
    api.says(ELDER, "我回来了")
    assert api.wait_heard(ELDER, "您好，我是小周")
    assert talk(house).ended_at is None


def test_groups_are_refused_politely_and_left(api: BotApi, house: House) -> None:
    """Nobody's matters are talked about in a group."""
    group = api.knows(-100, "group")
    api.says(group, "我摔倒了")
    api.wait(lambda: group in api.left)
    assert "单独" in api.heard(group)[0]
    assert said(house, "caller") == []


def test_id_tells_the_number_that_links_a_worker(api: BotApi) -> None:
    """A worker reads the chat's number here and tells it to the supervisor."""
    api.says(7009, "/id")
    assert "7009" in api.wait_heard(7009, "编号")


def test_words_are_confirmed_only_after_they_were_heard(api: BotApi, house: House) -> None:
    """When Telegram is told to forget an update, its words are on record: a crash loses none."""
    on_record: list[bool] = []
    api.on_confirm = lambda offset: on_record.append(len(said(house, "caller")) >= offset - 1)
    for words in ("我摔倒了起不来", "快来", "在吗"):
        api.says(ELDER, words)
    api.wait(lambda: api.confirmed > api.updates[-1]["update_id"])
    assert on_record
    assert all(on_record)


def test_trouble_in_the_house_is_answered_with_an_apology(api: BotApi, house: House) -> None:
    """When the house fails at one message, its writer is told, and the next one works."""
    with house.store.work() as session:
        session.execute(text("ALTER TABLE conversations RENAME TO elsewhere"))
    api.says(ELDER, "你好")
    assert "120" in api.wait_heard(ELDER, "刚才出了点问题")
    with house.store.work() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO conversations"))
    api.says(ELDER, "/start")
    assert api.wait_heard(ELDER, "锡心养老热线")


def test_telegram_being_down_for_a_while_is_survived(api: BotApi) -> None:
    """A broken answer is followed by another try, and nothing that was written is missed."""
    api.broken.extend([502])
    api.says(ELDER, "/start")
    assert api.wait_heard(ELDER, "锡心养老热线")


def test_neither_the_token_nor_words_are_logged(
    api: BotApi, bot: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Logs may be read by many: they hold no key to the bot and nothing that people wrote."""
    caplog.set_level(logging.DEBUG)
    api.limits[ELDER] = [1]
    api.says(ELDER, "我的秘密")
    api.wait_heard(ELDER, "没听明白")
    bot.stop()
    assert TOKEN not in caplog.text
    assert "秘密" not in caplog.text


def test_stopping_ends_the_bot_and_confirms_what_was_heard(api: BotApi, bot: Running) -> None:
    """A clean stop leaves nothing to be heard twice."""
    api.says(ELDER, "/start")
    api.wait_heard(ELDER, "锡心养老热线")
    bot.stop()
    assert api.confirmed == api.updates[-1]["update_id"] + 1
