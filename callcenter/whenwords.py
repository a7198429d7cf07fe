"""The words by which times are told: parts of the day, days, clock times, in Mandarin and Wu."""

import re
from dataclasses import dataclass

DAY_BEGINS, DAY_ENDS = 8, 18  # a whole day, in service hours


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the day, from the full hour `begins` to `ends`."""

    name: str
    begins: int
    ends: int
    said: str  # pattern


PARTS = (
    Part(name="凌晨", begins=1, ends=6, said="凌晨|后半夜"),
    Part(name="中午", begins=11, ends=13, said="中午|午饭|中饭|午餐|中餐|中浪|日中|晌午|正午"),
    Part(name="早上", begins=6, ends=9, said="早上|清早|早晨|一早|老早|早浪|早饭|早餐|早点心"),
    Part(name="上午", begins=8, ends=11, said="上午|上半日|上半天|上昼|前半天|午前"),
    Part(name="下午", begins=13, ends=17, said="下午|下半日|下半天|下昼|后半天|午后|点心"),
    Part(name="傍晚", begins=17, ends=19, said="傍晚|夜快|晚饭|夜饭|晚餐|天黑前|黄昏"),
    Part(name="晚上", begins=18, ends=21, said="晚上|夜里|夜头|夜到|今夜|夜晚|夜间|晚间|夜浪"),
)  # fmt: skip
WHOLE_DAY = Part(
    name="全天",
    begins=DAY_BEGINS,
    ends=DAY_ENDS,
    said="全天|整天|一天都|什么时候都|啥时候都|几点都|随便|都可以|都行|都好",
)
AFTER_NOON = ("下午", "傍晚", "晚上")

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
NUMERAL = re.compile(r"[零〇一二两三四五六七八九十]+")
SAME = (
    (r"\s+|那个|就是说|这个嘛|嗯+|呃+|啊|呀", ""),
    (
        r"(?<=[^午晨里天号日，到至上零一两二三四五六七八九十])一点(?!半|钟|[一二三四五刻])",
        "",
    ),  # 软一点, 慢一点
    (r"辰光", "时候"),
    (r"今朝|今日|今儿个?|今天子", "今天"),
    (r"明朝|明日|明儿个?|明天子|名天", "明天"),
    (r"大后[日朝]|大后儿", "大后天"),
    (r"后[日朝]|后儿个?", "后天"),
    (r"昨[日朝]|昨儿", "昨天"),
    (r"([今明后])早(?!饭|餐)", r"\1天早上"),
    (r"([今明后])[晚夜](?!饭|餐|里|上|头)", r"\1天晚上"),
    (r"星期|礼拜", "周"),
    (r"周天", "周日"),
    (r"周([一二三四五六日])", r"周\1，"),  # 周三八点 is not 38 o'clock
    (r"个半(?:钟头|小时)", "半小时"),
    (r"个?钟头|个小时", "小时"),
    (r"[一两二三四五六七八九](?=[两二三四五六七八九十]点)", ""),
    (r"点钟|點", "点"),
)
CORRECTED = re.compile(r"不是[^，。]*?[，,]?是|不对|说错了?|错了|讲错|不不|改成|换成|改到|换到")

RELATIVE = {"大后天": 3, "后天": 2, "明天": 1, "今天": 0, "今晚": 0}
PAST_DAY = re.compile(r"昨天|昨晚|前天|上个?周|上个?月|去年|刚才|前几天")
SAID_WEEKDAY = re.compile(r"(下+|这|本)?个?周([1-7日末])")
WEEK_ONLY = re.compile(r"(下+)个?周(?![1-7日末])")
IN_DAYS = re.compile(
    r"(?:过|再过)?(\d+)(天|周|个月)(?:后|以后|之后|过后)|(?:过|再过)([3-9]|\d\d)天"
)
IN_HOURS = re.compile(
    r"(?:过|再过)?(\d+|半)(半)?(小时|分钟)(?:后|以后|之后|过后)|(?:再?过)(\d+|半)(小时|分钟)"
)
MONTH_DAY = re.compile(
    r"(?<!\d)(\d{1,2})月(?:份)?(\d{1,2})(?:号|日)?|(?<!\d)(\d{1,2})/(\d{1,2})(?!\d)"
)
DAY_OF_MONTH = re.compile(
    r"(下个?月|这个?月|本月)?(?<![\d楼栋幢室门弄路街])(\d{1,2})(?:号|日)(?!楼|门|单|栋|幢|室|弄|线|工)"
)
MONTH_EDGE = re.compile(r"(下个?月)?(?:月)?([初底中])(?:旬)?(?<=[月初底中])")
LUNAR = re.compile(
    r"元旦|春节|大?年初[一二三四五六七八九十\d]+|正月初?[一二三四五六七八九十\d]+|除夕|年三十|大年夜|元宵节?|清明节?|五一节?|劳动节|端午节?|"
    r"七夕节?|中秋节?|重阳节?|国庆节?|冬至|腊八节?|腊月[一二三四五六七八九十初廿\d]+|农历[\d一二三四五六七八九十正冬腊月初廿]+"
)
VAGUE = re.compile(r"过两天|过2天|过几天|这两天|这2天|这几天|改天|哪天|过一阵|过阵子|以后再")
ASAP = re.compile(r"马上|立刻|现在就|现在|尽快|越快越好|赶快|赶紧|快点来|等会|等一会|等一歇|一歇")
CLOCK = re.compile(r"(?<!\d)(\d{1,2})(?:点|时(?!候|间)|:|：)(半|[13]刻|\d{1,2})?分?")
RANGE = re.compile(r"到|至|[-~—]")
WORKDAY = re.compile(r"工作日|上班")
HOLIDAYS = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明",
    "Labour Day": "劳动节", "Dragon Boat Festival": "端午", "National Day": "国庆",
    "Mid-autumn Festival": "中秋",
}  # fmt: skip

NAMED = (
    Part(name="凌晨", begins=0, ends=6, said=""), Part(name="早上", begins=6, ends=8, said=""),
    Part(name="上午", begins=8, ends=12, said=""), Part(name="中午", begins=12, ends=13, said=""),
    Part(name="下午", begins=13, ends=18, said=""), Part(name="晚上", begins=18, ends=23, said=""),
)  # fmt: skip
