"""A sentence folded to what matters to rules: the same words written in the same way.

Width, traditional characters, Wu function words (弗 is 不, 哉 is 了), fillers and stutters are
evened out. Where clauses end and where each character came from is kept.
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 2000  # characters; ten times what anyone says in one breath
Span = tuple[int, int]
"""First character and the one after the last, in the plain text."""

# Wu function words and variants that mean the same to every rule, character by character.
_SAME = str.maketrans(
    "弗勿疼煞哉啦喽伊俚她它牠侬吾伲您伐囉睏",
    "不不痛死了了了他他他他他你我我你吗了困",
)
_TRADITIONAL = str.maketrans(
    "傷頭燒煙氣聲醫藥噴斷腦風動電觸燙險門開關鎖樓媽爺髮發暈嘔腫臉說話講聽見現來過還沒這個們嗎"
    "麼為請問題錢費報銷補貼護長條資產證復複養餓飯時間點鐘號週單雙萬兩幾體檢驗壓緊悶謝對錯誤農殺"
    "劑塊線網連遠邊進運遲鄰陽隊難靜響順預領願類館馬驚魚齊買賣車輪轉較輕達遞選遺針裡裏後從給讓覺"
    "應該會擔憂慮經濟樣歲兒孫親戶鄉鎮師學務員機構寫認識記憶訴歡樂無處夠壞嚇亂滅滾滑蓋腳腿鬆麗臺灣",
    "伤头烧烟气声医药喷断脑风动电触烫险门开关锁楼妈爷发发晕呕肿脸说话讲听见现来过还没这个们吗"
    "么为请问题钱费报销补贴护长条资产证复复养饿饭时间点钟号周单双万两几体检验压紧闷谢对错误农杀"
    "剂块线网连远边进运迟邻阳队难静响顺预领愿类馆马惊鱼齐买卖车轮转较轻达递选遗针里里后从给让觉"
    "应该会担忧虑经济样岁儿孙亲户乡镇师学务员机构写认识记忆诉欢乐无处够坏吓乱灭滚滑盖脚腿松丽台湾",
)
_SPELLINGS = {
    "屋里厢": "家里",
    "屋里向": "家里",
    "屋里": "家里",
    "呒没": "没",
    "呒不": "没",
    "无没": "没",
    "呒拨": "没",
    "呒": "没",
    "今朝": "今天",
    "今早": "今天早上",
    "昨日": "昨天",
    "明朝": "明天",
    "辰光": "时候",
    "格个": "",
    "搿个": "",
    "啥个": "什么",
    "啥": "什么",
    "阿是": "是不是",
    "跌仔": "跌了",
    "掼仔": "掼了",
    "摔仔": "摔了",
    "吃仔": "吃了",
    "自家": "自己",
    "讲闲话": "说话",
    "闲话": "说话",
    "物事": "东西",
    "覅": "不要",
    "朆": "没",
    "哪能": "怎么",
    "就是说话": "说话",
    "就是讲话": "讲话",
}
_FILLERS = [
    "嗯",
    "啊",
    "呃",
    "哦",
    "噢",
    "喔",
    "哎哟喂",
    "哎哟",
    "哎呦",
    "哎呀",
    "啊呀",
    "啊哟",
    "哎",
    "唉",
    "诶",
    "欸",
    "呀",
    "呢",
    "嘛",
    "吧",
    "哟",
    "呦",
    "嗳",
    "喏",
    "哇",
    "嘞",
    "那个",
    "这个",
    "就是说",
    "就是讲",
    "怎么说呢",
    "怎么讲呢",
    "你听我讲",
    "我跟你讲",
    "我跟你说",
    "我同你讲",
    "我告诉你",
    "然后",
    "那么",
    "反正",
    "对吧",
    "是吧",
    "你晓得吧",
    "晓得吧",
]
_REWRITES = {**_SPELLINGS, **dict.fromkeys(_FILLERS, "")}
_REWRITE = re.compile("|".join(sorted(_REWRITES, key=len, reverse=True)))


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A sentence as the rules see it."""

    heard: str  # the sentence as it came
    text: str  # letters, digits and characters only, folded
    clauses: tuple[int, ...]  # for each character of `text`, the number of its clause
    origin: tuple[int, ...]  # for each character of `text`, its place in `heard`

    def words(self, span: Span) -> str:
        """What was said at `span`, as it came."""
        first, last = self.origin[span[0]], self.origin[span[1] - 1]
        return self.heard[first : last + 1]

    def clause_of(self, place: int) -> int:
        """The clause of a place; places outside the text belong to the nearest clause."""
        if not self.clauses:
            return 0
        return self.clauses[min(max(place, 0), len(self.clauses) - 1)]


Letter = tuple[str, int, int]  # a folded character, its clause, its place in the heard text


def plain(text: str) -> Plain:
    """`text` folded for matching. Never raises.

    Of a text longer than `LONGEST` only the beginning and the end are kept, so that the time it
    takes is bounded.
    """
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "。" + text[-LONGEST // 2 :]
    letters = _unstutter(_rewritten(_letters(text)))
    return Plain(
        heard=text,
        text="".join(letter[0] for letter in letters),
        clauses=tuple(letter[1] for letter in letters),
        origin=tuple(letter[2] for letter in letters),
    )


def _letters(text: str) -> list[Letter]:
    found: list[Letter] = []
    clause, pause = 0, False
    for place, raw in enumerate(text):
        for char in unicodedata.normalize("NFKC", raw).lower():
            if not char.isalnum():
                pause = True
                continue
            if pause and found:
                clause += 1
            pause = False
            found.append((char.translate(_TRADITIONAL).translate(_SAME), clause, place))
    return found


def _rewritten(letters: list[Letter]) -> list[Letter]:
    text = "".join(letter[0] for letter in letters)
    result: list[Letter] = []
    done = 0
    for match in _REWRITE.finditer(text):
        result += letters[done : match.start()]
        last = match.end() - 1
        for step, char in enumerate(_REWRITES[match.group()]):
            source = letters[min(match.start() + step, last)]
            result.append((char, source[1], source[2]))
        done = match.end()
    return result + letters[done:]


def _unstutter(letters: list[Letter]) -> list[Letter]:
    """我我我摔倒了 -> 我摔倒了. Digits stay: 110 is not 10."""
    kept: list[Letter] = []
    for letter in letters:
        if not kept or kept[-1][0] != letter[0] or letter[0].isdigit():
            kept.append(letter)
    return kept
