"""`python -m callcenter roster ...`: sheets in, handovers, passwords. Says plainly what it did."""

import argparse
import getpass
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.clock import Clock
from callcenter.config import read_settings
from callcenter.domain.roster import SHEETS
from callcenter.papers.sheets import BadSheet, Sheet, read_sheet, template
from callcenter.services import handover, roster, staffing
from callcenter.services.errors import BadRoster, CareError
from callcenter.services.roster import Taken
from callcenter.services.staffing import Staffed
from callcenter.store import schema
from callcenter.store.session import Store, open_engine
from callcenter.store.tables import Worker
from callcenter.web.auth import hash_password

MOST = 200  # mistakes that are printed; whoever has more starts with these
SHORTEST = 10  # characters of a password


class CannotTake(Exception):
    """The sheet or the wish cannot be taken; the message names everything that is wrong."""


class _Undo(Exception):
    """Ends a unit of work that was only a rehearsal."""


def add_roster(command: argparse.ArgumentParser) -> None:
    """The sub-commands of `roster`."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    one = actions.add_parser("import", help="take a sheet of elders, staff or communities (CSV)")
    one.add_argument("file", type=Path)
    one.add_argument("--check", action="store_true", help="only look for mistakes, write nothing")
    one.set_defaults(act=_import)
    one = actions.add_parser("template", help="print an empty sheet")
    one.add_argument("kind", choices=sorted(SHEETS))
    one.set_defaults(act=_template)
    one = actions.add_parser("hand-over", help="somebody leaves; others take over")
    one.add_argument("leaver", help="login of who leaves")
    one.add_argument("successor", nargs="?", default="", help="login of who takes the elders")
    one.set_defaults(act=_hand_over)
    one = actions.add_parser("password", help="give somebody a password for the console")
    one.add_argument("login")
    one.set_defaults(act=_password)


def roster_words(asked: argparse.Namespace) -> list[str]:
    """Does what was asked for; what there is to say, line by line. Raises CannotTake."""
    try:
        told: list[str] = asked.act(asked)
    except BadRoster as bad:
        lines = [str(one) for one in bad.mistakes[:MOST]]
        more = len(bad.mistakes) - len(lines)
        lines += [f"……还有{more}处。"] if more > 0 else []
        raise CannotTake("\n".join([*lines, str(bad)])) from bad
    except (BadSheet, CareError) as wrong:
        raise CannotTake(str(wrong)) from wrong
    return told


def _import(asked: argparse.Namespace) -> list[str]:
    sheet = read_sheet(asked.file)
    store, now = _open()
    told: list[str] = []
    try:
        with store.work() as session:
            told += _take(session, now, sheet)
            if asked.check:
                raise _Undo
    except _Undo:
        told.append("只是检查，什么都没有写入。")
    finally:
        store.engine.dispose()
    return told


def _take(session: Session, now: datetime, sheet: Sheet) -> list[str]:
    if sheet.kind == "elders":
        return _elders(roster.take(session, now, sheet.lines))
    if sheet.kind == "staff":
        return _staff(staffing.take_staff(session, now, sheet.lines))
    return staffing.take_communities(session, now, sheet.lines) or ["没有要调整的社区。"]


def _elders(taken: Taken) -> list[str]:
    told = [
        (
            f"老人名册：新增{taken.new}人，更新{taken.changed}人，没有变化{taken.same}人，"
            f"退出{taken.left}人。"
        )
    ]
    if taken.no_phone:
        told.append(
            f"{len(taken.no_phone)}人没有电话（{_lines(taken.no_phone)}）：照样在名册上，"
            "电话名额到时由社工当面问。"
        )
    if taken.unlisted:
        told.append(
            f"{len(taken.unlisted)}人不在两份名单的范围里（{_lines(taken.unlisted)}）：只建档案。"
        )
    return told


def _staff(done: Staffed) -> list[str]:
    told = [
        (
            f"人员：新增{done.new}人，更新{done.changed}人，离岗{done.left}人，"
            f"交接老人{done.elders}位。"
        )
    ]
    if done.unreachable:
        told.append(f"没有电话、通知不到的人：{'、'.join(done.unreachable)}。")
    return told


def _lines(numbers: Sequence[int]) -> str:
    shown = "、".join(str(number) for number in numbers[:20])
    return f"第{shown}行" + ("等" if len(numbers) > 20 else "")


def _template(asked: argparse.Namespace) -> list[str]:
    return [template(asked.kind).strip()]


def _hand_over(asked: argparse.Namespace) -> list[str]:
    store, now = _open()
    try:
        with store.work() as session:
            leaver = _worker(session, asked.leaver)
            successor = _worker(session, asked.successor) if asked.successor else None
            moved = handover.hand_over(session, now, leaver, successor, "管理员")
            name = leaver.name
    finally:
        store.engine.dispose()
    return [
        (
            f"{name}已离岗：交接老人{moved.elders}位，重新通知预警{moved.escalations}条，"
            f"重新待办人工{moved.handoffs}件，重新待受理工单{moved.requests}张。"
        )
    ]


def _password(asked: argparse.Namespace) -> list[str]:
    words = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    if len(words) < SHORTEST:
        raise CareError(f"密码至少要{SHORTEST}个字符。")
    store, _ = _open()
    try:
        with store.work() as session:
            worker = _worker(session, asked.login)
            worker.password = hash_password(words)
            name = worker.name
    finally:
        store.engine.dispose()
    return [f"{name}的密码已更新；以前的登录都已失效。"]


def _worker(session: Session, login: str) -> Worker:
    one = session.scalars(select(Worker).where(Worker.login == login)).one_or_none()
    if one is None:
        raise CareError(f"没有登录名是“{login}”的人。")
    return one


def _open() -> tuple[Store, datetime]:
    settings = read_settings()
    engine = open_engine(settings.database_url)
    schema.check(engine)
    return Store(engine), Clock(settings.clock_file).now()
