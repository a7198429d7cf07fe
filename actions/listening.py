"""What a sentence holds while a request is written down: yes, no, an address, a person.

Small readings of spoken text, without the model: in the middle of a form two words must be enough.
"""

import re

from actions.words import Words

QUESTION = re.compile(
    r"[?？吗伐嘛呢]$|多少|几钿|几块|几点|怎么|咋|啥|什么|哪|能不能|要不要钱|有没有|收费|是不是"
)
CANCEL = re.compile(
    r"^(那)?(算了|算哉)|不(登记|订|弄|办|要订|约|搞|填|修)了|(都|全部|全|这个)?不要了$|取消|"
    r"弗(弄|订|要)哉|退出|不弄|下次再"
)
OVER = re.compile(r"重新(来|开始|说|登记|填)|从头|重来")
SLOWER = re.compile(r"慢(一)?[点些]|太快|慢慢(讲|说|来|叫)")
AGAIN = re.compile(
    r"(再|重)(说|讲|念|来|问)(一)?(遍|次|趟)|没听(清|见|到|明白)|听(不|弗)(清|见|到)|"
    r"^(啥|什么|啊)[?？]?$|你说(啥|什么)|(大|响)声?(一)?点"
)
CORRECTS = re.compile(r"不对|不是|弗是|弗对|错了?|改成|改到|换成|换到|改一下|改为|应该是|不要.*要")
YES = re.compile(r"^(对|是|好|没错|可以|行|嗯|就这样|就是|正确|确认|要的?$|中$|哎|哦)")
NO = re.compile(r"^(不|弗|没|勿|覅|错)")
SELFISH = re.compile(r"自己|本人|^我$|我要的|给我$|^我呀|^是我|我用|我吃|我一个人")
AT_HOME = re.compile(r"家里|屋里|家里厢|我家$|自己家|上门|^家$|^到家|送到家|老地方")
AMOUNT = re.compile(r"[一两二三四五六七八九十\d](份|个人|客|碗|盒)|软|少盐|不要辣")
LEADING_TIME = re.compile(
    r"^(大?后天|明天|今天|[今明后]朝)?(早上|上午|中午|下午|傍晚|晚上|夜里)?(?=.)"
)
HOUSE_NUMBER = re.compile(r"[\d一二三四五六七八九十零号栋幢楼室]")
ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{1,12}?(路|街|巷|弄|村|花园|苑|小区|社区|里|桥|大院|公寓)[\w\-]{1,20}"
)
PLACE = re.compile(r"(路|街|巷|弄|村|花园|苑|小区|社区|桥|公寓|医院|门口|中心|站)$")
PERSON = re.compile(
    r"爷|奶|婆|公|叔|伯|婶|姑|舅|姨|哥|姐|弟|妹|先生|女士|师傅|老[\u4e00-\u9fff]$|^[\u4e00-\u9fff]{2,4}$"
)
FILLER = re.compile(
    r"^(那个|就是说|嗯+|呃+|喂|啊|哦|我想|我要|我说|是的?|就是|在|到|送到|住在|我住|我家在|"
    r"地址是|地址)+[，,]?"
)
WHAT_WRONG = (
    ("when_at", re.compile("时间|日子|日期|几点|哪天|时候")),
    ("place", re.compile("地址|地方|地点|哪里")),
    ("who", re.compile("谁|人|名字|给")),
    ("wanted", re.compile("东西|内容|要的|份|数|饭|菜")),
)


def bare(text: str) -> str:
    """Without the marks around it."""
    return text.strip("。，,！!？? ")


def trimmed(text: str) -> str:
    """Without marks and opening words, at most 100 characters."""
    return bare(FILLER.sub("", bare(text))[:100])


def after_mark(text: str) -> str:
    """What comes after 不对, 不是..., 改成."""
    return CORRECTS.split(text)[-1]


def address(text: str) -> str | None:
    """A street or an estate with its number, when one is said."""
    m = ADDRESS.search(trimmed(text.rpartition("送到")[2]))
    if m is None or not HOUSE_NUMBER.search(m[0]):
        return None
    return trimmed(m[0])


def other_person(text: str, words: Words) -> str | None:
    """Who it is for, when somebody else is named; the longest word wins."""
    found = [person for person in words.people if person in text]
    return max(found, key=len) if found else None


def agrees(text: str) -> bool:
    """A plain yes, with nothing to correct in it."""
    return bool(YES.search(text)) and not NO.search(text) and not CORRECTS.search(text)
