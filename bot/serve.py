"""Run the assistant on 127.0.0.1: `.venv-rasa/bin/python -m bot.serve --port 5005`.

Tokens come from the environment (XIXIN_RASA_TOKEN, XIXIN_ACTIONS_TOKEN), never from the command
line, where every user of the machine could read them. Trains first if there is no model for the
present data; `--model FILE` serves that file instead.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import rasa

from bot.quiet import hush
from bot.train import ROOT, model_file, train

TOKENS = ("XIXIN_RASA_TOKEN", "XIXIN_ACTIONS_TOKEN")
DEFAULTS = {
    "XIXIN_ACTIONS_URL": "http://127.0.0.1:5055/webhook",
    "XIXIN_TRACKER_DB": str(ROOT / "var" / "conversations.db"),
}


def main() -> int:
    """Serve until told to stop; exit 2 with a plain message when a token is missing."""
    parser = argparse.ArgumentParser(prog="python -m bot.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--model", type=Path, help="a trained model; default: train if needed")
    asked = parser.parse_args()
    missing = [name for name in TOKENS if not os.environ.get(name)]
    if missing:
        sys.stderr.write(f"缺少设置：{'、'.join(missing)}。请设好再启动助手。" + "\n")
        return 2
    hush()
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.chdir(ROOT)
    Path(os.environ["XIXIN_TRACKER_DB"]).parent.mkdir(parents=True, exist_ok=True)
    serve(asked.model or _trained(), asked.port)
    return 0


def _trained() -> Path:
    wanted = model_file()
    if not wanted.exists():
        train(wanted)
    return wanted


def serve(model: Path, port: int) -> None:
    """Blocks. The API and our own channel on loopback, both behind the same bearer."""
    rasa.run(
        str(model),
        endpoints=str(ROOT / "bot" / "endpoints.yml"),
        credentials=str(ROOT / "bot" / "credentials.yml"),
        interface="127.0.0.1",
        port=port,
        enable_api=True,
        auth_token=os.environ["XIXIN_RASA_TOKEN"],
        response_timeout=20,
        use_syslog=False,
    )


if __name__ == "__main__":
    sys.exit(main())
