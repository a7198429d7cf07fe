"""What residents hear when they ask."""

from datetime import date

import pytest

from knowledge import Library

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load()


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("我想问问长护险怎么申请", "changhuxian-apply"),
        ("八十岁的钱哪能拿", "zunlaojin"),
        ("敌保一个月多少钱", "dibao-amount"),
    ],
)
def test_a_resident_gets_the_article_that_answers(
    library: Library, question: str, article: str
) -> None:
    """A question in everyday words, or misheard by sound, is answered by its article."""
    answer = library.ask(question, TODAY)
    assert (answer.kind, answer.article) == ("answer", article)
    assert answer.spoken.startswith(f"据{answer.source}，")
    assert answer.as_of
