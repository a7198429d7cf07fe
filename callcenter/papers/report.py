"""`python -m callcenter report ...`: writes the report of a week, and checks all that are kept."""

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from callcenter import weekclose
from callcenter.clock import Clock
from callcenter.config import read_settings
from callcenter.domain.week import local, monday_of
from callcenter.domain.weekforms import sheet_lines
from callcenter.domain.weekreport import (
    COUNTED,
    PLACE_WORDS,
    STATE_WORDS,
    Json,
    called,
    exceptions,
)
from callcenter.services import weekchain
from callcenter.services.errors import CareError
from callcenter.services.judgements import KIND_WORDS, rule_words
from callcenter.store import schema
from callcenter.store.report_tables import WeekReport
from callcenter.store.session import Store, open_engine


class CannotReport(Exception):
    """There is no such report, or those that are kept do not hold; the message says what."""


def add_report(command: argparse.ArgumentParser) -> None:
    """The sub-commands of `report`."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    one = actions.add_parser("week", help="write the report of a week; draws it when it is due")
    one.add_argument("day", type=date.fromisoformat, help="a day of the week, such as 2026-11-23")
    form = one.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything, as one JSON object")
    form.add_argument("--csv", action="store_true", help="one line for each elder and slot")
    one.add_argument("--revise", default="", metavar="WHY", help="draw a new revision first")
    one.add_argument("--by", default="管理员", metavar="NAME", help="who asks for the revision")
    one.set_defaults(act=_week)
    one = actions.add_parser("verify", help="check every report, the chain and the signatures")
    one.add_argument("--expect", default="", metavar="HASH", help="a hash noted down elsewhere")
    one.set_defaults(act=_verify)


def report_lines(asked: argparse.Namespace) -> Iterator[str]:
    """What was asked for, line by line. Raises CannotReport."""
    settings = read_settings()
    engine = open_engine(settings.database_url)
    schema.check(engine)
    store, now = Store(engine), Clock(settings.clock_file).now()
    try:
        yield from asked.act(asked, store, now)
    except CareError as wrong:
        raise CannotReport(str(wrong)) from wrong
    finally:
        engine.dispose()


def _week(asked: argparse.Namespace, store: Store, now: datetime) -> Iterator[str]:
    monday = asked.day - timedelta(days=asked.day.weekday())
    with store.look() as session:
        one = weekchain.newest(session, monday)
        planned = weekchain.first_week(session)
    if planned is None or not planned <= monday <= monday_of(now):
        raise CannotReport(f"{monday}那一周没有名额，也没有周报。")
    if monday < monday_of(now) and (one is None or asked.revise):
        one = weekclose.draw(store, now, monday, by=asked.by, why=asked.revise)
    elif asked.revise:
        raise CannotReport("这一周还没有结束，不能重报。")
    if one is None:
        yield from _so_far(asked, store, now, monday)
        return
    yield from _kept(asked, store, one)


def _kept(asked: argparse.Namespace, store: Store, one: WeekReport) -> Iterator[str]:
    with store.look() as session:
        head = weekchain.head_of(one)
        if asked.csv:
            yield from sheet_lines(head, one.hash, weekchain.pages_of(session, one))
            return
        signed = [
            {"name": s.name, "words": s.words, "at": s.signed_at.isoformat(), "hash": s.hash}
            for s in weekchain.signatures(session, one)
        ]
        pages = list(weekchain.pages_of(session, one))
    if asked.json:
        whole = {"final": True, "hash": one.hash, "head": head, "signatures": signed}
        yield _dumps({**whole, "exceptions": exceptions(pages), "pages": pages})
        return
    yield from _plain(head, one.hash, signed, pages)


def _so_far(asked: argparse.Namespace, store: Store, now: datetime, monday: date) -> Iterator[str]:
    """A week that is not over: as it stands, bound by nothing and kept nowhere."""
    pages = list(weekclose.pages(store, now, monday))
    head = {"week": monday.isoformat(), "revision": 0}
    if asked.csv:
        yield from sheet_lines(head, "", pages)
    elif asked.json:
        yield _dumps(
            {"final": False, "head": head, "exceptions": exceptions(pages), "pages": pages}
        )
    else:
        yield f"{monday}那周还没有结束，没有存档；到现在没有完成的名额："
        yield from _exceptions(pages)


def _verify(asked: argparse.Namespace, store: Store, now: datetime) -> Iterator[str]:
    with store.look() as session:
        found = list(weekchain.faults(session, now))
        hashes = weekchain.hashes(session)
    if asked.expect and asked.expect not in hashes:
        found.append(f"没有校验码是{asked.expect}的周报")
    if found:
        raise CannotReport("\n".join([*found, f"周报有{len(found)}处不对。"]))
    if not hashes:
        yield "还没有周报。"
        return
    yield f"{len(hashes)}份周报都对得上，没有缺、没有改、没有调换。最后一份的校验码：{hashes[-1]}"


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plain(head: Json, hash_: str, signed: Sequence[Json], pages: Sequence[Json]) -> Iterator[str]:
    drawn = local(datetime.fromisoformat(head["drawn_at"]))
    yield f"{called(head['week'], head['revision'])}，{head['communities']}个社区"
    yield f"{drawn:%Y-%m-%d %H:%M} {head['drawn_by']}生成" + _why(head)
    yield f"全区：{_numbers(head['totals'])}"
    for one in head["streets"]:
        yield f"{one['street']}：{_numbers(one['totals'])}"
        for place in head["places"]:
            if place["street"] == one["street"]:
                yield f"  {place['community']}：{_numbers(place['totals'])}"
    yield "没有完成的名额："
    yield from _exceptions(pages)
    yield "听到危险话发出的预警："
    yield from _rules(head)
    yield "签字：" + ("；".join(f"{one['name']} {one['at']}" for one in signed) or "还没有人签")
    yield f"校验码：{hash_}"
    yield f"前一份：{head['previous'] or '无'}"


def _why(head: Json) -> str:
    if not head["replaces"]:
        return ""
    return f"，更正{head['replaces']}" + (f"：{head['why']}" if head["why"] else "")


def _numbers(some: Json) -> str:
    return "，".join(f"{words}{some[key]}" for key, words in COUNTED.items())


def _exceptions(pages: Sequence[Json]) -> Iterator[str]:
    found = exceptions(pages)
    for one in found:
        place = f"{one['street']}{one['community']}"
        state = STATE_WORDS[one["state"]]
        yield f"  {place} {one['name']} {PLACE_WORDS[one['slot']]} {state}：{one['who']}"
    if not found:
        yield "  没有，每一个名额都有着落。"


def _rules(head: Json) -> Iterator[str]:
    for one in head["rules"]:
        yield (
            f"  {rule_words(one['rule'])}：{one['raised']}次，需要帮助{one['needed']}，"
            f"平安{one['well']}，误报{one['false_alarms']}，还没核实{one['open']}"
        )
    for one in head["missed"]:
        yield f"  漏报（{KIND_WORDS[one['kind']]}）{one['name']}：{one['words']}（{one['by']}登记）"
    if not head["rules"] and not head["missed"]:
        yield "  没有。"
