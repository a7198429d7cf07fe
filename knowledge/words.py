"""Residents' words into policy words: spelling, fillers, Wu words and everyday names."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pypinyin import Style, pinyin

from knowledge.facts import BadData, read_yaml

MAX_CHARS = 300
_KEPT = re.compile(r"[^0-9a-z一-鿿]+")
_SPELLED = re.compile("[零幺一二三四五六七八九]{3,}")  # 幺二三五六 is 12356
_DIGITS = str.maketrans("零幺一二三四五六七八九", "01123456789")
_CLAUSE_END = re.compile(r"[，。！？；：、…—,.!?;:\s]+")
MOST_CLAUSES = 8
TAIL = 6  # the last clauses that together have so many characters
UNBROKEN = 14  # the last characters of a text without any stop


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Everyday word to policy word, and the words that carry nothing."""

    replace: dict[str, str]
    pattern: re.Pattern[str]
    fillers: re.Pattern[str]
    terms: tuple[str, ...]  # the policy words themselves, longest first
    policy: dict[str, str]  # every way of saying a policy word, and the word itself
    heard: frozenset[str]  # everyday names of two characters that may be guessed by sound
    unsafe: frozenset[
        str
    ]  # policy words that may not: their sound is too common a sound to be guessed from

    def canonical(self, text: str) -> str:
        """The bounded text in policy words, with only the characters that carry meaning."""
        text = plain(text)
        text = self.fillers.sub("", text)
        return self.pattern.sub(lambda match: self.replace[match[0]], text)

    def canonical_whole(self, text: str) -> str:
        """The same for a text of our own, of any length."""
        folded = _fold(text)
        return self.pattern.sub(lambda match: self.replace[match[0]], folded)

    def terms_in(self, canonical: str) -> frozenset[str]:
        """The policy words that a canonical text names."""
        return frozenset(term for term in self.terms if term in canonical)


def plain(text: str) -> str:
    """At most MAX_CHARS characters, width and case folded, only Chinese, letters and digits."""
    return _fold(text[:MAX_CHARS])[:MAX_CHARS]


def clauses(text: str) -> list[str]:
    """The parts of a text between its stops, at most MOST_CLAUSES, the last ones."""
    parts = [part for part in _CLAUSE_END.split(text[:MAX_CHARS]) if part]
    return parts[-MOST_CLAUSES:]


def tail(text: str) -> str:
    """The end of a text, where after a story the question stands: its last clauses."""
    text = text[:MAX_CHARS]
    parts = clauses(text)
    if len(parts) < 2:
        return text[-UNBROKEN:] if len(text) > 2 * UNBROKEN else text
    said = ""
    while parts and len(said) < TAIL:
        said = parts.pop() + said
    return said


def before_the_end(text: str) -> str:
    """What stands before the last clause; empty when nothing does."""
    return "，".join(clauses(text)[:-1])


def _fold(text: str) -> str:
    kept = _KEPT.sub("", unicodedata.normalize("NFKC", text).lower())
    return _SPELLED.sub(lambda match: match[0].translate(_DIGITS), kept)


def load_lexicon(path: Path) -> Lexicon:
    """The lexicon of `synonyms.yaml`. Raises BadData when one word stands for two."""
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise BadData(f"{path.name}: 应有 policy、everyday、fillers 三段。")
    replace: dict[str, str] = {}
    said: dict[str, str] = {}
    for part in ("policy", "everyday"):
        for target, words in (data.get(part) or {}).items():
            for word in [target, *(words or [])]:
                _add(path, replace, plain(str(word)), plain(str(target)))
        said = said or dict(replace)
    policy = data.get("policy") or {}
    fillers = [plain(str(word)) for word in data.get("fillers") or []]
    return Lexicon(
        replace=replace,
        pattern=_any_of([*replace]),
        fillers=_any_of(fillers),
        terms=tuple(sorted((plain(str(word)) for word in policy), key=len, reverse=True)),
        policy=said,
        heard=frozenset(plain(str(word)) for word in data.get("heard") or []),
        unsafe=frozenset(plain(str(word)) for word in data.get("unsafe") or []),
    )


def _add(path: Path, replace: dict[str, str], word: str, target: str) -> None:
    if not word or not target:
        raise BadData(f"{path.name}: 有一个词写空了，或者用了不认识的字（在“{target}”一行）。")
    if replace.get(word, target) != target:
        raise BadData(f"{path.name}: “{word}”同时写给了“{replace[word]}”和“{target}”，只能留一个。")
    replace[word] = target


def _any_of(words: list[str]) -> re.Pattern[str]:
    ordered = sorted(set(words), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


@lru_cache(maxsize=20_000)
def syllable(character: str) -> str:
    """The toneless syllable of one character, with what Wuxi speakers merge folded together."""
    sound = _SAID.get(character) or pinyin(character, style=Style.NORMAL)[0][0]
    for before, after in _FOLDED:
        sound = re.sub(before, after, sound)
    return sound


_SAID = {"长": "chang"}  # 长护险, 长期: in these questions rarely zhang
_FOLDED = (
    (r"^([zcs])h", r"\1"),  # zh ch sh are said z c s
    (r"^hu(?=[aio])", "w"),  # 黄 and 王
    (r"^hu$", "wu"),
    (r"(?<=[ie])ng$", "n"),  # 精 and 今, 正 and 真
    (r"^n(?=[aeiou])", "l"),  # 南 and 兰
)
