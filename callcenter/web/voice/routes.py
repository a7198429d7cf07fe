"""Puts the voice webhooks together for the application, under /voice."""

from fastapi import APIRouter

from callcenter.web.voice import check_in, hotline, notice, relay, room, transfer

router = APIRouter(prefix="/voice")
for part in (check_in, hotline, relay, transfer, room, notice):
    router.include_router(part.router)
