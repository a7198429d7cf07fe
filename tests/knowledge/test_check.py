"""`knowledge check` finds every kind of mistake that would be heard by an elder."""

from pathlib import Path

import pytest

from knowledge.check import find_mistakes
from knowledge.library import HOME
from tests.knowledge.conftest import TODAY, rewrite


def _mistakes(shelf: Path) -> str:
    found = find_mistakes(shelf, TODAY)
    return "\n".join(line for line in found if not line.startswith("facts.yaml"))


def test_the_real_articles_have_no_mistake() -> None:
    """What is in the project is right."""
    assert find_mistakes(HOME, TODAY) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("zunlaojin", "facts: [JS-01]", "facts: []", "没有写依据的事实"),
        ("zunlaojin", "facts: [JS-01]", "facts: [JS-99]", "JS-99 在 facts.yaml 里找不到"),
        ("zunlaojin", "facts: [JS-01]", "facts: [JS-01, JS-04]", "JS-04 不得对外播报"),
        ("metro-free", "warning:", "note:", "要带提醒"),
        ("metro-free", "valid_until: 2027", "valid_until: 2025", "已过有效期"),
        ("metro-free", "checked: 2026-11-24", "checked: 2027-11-24", "在今天之后"),
        ("zunlaojin", "不低于300元", "不低于310元", "数字 310"),
        ("zunlaojin", "办法：", "见 loginbisaqq.com 。办法：", "loginbisaqq.com"),
        ("zunlaojin", "source: ", "sauce: ", "缺少 source"),
        ("zunlaojin", "issued: ", "dated: ", "缺少 issued"),
        ("zunlaojin", "spoken: ", "spoken: 好的。对的。", "最多 2 句"),
        ("zunlaojin", "gives: [how", "gives: [music", "music"),
    ],
)
def test_a_planted_mistake_is_found(shelf: Path, name: str, old: str, new: str, told: str) -> None:
    """Each planted mistake is named, with the file it is in."""
    assert _mistakes(shelf) == ""
    rewrite(shelf, name, old, new)
    assert told in _mistakes(shelf)
    assert f"{name}.md" in _mistakes(shelf)


def test_a_link_that_may_not_be_shown_is_found(shelf: Path) -> None:
    """A hidden source in an article's text is named."""
    hidden = "http://m.best-vision.cn/2022-10/28/content_42151855.htm"
    rewrite(shelf, "zunlaojin", "办法：", f"见 {hidden} 。办法：")
    assert "不得给居民看" in _mistakes(shelf)


def test_two_articles_that_contradict_are_found(shelf: Path) -> None:
    """The same quantity with two numbers is named with both files."""
    for name, number in (("zunlaojin", "80"), ("zunlaojin-copy", "90")):
        figures = f"figures: {{尊老金起领年龄: {number}}}\nspoken:"
        if name.endswith("copy"):
            text = (HOME / "articles" / "zunlaojin.md").read_text(encoding="utf-8")
            path = shelf / "articles" / f"{name}.md"
            path.write_text(text.replace("id: zunlaojin", f"id: {name}"), encoding="utf-8")
        rewrite(shelf, name, "spoken:", figures)
    found = _mistakes(shelf)
    assert "说法不一" in found
    assert "zunlaojin.md" in found
    assert "zunlaojin-copy.md" in found


def test_a_speakable_fact_without_an_article_is_found(shelf: Path) -> None:
    """Every fact that may be said and is said nowhere is named."""
    found = "\n".join(find_mistakes(shelf, TODAY))
    assert "事实 LX-S02" in found
    assert "事实 WX-15" not in found


def test_a_gap_with_a_strange_topic_is_found(shelf: Path) -> None:
    """What must be declined is filed under a topic that facts or articles have."""
    gaps = (HOME / "unverified.yaml").read_text(encoding="utf-8")
    (shelf / "unverified.yaml").write_text(
        gaps.replace("  topic: 体检\n", "  topic: 体检查\n", 1), encoding="utf-8"
    )
    assert "话题“体检查”没有一条" in _mistakes(shelf)
