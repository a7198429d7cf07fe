"""Dial, whisper and accept, conferences, queues: more than one phone in a call."""

from tests.exchange.conftest import APP, ELDER, NUMBERS, OPERATOR, SECOND, World
from tests.exchange.office import HOTLINE, ask, say

ACCEPT = (
    '<Response><Gather numDigits="1" action="/accept"><Say>接听请按1</Say></Gather>'
    "<Hangup/></Response>"
)


def transfer(world: World, *numbers: str, whisper: bool = True, **attributes: str) -> None:
    """An elder holds the phone and has been put through to somebody by the hotline."""
    url = ' url="/whisper"' if whisper else ""
    nouns = "".join(f"<Number{url}>{number}</Number>" for number in numbers)
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    world.office.scripts |= {
        "/hotline": f'<Response><Dial action="/done"{more}>{nouns}</Dial></Response>',
        "/whisper": ACCEPT,
        "/accept": lambda form: (
            "<Response/>" if form["Digits"] == "1" else "<Response><Hangup/></Response>"
        ),
        "/done": say("没有人接听，我们会给您回电。"),
    }
    world.exchange.people.take(ELDER)
    world.exchange.rings_in(ELDER, HOTLINE)
    world.passes(seconds=30)


def test_an_operator_who_accepts_is_connected(world: World) -> None:
    """The elder hears the operator, not the whisper; the end is reported as completed."""
    transfer(world, OPERATOR)
    assert "您好，这里是人工坐席" in world.heard(ELDER)[0]
    assert "接听请按1" not in world.heard(ELDER)
    world.passes(minutes=2)
    (done,) = world.office.got("/done")
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "true")
    assert int(done["DialCallDuration"]) > 30


def test_an_operator_who_does_not_accept_is_not_connected(world: World) -> None:
    """Answered is not accepted: DialBridged is false, and the elder hears what happens next."""
    transfer(world, SECOND)
    (done,) = world.office.got("/done")
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "false")
    assert world.heard(ELDER) == ["没有人接听，我们会给您回电。"]


def test_of_several_phones_the_first_to_accept_wins(world: World) -> None:
    """The others stop ringing as canceled; nobody is connected twice."""
    transfer(world, SECOND, NUMBERS["no_answer"], OPERATOR)
    calls = world.exchange.board.calls.values()
    ends = {call.phone: call.status for call in calls if call.parent}
    assert ends[OPERATOR] == "in-progress"
    assert ends[NUMBERS["no_answer"]] == "canceled"
    assert ends[SECOND] == "completed"


def test_phones_can_be_rung_one_after_the_other(world: World) -> None:
    """sequential: the second rings when the first has not taken the call."""
    transfer(world, NUMBERS["busy"], OPERATOR, sequential="true")
    children = [call for call in world.exchange.board.calls.values() if call.parent]
    assert [call.status for call in children] == ["busy", "in-progress"]


def test_nobody_answers_within_the_timeout(world: World) -> None:
    """Dial's own timeout counts, and the action learns no-answer."""
    transfer(world, NUMBERS["no_answer"], timeout="15")
    assert world.office.got("/done")[0]["DialCallStatus"] == "no-answer"


def test_a_bad_number_is_skipped(world: World) -> None:
    """13224 is noted, the other number still rings."""
    transfer(world, "12", OPERATOR)
    assert "您好，这里是人工坐席" in world.heard(ELDER)[0]


def test_a_foreign_caller_id_is_refused(world: World) -> None:
    """13214: nobody is rung under a number that is not ours."""
    transfer(world, OPERATOR, callerId="+8651099999999")
    assert world.office.got("/done")[0]["DialCallStatus"] == "failed"


def test_when_the_elder_hangs_up_the_operator_is_let_go(world: World) -> None:
    """Both legs end."""
    transfer(world, OPERATOR)
    world.exchange.hang_up(ELDER)
    world.passes()
    assert not world.exchange.board.live


def test_whispered_legs_report_their_status(world: World) -> None:
    """Number's statusCallback gets the leg's events with its parent's sid."""
    world.office.scripts["/hotline"] = (
        '<Response><Dial><Number statusCallback="/leg" statusCallbackEvent="initiated answered '
        f'completed">{OPERATOR}</Number></Dial></Response>'
    )
    parent = world.exchange.rings_in(ELDER, HOTLINE)
    world.passes(minutes=3)
    legs = world.office.got("/leg")
    assert [form["CallStatus"] for form in legs] == ["initiated", "in-progress", "completed"]
    assert {form["ParentCallSid"] for form in legs} == {parent.sid}


def test_three_talk_in_a_conference_until_its_owner_leaves(world: World) -> None:
    """Everybody hears everybody; endConferenceOnExit sends the rest on."""
    room = (
        '<Conference endConferenceOnExit="{}" statusCallback="/room" '
        'statusCallbackEvent="join leave start end">急救</Conference>'
    )
    world.office.scripts |= {
        "/hotline": f'<Response><Dial action="/done">{room.format("false")}</Dial></Response>',
        "/script": f"<Response><Dial>{room.format('true')}</Dial></Response>",
        "/done": say("通话结束"),
    }
    for number in (ELDER, OPERATOR, "120"):
        world.exchange.people.take(number)
    world.exchange.rings_in(ELDER, HOTLINE)
    for number in (OPERATOR, "120"):
        world.rings(number)
        world.passes(seconds=3)
        world.exchange.answer(number)
    world.passes(seconds=1)
    world.exchange.say(ELDER, "我胸口疼")
    assert world.heard(OPERATOR)[-1] == world.heard("120")[-1] == "我胸口疼"
    world.exchange.hang_up("120")
    world.passes(seconds=5)
    assert world.heard(ELDER)[-1] == "通话结束"
    assert not world.exchange.board.live
    events = [form["StatusCallbackEvent"] for form in world.office.got("/room")]
    assert events.count("participant-join") == 3
    assert events[-1] == "conference-end"


def test_a_caller_waits_in_the_queue_and_is_taken(world: World) -> None:
    """The wait script knows the place; the action learns that the caller was bridged."""
    world.office.scripts |= {
        "/hotline": '<Response><Enqueue action="/left" waitUrl="/wait">坐席</Enqueue></Response>',
        "/wait": say("请稍候"),
        "/script": "<Response><Dial><Queue>坐席</Queue></Dial></Response>",
        "/left": say("再见"),
    }
    others = [NUMBERS["no_answer"], NUMBERS["busy"]]
    for number in (ELDER, *others, OPERATOR):
        world.exchange.people.take(number)
    for number in (ELDER, *others):
        world.exchange.rings_in(number, HOTLINE)
        world.passes(seconds=10)
    assert world.office.got("/wait")[-1]["CurrentQueueSize"] == "3"
    world.rings(OPERATOR)
    world.passes(seconds=3)
    world.exchange.answer(OPERATOR)
    world.passes(seconds=1)
    world.exchange.say(OPERATOR, "您好，请讲")
    assert world.heard(ELDER)[-1] == "您好，请讲"
    assert {form["QueuePosition"] for form in world.office.got("/wait")[-2:]} <= {"1", "2"}
    world.exchange.hang_up(OPERATOR)
    world.passes(seconds=1)
    assert world.office.got("/left")[0]["QueueResult"] == "bridged"


def test_a_caller_may_leave_the_queue_or_hang_up_in_it(world: World) -> None:
    """<Leave> goes on behind <Enqueue>; a hang-up is told to the action."""
    world.office.scripts |= {
        "/hotline": '<Response><Enqueue action="/left" waitUrl="/wait">坐席</Enqueue></Response>',
        "/wait": ask("按1留下号码，我们回电", "/leave", timeout="30"),
        "/leave": "<Response><Leave/></Response>",
        "/left": say("好的，我们回电"),
    }
    first, second = ELDER, NUMBERS["busy"]
    for number in (first, second):
        world.exchange.people.take(number)
        world.exchange.rings_in(number, HOTLINE)
        world.passes(seconds=4)
    world.exchange.keys(first, "1")
    world.exchange.hang_up(second)
    world.passes(seconds=2)
    assert [form["QueueResult"] for form in world.office.got("/left")] == ["hangup", "leave"]
    assert world.heard(first)[-1] == "好的，我们回电"


def test_two_phones_may_talk_without_the_app(world: World) -> None:
    """A private call rings, connects, and never shows in the account's list."""
    for number in (ELDER, OPERATOR):
        world.exchange.people.take(number)
    world.exchange.rings_in(ELDER, OPERATOR)
    world.passes(seconds=2)
    world.exchange.answer(OPERATOR)
    world.exchange.say(ELDER, "喂")
    assert world.heard(OPERATOR) == ["喂"]
    assert world.client.calls.list() == []
    assert world.office.seen == []


def test_a_third_party_is_rung_into_a_conference_over_the_api(world: World) -> None:
    """Participants are added, muted, held, listed and sent away; the room is found by name."""
    room = "<Response><Dial><Conference>转接</Conference></Dial></Response>"
    world.office.scripts |= {"/hotline": room, "/script": room}
    for number in (ELDER, OPERATOR, "120"):
        world.exchange.people.take(number)
    elder = world.exchange.rings_in(ELDER, HOTLINE)
    operator = world.rings(OPERATOR)
    world.passes(seconds=3)
    world.exchange.answer(OPERATOR)
    world.passes(seconds=1)
    (conference,) = world.client.conferences.list(friendly_name="转接")
    third = world.client.conferences("转接").participants.create(
        from_=HOTLINE, to="120", label="急救"
    )
    world.passes(seconds=3)
    world.exchange.answer("120")
    members = world.client.conferences(conference.sid).participants
    assert [one.call_sid for one in members.list()] == [elder.sid, operator.sid, third.call_sid]
    world.client.conferences(conference.sid).participants(elder.sid).update(muted=True)
    world.client.conferences(conference.sid).participants("急救").update(hold=True)
    world.exchange.say(ELDER, "听得到吗")
    world.exchange.say(OPERATOR, "请稍等")
    assert "听得到吗" not in world.heard(OPERATOR)
    assert world.heard("120") == []
    world.client.conferences(conference.sid).participants("急救").delete()
    world.passes()
    assert [one.call_sid for one in members.list()] == [elder.sid, operator.sid]


def test_the_queue_is_seen_and_its_first_sent_on_over_the_api(world: World) -> None:
    """Front is the first who waits; its script can be replaced."""
    world.office.scripts |= {
        "/hotline": "<Response><Enqueue>坐席</Enqueue></Response>",
        "/other": say("坐席马上给您回电"),
    }
    for number in (ELDER, OPERATOR):
        world.exchange.people.take(number)
        world.exchange.rings_in(number, HOTLINE)
        world.passes(seconds=10)
    (queue,) = world.client.queues.list()
    assert (queue.friendly_name, queue.current_size) == ("坐席", 2)
    members = world.client.queues(queue.sid).members
    assert [(one.position, one.wait_time) for one in members.list()] == [(1, 20), (2, 10)]
    world.client.queues(queue.sid).members("Front").update(url=f"{APP}/other")
    world.passes()
    assert world.heard(ELDER) == ["坐席马上给您回电"]
    assert world.client.queues(queue.sid).fetch().current_size == 1
