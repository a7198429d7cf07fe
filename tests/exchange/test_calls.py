"""Outgoing calls in simulated time: statuses, callbacks, machine detection, limits, updates."""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from callcenter.exchange.errors import RestError
from tests.exchange.conftest import APP, ELDER, NUMBERS, World
from tests.exchange.office import HOTLINE, ask, say


def test_status_callbacks_tell_the_whole_life_of_an_answered_call(world: World) -> None:
    """initiated, ringing, in-progress, completed, numbered from 0, the last with its duration."""
    world.office.scripts["/script"] = say("您好，这里是民政服务热线。")
    call = world.rings()
    world.passes(minutes=2)
    events = world.office.got("/status")
    assert world.statuses() == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in events] == ["0", "1", "2", "3"]
    assert (events[-1]["CallDuration"], events[-1]["SipResponseCode"]) == (str(call.talked), "200")


@pytest.mark.parametrize(
    ("behaviour", "status", "sip"),
    [
        ("no_answer", "no-answer", "487"),
        ("busy", "busy", "486"),
        ("declines", "busy", "603"),
        ("unreachable", "failed", "480"),
        ("+8610099999999", "failed", "404"),
    ],
)
def test_a_call_that_nobody_takes_ends_as_the_network_says(
    world: World, behaviour: str, status: str, sip: str
) -> None:
    """Each way of not being answered has its own final status and SIP code, and no script."""
    call = world.rings(behaviour, Timeout="25")
    world.passes(minutes=2)
    last = world.office.got("/status")[-1]
    assert (call.status, last["CallStatus"], last["SipResponseCode"]) == (status, status, sip)
    assert world.office.got("/script") == []


def test_a_phone_rings_as_long_as_was_asked(world: World) -> None:
    """With Timeout=25 it still rings after 25 seconds of call set-up, and not at 27."""
    call = world.rings("no_answer", Timeout="25")
    world.passes(seconds=25)
    assert call.status == "ringing"
    world.passes(seconds=2)
    assert call.status == "no-answer"


def test_only_completed_is_reported_unless_more_is_asked(world: World) -> None:
    """Without StatusCallbackEvent there is one callback, with sequence number 0."""
    world.office.scripts["/script"] = say("您好")
    world.rings(StatusCallbackEvent=[])
    world.passes(minutes=2)
    assert [form["SequenceNumber"] for form in world.office.got("/status")] == ["0"]


@pytest.mark.parametrize(
    ("behaviour", "mode", "verdict"),
    [
        ("presses_one", "Enable", "human"),
        ("silent", "Enable", "unknown"),
        ("voicemail", "Enable", "machine_start"),
        ("voicemail", "DetectMessageEnd", "machine_end_beep"),
        ("fax", "Enable", "fax"),
        ("taken_for_a_machine", "Enable", "machine_start"),
    ],
)
def test_asynchronous_machine_detection_reports_beside_the_script(
    world: World, behaviour: str, mode: str, verdict: str
) -> None:
    """The script starts at once; the verdict comes later to its own address."""
    world.office.scripts["/script"] = say("您好" * 60)
    amd = {"AsyncAmd": "true", "AsyncAmdStatusCallback": f"{APP}/amd"}
    call = world.rings(behaviour, MachineDetection=mode, **amd)
    world.passes(minutes=2)
    assert "AnsweredBy" not in world.office.got("/script")[0]
    (report,) = world.office.got("/amd")
    assert (report["AnsweredBy"], report["CallSid"]) == (verdict, call.sid)
    assert int(report["MachineDetectionDuration"]) >= 3000


def test_synchronous_machine_detection_delays_the_script(world: World) -> None:
    """The first request for TwiML carries the verdict."""
    world.office.scripts["/script"] = say("您好")
    world.rings("voicemail", MachineDetection="Enable")
    world.passes(minutes=2)
    assert world.office.got("/script")[0]["AnsweredBy"] == "machine_start"


def test_one_call_leaves_each_second(world: World) -> None:
    """Five creates at once are dialled one second apart, and say how long they queued."""
    calls = [world.rings("no_answer") for _ in range(5)]
    world.passes(seconds=10)
    starts = [call.dispatched for call in calls]
    assert all(starts)
    assert [(later - starts[0]).total_seconds() for later in starts if later and starts[0]] == [
        0,
        1,
        2,
        3,
        4,
    ]
    assert world.client.calls(calls[4].sid).fetch().queue_time == "4000"


def test_calls_per_second_can_be_raised(world: World) -> None:
    """At 30 a second, 60 calls are out after two seconds."""
    fast = World(calls_per_second=30)
    calls = [fast.rings("no_answer") for _ in range(60)]
    fast.passes(seconds=2)
    assert all(call.dispatched for call in calls)


def test_too_many_calls_at_once_are_refused(world: World) -> None:
    """10004 beyond the account's limit."""
    small = World(most_calls=2)
    small.rings("no_answer")
    small.rings("no_answer")
    with pytest.raises(RestError) as refused:
        small.rings("no_answer")
    assert refused.value.code == 10004


def test_a_second_call_to_an_engaged_phone_is_busy(world: World) -> None:
    """A phone holds one call."""
    world.office.scripts["/script"] = say("您好" * 100)
    world.rings()
    world.passes(seconds=20)
    second = world.rings()
    world.passes(seconds=5)
    assert second.status == "busy"


@pytest.mark.parametrize(
    ("status", "ends_as"), [("canceled", "canceled"), ("completed", "canceled")]
)
def test_a_ringing_call_can_be_called_off(world: World, status: str, ends_as: str) -> None:
    """An update before anybody answers ends it as canceled."""
    call = world.rings("no_answer")
    world.passes(seconds=5)
    world.client.calls(call.sid).update(status=status)
    world.passes(minutes=2)
    assert world.statuses()[-1] == call.status == ends_as


def test_an_update_hangs_up_or_redirects_a_talk(world: World) -> None:
    """Url replaces the running script; canceled leaves a talk alone; completed ends it."""
    world.office.scripts |= {"/script": say("您好" * 100), "/other": say("请稍候" * 50)}
    call = world.rings()
    world.passes(seconds=20)
    world.client.calls(call.sid).update(status="canceled")
    world.client.calls(call.sid).update(url=f"{APP}/other", method="POST")
    world.passes(seconds=1)
    assert world.heard(ELDER)[-1].startswith("请稍候")
    assert world.client.calls(call.sid).update(status="completed").status == "completed"
    world.passes()
    assert world.statuses()[-1] == "completed"


def test_redirecting_a_call_that_is_over_is_21220(world: World) -> None:
    """Nothing can be done with it any more."""
    call = world.rings("busy")
    world.passes(minutes=1)
    with pytest.raises(TwilioRestException) as refused:
        world.client.calls(call.sid).update(twiml=say("您好"))
    assert refused.value.code == 21220


def test_a_call_never_outlives_its_time_limit(world: World) -> None:
    """TimeLimit counts from the answer."""
    world.office.scripts["/script"] = say("您好" * 1000)
    call = world.rings(TimeLimit="60")
    world.passes(minutes=5)
    assert call.talked == 60


def test_a_hangup_in_mid_prompt_completes_the_call(world: World) -> None:
    """The caller is gone, no further TwiML is asked for."""
    world.office.scripts["/script"] = ask("您好" * 50, "/key")
    call = world.rings("hangs_up_midway")
    world.passes(minutes=5)
    assert (call.status, world.office.got("/key")) == ("completed", [])


def test_lists_filter_by_time_number_and_status(world: World) -> None:
    """StartTime> keeps what started at or after a moment; pages follow each other."""
    old = world.rings("busy")
    world.passes(minutes=10)
    moment = world.now
    new = [world.rings("busy").sid for _ in range(3)]
    world.passes(minutes=1)
    calls = world.client.calls
    assert [c.sid for c in calls.list(start_time_after=moment)] == new[::-1]
    assert [c.sid for c in calls.list(start_time_before=moment, page_size=1)][-1] == old.sid
    assert [c.sid for c in calls.list(to=NUMBERS["busy"], page_size=2)] == [*new[::-1], old.sid]
    assert calls.list(status="completed") == []
    assert calls.list(from_=HOTLINE, limit=1)[0].sid == new[-1]


def test_a_finished_call_is_forgotten_after_a_while() -> None:
    """Memory stays flat: only the latest finished calls are kept."""
    world = World()
    world.exchange.board._keep = 10
    first = world.rings("busy")
    for _ in range(20):
        world.rings("busy")
        world.passes(seconds=10)
    assert len(world.exchange.board.calls) <= 11
    with pytest.raises(TwilioRestException) as gone:
        world.client.calls(first.sid).fetch()
    assert gone.value.code == 20404


def test_the_apps_thinking_does_not_stretch_a_call_when_time_runs_fast(world: World) -> None:
    """At 3600 times the pace half an hour of waiting is half a second of talk, not a cut-off."""
    slow = iter([say("您好")])
    world.office.scripts["/script"] = lambda form: next(slow)
    board = world.exchange.board
    board.pace = 3600
    call = world.rings(TimeLimit="60")
    while not board.outbox or board.outbox[-1].url != f"{APP}/script":
        world.exchange.advance(world.exchange.board.next_at()[0] or world.now)
    world.exchange.advance(board.now + timedelta(minutes=30))
    assert call.connected
    world.now = board.now
    world.passes(minutes=2)
    assert (call.status, call.talked) == ("completed", 1)
