"""One library for all tests of the package, and a small one that a test may change."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from knowledge import Library
from knowledge.library import HOME

TODAY = date(2026, 11, 24)
FEW = ("changhuxian-apply", "zunlaojin", "dibao-amount", "gas-leak", "metro-free")


@pytest.fixture(scope="session")
def library() -> Library:
    """The real articles, searched as in production."""
    return Library.load()


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with five real articles and nothing else: the data files are the package's own."""
    articles = tmp_path / "articles"
    articles.mkdir()
    for name in FEW:
        shutil.copy(HOME / "articles" / f"{name}.md", articles)
    return tmp_path


def rewrite(shelf: Path, name: str, old: str, new: str) -> None:
    """Change one article's text; fails when there is nothing to change."""
    path = shelf / "articles" / f"{name}.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
