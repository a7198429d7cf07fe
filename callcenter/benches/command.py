"""The table of benches: `python -m callcenter bench NAME`. One more bench is one more row."""

import argparse
import json
from collections.abc import Sequence

from callcenter.benches import (
    boards,
    hostile,
    idling,
    ledger,
    pacing,
    planning,
    queries,
    sizes,
    voice,
)
from callcenter.benches.figures import Bench, Figures

BENCHES: Sequence[Bench] = (
    ledger.BENCH,
    pacing.BENCH,
    planning.BENCH,
    boards.BENCH,
    idling.BENCH,
    queries.BENCH,
    sizes.BENCH,
    hostile.BENCH,
    voice.BENCH,
)


def add_benches(command: argparse.ArgumentParser) -> None:
    """Gives every bench its own sub-command with its options."""
    names = command.add_subparsers(dest="bench_name", required=True, metavar="BENCH")
    for bench in BENCHES:
        one = names.add_parser(bench.name, help=bench.help, description=bench.help)
        one.set_defaults(bench=bench)
        one.add_argument("--json", action="store_true", help="print one JSON object")
        for option in bench.options:
            one.add_argument(
                option.flag, type=option.kind, default=option.default, help=option.help
            )


def measured(asked: argparse.Namespace) -> str:
    """Runs the bench that was asked for; its figures as text. Raises CannotMeasure."""
    bench: Bench = asked.bench
    figures = bench.run(asked)
    return json.dumps(figures, ensure_ascii=False) if asked.json else _table(figures)


def _table(figures: Figures) -> str:
    wide = max(map(len, figures))
    return "\n".join(f"{name:<{wide}}  {value}" for name, value in figures.items())
