"""TwiML as a web answer."""

from fastapi import Response


def xml(text: str) -> Response:
    """TwiML as the carrier wants it."""
    return Response(text, media_type="application/xml")
