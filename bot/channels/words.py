"""The words that the chat channels say themselves, read once and checked at start."""

from collections.abc import Mapping
from pathlib import Path
from string import Formatter

import phonenumbers
import yaml

FILE = Path(__file__).with_name("words.yaml")

BLANKS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "telegram": {
        "photo": frozenset(),
        "voice": frozenset({"number"}),
        "sticker": frozenset(),
        "place": frozenset(),
        "other": frozenset(),
        "group": frozenset(),
        "trouble": frozenset({"number"}),
        "person": frozenset({"text"}),
        "chat_number": frozenset({"chat"}),
        "notice": frozenset({"case", "text"}),
        "button_acknowledge": frozenset(),
        "taken": frozenset({"name"}),
        "not_told": frozenset(),
        "odd_button": frozenset(),
        "key_human": frozenset(),
        "key_help": frozenset(),
        "menu_start": frozenset(),
        "menu_human": frozenset(),
        "menu_id": frozenset(),
    },
    "web": {
        "help": frozenset(),
        "human": frozenset(),
        "too_often": frozenset({"number"}),
        "too_large": frozenset(),
        "foreign": frozenset({"number"}),
        "nothing": frozenset(),
        "trouble": frozenset({"number"}),
    },
}


class BadWords(Exception):
    """The words file has a mistake; the message says where, and what to do."""


class Words:
    """The words of one channel, by name."""

    def __init__(self, prompts: Mapping[str, str]) -> None:
        self._prompts = prompts

    def say(self, name: str, /, **values: str) -> str:
        """The words with their blanks filled. Raises KeyError for an unknown name."""
        return self._prompts[name].format(**values)


def read_words(channel: str, file: Path = FILE) -> Words:
    """The words of `telegram` or `web`. Raises BadWords when one is missing, empty or odd."""
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))[channel]
        prompts = {str(name): str(text) for name, text in raw.items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as wrong:
        raise BadWords(f"{file}: the words of {channel!r} cannot be read: {wrong}") from wrong
    for name, allowed in BLANKS[channel].items():
        _check(f"{file}: {channel}.{name}", prompts.get(name, ""), allowed)
    unknown = sorted(set(prompts) - set(BLANKS[channel]))
    if unknown:
        raise BadWords(f"{file}: nobody says {unknown} of {channel!r}; take them out")
    return Words(prompts)


def _check(where: str, text: str, allowed: frozenset[str]) -> None:
    if not text.strip():
        raise BadWords(f"{where} is missing; write what is to be said")
    try:
        used = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    except ValueError as wrong:
        raise BadWords(f"{where}: {wrong}") from wrong
    if used - allowed:
        raise BadWords(f"{where} has unknown blanks {sorted(used - allowed)}")


def in_digits(number: str) -> str:
    """An E.164 number as people here dial it; as it is when it cannot be read."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL
        )
    except phonenumbers.NumberParseException:
        return number
