"""Puts the voice webhooks together for the application, under /voice."""

from fastapi import APIRouter

from callcenter.web.voice import check_in, hotline, notice, transfer

router = APIRouter(prefix="/voice")
for part in (check_in, hotline, transfer, notice):
    router.include_router(part.router)
