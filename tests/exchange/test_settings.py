"""What the exchange says when it cannot start, and what it starts with."""

import socket
from pathlib import Path

import pytest

from callcenter.exchange.server import serve
from callcenter.exchange.settings import BadSetting, from_arguments
from tests.exchange.office import HOTLINE, SID, TOKEN

ACCOUNT = {"XIXIN_ACCOUNT_SID": SID, "XIXIN_AUTH_TOKEN": TOKEN}


def test_account_and_clock_come_from_the_environment() -> None:
    """Secrets are never arguments, which other users of a machine can read."""
    environment = ACCOUNT | {"XIXIN_HOTLINE_NUMBER": HOTLINE, "XIXIN_CLOCK_FILE": "/a/clock.json"}
    settings = from_arguments(["--port", "9000"], environment)
    assert settings.account().line(HOTLINE)
    assert (settings.port, settings.clock_file) == (9000, Path("/a/clock.json"))
    assert TOKEN not in repr(settings)


@pytest.mark.parametrize(
    ("arguments", "environment", "reason"),
    [
        (["--hotline", HOTLINE], {}, "set XIXIN_ACCOUNT_SID"),
        (["--hotline", "12349"], ACCOUNT, "must look like"),
        ([], ACCOUNT, "must look like"),
        (["--hotline", HOTLINE, "--voice-url", "/voice"], ACCOUNT, "complete http address"),
    ],
)
def test_a_missing_or_odd_setting_is_named(
    arguments: list[str], environment: dict[str, str], reason: str
) -> None:
    """In a sentence that says what to write."""
    with pytest.raises(BadSetting, match=reason):
        from_arguments(arguments, environment).account()


def test_a_port_that_is_taken_is_named() -> None:
    """Before anything is served."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        settings = from_arguments(["--hotline", HOTLINE, "--port", port], ACCOUNT)
        with pytest.raises(BadSetting, match=f"port {port} is not free"):
            serve(settings)
