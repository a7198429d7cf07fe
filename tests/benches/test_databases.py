"""A bench fills its database with made-up people, and touches no other database."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.benches import district
from callcenter.benches.databases import opened
from callcenter.benches.figures import CannotMeasure
from callcenter.store.tables import Elder
from tests.house import MONDAY
from tests.town import make_town


def test_a_database_with_people_whom_no_bench_made_is_refused_and_left_alone(
    tmp_path: Path,
) -> None:
    town = make_town(tmp_path)
    url = str(town.world.house.store.engine.url)
    with pytest.raises(CannotMeasure, match="give it an empty one"), opened(url):
        pass
    assert len(town.rows(Elder)) == 3
    town.world.close()


def test_what_an_earlier_bench_left_is_taken_out_first(any_url: str) -> None:
    for elders in (30, 20):
        with opened(any_url) as database:
            district.settle(database.store.engine, elders, MONDAY.date())
            with database.store.look() as session:
                assert session.scalar(select(func.count()).select_from(Elder)) == elders


def test_without_a_url_the_bench_has_a_database_of_its_own_and_throws_it_away() -> None:
    with opened("") as database:
        file = Path(database.url.removeprefix("sqlite:///"))
        assert file.exists()
    assert not file.exists()
