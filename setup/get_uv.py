"""Fetches uv, the one tool that sets up everything else, with nothing but Python 3.

Asks the package index that uv.lock names, checks the file's hash and puts the program into
.tools/bin. Works with any Python 3.8 or newer, without pip and without a virtual environment.
"""

import hashlib
import io
import json
import platform
import re
import stat
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

VERSION = "0.13.9"
ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / ".tools" / "bin" / "uv"


def main():
    """Fetches uv unless this version is there; 2 with a plain message when it cannot."""
    if TARGET.exists():
        return 0
    print("fetching uv " + VERSION + " ...", flush=True)
    try:
        body = _wheel()
    except (urllib.error.URLError, OSError) as broken:
        print(
            "cannot reach the package index ({}). Set-up needs the network once; check it (or the "
            "proxy in HTTPS_PROXY) and run the same command again.".format(broken),
            file=sys.stderr,
        )
        return 2
    except LookupError as missing:
        print(
            "there is no uv {} for this machine ({}). Install uv yourself and run the same "
            "command again.".format(VERSION, missing),
            file=sys.stderr,
        )
        return 2
    _unpack(body)
    return 0


def _wheel():
    lock = (ROOT / "uv.lock").read_text()
    index = re.search(r'registry = "([^"]+)"', lock).group(1)
    address = index.rstrip("/") + "/uv/"
    request = urllib.request.Request(
        address, headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    for one in files:
        if one["filename"].startswith("uv-" + VERSION + "-") and _fits(one["filename"]):
            place = urllib.parse.urljoin(address, one["url"])
            with urllib.request.urlopen(place, timeout=600) as answer:
                body = answer.read()
            if hashlib.sha256(body).hexdigest() != one["hashes"]["sha256"]:
                raise OSError("the file that came is not the one the index names")
            return body
    raise LookupError(sys.platform + " " + platform.machine())


def _fits(name):
    machine = {"amd64": "x86_64", "aarch64": "aarch64", "arm64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if sys.platform == "darwin":
        return "macosx" in name and (machine in name or "universal2" in name)
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return libc in name and name.endswith("_" + machine + ".whl")


def _unpack(body):
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(body)) as wheel:
        inside = next(n for n in wheel.namelist() if n.endswith("scripts/uv"))
        fresh = TARGET.with_suffix(".new")
        fresh.write_bytes(wheel.read(inside))
    fresh.chmod(fresh.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    fresh.replace(TARGET)


if __name__ == "__main__":
    sys.exit(main())
