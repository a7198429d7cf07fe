"""The commands of the knowledge base, for staff and for measuring."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from knowledge.batch import ask_lines
from knowledge.bench import run_bench
from knowledge.check import find_mistakes
from knowledge.facts import BadData
from knowledge.importer import draft_from
from knowledge.library import HOME, Library
from knowledge.training import train

RELEASE_WINDOW = timedelta(days=365)


def main(arguments: list[str] | None = None) -> int:
    """Run one command. 0 is success, 1 a plain message on standard error."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except BadData as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"文件读写不成：{error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="knowledge", description=__doc__)
    parser.add_argument("--folder", type=Path, default=HOME, help="the knowledge base")
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check", help="find mistakes in articles and data")
    check.set_defaults(run=_check)
    ask = commands.add_parser("ask", help='answer JSON lines {"q": ...}')
    ask.add_argument("file", type=Path)
    ask.set_defaults(run=_ask)
    bench = commands.add_parser("bench", help="marks, latency, and 20,000 articles")
    bench.add_argument("files", nargs="*", type=Path, metavar="FILE", help="only these questions")
    bench.add_argument("--json", action="store_true", help="one JSON object")
    bench.add_argument("--scale", type=int, default=20_000, help="synthetic articles, 0 for none")
    bench.set_defaults(run=_bench)
    learn = commands.add_parser("train", help="learn the weights anew (a few minutes)")
    learn.set_defaults(run=_train)
    bring = commands.add_parser("import", help="draft an article from a PDF, Word or HTML file")
    bring.add_argument("file", type=Path)
    bring.add_argument("--id", help="the article's id; by default from the file's name")
    bring.set_defaults(run=_import)
    return parser


def _check(chosen: argparse.Namespace) -> int:
    mistakes = find_mistakes(chosen.folder, _today())
    for mistake in mistakes:
        print(mistake)
    print(f"{len(mistakes)} 处要改。" if mistakes else "政策条目都对。")
    return 1 if mistakes else 0


def _ask(chosen: argparse.Namespace) -> int:
    lines = chosen.file.read_text(encoding="utf-8").splitlines()
    library = Library.load(chosen.folder)
    _print_rows(ask_lines(lines, library, _today()))
    return 0


def _print_rows(rows: Iterable[dict[str, object]]) -> None:
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))


def _bench(chosen: argparse.Namespace) -> int:
    marks = [
        asdict(line) for line in run_bench(chosen.folder, _today(), chosen.scale, chosen.files)
    ]
    if chosen.json:
        print(json.dumps(marks, ensure_ascii=False, indent=1))
        return 0
    for line in _table(marks):
        print(line)
    return 0


def _table(marks: list[dict[str, object]]) -> Iterator[str]:
    names = list(marks[0])
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in marks:
        yield (
            "| " + " | ".join("" if row[name] is None else str(row[name]) for name in names) + " |"
        )


def _train(chosen: argparse.Namespace) -> int:
    train(chosen.folder)
    print("weights.json 已重新生成。请运行 python -m knowledge bench 看看结果。")
    return 0


def _import(chosen: argparse.Namespace) -> int:
    today = _today()
    path = draft_from(
        chosen.file, chosen.folder / "articles", today, today + RELEASE_WINDOW, chosen.id
    )
    print(
        f"草稿在 {path}。填好 facts、source、asks 和 spoken，核对后把 draft 改成 false 才会播报。"
    )
    return 0


def _today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
