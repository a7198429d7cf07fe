"""What a sentence holds while a request is written down: yes, no, an address, a person, a number.

Small readings of spoken text, without the model: in the middle of a form two words must be enough.
"""

import re

from actions.words import Words

QUESTION = re.compile(
    r"[?？吗伐嘛呢]$|多少|几钿|几块|几点|怎么|咋|啥|什么|哪|能不能|要不要钱|有没有|收费|是不是"
)
CANCEL = re.compile(
    r"^(那)?(算了|算哉)|不(想|要)?(登记|订|弄|办|约|搞|填|修)了|(都|全部|全|这个)?不要了$|取消|"
    r"弗(弄|订|要)哉|退出|不弄|下次再"
)
OVER = re.compile(r"重新(来|开始|说|登记|填)|从头|重来")
SLOWER = re.compile(r"慢(一)?[点些]|太快|慢慢(讲|说|来|叫)")
AGAIN = re.compile(
    r"(再|重)(说|讲|念|来|问)(一)?(遍|次|趟)|没听(清|见|到|明白)|听(不|弗)(清|见|到)|"
    r"^(啥|什么|啊)[?？]?$|你说(啥|什么)|(大|响)声?(一)?点"
)
CORRECTS = re.compile(
    r"不对|不是|弗是|弗对|(?<!没)错了?|改成|改到|改在|换成|换到|改一下|改为|应该是|不要.*要|说错"
)
MARKS = re.compile(rf"(?:不是|弗是|不要)[^。]*?(?:是|要)|{CORRECTS.pattern}")
TAKES_BACK = re.compile("不是|弗是|不对|弗对|错|说错|哎?[，,]?不对")
YES = re.compile(
    r"^(对(?!不起|面|门)|是(?!不是|吗|伐|啥|什么)|好(?!像|不好|吗|伐|久|几)|没错|没问题|可以(?!吗|伐)|"
    r"行(?!不行|吗)|嗯|就这样|就是|正确|确认|要的?$|中$|哎$|哦$|来赛|OK|ok)"
)
NO = re.compile(r"^(不(?!管|晓得)|弗|没(?!错|问题)|勿|覅|错)")
SELFISH = re.compile(
    r"自己|自家|本人|^我$|我要的|给我$|^我呀|^我的?$|^是我|就是我|我用|我吃|我一个人|我要$|^我[呀啊要]"
)
FOR_ME = re.compile(
    r"(给|帮|替)我自己|给我(?!们|的|家)|陪我(?!们|的)|我自己(要|吃|用|想)|我一个人吃"
)
OTHERS = re.compile(r"别人|人家|不是(给)?我(自己)?(的|要|用|吃)?$")
SAME_PLACE = re.compile("老地方|一样|还是(那|这)|刚才(那|说)|同一|照旧")
AT_HOME = re.compile(r"家里|屋里|家里厢|我家$|自己家|上门|^家$|^到家|送到家|老地方")
COUNT = re.compile(r"[一两二三四五六七八九十\d]+(份|个人|客|碗|盒)")
AMOUNT = re.compile(rf"{COUNT.pattern}|软|少盐|不要辣")
LEADING_TIME = re.compile(
    r"^(大?后天|明天|今天|[今明后]朝)?(早上|上午|中午|下午|傍晚|晚上|夜里)?"
    r"([一二两三四五六七八九十\d]+点(半|钟|[一三]刻)?)?(?=.)"
)
HOUSE_NUMBER = re.compile(r"[\d一二三四五六七八九十零号栋幢楼室]")
ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{1,12}?(路|街|巷|弄|村|花园|苑|小区|社区|里|桥|大院|公寓)[\w\-]{1,20}"
)
LIVES_AT = re.compile("^.*(?:住在|住|在|到)(?=..)")
PLACE = re.compile(r"(路|街|巷|弄|村|花园|苑|小区|社区|桥|公寓|医院|门口|中心|站)$")
ONLY_DIGITS = re.compile(r"[\d\s\-零〇一幺二两三四五六七八九]{3,}")
NUMERAL = re.compile(r"[\d一二三四五六七八九十两零]")
SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕"
    "丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
    "武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关焦俞柳甘祝包宁尚符舒阮柯纪"
    "梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简"
    "车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄"
    "丛仲虞敖巩明佘池查麻苑迟邝封谈浦诸惠过糜"
)
TITLE = "爷爷|奶奶|阿婆|阿爹|阿公|婆婆|公公|叔叔|伯伯|大爷|大妈|大叔|阿姨|先生|女士|师傅|老师|同志"
CALLED = re.compile(
    rf"(?:老[{SURNAMES}]|[{SURNAMES}](?:{TITLE}|某)|^[{SURNAMES}][\u4e00-\u9fff]{{1,2}}$)"
)
NAME_IS = re.compile(
    rf"^(?:我|他|她|伊|老人|名字|姓名|人家)*(?:的)?(?:名字)?(?:就|是|叫做?|名叫|免贵|姓|大名)*([{SURNAMES}]"
    rf"[\u4e00-\u9fff]{{0,2}}?(?:{TITLE})?)(?:的|啊|呀)?$"
)
NAME_AMONG = re.compile(
    rf"(?:我|他|她|伊|老人|名字)(?:名字)?叫([{SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=[，,。住]|$)"
)
UNKNOWN = re.compile("^(我)?(也)?(不知道|不晓得|弗晓得|不清楚|说不清)")
DECLINES = re.compile(
    r"不(想|愿|肯|方便)?(说|讲|告诉|报|给|用|留)|(没|呒没)(有)?(电话|手机)|不要问|问(这|格)个|保密"
)
FILLER = re.compile(
    r"^(那个|就是说|嗯+|呃+|喂|啊|哦|我想|我要|我说|是的?|就是|在|到|送到|住在|我住|我家在|"
    r"地址是|地址|改成|改到|换成)+[，,]?"
)
WHAT_WRONG = (
    ("when_at", re.compile("时间|日子|日期|几点|哪天|时候|辰光")),
    ("place", re.compile("地址|地方|地点|哪里|门牌")),
    ("phone", re.compile("电话|号码|手机")),
    ("name", re.compile("名字|姓")),
    ("who", re.compile("谁|人|给")),
    ("wanted", re.compile("东西|内容|要的|份|数|饭|菜")),
)
DIGITS = str.maketrans("零〇一幺二两三四五六七八九", "0011223456789")
SPOKEN_DIGITS = re.compile(r"[\d零〇一幺二两三四五六七八九]{7,}")
DIALLED = re.compile(r"(?:1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7})$")


def bare(text: str) -> str:
    """Without the marks around it."""
    return text.strip("。，,！!？? ")


def trimmed(text: str) -> str:
    """Without marks and opening words, at most 100 characters."""
    return bare(FILLER.sub("", bare(text))[:100])


def after_mark(text: str) -> str:
    """What comes after 不对, 不是明天，是, 改成."""
    return MARKS.split(text)[-1].lstrip("，,。 ")


def corrects(text: str) -> bool:
    """Whether the very first words take something back: 不是我，是我妈."""
    return bool(TAKES_BACK.match(bare(text)))


def address(text: str) -> str | None:
    """A street or an estate with its number, when one is said."""
    m = ADDRESS.search(trimmed(text.rpartition("送到")[2]))
    if m is None or not HOUSE_NUMBER.search(m[0]):
        return None
    alone = LIVES_AT.sub("", m[0])
    return trimmed(alone if ADDRESS.search(alone) else m[0])


def other_person(text: str, words: Words) -> str | None:
    """Who it is for, when somebody else is named; the longest word wins."""
    found = [person for person in words.people if person in text]
    return max(found, key=len) if found else None


def agrees(text: str) -> bool:
    """A plain yes, with nothing to correct in it."""
    return bool(YES.search(text)) and not NO.search(text) and not CORRECTS.search(text)


def called(text: str) -> str | None:
    """The name of somebody, when the words are nothing else: 王秀英, 老王, 李大爷."""
    said = bare(text)
    return said[:12] if len(said) <= 6 and CALLED.search(said) else None


def name_told(text: str) -> str | None:
    """The name in 我叫王秀英, 姓李, 王阿婆; None if none is told."""
    m = NAME_IS.search(bare(text))
    return m[1] if m else None


def name_in(text: str) -> str | None:
    """The name in a longer sentence (我叫王秀英，住在锡惠里); only where it is called one."""
    m = NAME_AMONG.search(text)
    return m[1] if m else None


def telephone(text: str) -> str | None:
    """A telephone number, spoken or written; a house number is none."""
    joined = re.sub(r"[\s\-，,。、]", "", text)
    for m in SPOKEN_DIGITS.finditer(joined):
        digits = m[0].translate(DIGITS)
        if found := DIALLED.search(digits.removeprefix("86")):
            return found[0]
    return None
