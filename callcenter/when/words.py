"""The words by which times are told, in Mandarin and Wu, folded to one way of writing."""

import re

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
NUMERAL = re.compile(r"[零〇一二两三四五六七八九十]+")
NOT_A_STREET = r"(?!路|街|巷|弄|新村|花园|小区|广场|大桥|桥|幢|号)"
SAME = (
    (r"\s+|那个|就是说|这个嘛|嗯+|呃+|啊|呀|差不多|大概|大约", ""),
    (
        r"(?<=[^午晨里天号日，到至上零一两二三四五六七八九十])一点(?!半|钟|[一二三四五刻])",
        "",
    ),  # 软一点, 慢一点
    (r"辰光", "时候"),
    (r"今朝|今日|今儿个?|今天子", "今天"),
    (r"明朝|明日|明儿个?|明天子|名天", "明天"),
    (r"大后[日朝]|大后儿", "大后天"),
    (r"后[日朝]|后儿个?", "后天"),
    (r"昨[日朝]|昨儿|昨晚", "昨天"),
    (r"([今明后])早(?!饭|餐)", r"\1天早上"),
    (r"([今明后])[晚夜](?!饭|餐|里|上|头)", r"\1天晚上"),
    (r"一(清早|大早|早)", r"\1上"),
    (r"等?一(会|歇)(儿|歇)?", "马上"),
    (r"星期|礼拜", "周"),
    (r"周天", "周日"),
    (r"周(?=[这本]?个?周)", ""),  # 下个礼拜 and then 礼拜五
    (r"双休日?", "周末"),
    (r"周([一二三四五六日])", r"周\1，"),  # 周三八点 is not 38 o'clock
    (r"半个?月", "十五天"),
    (r"([一两二三])个半(?:钟头|小时)", r"\1小时半"),
    (r"个?钟头|个小时", "小时"),
    (r"([一三])刻钟", lambda m: {"一": "十五", "三": "四十五"}[m[1]] + "分钟"),
    (r"廿", "二十"),
    (rf"五一{NOT_A_STREET}(?![一二三四五六七八九十\d])", "劳动节"),
    (rf"六一{NOT_A_STREET}(?![一二三四五六七八九十\d])", "儿童节"),
    (r"十一(?=长假|假期|国庆)", "国庆"),
    (r"点钟|點", "点"),
)
CORRECTED = re.compile(
    r"不是[^，。]*?[，,]?是|不对|说错了?|错了|讲错|不不|改成|换成|改到|换到|改在"
)
NOT_THEN = re.compile(
    r"(?:今天|明天|后天|周[1-7日末]，?|\d+号)(?:早上|上午|中午|下午|晚上)?"
    r"(?:我)?(?:不行|没空|没有空|不在家?|有事情?|不方便|不来|来不及)"
)


def folded(text: str) -> str:
    """The text with one way of writing for each thing, numbers as digits, after a correction."""
    said = text.strip()
    for pattern, plain in SAME:
        said = re.sub(pattern, plain, said)
    said = NUMERAL.sub(lambda m: _number(m, said), said)
    pieces = [piece for piece in CORRECTED.split(said) if piece.strip("，。,. ")]
    said = pieces[-1] if pieces else said
    return NOT_THEN.sub("", said)


def _number(m: re.Match[str], said: str) -> str:
    """十五 -> 15, 两 -> 2, 三零一 -> 301; 八九 before 点 -> 8点到9."""
    if said[m.end() : m.end() + 1] == "点" and (two := _neighbours(m[0])):
        return f"{two[0]}点到{two[1]}"
    return digits(m[0])


def _neighbours(numeral: str) -> tuple[int, int] | None:
    """两三, 八九, 十一二: two hours one after the other."""
    if len(numeral) == 3 and numeral[0] == "十":
        first, last = 10 + DIGITS.get(numeral[1], 0), 10 + DIGITS.get(numeral[2], 0)
    elif len(numeral) == 2 and "十" not in numeral:
        first, last = DIGITS[numeral[0]], DIGITS[numeral[1]]
    else:
        return None
    return (first, last) if last == first + 1 and first > 0 else None


def digits(numeral: str) -> str:
    """十五 -> 15, 二十三 -> 23, 两 -> 2, 三零一 -> 301."""
    if "十" not in numeral:
        return "".join(str(DIGITS[c]) for c in numeral)
    tens, _, ones = numeral.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return numeral
    return str((DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0))
