"""A Bot API server on this machine, as strict as Telegram's where the bot could go wrong.

Tests act as the people at the other end (`says`, `presses`, `blocks`) and wait for what they see.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

TOKEN = "123456:a-token-that-must-never-be-logged"
DATE = 1795000000
PATIENCE = 60.0  # seconds until a test gives up waiting

Json = dict[str, Any]


class Refusal(Exception):
    """An answer with ok=false."""

    def __init__(self, code: int, why: str, **parameters: int) -> None:
        super().__init__(why)
        self.code, self.why, self.parameters = code, why, parameters


@dataclass
class BotApi:
    """The server's state. Everything is guarded by `changed`, which is notified on each change."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    chats: dict[int, Json] = field(default_factory=dict)
    updates: list[Json] = field(default_factory=list)
    messages: dict[int, Json] = field(default_factory=dict)  # by message id, both directions
    sent: list[Json] = field(default_factory=list)  # what the bot sent, in order
    answered: dict[str, str] = field(default_factory=dict)  # callback query id -> words
    open_queries: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)  # methods called, in order
    confirmed: int = 0  # updates below this will not come again
    blocked: set[int] = field(default_factory=set)
    limits: dict[int, list[int]] = field(default_factory=dict)  # chat -> coming 429s, in seconds
    broken: list[int] = field(default_factory=list)  # status codes of the next answers
    left: list[int] = field(default_factory=list)
    closing: bool = False
    on_confirm: Callable[[int], None] | None = None  # told before updates below are forgotten
    url: str = ""

    # What people do.

    def says(self, chat: int, text: str) -> int:
        """Somebody writes in a private chat; gives the message's id."""
        return self.sends(chat, text=text)

    def sends(self, chat: int, **content: Any) -> int:
        """Somebody sends anything, such as `photo=[...]` or `text=...`."""
        with self.changed:
            message = self._message(chat, **content)
            self._update(message=message)
            return int(message["message_id"])

    def edits(self, chat: int, message_id: int, text: str) -> None:
        """Somebody changes what they wrote."""
        with self.changed:
            message = {**self.messages[message_id], "text": text, "edit_date": DATE + 1}
            self._update(edited_message=message)

    def presses(self, chat: int, message_id: int, data: str | None = None) -> str:
        """Somebody presses the first button under a message; gives the query's id."""
        with self.changed:
            message = self.messages[message_id]
            if data is None:
                data = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
            query = f"q{len(self.updates) + 1}"
            self.open_queries.add(query)
            self._update(
                callback_query={
                    "id": query,
                    "from": self._person(chat),
                    "message": message,
                    "chat_instance": "1",
                    "data": data,
                }
            )
            return query

    def blocks(self, chat: int) -> None:
        """Somebody blocks the bot: nothing reaches them from now on."""
        with self.changed:
            self.blocked.add(chat)

    def knows(self, chat: int, kind: str = "private") -> int:
        """Somebody has opened the chat with the bot (or the bot is in this group)."""
        with self.changed:
            name = {"title": "邻里群"} if kind != "private" else {"first_name": "某人"}
            self.chats[chat] = {"id": chat, "type": kind, **name}
        return chat

    # What people see.

    def heard(self, chat: int) -> list[str]:
        """All that the bot said in a chat, in order, as it reads now."""
        with self.changed:
            return [
                self.messages[one["message_id"]]["text"]
                for one in self.sent
                if one["chat"]["id"] == chat
            ]

    def wait[T](self, seen: Callable[[], T]) -> T:
        """What `seen` gives as soon as it is true. Fails the test when it never is."""
        end = time.monotonic() + PATIENCE
        with self.changed:
            while not (found := seen()):
                assert time.monotonic() < end, "it was never seen"
                self.changed.wait(0.05)  # what happens in a database does not notify us
        return found

    def wait_heard(self, chat: int, part: str) -> str:
        """The first message in the chat that contains `part`."""
        return self.wait(lambda: next((one for one in self.heard(chat) if part in one), ""))

    # What the bot calls.

    def call(self, method: str, given: Json) -> Any:
        """One call of the Bot API. Raises Refusal."""
        doing = getattr(self, f"_do_{method}", None)
        with self.changed:
            self.calls.append(method)
            self.changed.notify_all()
            if self.broken:
                raise Refusal(self.broken.pop(0), "Internal Server Error")
            if doing is None:
                raise Refusal(404, "Not Found")
            return doing(given)

    def _do_getMe(self, given: Json) -> Json:
        return {"id": 123456, "is_bot": True, "first_name": "锡心", "username": "xixin_bot"}

    def _do_deleteWebhook(self, given: Json) -> bool:
        return True

    def _do_setMyCommands(self, given: Json) -> bool:
        for one in json.loads(given["commands"]):
            if not one["command"].isascii() or not 1 <= len(one["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
        return True

    def _do_getUpdates(self, given: Json) -> list[Json]:
        offset, limit = int(given.get("offset", 0)), int(given.get("limit", 100))
        if offset > self.confirmed:
            self.confirmed = offset
            if self.on_confirm is not None:
                self.on_confirm(offset)
        self.changed.notify_all()
        self.changed.wait_for(
            lambda: self.closing or self._waiting(offset), float(given.get("timeout", 0))
        )
        return self._waiting(offset)[:limit]

    def _waiting(self, offset: int) -> list[Json]:
        return [one for one in self.updates if one["update_id"] >= offset]

    def _do_sendMessage(self, given: Json) -> Json:
        chat = self._open_chat(given)
        markup = json.loads(given["reply_markup"]) if "reply_markup" in given else None
        for row in (markup or {}).get("inline_keyboard", []):
            for button in row:
                if not 1 <= len(button["callback_data"].encode()) <= 64:
                    raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        extra = {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}
        message = self._message(chat, text=_checked_text(given), by_bot=True, **extra)
        self.sent.append({**message, "keys": markup})
        self.changed.notify_all()
        return message

    def _do_editMessageText(self, given: Json) -> Json:
        self._open_chat(given)
        message = self.messages.get(int(given["message_id"]))
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        text = _checked_text(given)
        if text == message["text"] and "reply_markup" not in message:
            raise Refusal(400, "Bad Request: message is not modified")
        message["text"] = text
        message.pop("reply_markup", None)
        self.changed.notify_all()
        return message

    def _do_answerCallbackQuery(self, given: Json) -> bool:
        if given["callback_query_id"] not in self.open_queries:
            raise Refusal(400, "Bad Request: query is too old")
        if len(given.get("text", "")) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self.answered[given["callback_query_id"]] = given.get("text", "")
        self.changed.notify_all()
        return True

    def _do_leaveChat(self, given: Json) -> bool:
        self.left.append(self._open_chat(given))
        self.changed.notify_all()
        return True

    def _open_chat(self, given: Json) -> int:
        chat = int(given["chat_id"]) if given.get("chat_id", "").lstrip("-").isdigit() else 0
        if self.limits.get(chat):
            seconds = self.limits[chat].pop(0)
            raise Refusal(429, "Too Many Requests", retry_after=seconds)
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat not in self.chats:
            raise Refusal(400, "Bad Request: chat not found")
        return chat

    def _message(self, chat: int, *, by_bot: bool = False, **content: Any) -> Json:
        if chat not in self.chats and not by_bot:
            self.chats[chat] = {"id": chat, "type": "private", "first_name": "某人"}
        sender = self._do_getMe({}) if by_bot else self._person(chat)
        message = {
            "message_id": len(self.messages) + 1,
            "date": DATE,
            "chat": self.chats[chat],
            "from": sender,
            **content,
        }
        self.messages[message["message_id"]] = message
        return message

    @staticmethod
    def _person(chat: int) -> Json:
        return {"id": abs(chat), "is_bot": False, "first_name": "某人"}

    def _update(self, **content: Any) -> None:
        self.updates.append({"update_id": len(self.updates) + 1, **content})
        self.changed.notify_all()

    # The server.

    def __enter__(self) -> "BotApi":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _checked_text(given: Json) -> str:
    text = str(given.get("text", ""))
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if len(text) > 4096:
        raise Refusal(400, "Bad Request: message is too long")
    return text


def _handler(api: BotApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            _, bot, method = self.path.split("/", 2)
            try:
                if bot != f"bot{TOKEN}":
                    raise Refusal(401, "Unauthorized")
                self._reply(200, {"ok": True, "result": api.call(method, dict(parse_qsl(body)))})
            except Refusal as no:
                answer: Json = {"ok": False, "error_code": no.code, "description": no.why}
                if no.parameters:
                    answer["parameters"] = no.parameters
                self._reply(no.code, answer)

        def _reply(self, code: int, answer: Json) -> None:
            raw = json.dumps(answer).encode()
            try:
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)
            except OSError:
                self.close_connection = True  # the bot has hung up, as it does when it stops

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    return Handler
