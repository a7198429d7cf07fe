"""Simulated people: weighted, deterministic, and taken over by a real person at any time."""

from collections import Counter

import pytest

from callcenter.exchange import book
from callcenter.exchange.book import BadPhoneBook
from tests.exchange.conftest import ELDER, NUMBERS, World
from tests.exchange.office import ask, say


def outcomes(seed: int, behaviour: str, count: int) -> list[str]:
    """How so many calls to one person end: status and what was said or pressed."""
    world = World(seed=seed, calls_per_second=50)
    world.exchange.people.behaves(ELDER, behaviour)
    world.office.scripts |= {"/script": ask("平安请按1", "/key"), "/key": say("好")}
    ends = []
    for _ in range(count):
        before = len(world.office.got("/key"))
        call = world.rings()
        world.passes(minutes=3)
        answer = world.office.got("/key")[before:]
        said = answer[0].get("Digits") or answer[0].get("SpeechResult") if answer else ""
        ends.append(f"{call.status} {said}".strip())
    return ends


def test_the_same_seed_gives_the_same_people() -> None:
    """Twice the same, and another seed gives others."""
    assert outcomes(7, "elder", 40) == outcomes(7, "elder", 40)
    assert outcomes(7, "elder", 40) != outcomes(8, "elder", 40)


def test_other_phones_do_not_change_what_a_person_does() -> None:
    """The draw hangs on seed, number and count alone."""
    world = World(seed=3)
    other = World(seed=3)
    for _ in range(5):
        other.rings("busy")
    for each in (world, other):
        each.exchange.people.behaves(ELDER, "elder")
        each.rings()
        each.passes(minutes=5)
    calls = [each.exchange.current(ELDER) for each in (world, other)]
    assert len({(call.status, call.talked) for call in calls if call}) == 1


def test_a_mixed_elder_does_everything_now_and_then() -> None:
    """Over many calls most are well, and each trouble occurs."""
    ends = Counter(outcomes(1, "elder", 300))
    assert ends["completed 1"] > 100
    assert ends["no-answer"] > 10
    assert ends["busy"] > 2
    assert any("我是她女儿" in end for end in ends)


def test_a_slow_speaker_is_too_late_for_a_short_timeout(world: World) -> None:
    """With five seconds nothing is heard, with fifteen it is."""
    for timeout, heard in (("3", 0), ("15", 1)):
        world.office.scripts["/script"] = ask("您好", f"/heard{timeout}", timeout=timeout)
        world.rings("slow_speaker")
        world.passes(minutes=3)
        assert len(world.office.got(f"/heard{timeout}")) == heard


def test_a_caseworker_presses_what_the_line_asks_for(world: World) -> None:
    """The reply fits what was heard."""
    world.exchange.people.behaves(ELDER, "caseworker")
    world.office.scripts |= {
        "/script": ask("预警：李阿婆没有接电话，接警请按1", "/key"),
        "/key": say("好"),
    }
    for _ in range(4):
        world.rings()
        world.passes(minutes=3)
    assert "1" in [form.get("Digits") for form in world.office.got("/key")]


def test_a_real_person_takes_over_in_mid_call(world: World) -> None:
    """From then on the simulated one does nothing more."""
    world.office.scripts |= {"/script": ask("您好" * 30, "/key", timeout="60"), "/key": say("好")}
    world.rings()
    world.passes(seconds=20)
    world.exchange.people.take(ELDER)
    world.passes(seconds=50)
    assert world.office.got("/key") == []
    world.exchange.keys(ELDER, "2")
    world.passes()
    assert world.office.got("/key")[0]["Digits"] == "2"


def test_putting_the_phone_down_ends_the_talk(world: World) -> None:
    """Nobody is left on an open line."""
    world.office.scripts["/script"] = say("您好" * 100)
    world.exchange.people.take(ELDER)
    call = world.rings()
    world.passes(seconds=3)
    world.exchange.answer(ELDER)
    world.exchange.people.release(ELDER)
    assert call.status == "completed"


def test_every_built_in_behaviour_has_a_person_in_the_tests() -> None:
    """Names that the phone book of the tests uses exist."""
    assert set(NUMBERS) <= set(book.from_data({}).behaviours)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"persons": []}, "unknown"),
        ({"people": [{"number": "13800000000x"}]}, "number must look like"),
        ({"people": [{"number": ELDER, "role": "nurse"}]}, "role is one of"),
        ({"people": [{"number": ELDER, "behaviour": "sings"}]}, "no behaviour 'sings'"),
        ({"people": [{"number": ELDER}, {"number": ELDER}]}, "twice"),
        ({"people": [{"number": ELDER, "mood": "good"}]}, "unknown"),
        ({"behaviours": {"x": []}}, "at least one manner"),
        ({"behaviours": {"x": [{"pickup": "maybe"}]}}, "none of"),
        ({"behaviours": {"x": [{"after": [9, 1]}]}}, "seconds or"),
        ({"behaviours": {"x": [{"replies": [{"hears": "("}]}]}}, "hears"),
    ],
)
def test_a_phone_book_with_a_mistake_says_what_to_mend(
    data: dict[str, object], reason: str
) -> None:
    """Before anything is served."""
    with pytest.raises(BadPhoneBook, match=reason):
        book.from_data(data)
