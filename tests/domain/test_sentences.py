"""What the line says can be followed by an ear: short sentences, small menus."""

from callcenter.domain.sentences import too_much


def test_short_sentences_and_three_choices_are_right() -> None:
    prompt = "{name}，这两天胃口好不好？好，请按1。不好，请按2。不想说，请按3。"
    assert too_much(prompt) is None


def test_a_long_sentence_is_named_with_its_length() -> None:
    wrong = too_much("我是锡心养老热线的人工智能语音助手来给{name}问个平安。再见。")
    assert wrong is not None
    assert "26个字" in wrong


def test_a_menu_of_four_is_too_large_and_the_keys_of_everywhere_do_not_count() -> None:
    three = "好，按1。不好，按2。不想说，按3。"
    assert too_much(three + "再听一遍，按9。找人，按0。") is None
    assert too_much(three + "下一个，按4。") is not None
