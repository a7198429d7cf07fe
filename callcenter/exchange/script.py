"""Fetches TwiML and walks through it verb by verb."""

from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

from callcenter.exchange import legs, twiml
from callcenter.exchange.board import Board
from callcenter.exchange.call import Call, Script
from callcenter.exchange.twiml import Element, TwimlError
from callcenter.exchange.webhook import Answer, Link

MOST_DOCUMENTS = 1000  # of one call; a script that redirects to itself ends here
APOLOGY = "很抱歉，系统出了故障，请稍后再拨。再见。"
APOLOGY_SECONDS = 4.0

Verb = Callable[[Board, Call, Element], None]


def start(board: Board, call: Call) -> None:
    """Begin with what was ordered: TwiML given with the call, or fetched."""
    orders = call.orders
    here = orders.script or Link(url="")
    begin(board, call, here, ended=lambda: legs.hang_up(board, call, "脚本结束"))
    if orders.twiml is not None:
        receive(board, call, here, Answer(status=200, text=orders.twiml))
    elif orders.script is not None:
        fetch(board, call, orders.script, _answered_by(call))
    else:
        fail(board, call, 11200, "没有可用的网址")


def begin(board: Board, call: Call, link: Link, ended: Callable[[], None]) -> None:
    """Drop what the call was doing; new TwiML follows."""
    interrupt(call)
    call.script = Script(link=link, verbs=deque(), ended=ended)
    board.touch(call)


def interrupt(call: Call) -> None:
    """Whatever was scheduled for this call is no longer wanted."""
    call.turn += 1
    call.gather = None


def fetch(board: Board, call: Call, link: Link, extra: dict[str, str]) -> None:
    """Ask the app for TwiML and carry it out; errors lead to the fallback address."""
    _ask(board, call, link, extra, "请求 TwiML", lambda answer: receive(board, call, link, answer))


def receive(board: Board, call: Call, link: Link, answer: Answer) -> None:
    """Carry out the TwiML that came back, or fail."""
    if answer.error:
        _fall_back(board, call, link, answer.error, answer.text)
        return
    try:
        document = twiml.read(answer.text, answer.content_type)
    except TwimlError as wrong:
        _fall_back(board, call, link, wrong.code, wrong.reason)
        return
    board.note(call, "twiml", f"收到 TwiML：{len(document.children)} 个动作", answer.text)
    _carry_out(board, call, link, document)


def step(board: Board, call: Call) -> None:
    """Do the next verb; after the last one, what the script says."""
    script = call.script
    if call.over or script is None:
        return
    if not script.verbs:
        script.ended()
        return
    element = script.verbs.popleft()
    verb = board.verbs.get(element.tag)
    if verb is None:
        fail(board, call, 12200, f"这台交换机不支持 <{element.tag}>")
        return
    verb(board, call, element)


def follow(board: Board, call: Call, element: Element, extra: dict[str, str]) -> None:
    """Go on at the verb's action address, or with the next verb if it has none."""
    target = element.get("action")
    if target is None or call.script is None:
        step(board, call)
    else:
        fetch(board, call, call.script.link.joined(target, element.get("method")), extra)


def told(board: Board, call: Call, element: Element, extra: dict[str, str]) -> None:
    """Ask the verb's action although the call is over; the answer is not used."""
    here = call.script.link if call.script else Link(url="")
    link = here.joined(element.get("action"), element.get("method"))
    board.post(link, legs.identity(call) | extra, owner=call.sid, call=call)


def fail(board: Board, call: Call, code: int, reason: str) -> None:
    """Say what went wrong in the time line, apologise to the phone, hang up."""
    board.note(call, "error", f"错误 {code}", reason)
    interrupt(call)
    board.line(call, "line", APOLOGY)
    board.phones.hears(call, APOLOGY)
    board.later(call, APOLOGY_SECONDS, lambda: legs.hang_up(board, call, f"应用程序出错 {code}"))


def _ask(
    board: Board,
    call: Call,
    link: Link,
    extra: dict[str, str],
    what: str,
    then: Callable[[Answer], None],
) -> None:
    call.documents += 1
    if call.documents > MOST_DOCUMENTS:
        fail(board, call, 11200, "脚本一直在转，已停止")
        return
    turn = call.turn
    board.asks(call)
    shown = "\n".join(f"{name}={value}" for name, value in extra.items())
    path = urlsplit(link.url).path
    board.note(call, "webhook", f"{what} {path}", f"{link.method} {link.url}\n{shown}".strip())

    def unless_interrupted(answer: Answer) -> None:
        board.told(call)
        if call.turn == turn and not call.over:
            then(answer)
        else:
            board.note(call, "reply", "回答来迟了，没有采用")

    board.post(
        link, legs.identity(call) | extra, owner=call.sid, then=unless_interrupted, call=call
    )


def _fall_back(board: Board, call: Call, link: Link, code: int, reason: str) -> None:
    board.note(call, "error", f"错误 {code}", reason[:2000])
    fallback = call.orders.fallback
    if fallback is None or fallback == link or call.parent:
        fail(board, call, code, "没有备用网址，或备用网址也失败了")
        return
    extra = {"ErrorCode": str(code), "ErrorUrl": link.url}
    _ask(
        board,
        call,
        fallback,
        extra,
        "请求备用网址",
        lambda answer: receive(board, call, fallback, answer),
    )


def _carry_out(board: Board, call: Call, link: Link, document: Element) -> None:
    first = document.children[0] if document.children else None
    if call.direction == "inbound" and call.status == "ringing":
        if first is not None and first.tag == "Reject":
            board.verbs["Reject"](board, call, first)
            return
        legs.answer(board, call)
    if call.script is not None:
        call.script.link = link
        call.script.verbs = deque(document.children)
    step(board, call)


def _answered_by(call: Call) -> dict[str, str]:
    return {"AnsweredBy": call.answered_by} if call.answered_by else {}
