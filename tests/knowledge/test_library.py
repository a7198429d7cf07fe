"""What residents hear when they ask."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import Answer, Library
from knowledge.exam import read_questions
from knowledge.library import HOME
from knowledge.speech import sentences, speakable
from tests.knowledge.conftest import TODAY, rewrite


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("我想问问长护险怎么申请", "changhuxian-apply"),
        ("八十岁的钱哪能拿", "zunlaojin"),
        ("敌保一个月多少钱", "dibao-amount"),
        ("尊老金", "zunlaojin"),
        ("96110", "line-96110"),
        ("常虎线怎么弄", "changhuxian-apply"),
        ("屋里厢一股煤气味道哪能办", "gas-leak"),
    ],
)
def test_everyday_and_misheard_words_find_the_article(
    library: Library, question: str, article: str
) -> None:
    """A question in Wu or everyday words, or misheard by sound, is answered by its article."""
    answer = library.ask(question, TODAY)
    assert (answer.kind, answer.article) == ("answer", article)


def test_every_article_can_be_spoken_with_source_and_date(library: Library) -> None:
    """Every article is said in at most two sentences, source first, with a date."""
    for name in library.state.articles:
        answer = library.speak(name, TODAY)
        assert answer.answered
        assert answer.spoken.startswith(speakable(f"据{answer.source}，"))
        assert len(sentences(answer.spoken)) <= 2
        assert answer.as_of[:2] == "20"
        assert answer.facts


def test_a_fact_with_a_warning_is_never_said_without_one(library: Library) -> None:
    """What rests first on a second-hand report says so and asks to check."""
    facts = library.state.facts
    for article in library.state.articles.values():
        if facts[article.facts[0]].use == "speak_with_warning":
            answer = library.speak(article.id, TODAY)
            assert article.warning
            assert "年" in article.warning
            assert answer.spoken.endswith(speakable(article.warning))


def test_hidden_sources_and_hijacked_domains_are_never_shown(library: Library) -> None:
    """No written answer holds a link that may not be shown, or a fact that may not be said."""
    state = library.state
    hidden = [fact.source_url for fact in state.facts.values() if not fact.show_url]
    for name in state.articles:
        written = library.speak(name, TODAY).written
        assert not any(domain in written for domain in state.unverified.blocked_domains)
        assert not any(url in written for url in hidden)
        assert all(state.facts[fact].speakable for fact in state.articles[name].facts)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("无锡八十五岁尊老金一个月多少钱", "尊老金"),
        ("锡心医养的电话号码是多少", "热线号码"),
        ("公交老年卡几岁能办", "公交"),
        ("长护险一天补多少钱", "长护险"),
    ],
)
def test_an_unverified_figure_is_declined_by_name(
    library: Library, question: str, said: str
) -> None:
    """Asked for a figure that nobody confirmed, we say so and offer a person."""
    answer = library.ask(question, TODAY)
    assert not answer.answered
    assert said in answer.spoken
    assert "没有核实到" in answer.spoken
    assert "转人工" in answer.spoken
    assert answer.facts == ()


@pytest.mark.parametrize(
    "question", ["今天天气怎么样", "股票涨了吗", "给我讲个笑话", "血压高吃什么药", "我要订午饭"]
)
def test_what_is_not_ours_is_declined_with_a_person(library: Library, question: str) -> None:
    """Weather, money, medicine and orders are not answered from articles."""
    answer = library.ask(question, TODAY)
    assert answer.kind == "none"
    assert "转人工" in answer.spoken


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("滨湖区老人吃饭补多少钱", "滨湖"),
        ("新吴区有几家养老服务综合体", "新吴"),
        ("南京的尊老金怎么领", "南京"),
        ("雪浪街道的养老顾问是做什么的", "滨湖"),
    ],
)
def test_another_place_never_gets_our_answer(library: Library, question: str, place: str) -> None:
    """A question about another place is declined and the place is named."""
    answer = library.ask(question, TODAY)
    assert not answer.answered
    assert place in answer.spoken


def test_what_holds_everywhere_is_said_for_another_place(library: Library) -> None:
    """A policy of the whole city, or a law, also answers a caller of another district."""
    assert library.ask("我住滨湖区，低保一个月多少钱", TODAY).article == "dibao-amount"
    assert library.ask("我在江阴，儿子不养我怎么办", TODAY).article == "support-dispute"


def test_where_a_relative_lives_is_not_what_is_asked(library: Library) -> None:
    """儿子在南京 does not make it a question about Nanjing."""
    answer = library.ask("我儿子在南京，我八十六了一个人住，有没有人上门来看我", TODAY)
    assert answer.article == "weekly-visits"


def test_near_articles_are_offered_as_a_choice(library: Library) -> None:
    """When it is not sure, the elder is asked which of two or three is meant, by their titles."""
    questions = read_questions(HOME / "bench" / "development.jsonl")
    answers = [library.ask(question.q, TODAY) for question in questions]
    offered = [answer for answer in answers if answer.kind == "choice"]
    assert offered
    for answer in offered:
        assert 2 <= len(answer.choices) <= 3
        assert all(speakable(title) in answer.spoken for _, title in answer.choices)
        facts = library.state.articles[answer.choices[1][0]].facts
        assert set(facts) <= set(answer.facts)
        assert library.speak(answer.choices[1][0], TODAY).kind == "answer"


def test_a_question_before_a_wish_is_answered(library: Library) -> None:
    """Two things in one breath: the question is answered; a wish by itself is not."""
    both = "我想问问长护险怎么申请，还有帮我订一份明天的午饭"
    assert library.ask(both, TODAY).article == "changhuxian-apply"
    assert not library.ask("我腿不好，帮我订一份明天的午饭", TODAY).answered


def test_titles_can_be_said(library: Library) -> None:
    """A title is said in a choice: no brackets, quotation marks or slashes, and not long."""
    for article in library.state.articles.values():
        assert not set(article.title) & set("（）()【】“”《》/：:")
        assert len(article.title) <= 20


def test_spoken_answers_hold_no_document_language(library: Library) -> None:
    """No words of documents and no Arabic digit reach the ear, in answers and refusals."""
    said = [library.speak(name, TODAY).spoken for name in library.state.articles]
    said += [library.ask(gap.asks[0], TODAY).spoken for gap in library.state.unverified.gaps]
    for spoken in said:
        assert not any(word in spoken for word in ("依据", "予以", "上述", "相关", "有关规定"))
        assert not any(character.isdigit() for character in spoken)


def test_a_refusal_ends_with_the_offer_of_a_person(library: Library) -> None:
    """Whatever is declined ends by asking whether a person shall help."""
    for gap in library.state.unverified.gaps:
        answer = library.ask(gap.asks[0], TODAY)
        assert answer.answered or answer.spoken.endswith("要不要给您转人工问一问？")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("失能老人护理补贴一个月给多少钱", "没有写给多少"),
        ("赡养费一个月给多少", "没有写该给多少"),
        ("丧葬补助金给多少钱", "没有写领多少"),
    ],
)
def test_where_only_the_law_is_known_it_is_said_so(
    library: Library, question: str, said: str
) -> None:
    """Asked for a figure that the law leaves open, the refusal says what the law does say."""
    answer = library.ask(question, TODAY)
    assert not answer.answered
    assert said in answer.spoken


def test_the_question_after_a_story_is_heard(library: Library) -> None:
    """What stands before the question does not hide it."""
    story = "我妈八十三了，一个人住在老新村，我在外地上班，昨天隔壁王阿婆讲了半天，"
    for question, article in (
        ("低保到哪里去申请", "dibao-apply"),
        ("老人坐地铁要不要买票", "metro-free"),
    ):
        assert library.ask(story + question, TODAY).article == article


def test_a_telephone_number_is_said_digit_by_digit(library: Library) -> None:
    """Hotlines are spelled, so that no voice reads them as tens of thousands."""
    assert "幺二三五六" in library.speak("line-12356", TODAY).spoken
    assert "九六幺幺零" in library.speak("line-96110", TODAY).spoken


def test_plans_of_2024_are_said_as_plans(library: Library) -> None:
    """What the district planned for 2024 is never said as done."""
    for name in ("weekly-visits", "care-adviser", "district-hotline", "meal-points"):
        assert "二零二四年的计划" in library.speak(name, TODAY).spoken


def test_an_expired_article_is_not_said(shelf: Path) -> None:
    """After its last day an article is neither found nor spoken."""
    library = Library.load(shelf, meaning=False)
    assert library.ask("长护险怎么申请", TODAY).article == "changhuxian-apply"
    later = date(2028, 1, 1)
    assert not library.ask("长护险怎么申请", later).answered
    assert not library.speak("changhuxian-apply", later).answered


def test_a_draft_is_not_said(shelf: Path) -> None:
    """A draft is neither found nor spoken until it is released."""
    rewrite(shelf, "changhuxian-apply", "spoken:", "draft: true\nspoken:")
    library = Library.load(shelf, meaning=False)
    assert library.ask("长护险怎么申请", TODAY).article != "changhuxian-apply"
    assert not library.speak("changhuxian-apply", TODAY).answered


def test_a_changed_article_is_live_at_the_next_question(shelf: Path) -> None:
    """Saved changes are heard without a restart, and nothing is read when nothing changed."""
    library = Library.load(shelf, meaning=False, look_every=0.0)
    assert not library.refresh()
    rewrite(shelf, "metro-free", "拿高龄卡坐地铁", "拿着高龄卡坐地铁")
    assert "拿着高龄卡" in library.ask("老人坐地铁免费吗", TODAY).spoken


def test_a_broken_article_leaves_the_old_ones_standing(shelf: Path) -> None:
    """A half-saved file loses nothing: the last good state answers and says what is wrong."""
    library = Library.load(shelf, meaning=False, look_every=0.0)
    (shelf / "articles" / "half.md").write_text("---\nid: half\n", encoding="utf-8")
    assert library.ask("老人坐地铁免费吗", TODAY).article == "metro-free"
    assert "half.md" in library.problem


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_no_text_breaks_the_search(library: Library, text: str) -> None:
    """Any text gets a polite answer of at most two sentences."""
    answer = library.ask(text, TODAY)
    assert answer.spoken
    assert len(sentences(answer.spoken)) <= 2


@pytest.mark.parametrize("text", ["", "🙂🙂", "hello", "长" * 100_000, "ยินดี", "？！", "1"])
def test_odd_input_is_declined_politely(library: Library, text: str) -> None:
    """Nothing, emoji, other scripts and 100 kB are declined with the offer of a person."""
    answer = library.ask(text, TODAY)
    assert not answer.answered
    assert "转人工" in answer.spoken


def test_only_the_first_300_characters_are_read(library: Library) -> None:
    """What comes after 300 characters changes nothing."""
    question = "长护险怎么申请" + "啊" * 293
    assert _heard(library.ask(question, TODAY)) == _heard(
        library.ask(question + "地铁免费吗" * 5000, TODAY)
    )


def _heard(answer: Answer) -> tuple[str | None, float]:
    return answer.article, answer.score


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("尊老金几岁开始有", "尊老金"),  # answered
        ("老人免费体检要空腹吗", "体检"),  # a gap of ours: declined
        ("外面落雨伐", ""),  # nothing of ours
    ],
)
def test_an_answer_and_a_refusal_say_what_they_are_about(
    library: Library, question: str, topic: str
) -> None:
    """Whoever counts questions by topic needs it, whether or not there was an answer."""
    assert library.ask(question, TODAY).topic == topic
