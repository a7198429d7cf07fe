"""How an elder wants to be called: hours without the nap, which number, and in what words."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.habits import (
    Habits,
    Hearing,
    hours,
    in_order,
    number_for,
    said,
    thaw,
)
from callcenter.domain.handcall import Why, by_hand
from callcenter.domain.week import Window, at
from tests.domain.test_dialling import MONDAY

DAY = 24 * 60 - 1
naps = st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda nap: nap[0] < nap[1])
habits = st.builds(
    Habits,
    dementia=st.booleans(),
    hearing=st.sampled_from(Hearing),
    ring_twice=st.booleans(),
    nap=st.none() | naps,
    other_first=st.booleans(),
    pause=st.sampled_from((0, 3, 4, 5)),
)
MAIN, OTHER = "+8610010000001", "+8610010000099"


@given(nap=naps, minute=st.integers(0, DAY))
def test_nobody_is_rung_in_the_nap_or_outside_the_hours(nap: tuple[int, int], minute: int) -> None:
    try:
        window = hours(540, 1020, Habits(nap=nap))
    except ValueError:
        assert nap[0] <= 540 <= 1020 <= nap[1]
        return
    moment = at(MONDAY, minute)
    assert window.holds(moment) == (540 <= minute < 1020 and not nap[0] <= minute < nap[1])
    later = window.next_open(moment)
    assert later >= moment
    assert window.holds(later)


@pytest.mark.parametrize(
    ("nap", "window"),
    [
        ((500, 600), Window(opens=600, closes=1020)),
        ((1000, 1100), Window(opens=540, closes=1000)),
        ((100, 200), Window(opens=540, closes=1020)),
    ],
)
def test_a_nap_at_the_edge_only_makes_the_hours_shorter(
    nap: tuple[int, int], window: Window
) -> None:
    assert hours(540, 1020, Habits(nap=nap)) == window


def test_a_nap_that_does_not_lie_inside_makes_no_window() -> None:
    with pytest.raises(ValueError, match="nap"):
        Window(opens=540, closes=1020, nap=(500, 600))


@given(known=habits)
def test_habits_come_back_from_the_database_as_they_were(known: Habits) -> None:
    kept = asdict(known)
    kept["nap"] = list(known.nap) if known.nap else None
    assert thaw(kept) == known
    assert bool(said(known)) == (known != Habits())


def test_who_has_no_habits_is_called_as_everybody_is() -> None:
    assert thaw({}) == Habits()


def test_numbers_take_turns_and_the_second_may_come_first() -> None:
    first = Habits(other_first=True)
    both = in_order(MAIN, OTHER, first)
    assert [number_for(both, tries, first) for tries in range(3)] == [OTHER, MAIN, OTHER]
    assert in_order(MAIN, "", first) == [MAIN]
    assert number_for([], 0, first) == ""


def test_two_rings_in_a_row_go_to_the_same_number() -> None:
    twice = Habits(ring_twice=True)
    both = in_order(MAIN, OTHER, twice)
    assert [number_for(both, tries, twice) for tries in range(4)] == [MAIN, MAIN, OTHER, OTHER]


@pytest.mark.parametrize(
    ("numbers", "wrong", "why"),
    [
        ([MAIN], [], None),
        ([MAIN, OTHER], [MAIN], None),
        ([MAIN, OTHER], [MAIN, OTHER], Why.NUMBER_WRONG),
        ([MAIN], [MAIN], Why.NUMBER_WRONG),
        ([], [], Why.NO_PHONE),
    ],
)
def test_the_machine_rings_as_long_as_one_number_works(
    numbers: list[str], wrong: list[str], why: Why | None
) -> None:
    assert by_hand(ai_voice=True, habits=Habits(), numbers=numbers, wrong=wrong) is why
