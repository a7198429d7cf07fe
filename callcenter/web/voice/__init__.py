"""Voice webhooks: what the carrier asks and tells us, and what the line does next (TwiML)."""

from callcenter.web.voice.routes import router

__all__ = ["router"]
