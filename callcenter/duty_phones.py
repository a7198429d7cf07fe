"""The phones of the last resort, kept in a file so that they are known when the database is not."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from callcenter.config import Settings
from callcenter.domain.numbers import dialable

MOST = 10  # phones that are rung at the same time


def read(settings: Settings) -> tuple[str, ...]:
    """Whom to ring: the duty number first, then the file's; what is no number is left out.

    A missing or unreadable file leaves the duty number.
    """
    numbers = [settings.duty_number]
    if settings.duty_phones_file is not None:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            numbers += settings.duty_phones_file.read_text(encoding="utf-8").split()
    return tuple(dict.fromkeys(filter(dialable, numbers)))[:MOST]


def keep(file: Path, numbers: Sequence[str]) -> None:
    """Writes the file whole, or leaves the old one; nothing happens while nothing changes."""
    text = "".join(f"{number}\n" for number in numbers)
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, file)
