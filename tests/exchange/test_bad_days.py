"""Lost, doubled, late and reordered webhooks, and scripts gone wrong: the rules that still hold."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.exchange.call import FINAL
from callcenter.exchange.errors import RestError
from callcenter.exchange.faults import NONE, SHARES, Faults
from tests.exchange.conftest import APP, NUMBERS, OPERATOR, SECOND, World
from tests.exchange.office import ask, say

SHARE = st.sampled_from([0.0, 0.1, 0.5, 1.0])
SCRIPTS = [
    say("您好"),
    ask("平安请按1", "/key"),
    ask("平安请按1", "/key", rest="<Redirect>/script</Redirect>"),
    f"<Response><Dial timeout='20'><Number url='/whisper'>{OPERATOR}</Number></Dial></Response>",
    f"<Response><Dial><Number>{OPERATOR}</Number><Number>{SECOND}</Number></Dial></Response>",
    "<Response><Record timeout='4' maxLength='20' action='/key'/></Response>",
    "<Response><Connect><ConversationRelay url='wss://app.example/relay'/></Connect></Response>",
    "<Response><Dial><Conference>会议</Conference></Dial></Response>",
    "<Response><Enqueue waitUrl='/wait'>坐席</Enqueue></Response>",
    "<Response><Dial timeout='9'><Queue>坐席</Queue></Dial></Response>",
    "<Response><Nonsense/></Response>",
    "",
]


def eventful(seed: int, shares: dict[str, Any], scripts: list[str], steps: list[str]) -> World:
    """Some calls on a bad day, until everything has come to rest."""
    world = World(seed=seed, faults=replace(NONE, **shares), calls_per_second=5)
    for number, script in enumerate(scripts):
        world.office.scripts[f"/script{number}"] = script
    world.office.scripts |= {"/key": say("好"), "/whisper": say("来电"), "/wait": say("请稍候" * 9)}
    for number, behaviour in enumerate(steps):
        try:
            world.rings(behaviour, Url=f"{APP}/script{number % len(scripts)}", TimeLimit="600")
        except RestError:
            continue
        world.passes(seconds=7)
    world.passes(minutes=60)
    return world


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shares=st.fixed_dictionaries(dict.fromkeys(SHARES, SHARE)),
    scripts=st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=4),
    steps=st.lists(st.sampled_from(sorted(NUMBERS)), min_size=1, max_size=8),
)
def test_every_call_ends_once_and_its_events_keep_their_order(
    seed: int, shares: dict[str, float], scripts: list[str], steps: list[str]
) -> None:
    """One final status for each call, whatever happens to the webhooks.

    Numbers grow from 0 without a gap as events occur; re-deliveries repeat, never invent; the
    completed event has the highest number of its call.
    """
    world = eventful(seed, shares, scripts, steps)
    assert not world.exchange.board.live
    assert not world.exchange.board.rooms
    calls = world.exchange.board.calls
    assert {call.status for call in calls.values()} <= FINAL
    events: dict[str, dict[int, str]] = defaultdict(dict)
    for form in world.office.got("/status"):
        number, status = int(form["SequenceNumber"]), form["CallStatus"]
        assert events[form["CallSid"]].setdefault(number, status) == status
    for sid, by_number in events.items():
        call = calls[sid]
        assert set(by_number) <= set(range(call.sequence))
        finals = [number for number, status in by_number.items() if status in FINAL]
        assert finals in ([], [call.sequence - 1])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), share=SHARE)
def test_the_same_seed_gives_the_same_bad_day(seed: int, share: float) -> None:
    """Everything that arrives, arrives again in the same order."""
    shares = dict.fromkeys(("lost", "doubled", "late", "reordered"), share)
    first, second = (
        eventful(seed, shares, SCRIPTS[:4], ["presses_one", "elder", "busy"][:1] * 4).office.seen
        for _ in range(2)
    )
    assert first == second


def test_without_faults_everything_arrives_once_and_in_order() -> None:
    """The quiet day is the measure."""
    world = eventful(1, {}, SCRIPTS[:2], ["presses_one", "busy", "no_answer"])
    seen = [(form["CallSid"], form["SequenceNumber"]) for form in world.office.got("/status")]
    assert len(seen) == len(set(seen)) == 4 + 2 + 3


def test_a_lost_script_request_leads_to_the_fallback() -> None:
    """Nothing comes back in time: 11205, after fifteen seconds."""
    world = World(faults=Faults(lost=1.0))
    call = world.rings(FallbackUrl=f"{APP}/fallback", StatusCallbackEvent=[])
    world.passes(minutes=3)
    assert [note.text for note in call.notes if note.kind == "error"].count("错误 11205") == 3
    assert call.status == "completed"


def test_reordered_callbacks_overtake_each_other() -> None:
    """A later event may arrive before an earlier one; none is lost."""
    people = ["presses_one", "says_well", "relative_answers", "silent"]
    world = eventful(5, {"reordered": 0.5}, SCRIPTS[:1], people)
    numbers = [int(form["SequenceNumber"]) for form in world.office.got("/status")]
    assert numbers != sorted(numbers)
    assert len(numbers) == 16
