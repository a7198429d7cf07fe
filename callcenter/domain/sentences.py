"""What an ear can hold: how long a spoken sentence and how large a spoken menu may be."""

import re

LONGEST = 22  # characters of a sentence, signs left out; about five seconds of an unhurried voice
MOST_KEYS = 3  # choices of one menu; 0 for a person and 9 for again are told apart from these

_ENDS = re.compile(r"[。？！；]")
_BLANK = re.compile(r"\{\w+\}")
_SIGNS = re.compile(r"[\s，、：“”‘’【】]")
_KEY = re.compile(r"按\s*([1-8])")


def too_much(prompt: str) -> str | None:
    """What is wrong with a spoken prompt, in plain Chinese; None when an elder can follow it.

    A blank counts as three characters, as long as 王阿婆.
    """
    for sentence in _ENDS.split(_BLANK.sub("王阿婆", prompt)):
        length = len(_SIGNS.sub("", sentence))
        if length > LONGEST:
            return f"“{sentence}”有{length}个字，一句最多{LONGEST}个字，请拆成短句"
    keys = set(_KEY.findall(prompt))
    if len(keys) > MOST_KEYS:
        return f"要人选{len(keys)}个按键，一次最多{MOST_KEYS}个"
    return None
