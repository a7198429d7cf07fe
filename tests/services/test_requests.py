"""Service requests: who may know of one, on both databases."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from callcenter.services import requests
from callcenter.services.requests import Asker, Meant, Wish
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Base, Community, Elder, ServiceRequest, Street
from tests.house import MONDAY

WANG, OTHER = "+8610010000001", "+8610010000009"
NAMED = ("请问到哪一步了", "王秀英")


@pytest.fixture
def session(any_url: str) -> Iterator[Session]:
    """王秀英 (elder 1) on her own phone, and nothing ordered yet."""
    engine = open_engine(any_url)
    Base.metadata.create_all(engine)
    with Store(engine).work() as one:
        one.add(Street(id=1, name="柳巷街道"))
        one.flush()
        one.add(Community(id=1, street_id=1, name="柳巷社区", valid_from=date(2024, 1, 1)))
        one.flush()
        one.add(
            Elder(
                id=1, name="王秀英", called="王阿婆", phone=WANG, born_on=date(1940, 5, 1),
                living="alone", community_id=1,
            )
        )  # fmt: skip
        one.flush()
        yield one
    engine.dispose()


def ordered(session: Session, service: str = "meal", **who: object) -> ServiceRequest:
    """A request of 王秀英."""
    known: dict[str, object] = {"phone": WANG, "elder_id": 1, **who}
    wish = Wish(service=service, for_whom=str(known.pop("for_whom", "本人")))
    return requests.open_request(session, MONDAY, wish, channel="phone", **known)  # type: ignore[arg-type]


def asker(phone: str = WANG) -> Asker:
    """Somebody on the phone, in a conversation of its own."""
    return Asker(phone=phone, conversation_id=None)


def test_the_name_opens_the_newest_request_of_the_phone(session: Session) -> None:
    ordered(session)
    newest = ordered(session)
    assert requests.find(session, asker(), Meant(said=NAMED)) == newest
    assert requests.proof_needed(session, asker(), Meant()) == "name"


def test_the_way_an_elder_is_addressed_is_a_name_too(session: Session) -> None:
    one = ordered(session)
    assert requests.find(session, asker(), Meant(said=("我是王阿婆",))) == one


def test_the_phone_alone_opens_nothing(session: Session) -> None:
    ordered(session)
    assert requests.find(session, asker(), Meant()) is None
    assert requests.find(session, asker(), Meant(said=("李福根",))) is None


def test_the_named_service_comes_before_a_newer_one(session: Session) -> None:
    """我订的饭, though the window cleaning was ordered later."""
    meal = ordered(session, "meal")
    ordered(session, "cleaning")
    meant = Meant(service="meal", said=NAMED)
    assert requests.find(session, asker(), meant) == meal


def test_a_number_and_the_name_open_it_from_any_phone(session: Session) -> None:
    one = ordered(session)
    meant = Meant(number=one.number, said=NAMED)
    assert requests.find(session, asker(OTHER), meant) == one
    assert requests.find(session, asker(OTHER), Meant(said=NAMED)) is None
    assert requests.find(session, asker(OTHER), Meant(number=one.number)) is None


def test_a_number_that_two_elders_ordered_from_is_shared(session: Session) -> None:
    """The roster knows one of them only; what was ordered knows both."""
    ordered(session)
    session.add(
        Elder(
            id=2, name="李福根", called="李大爷", phone="", born_on=date(1940, 5, 1),
            living="alone", community_id=1,
        )
    )  # fmt: skip
    session.flush()
    ordered(session, elder_id=2)
    assert requests.proof_needed(session, asker(), Meant()) == "both"
    assert requests.find(session, asker(), Meant(said=NAMED)) is None


def test_a_list_of_names_is_no_proof(session: Session) -> None:
    """Who tries many names in one breath is not heard."""
    ordered(session)
    many = "李福根陈兰珍张建国刘桂英王秀英赵志强周福根吴秀珍"
    assert requests.find(session, asker(), Meant(said=(many,))) is None


def test_the_name_that_was_told_with_the_request_counts_for_a_stranger(session: Session) -> None:
    one = ordered(session, phone=OTHER, elder_id=None, for_whom="我妈，陈兰珍")
    assert requests.find(session, asker(OTHER), Meant(said=("陈兰珍",))) == one
    assert requests.find(session, asker(OTHER), Meant(said=("我妈",))) is None


def test_a_closed_request_can_be_asked_after_but_not_changed(session: Session) -> None:
    one = ordered(session)
    requests.cancel(session, MONDAY, one.id, "来电人", "不要了")
    assert requests.find(session, asker(), Meant(said=NAMED)) == one
    assert requests.find(session, asker(), Meant(said=NAMED), open_only=True) is None
