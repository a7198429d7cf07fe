"""A server where the assistant should be, that answers as it is told: the border's fake."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from callcenter.assistant import Assistant

PATIENCE = 0.3  # seconds that the front door waits for it


class OddRasa:
    """Set `answer`, `raw` or `status`, or let it hang, trickle or drop the line."""

    def __init__(self) -> None:
        self.answer: object = {"messages": [{"text": "好的"}]}
        self.raw: bytes | None = None  # instead of `answer`, as it is
        self.status = 200
        self.drops = False  # the connection is closed without a word
        self.trickles = False  # a byte now and then
        self.heard: list[dict[str, Any]] = []
        self.hangs = threading.Event()
        self.hangs.set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is found."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        """Lets go of what still waits, and of the port."""
        self.hangs.set()
        self.trickles = False
        self.server.shutdown()
        self.server.server_close()


def _handler(odd: OddRasa) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            odd.heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            odd.hangs.wait(5)
            if odd.drops:
                self.close_connection = True
                return
            body = json.dumps(odd.answer).encode() if odd.raw is None else odd.raw
            self.send_response(odd.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with suppress(OSError):  # whoever asked has gone
                self._send(body)

        def do_GET(self) -> None:
            """Whether a model is loaded; it is."""
            body = b'{"model_file": "odd.tar.gz"}'
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _send(self, body: bytes) -> None:
            if not odd.trickles:
                self.wfile.write(body)
                return
            pause = threading.Event()
            for byte in body[:40]:  # twenty times longer than anybody waits
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                pause.wait(PATIENCE / 4)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    return Handler


@contextmanager
def odd_rasa() -> Iterator[OddRasa]:
    """One of them while the block runs."""
    odd = OddRasa()
    try:
        yield odd
    finally:
        odd.close()


@contextmanager
def asked_at(url: str) -> Iterator[Assistant]:
    """The house's client for it, with a short patience."""
    assistant = Assistant(url, "token", PATIENCE)
    try:
        yield assistant
    finally:
        assistant.close()
