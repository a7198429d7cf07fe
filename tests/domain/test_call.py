"""A call only moves forward, whatever the carrier sends and in whatever order."""

from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.call import CallEvent, Disposition, Progress, moves

events = st.builds(
    CallEvent,
    sid=st.just("CA1"),
    progress=st.sampled_from(list(Progress)),
    sequence=st.integers(-1, 6),
    disposition=st.none() | st.sampled_from(list(Disposition)),
)


@given(st.lists(events, max_size=12))
def test_a_final_state_never_regresses(told: list[CallEvent]) -> None:
    known: Progress | None = None
    sequence, ended = -1, False
    for event in told:
        if moves(known, sequence, event):
            assert not ended
            known, sequence = event.progress, max(sequence, event.sequence)
        ended = known is Progress.ENDED


@given(events)
def test_the_same_event_twice_changes_something_once(event: CallEvent) -> None:
    assert moves(None, -1, event)
    if event.sequence >= 0:
        assert not moves(event.progress, event.sequence, event)


def test_an_older_counter_is_passed_over() -> None:
    late = CallEvent(sid="CA1", progress=Progress.RINGING, sequence=1)
    assert not moves(Progress.TALKING, 2, late)


def test_an_answer_to_our_own_question_counts_when_it_is_further_along() -> None:
    over = CallEvent(sid="CA1", progress=Progress.ENDED, sequence=-1)
    assert moves(Progress.RINGING, 1, over)
    back = CallEvent(sid="CA1", progress=Progress.QUEUED, sequence=-1)
    assert not moves(Progress.RINGING, 1, back)
