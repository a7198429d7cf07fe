"""An assistant for a batch: the one that runs already, or one of its own while the batch lasts."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from callcenter.assistant import Assistant
from callcenter.config import ROOT

RASA = ROOT / ".venv-rasa" / "bin" / "python"
ANSWERS_IN = 30.0  # seconds for one text; nobody waits on the line
STARTS_IN = 900.0  # seconds, the first training included


class NoAssistant(Exception):
    """No assistant runs and none could be started; the message says what to do."""


@contextmanager
def lent_assistant(more: Mapping[str, str] | None = None) -> Iterator[Assistant]:
    """Gives an assistant that answers. One that was started here is ended with the block.

    `more` are settings for one that is started here; without them it has no actions.
    XIXIN_RASA_URL and XIXIN_RASA_TOKEN name a running one. Raises NoAssistant.
    """
    url, token = os.environ.get("XIXIN_RASA_URL", ""), os.environ.get("XIXIN_RASA_TOKEN", "")
    if url and token:
        running = Assistant(url, token, ANSWERS_IN)
        if not running.ready():
            raise NoAssistant(f"the assistant at {url} does not answer, or has not learnt yet")
        yield running
        return
    if not RASA.exists():
        raise NoAssistant("the assistant's environment is missing: run `make setup` once")
    with tempfile.TemporaryDirectory() as folder:
        yield from _own(Path(folder), more or {})


def _own(folder: Path, more: Mapping[str, str]) -> Iterator[Assistant]:
    token, port = secrets.token_hex(16), _free_port()
    environment = {
        **os.environ,
        "XIXIN_RASA_TOKEN": token,
        "XIXIN_ACTIONS_TOKEN": secrets.token_hex(16),
        "XIXIN_TRACKER_DB": str(folder / "conversations.db"),
        **more,
    }
    command = [str(RASA), "-m", "bot.serve", "--port", str(port)]
    sys.stderr.write("starting the assistant; the first time it learns for some minutes ...\n")
    with (folder / "assistant.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own command
            command, cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            assistant = Assistant(f"http://127.0.0.1:{port}", token, ANSWERS_IN)
            _wait(process, assistant, folder / "assistant.log")
            yield assistant
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: "subprocess.Popen[bytes]", assistant: Assistant, log: Path) -> None:
    pause = threading.Event()
    for _ in range(int(STARTS_IN)):
        if assistant.ready():
            return
        if process.poll() is not None:
            last = log.read_text(errors="replace")[-800:]
            raise NoAssistant(f"the assistant could not be started:\n{last}")
        pause.wait(1.0)
    raise NoAssistant(f"the assistant did not answer within {STARTS_IN:.0f} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
