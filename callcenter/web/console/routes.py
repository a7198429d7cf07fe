"""Puts the console's pages and files together for the application."""

import logging
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from callcenter.config import ROOT
from callcenter.web.console import (
    board,
    call_list,
    calling,
    conversations,
    doors,
    elders,
    escalations,
    forecast,
    handoffs,
    holds,
    line,
    missed,
    phrase,
    reports,
    requests,
    staff,
    today,
    visits,
)
from callcenter.web.console.page import STATIC, PageRoute

log = logging.getLogger(__name__)
LIBRARY = ROOT / "node_modules" / "htmx.org" / "dist"  # installed by lock file, never copied
PARTS = (
    doors,
    today,
    escalations,
    board,
    forecast,
    elders,
    calling,
    holds,
    missed,
    phrase,
    requests,
    handoffs,
    line,
    call_list,
    visits,
    conversations,
    reports,
    staff,
)


def router() -> APIRouter:
    """Every page of the console, under /console."""
    whole = APIRouter(route_class=PageRoute, include_in_schema=False)
    for part in PARTS:
        whole.include_router(part.router, prefix="/console")
    return whole


def mount_static(app: FastAPI, library: Path = LIBRARY) -> None:
    """Serves the console's own files and the front-end library from where it was installed."""
    app.mount("/static/console", StaticFiles(directory=STATIC), name="console-static")
    if not (library / "htmx.min.js").is_file():
        log.warning("htmx is not installed: pages do not refresh themselves; run `npm ci`")
    app.mount("/assets", StaticFiles(directory=library, check_dir=False), name="assets")
