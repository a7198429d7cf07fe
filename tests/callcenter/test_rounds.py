"""An engine rests until something is due, at most a second, and never sleeps through a call."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from callcenter import rounds
from callcenter.services import pace
from tests.town import Town, make_town


def rest(town: Town) -> float:
    return rounds.rest(town.world.house, town.world.now)


def test_with_nothing_due_an_engine_looks_again_after_a_second(small_town: Town) -> None:
    small_town.world.tick()
    assert rest(small_town) == rounds.LONGEST


def test_it_wakes_when_the_next_call_is_due(small_town: Town) -> None:
    small_town.world.tick()
    due = small_town.slots("王阿婆")[0].due_at
    small_town.world.exchange.advance(due - timedelta(milliseconds=400))
    assert rest(small_town) == pytest.approx(0.4)


def test_with_calls_waiting_it_goes_on_at_once_or_sleeps_into_the_next_second(
    small_town: Town,
) -> None:
    world = small_town.world
    world.tick()
    world.exchange.advance(small_town.slots("王阿婆")[0].due_at + timedelta(milliseconds=300))
    assert rest(small_town) == rounds.SHORTEST
    with world.house.store.work() as session:
        pace.take(session, world.now, 99, world.house.settings.calls_per_second)
    assert rest(small_town) == pytest.approx(0.7)


def test_an_idle_engine_asks_the_database_two_questions_a_second(tmp_path: Path) -> None:
    town = make_town(tmp_path, elders=1)
    house, asked, stop = town.world.house, list[str](), threading.Event()
    town.world.tick()

    @event.listens_for(house.store.engine, "before_cursor_execute")
    def count(_: object, __: object, statement: str, *___: object) -> None:
        if statement != "BEGIN":
            asked.append(statement)
        if len(asked) == 2:
            stop.set()

    rounds.live(house, town.world.notifier, stop)
    assert len(asked) == 2
    assert all(statement.startswith("SELECT") for statement in asked)
    town.world.close()


def test_a_round_that_breaks_is_followed_by_another(small_town: Town) -> None:
    house, stop = small_town.world.house, threading.Event()
    house.store.engine.dispose()
    rounds_made = []

    @event.listens_for(house.store.engine, "do_connect")
    def gone(*_: object) -> None:
        rounds_made.append(1)
        if len(rounds_made) > 3:
            stop.set()
        raise OSError("the database is gone")

    rounds.live(house, small_town.world.notifier, stop)
    assert len(rounds_made) > 3
    event.remove(house.store.engine, "do_connect", gone)
