"""Numbers in the words they are spoken in: 2025年 is 二零二五年, 1167元 一千一百六十七元."""

import re

_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_TENS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?=年)")
_DAY = re.compile(r"(?<=\d月)(\d{1,2})日")
_NAME = re.compile(r"(\d{4,})(?=行动)")  # 3610行动 is read digit by digit
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_DECIMAL = re.compile(r"(\d+)\.(\d+)")
_WHOLE = re.compile(r"\d+")
_COUNTED = "次个家户种名人位座份遍间张栋趟天口条项处场万亿千百"  # 两次, but 二月, 十二元


def in_words(text: str) -> str:
    """The text with every Arabic number as it is said."""
    text = _YEAR.sub(lambda match: _one_by_one(match[1]), text)
    text = _NAME.sub(lambda match: _one_by_one(match[1]), text)
    text = _DAY.sub(lambda match: f"{match[1]}号", text)
    text = _PERCENT.sub(lambda match: f"百分之{match[1]}", text)
    text = _DECIMAL.sub(lambda match: f"{_whole(match[1])}点{_one_by_one(match[2])}", text)
    return _WHOLE.sub(lambda match: _counted(match, text), text)


def _one_by_one(number: str) -> str:
    return "".join(_DIGITS[digit] for digit in number)


def _counted(match: re.Match[str], text: str) -> str:
    if match[0] == "2" and text[match.end() : match.end() + 1] in _COUNTED:
        return "两"
    return _whole(match[0])


def _whole(number: str) -> str:
    """A whole number below 10 to the 16th: 2955 is 两千九百五十五, 105 一百零五."""
    value = int(number)
    if value == 0:
        return "零"
    groups = []
    while value:
        value, rest = divmod(value, 10_000)
        groups.append(rest)
    said = ""
    for place, group in reversed(list(enumerate(groups))):
        if not group:
            continue
        gap = "零" if said and group < 1000 else ""
        said += gap + _group(group) + _GROUPS[place]
    said = re.sub("^一十", "十", said)
    return re.sub("二(?=[百千万亿])", "两", said)


def _group(value: int) -> str:
    """A number below ten thousand."""
    said, owed = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            said += ("零" if owed and said else "") + _DIGITS[str(digit)] + _TENS[place]
            owed = False
        else:
            owed = True
    return said
