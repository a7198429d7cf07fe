"""Whole talks about requests: written down, two in a breath, asked after, changed, and whose."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from callcenter.services import conversations
from callcenter.store.tables import Elder, Handoff, ServiceRequest
from callcenter.wiring import House
from tests.actions.conftest import WANG
from tests.actions.talks import Talk

Calls = Callable[..., Talk]


def written(house: House) -> list[ServiceRequest]:
    """All requests, the oldest first."""
    with house.store.look() as session:
        return list(session.scalars(select(ServiceRequest).order_by(ServiceRequest.id)))


def lunch(talk: Talk, *more: str) -> str:
    """A lunch for tomorrow, up to the number."""
    talk.wish("我要订午饭")
    for text in ("一份", "我自己", *more, "明天"):
        talk.say(text)
    talk.say("家里" if talk.elder_id else "人民路5号2楼")
    return talk.yes()


def test_a_known_elder_orders_with_five_answers(wang: Talk, house: House) -> None:
    """Home is looked up in the file, and never read out."""
    wang.wish("我要订午饭")
    wang.say("一份，软一点")
    wang.say("我自己")
    wang.say("明天")
    back = wang.say("家里")
    assert back == (
        "我念一遍。给您自己，送饭，一份，软一点，明天，11月24日星期二，中午，到家里。对不对？"
    )
    assert "号码是一零零一" in wang.yes()
    (one,) = written(house)
    assert (one.place, one.for_whom, one.elder_id) == ("柳巷1号101室", "本人", 1)


def test_a_stranger_is_asked_for_a_name(calls: Calls, house: House) -> None:
    """Who, what, when, where: somebody must be found at the door."""
    talk = calls()
    lunch(talk, "王秀英")
    assert written(house)[0].for_whom == "本人，王秀英"


def test_a_caller_without_a_number_is_asked_for_one(calls: Calls, house: House) -> None:
    """It is kept for whoever rings back, and proves nothing."""
    talk = calls(phone="anonymous")
    talk.wish("我要订午饭")
    for text in ("一份", "我自己", "王秀英", "明天"):
        talk.say(text)
    assert "电话号码" in talk.say("人民路5号2楼")
    assert "电话幺三八" in talk.say("一三八零零一三八零零零")
    talk.yes()
    (one,) = written(house)
    assert (one.note, one.phone) == ("回电13800138000", "anonymous")


def test_two_services_in_one_sentence_are_both_written_down(wang: Talk, house: House) -> None:
    """The second one is taken up as soon as the first is done."""
    wang.wish("我要订午饭，另外水龙头也坏了")
    for text in ("一份", "我自己", "明天", "家里"):
        wang.say(text)
    assert "您刚才还说要上门修理，现在给您登记，好吗？" in wang.yes()
    assert "上门修理" in wang.yes()
    for text in ("我自己", "明天上午", "家里"):
        wang.say(text)
    wang.yes()
    assert [one.service for one in written(house)] == ["meal", "repair"]
    assert "水龙头" in written(house)[1].wanted


def test_the_second_wish_is_given_up_only_when_the_caller_says_so(wang: Talk, house: House) -> None:
    wang.wish("我要订午饭，另外水龙头也坏了")
    wang.say("算了不要了")
    assert wang.slots["offer"] == "also"
    assert "还有别的事吗" in wang.no()
    assert written(house) == []
    assert wang.slots["gist"]["wait"] == []


def test_an_offered_wish_may_be_answered_with_what_is_wanted(wang: Talk) -> None:
    """一份，软一点 instead of yes."""
    wang.say("长护险怎么申请，还要订饭", "ask_policy", also=("request_service", "还要订饭"))
    assert wang.slots["offer"] in ("also", "person", "choice")
    if wang.slots["offer"] != "also":
        wang.no()
    assert "是您自己要，还是给别人" in wang.say("一份，软一点", "change_request", 0.9)


def test_a_question_beside_a_request_is_answered_first(wang: Talk) -> None:
    """And then the request is begun."""
    said = wang.wish(
        "我要订饭，顺便问一下长护险怎么申请", also=("ask_policy", "问一下长护险怎么申请")
    )
    assert said.index("据") < said.index("登记送饭")
    assert said.endswith("也请说。")


def test_a_change_beside_a_request_waits_and_is_taken_up(wang: Talk, house: House) -> None:
    """Nothing is answered with 等会儿再跟我说."""
    lunch(wang)
    wang.conversation_id = None
    wang.wish("帮我擦窗，还有昨天订的饭不要了", also=("change_request", "昨天订的饭不要了"))
    for text in ("我自己", "明天上午", "家里"):
        wang.say(text)
    assert "您刚才还说要改单子" in wang.yes()
    wang.yes()
    assert "取消" in wang.say("王秀英")
    wang.yes()
    assert [one.state for one in written(house)] == ["cancelled", "new"]


def test_a_complaint_beside_a_request_is_written_down(wang: Talk, house: House) -> None:
    wang.wish("我要订饭，上次送来都冷了", also=("complaint", "上次送来都冷了"))
    with house.store.look() as session:
        assert session.scalars(select(Handoff.reason)).all() == ["complaint"]


def test_after_unwell_the_question_for_a_person_stands_last(calls: Calls) -> None:
    """The second wish is not asked about in the same breath; it waits behind the no."""
    talk = calls()
    said = talk.say(
        "我头晕，再帮我订个饭", "report_unwell", also=("request_service", "再帮我订个饭")
    )
    assert said.endswith("要不要现在就转人工？")
    assert "您刚才还说要送饭" in talk.no()


def test_after_scam_a_yes_brings_a_person_who_knows_it_all(wang: Talk) -> None:
    wang.say("有人打电话叫我转账", "scam")
    wang.yes()
    assert "转账" in wang.custom["handoff"]["summary"]


def test_another_service_in_mid_form_is_taken_up_afterwards(wang: Talk) -> None:
    wang.wish("我要订午饭")
    wang.say("一份")
    assert "等会儿也给您登记" in wang.say("还要叫人来擦玻璃")
    for text in ("我自己", "明天", "家里"):
        wang.say(text)
    assert "打扫卫生" in wang.yes()


def test_a_person_who_takes_over_learns_what_still_waits(wang: Talk) -> None:
    wang.wish("我要订午饭，另外水龙头也坏了")
    wang.say("转人工", "ask_human")
    assert "送饭" in wang.custom["handoff"]["summary"]
    assert "水龙头" in wang.custom["handoff"]["summary"]


def test_two_failures_bring_a_person_with_what_was_understood(wang: Talk) -> None:
    wang.wish("我要订午饭")
    wang.say("两份")
    wang.say("我自己")
    wang.say("哗啦哗啦")
    assert "给您转人工" in wang.say("哗啦哗啦")
    summary = wang.custom["handoff"]["summary"]
    assert summary.startswith("送饭，两份，本人")


def test_what_was_understood_so_far_is_told_to_the_front_door_at_every_step(wang: Talk) -> None:
    """Should the assistant fall silent, a person still learns it."""
    wang.wish("我要订午饭")
    wang.say("两份")
    assert wang.custom["known"] == "送饭，两份"


@pytest.mark.parametrize("said", ["要", "好", "好的", "嗯"])
def test_a_bare_yes_to_again_or_a_person_reads_it_again(wang: Talk, said: str) -> None:
    """要我再讲一遍，还是转人工？ 要。"""
    first = wang.say("长护险怎么申请", "ask_policy")
    assert first.endswith("要我再讲一遍，还是转人工？")
    assert wang.say(said, "yes", 1.0) == first


def test_a_second_yes_brings_a_person_instead_of_the_same_words_for_ever(wang: Talk) -> None:
    wang.say("长护险怎么申请", "ask_policy")
    wang.yes()
    again = wang.yes()
    assert "还有别的事吗" in again or "handoff" in wang.custom


def test_two_questions_in_one_sentence_are_both_answered(wang: Talk) -> None:
    """The second one after a yes."""
    first = wang.say("长护险怎么申请，另外优待证怎么办", "ask_policy")
    assert "长护" in first or "失能" in first
    assert "您刚才还问了优待证怎么办" in first
    assert "优待" in wang.yes() or wang.slots["offer"] in ("person", "choice")


def test_a_request_of_this_very_conversation_needs_no_proof(calls: Calls, house: House) -> None:
    """Whoever has just ordered it may ask."""
    talk = calls(conversation_id=_conversation(house))
    lunch(talk, "王秀英")
    assert "送饭" in talk.say("到哪一步了", "ask_progress")


def test_my_request_from_my_own_phone_needs_only_the_name(wang: Talk, calls: Calls) -> None:
    """The number on the display is a hint and no proof."""
    lunch(wang)
    later = calls(phone=WANG, elder_id=1)
    assert later.say("我的饭到哪一步了", "ask_progress") == "请问登记的是谁的名字？我查一查。"
    assert "一零零一号单子，送饭" in later.say("王秀英")


@pytest.mark.parametrize(("intent", "share"), [("ask_human", 0.36), ("goodbye", 0.4)])
def test_a_name_that_sounds_a_little_like_something_else_is_a_name(
    wang: Talk, calls: Calls, intent: str, share: float
) -> None:
    """Three characters were asked for, and came."""
    lunch(wang)
    later = calls(phone=WANG, elder_id=1)
    later.say("我的饭到哪一步了", "ask_progress")
    assert "一零零一号单子，送饭" in later.say("王秀英", intent, share)


def test_whoever_wants_a_person_when_asked_for_a_name_gets_one(wang: Talk, calls: Calls) -> None:
    """What is clearly heard comes before our question; danger always does."""
    lunch(wang)
    later = calls(phone=WANG, elder_id=1)
    later.say("我的饭到哪一步了", "ask_progress")
    later.say("叫个活人来听", "ask_human", 0.8)
    assert later.custom["handoff"]
    later.say("我的饭到哪一步了", "ask_progress")
    later.say("不大好", "emergency", 0.3)
    assert later.custom["danger"]


def test_somebody_else_at_the_same_phone_learns_nothing(wang: Talk, calls: Calls) -> None:
    """Neither what was ordered nor that anything was."""
    lunch(wang)
    other = calls(phone=WANG, elder_id=1)
    other.say("我的饭到哪一步了", "ask_progress")
    for words_ in ("我姓李", "李福根"):
        said = other.say(words_)
        assert "送饭" not in said
    assert "没有查到这张单子" in said


def test_somebody_else_at_the_same_phone_cancels_nothing(
    wang: Talk, calls: Calls, house: House
) -> None:
    """A yes does not help either."""
    lunch(wang)
    other = calls(phone=WANG, elder_id=1)
    assert "名字" in other.say("我订的饭不要了，取消", "change_request")
    other.yes()
    other.say("李福根")
    other.yes()
    assert [one.state for one in written(house)] == ["new"]


@pytest.mark.parametrize("phone", ["", "anonymous", "+266696687"])
def test_a_withheld_number_is_asked_for_the_number_and_the_name(
    wang: Talk, calls: Calls, phone: str
) -> None:
    lunch(wang)
    hidden = calls(phone=phone)
    assert "单子的号码，还有登记的名字" in hidden.say("我的饭呢", "ask_progress")
    assert "对不上" in hidden.say("王秀英")
    assert "一零零一号单子，送饭" in hidden.say("一零零一号，王秀英")


def test_a_shared_number_is_asked_for_the_number_and_the_name(
    wang: Talk, calls: Calls, house: House
) -> None:
    """Two elders at one phone: the display says nothing."""
    lunch(wang)
    with house.store.work() as session:
        other = session.get_one(Elder, 2)
        other.phone = WANG
    shared = calls(phone=WANG)
    assert "单子的号码，还有登记的名字" in shared.say("我的饭呢", "ask_progress")
    assert "送饭" in shared.say("王秀英，一零零一")


def test_a_number_alone_opens_nothing(wang: Talk, calls: Calls) -> None:
    """Numbers can be counted through."""
    lunch(wang)
    stranger = calls()
    assert stranger.say("一零零一号单子到哪里了", "ask_progress") == (
        "请问登记的是谁的名字？我查一查。"
    )
    assert "送饭" not in stranger.say("一零零一号")


def test_what_does_not_exist_sounds_like_what_is_not_proven(wang: Talk, calls: Calls) -> None:
    """Else the answers would tell which numbers are taken."""
    lunch(wang)

    def answers(number: str) -> list[str]:
        talk = calls()
        first = talk.say(f"{number}号单子到哪里了", "ask_progress")
        return [first, talk.say("李福根"), talk.say("李福根")]

    assert answers("一零零一") == answers("九九九九")


def test_a_daughter_asks_by_number_and_name(wang: Talk, calls: Calls, house: House) -> None:
    """From her own phone; she may move it as well."""
    lunch(wang)
    daughter = calls(phone="+8613900000009")
    daughter.say("一零零一号单子改到后天中午", "change_request")
    back = daughter.say("是给王秀英的")
    assert "改到后天，11月25日星期三，中午" in back
    daughter.yes()
    assert written(house)[0].when_words.startswith("后天，11月25日星期三")


def test_whoever_has_forgotten_the_number_is_offered_a_person(calls: Calls) -> None:
    talk = calls()
    talk.say("我的饭呢", "ask_progress")
    assert talk.say("号码我不晓得").endswith("要不要给您转人工？")
    talk.yes()
    assert talk.custom["handoff"]["reason"] == "asked"


def test_a_change_is_read_back_and_can_be_corrected_before_the_yes(
    wang: Talk, house: House
) -> None:
    wang.conversation_id = _conversation(house)
    lunch(wang)
    assert "后天，11月25日星期三，中午" in wang.say("改到后天中午", "change_request")
    assert "11月26日星期四，中午" in wang.say("不对，是大后天", "nlu_fallback", 0.3)
    wang.yes()
    assert "11月26日星期四" in written(house)[0].when_words


def test_a_change_to_the_past_is_answered_with_an_offer(wang: Talk, house: House) -> None:
    wang.conversation_id = _conversation(house)
    lunch(wang)
    asked = wang.say("改到今天早上七点", "change_request")
    assert asked == "今天早上七点已经过去了。明天早上七点，好不好？"
    assert "改到明天，11月24日星期二，早上七点" in wang.yes()


def test_no_to_what_was_read_back_leaves_the_request_as_it_is(wang: Talk, house: House) -> None:
    wang.conversation_id = _conversation(house)
    lunch(wang)
    wang.say("取消", "change_request")
    assert "照原来的不变" in wang.no()
    assert written(house)[0].state == "new"


def test_a_call_ends_after_no_to_anything_else(wang: Talk) -> None:
    lunch(wang)
    assert "再见" in wang.no()
    assert wang.custom["end"] is True


def test_a_no_out_of_the_blue_does_not_hang_up(wang: Talk) -> None:
    wang.no()
    assert "end" not in wang.custom


def test_a_request_that_cannot_be_written_down_goes_to_a_person_as_a_whole(
    wang: Talk, house: House
) -> None:
    """The database is gone at the last yes."""
    wang.wish("我要订午饭")
    for text in ("一份", "我自己", "明天", "家里"):
        wang.say(text)
    with house.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE service_requests")
    assert "没能登记上" in wang.yes()
    handoff = wang.custom["handoff"]
    assert handoff["reason"] == "not_saved"
    assert handoff["summary"].startswith("送饭，一份，本人，明天")


def _conversation(house: House) -> int:
    """A conversation to which a request belongs."""
    with house.store.work() as session:
        one = conversations.begin(session, house.now(), key="c", channel="phone", address="")
        return one.id


def test_name_and_place_are_told_once_in_a_talk(calls: Calls, house: House) -> None:
    """The second request asks 还是人民路5号2楼吗？ and nothing about the name."""
    talk = calls()
    lunch(talk, "王秀英")
    talk.wish("我要打扫卫生")
    talk.say("擦窗")
    assert "哪一天" in talk.say("我自己")
    assert talk.say("后天上午") == "还是人民路5号2楼吗？"
    talk.say("是的")
    talk.yes()
    assert [(one.for_whom, one.place) for one in written(house)] == [
        ("本人，王秀英", "人民路5号2楼")
    ] * 2


def test_another_request_can_be_changed_in_mid_form_without_losing_this_one(
    wang: Talk, house: House
) -> None:
    """我订的饭改到后天, said while a repair is written down."""
    wang.conversation_id = _conversation(house)
    lunch(wang)
    wang.wish("水龙头坏了")
    wang.say("我自己")
    assert "等会儿" in wang.say("我订的饭改到后天中午", "change_request")
    for text in ("明天上午", "家里"):
        wang.say(text)
    assert "改单子" in wang.yes()
    assert "送饭" in wang.yes()
    wang.yes()
    assert [one.when_words[:2] for one in written(house)] == ["后天", "明天"]


@pytest.mark.parametrize("asked", ["您是真人吗", "你是谁", "你们是骗子吧"])
def test_who_we_are_is_told_in_mid_form_and_the_form_goes_on(wang: Talk, asked: str) -> None:
    wang.wish("我要订午饭")
    said = wang.say(asked, "ask_human", 0.6)
    assert "人工智能语音助手，不是真人" in said
    assert said.endswith("也请说。")


def test_a_reason_is_no_complaint(wang: Talk, house: House) -> None:
    """我腿脚不便 says why help with bathing is wanted; nobody is told of it."""
    wang.wish("派个人来帮我洗澡，我腿脚不便", also=("report_unwell", "我腿脚不便"))
    with house.store.look() as session:
        assert session.scalars(select(Handoff.id)).all() == []


@pytest.mark.parametrize("said", ["要转", "转吧", "转", "帮我转一下", "好，转"])
@pytest.mark.parametrize("asked", ["out_of_scope", "ask_policy"])
def test_a_short_yes_to_a_person_is_heard(wang: Talk, asked: str, said: str) -> None:
    """要不要给您转人工？ 要转。"""
    wang.say("长护险怎么申请", asked)
    wang.say(said, "yes", 0.4)
    assert wang.custom["handoff"]["reason"] == "asked"


@pytest.mark.parametrize("said", ["不转", "不要转", "先不转了"])
def test_no_to_a_person_is_no_wish_for_one(wang: Talk, said: str) -> None:
    wang.say("今天天气怎么样", "out_of_scope")
    wang.say(said, "no", 0.9)
    assert "handoff" not in wang.custom


def test_the_number_of_a_request_alone_asks_after_it(wang: Talk, calls: Calls) -> None:
    """1001, written or spoken without another word."""
    lunch(wang)
    assert calls().say("1001", "nlu_fallback", 0.3) == "请问登记的是谁的名字？我查一查。"
    assert calls().say("一零零一号", "nlu_fallback", 0.3) == "请问登记的是谁的名字？我查一查。"


@pytest.mark.parametrize("text", ["13812345678", "3", "12", "一二"])
def test_any_other_number_alone_is_not_understood(calls: Calls, text: str) -> None:
    """A telephone number is no request, and no telephone either."""
    assert "没听明白" in calls().say(text, "nlu_fallback", 0.3)


def test_a_telephone_number_is_no_food(wang: Talk) -> None:
    wang.wish("我要订饭")
    assert "几份" in wang.say("13812345678")
    assert wang.slots["wanted"] is None


def test_for_a_meal_the_meal_is_asked_for_and_not_the_half_of_the_day(wang: Talk) -> None:
    wang.wish("我要订饭")
    for text in ("两份", "我自己"):
        wang.say(text)
    assert wang.say("明天") == "明天，11月24日星期二，午饭还是晚饭？"
    wang.say("中饭")
    assert wang.slots["when_at"]["words"] == "明天，11月24日星期二，中午"


def test_who_goes_along_with_the_caller_is_not_asked_for_a_known_name_again(calls: Calls) -> None:
    """陪我去 says for whom; the name was told with the lunch."""
    talk = calls()
    lunch(talk, "王秀英")
    assert "什么名字" not in talk.wish("后天陪我去二院复查")
