"""TwiML carried out: prompts, keys, speech, redirects, failures and fallbacks."""

import pytest

from tests.exchange.conftest import APP, ELDER, World
from tests.exchange.office import HOTLINE, ask, say


def held(world: World) -> None:
    """A real person holds the elder's phone and has answered a call of the app."""
    world.exchange.people.take(ELDER)
    world.rings()
    world.passes(seconds=3)
    world.exchange.answer(ELDER)
    world.passes()


def test_a_key_interrupts_the_prompt(world: World) -> None:
    """The action gets the key at once, however long the prompt still is."""
    world.office.scripts |= {"/script": ask("您好" * 200, "/key"), "/key": say("谢谢")}
    held(world)
    world.exchange.keys(ELDER, "1")
    world.passes()
    (form,) = world.office.got("/key")
    assert (form["Digits"], form["msg"]) == ("1", "Gather End")


def test_speech_ends_after_the_silence_that_was_asked_for(world: World) -> None:
    """Two halves with a pause shorter than speechTimeout are one sentence."""
    script = ask("身体好吗", "/heard", timeout="10").replace('"auto"', '"4"')
    world.office.scripts |= {"/script": script, "/heard": say("好的")}
    held(world)
    world.passes(seconds=2)
    world.exchange.say(ELDER, "我今天", finished=False)
    world.passes(seconds=4)
    assert world.office.got("/heard") == []
    world.exchange.say(ELDER, "还可以", finished=False)
    world.passes(seconds=10)
    (form,) = world.office.got("/heard")
    assert form["SpeechResult"] == "我今天还可以"
    assert 0.7 < float(form["Confidence"]) < 1


def test_somebody_who_begins_to_speak_is_waited_for(world: World) -> None:
    """The timeout stops as soon as the person begins, and the sentence still arrives."""
    world.office.scripts |= {"/script": ask("请讲", "/heard"), "/heard": say("好的")}
    held(world)
    world.passes(seconds=2)
    world.exchange.begins_to_speak(ELDER)
    world.passes(seconds=30)
    world.exchange.say(ELDER, "我要订午饭")
    world.passes()
    assert [form["SpeechResult"] for form in world.office.got("/heard")] == ["我要订午饭"]


def test_silence_falls_through_to_the_next_verb(world: World) -> None:
    """Without actionOnEmptyResult the action is not asked."""
    world.office.scripts["/script"] = ask("请按键", "/key", rest="<Say>没有听清</Say>")
    world.rings("silent")
    world.passes(minutes=2)
    assert world.office.got("/key") == []
    assert world.heard("+8610010000008") == ["请按键", "没有听清"]


def test_silence_reaches_the_action_when_asked_so(world: World) -> None:
    """actionOnEmptyResult sends empty Digits and SpeechResult, blank but there."""
    world.office.scripts["/script"] = ask("请按键", "/key", actionOnEmptyResult="true")
    world.rings("silent")
    world.passes(minutes=2)
    (form,) = world.office.got("/key")
    assert (form["Digits"], form["SpeechResult"]) == ("", "")
    assert all(seen.signed for seen in world.office.seen)


def test_several_digits_end_with_the_finish_key_or_a_pause(world: World) -> None:
    """123# gives 123 at once; 45 and a pause gives 45."""
    gather = '<Response><Gather action="/code" timeout="4"><Say>请输入</Say></Gather></Response>'
    world.office.scripts |= {"/script": gather, "/code": gather}
    held(world)
    world.exchange.keys(ELDER, "123#")
    world.passes(seconds=1)
    world.exchange.keys(ELDER, "45")
    world.passes(seconds=5)
    codes = [(form["Digits"], form.get("FinishedOnKey")) for form in world.office.got("/code")]
    assert codes == [("123", "#"), ("45", None)]


def test_a_prompt_that_must_not_be_interrupted_is_not(world: World) -> None:
    """bargeIn="false": keys count only after the prompt."""
    world.office.scripts |= {
        "/script": ask("您好" * 20, "/key", bargeIn="false"),
        "/key": say("好"),
    }
    held(world)
    world.exchange.keys(ELDER, "1")
    world.passes(seconds=1)
    assert world.office.got("/key") == []
    world.passes(seconds=9)
    world.exchange.keys(ELDER, "2")
    world.passes()
    assert world.office.got("/key")[0]["Digits"] == "2"


def test_a_speech_model_without_mandarin_fails_the_gather(world: World) -> None:
    """13331 is noted, and the script goes on behind the Gather."""
    script = ask("请讲", "/heard", rest="<Say>再见</Say>", speechModel="phone_call")
    world.office.scripts["/script"] = script
    call = world.rings()
    world.passes(minutes=1)
    assert world.heard(ELDER) == ["再见"]
    assert "错误 13331" in [note.text for note in call.notes]


def test_breaks_and_rates_take_their_time(world: World) -> None:
    """Nine characters at half speed and a two-second break take six seconds."""
    slow = '<prosody rate="50%">一二三四五六七八九</prosody><break time="2s"/>'
    world.office.scripts["/script"] = f"<Response><Say>{slow}</Say></Response>"
    call = world.rings()
    world.passes(minutes=1)
    assert call.talked == 6


def test_redirect_goes_on_with_other_twiml(world: World) -> None:
    """Relative to the document that says so, by POST unless said."""
    world.office.scripts |= {
        "/script": "<Response><Redirect>other?step=2</Redirect></Response>",
        "/other": say("再见"),
    }
    world.rings()
    world.passes(minutes=1)
    assert world.heard(ELDER) == ["再见"]


def test_a_script_that_redirects_to_itself_is_stopped(world: World) -> None:
    """The exchange does not turn for ever."""
    world.office.scripts["/script"] = "<Response><Redirect>/script</Redirect></Response>"
    call = world.rings()
    world.passes(minutes=1)
    assert call.over
    assert len(world.office.got("/script")) == 1000


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (500, "11200"),
        (404, "11200"),
        ("<Response><Say>没有结束", "12100"),
        ("<Response><Says>您好</Says></Response>", "12200"),
        ('<Response><Gather numdigits="1"/></Response>', "12200"),
    ],
)
def test_a_script_that_fails_leads_to_the_fallback(
    world: World, answer: str | int, code: str
) -> None:
    """The fallback address is told the code and the address that failed, and is carried out."""
    world.office.scripts |= {"/script": lambda form: answer, "/fallback": say("请稍候")}
    call = world.rings(FallbackUrl=f"{APP}/fallback")
    world.passes(minutes=1)
    (form,) = world.office.got("/fallback")
    assert (form["ErrorCode"], form["ErrorUrl"]) == (code, f"{APP}/script")
    assert world.heard(ELDER) == ["请稍候"]
    assert f"错误 {code}" in [note.text for note in call.notes]


def test_without_a_fallback_there_is_an_apology_and_the_end(world: World) -> None:
    """Never silence: the phone hears that something is broken, then the call completes."""
    world.office.scripts["/script"] = lambda form: 500
    call = world.rings()
    world.passes(minutes=1)
    assert "故障" in world.heard(ELDER)[0]
    assert call.status == "completed"


def test_a_resident_who_rings_in_gets_the_script_of_the_number(world: World) -> None:
    """The number's VoiceUrl is asked with Direction inbound; its end is told."""
    world.office.scripts["/hotline"] = ask("这里是民政服务热线", "/turn")
    world.exchange.people.take(ELDER)
    world.exchange.rings_in(ELDER, HOTLINE)
    world.passes(seconds=3)
    (form,) = world.office.got("/hotline")
    assert (form["Direction"], form["From"], form["To"]) == ("inbound", ELDER, HOTLINE)
    world.exchange.hang_up(ELDER)
    world.passes()
    assert world.office.got("/hotline/status")[0]["CallStatus"] == "completed"


def test_a_withheld_number_is_not_shown(world: World) -> None:
    """From is the number that stands for nobody."""
    world.office.scripts["/hotline"] = say("您好")
    world.exchange.rings_in(ELDER, HOTLINE, withheld=True)
    world.passes()
    assert world.office.got("/hotline")[0]["From"] == "+266696687"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_is_never_answered(world: World, reason: str, status: str) -> None:
    """<Reject> as the first verb ends it unanswered."""
    world.office.scripts["/hotline"] = f'<Response><Reject reason="{reason}"/></Response>'
    call = world.exchange.rings_in(ELDER, HOTLINE)
    world.passes(seconds=1)
    assert (call.status, call.answered) == (status, None)


def test_a_phone_shows_at_once_that_it_is_its_turn(world: World) -> None:
    """The end of a prompt is a change that pages are told of."""
    world.office.scripts["/script"] = ask("一二三四五六七八九", "/key")
    held(world)
    world.passes(seconds=1.9)
    world.exchange.board.touched.clear()
    world.passes(seconds=0.2)
    assert world.exchange.board.touched == {ELDER}
