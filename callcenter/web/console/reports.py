"""The weekly reports (周报): the list, one report, its lines, signing, revising, downloads."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response

from callcenter import weekclose
from callcenter.domain.weekforms import sheet_lines
from callcenter.domain.weekreport import (
    PLACE_WORDS,
    PLACES,
    STATE_WORDS,
    called,
    exceptions,
)
from callcenter.services import weekchain
from callcenter.services.errors import CareError, NotAllowed
from callcenter.services.judgements import KIND_WORDS, rule_words
from callcenter.web import auth
from callcenter.web.console.page import HEADERS, AtDesk, Desk, PageRoute, act, go, show

router = APIRouter(prefix="/reports", route_class=PageRoute)
Csrf = Depends(auth.check_csrf)
WEEKS = 26  # weeks in one list
TERMS: dict[str, object] = {
    "state_words": STATE_WORDS,
    "slot_words": PLACE_WORDS,
    "slots": PLACES,
    "kind_words": KIND_WORDS,
    "rule_words": rule_words,
    "called": called,
}


def at_reports(at: AtDesk) -> Desk:
    """A dependency: somebody who may read what a week is signed for."""
    if not at.scope.signs:
        raise NotAllowed("周报由主管和区值班员查看。")
    return at


AtReports = Annotated[Desk, Depends(at_reports)]


@router.get("")
def report_list(at: AtReports, page: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
    """Every week that was closed, the latest first, with its numbers and who signed."""
    with at.house.store.look() as session:
        lines, more = weekchain.week_lines(session, page, WEEKS)
        due = weekchain.weeks_due(session, at.now)
        return show(at, session, "reports.html", lines=lines, more=more, page=page, due=due)


@router.get("/verify")
def verify(at: AtReports) -> Response:
    """Looks through all reports, the chain and the signatures, and names what does not hold."""
    with at.house.store.look() as session:
        faults = list(weekchain.faults(session, at.now))
        hashes = weekchain.hashes(session)
        return show(at, session, "report_verify.html", faults=faults, hashes=hashes)


@router.get("/{number}")
def report(at: AtReports, number: int) -> Response:
    """One report: both denominators, streets and communities, exceptions, rules, signatures."""
    return _report(at, number, "report.html")


@router.get("/{number}/print")
def to_print(at: AtReports, number: int, lines: bool = False) -> Response:
    """The same for paper; with `lines` every elder and slot as well."""
    return _report(at, number, "report_print.html", lines=lines)


def _report(at: Desk, number: int, template: str, lines: bool = False) -> Response:
    with at.house.store.look() as session:
        one = weekchain.report(session, number)
        pages = list(weekchain.pages_of(session, one))
        signed = weekchain.signatures(session, one)
        return show(
            at,
            session,
            template,
            report=one,
            head=weekchain.head_of(one),
            pages=pages,
            exceptions=exceptions(pages),
            signed=signed,
            mine=any(signature.worker_id == at.me.id for signature in signed),
            revisions=weekchain.revisions(session, one.week),
            terms=TERMS,
            lines=lines,
        )


@router.get("/{number}/pages/{place}")
def lines(at: AtReports, number: int, place: int) -> Response:
    """Every elder and slot of one page."""
    with at.house.store.look() as session:
        one = weekchain.report(session, number)
        pages = list(weekchain.pages_of(session, one))
        if not 1 <= place <= len(pages):
            raise CareError("周报没有这一页。")
        return show(
            at,
            session,
            "report_page.html",
            report=one,
            page=pages[place - 1],
            place=place,
            last=len(pages),
            terms=TERMS,
        )


@router.get("/{number}/sheet")
def sheet(at: AtReports, number: int) -> Response:
    """Every elder and slot as a sheet (CSV)."""
    with at.house.store.look() as session:
        one = weekchain.report(session, number)
        pages = weekchain.pages_of(session, one)
        text = "\r\n".join(sheet_lines(weekchain.head_of(one), one.hash, pages))
        return _file(text, "text/csv; charset=utf-8", f"{one.week}-{one.revision}.csv")


@router.get("/{number}/whole")
def whole(at: AtReports, number: int) -> Response:
    """Everything that was sealed, as JSON: to be kept elsewhere."""
    with at.house.store.look() as session:
        one = weekchain.report(session, number)
        value = {
            "hash": one.hash,
            "head": weekchain.head_of(one),
            "pages": list(weekchain.pages_of(session, one)),
        }
        text = json.dumps(value, ensure_ascii=False)
        return _file(text, "application/json", f"{one.week}-{one.revision}.json")


def _file(text: str, kind: str, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="week-{name}"'}
    return Response(text, media_type=kind, headers=headers)


@router.post("/{number}/sign", dependencies=[Csrf])
def sign(at: AtReports, number: int, words: Annotated[str, Form(max_length=400)] = "") -> Response:
    """Closes the week by name; a report that was tampered with is not signed."""
    return act(
        at,
        f"/console/reports/{number}",
        "已签字，这一周由您确认。",
        lambda session, worker: weekchain.sign(session, at.now, number, worker, words),
    )


@router.post("/{number}/revise", dependencies=[Csrf])
def revise(at: AtReports, number: int, why: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Late findings: a new revision that names the hash of this one."""
    back = f"/console/reports/{number}"
    if not why.strip():
        return go(at.request, back, "请写明为什么重报。", well=False)
    try:
        with at.house.store.look() as session:
            monday = weekchain.report(session, number).week
        fresh = weekclose.draw(at.house.store, at.now, monday, by=at.me.name, why=why.strip())
    except CareError as wrong:
        return go(at.request, back, str(wrong), well=False)
    return go(at.request, f"/console/reports/{fresh.number}", "已生成新的一版，请核对后签字。")
