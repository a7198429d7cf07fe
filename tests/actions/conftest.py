"""A house with two elders who share no phone, and talks with it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from callcenter.store.tables import Community, Elder, Street
from callcenter.wiring import House
from tests.actions.talks import Talk
from tests.house import make_house

WANG, LI = "+8610010000001", "+8610010000002"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Elders 1 王秀英 and 2 李福根, each with a phone of their own."""
    one = make_house(tmp_path)
    with one.store.work() as session:
        session.add(Street(id=1, name="柳巷街道"))
        session.flush()
        session.add(Community(id=1, street_id=1, name="柳巷社区", valid_from=date(2024, 1, 1)))
        session.flush()
        for id_, name, called, phone in (
            (1, "王秀英", "王阿婆", WANG),
            (2, "李福根", "李大爷", LI),
        ):
            session.add(
                Elder(
                    id=id_, name=name, called=called, phone=phone, born_on=date(1940, 5, 1),
                    living="alone", community_id=1, address=f"柳巷{id_}号101室",
                )
            )  # fmt: skip
    yield one
    one.store.engine.dispose()


@pytest.fixture
def calls(house: House) -> Callable[..., Talk]:
    """Begins a talk; by default a caller whom nobody knows."""

    def begin(**who: object) -> Talk:
        return Talk(house=house, **who)  # type: ignore[arg-type]

    return begin


@pytest.fixture
def wang(calls: Callable[..., Talk]) -> Talk:
    """王阿婆 on her own phone."""
    return calls(phone=WANG, elder_id=1)
