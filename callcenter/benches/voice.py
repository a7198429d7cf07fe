"""`bench voice`: webhooks of the phone line over real sockets, against the real web process.

Five questions, each with a web process and a database of its own: how long a turn takes without
the assistant, with it, and with one that hangs; whether hundreds of calls that ring in the same
instant are all answered; whether memory stays flat over thousands of calls. The callers are on the
same machine, and what they use of it is missing to the house.
"""

import json
import math
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

from sqlalchemy import func, select

from callcenter import engine
from callcenter.benches import district
from callcenter.benches.callers import Call, Got, Load, check_in_call, hotline_call
from callcenter.benches.databases import Database, opened
from callcenter.benches.figures import Bench, CannotMeasure, Figures, Option, count, tree_cpu
from callcenter.benches.house import Plan, plan
from callcenter.benches.ledger import all_due
from callcenter.benches.line import BenchLine
from callcenter.benches.webhouse import WebHouse, assistant_beside, silent_assistant, web_house
from callcenter.config import ROOT
from callcenter.dialler import dial
from callcenter.domain.checkin import Outcome
from callcenter.domain.week import monday_of
from callcenter.policy import read_prompts
from callcenter.store.tables import Attempt, Conversation, Message

AT_ONCE = 20  # calls, where nothing else is said
IN_TIME = 5.0  # seconds in which nearly every turn must be answered
WARM_UP = 40  # calls that are not counted
EVERY = 1_000  # calls between two looks at the memory
PLAIN: Sequence[Mapping[str, str]] = (  # what is answered without the assistant
    {"SpeechResult": "再讲一遍"},
    {"Digits": "9"},
    {"SpeechResult": "慢一点"},
)
TALK: Sequence[Mapping[str, str]] = (  # what only the assistant can answer
    {"SpeechResult": "你好"},
    {"SpeechResult": "我想问问长护险怎么申请"},
    {"SpeechResult": "谢谢侬"},
)
EXCUSES = ("no_assistant", "not_understood", "sorry_putting_through")  # prompts of a silent one


@dataclass(frozen=True, kw_only=True)
class Bed:
    """What one question works on."""

    asked: Namespace
    database: Database
    plan: Plan


def run(asked: Namespace) -> Figures:
    """Runs it; see the module. Raises CannotMeasure."""
    names = asked.only.split(",") if asked.only else list(QUESTIONS)
    if unknown := set(names) - QUESTIONS.keys():
        raise CannotMeasure(f"--only knows {', '.join(QUESTIONS)}; not {', '.join(unknown)}")
    found: dict[str, object] = {}
    for name in names:
        with opened(asked.database_url) as database:
            bed = Bed(asked=asked, database=database, plan=plan(database.url))
            found[name] = QUESTIONS[name](bed)
            found.setdefault("database", database.words)
    return found


def without_assistant(bed: Bed) -> Figures:
    """Half the calls are check-ins, half ring the hotline; nobody needs the assistant."""
    return _measured(bed, _mixed(bed, bed.asked.calls), AT_ONCE)


def with_assistant(bed: Bed) -> Figures:
    """Callers say what only the assistant can answer; its excuses are counted, not timed."""
    with assistant_beside(bed.plan) as there, web_house(bed.plan, there) as house:
        _warm(house, TALK)
        load = _load(bed, house, AT_ONCE)
        spent = load.run(_hotline(bed.asked.calls, TALK))
    turns = [got for got in load.got if "SpeechResult" in got.step.form]
    real = [got for got in turns if not got.dropped and not _excused(got.text)]
    return {**_told(real, spent), "excuses": len(turns) - len(real), "dropped": _why(load.got)}


def hung_assistant(bed: Bed) -> Figures:
    """The same words while the assistant takes every connection and answers nobody."""
    with silent_assistant() as there, web_house(bed.plan, there) as house:
        load = _load(bed, house, AT_ONCE)
        spent = load.run(_hotline(bed.asked.calls, TALK))
    return {**_told(load.got, spent), "dropped": _why(load.got)}


def ringing_at_once(bed: Bed) -> Figures:
    """So many calls in the same instant, half check-ins, half hotline; then as people talk."""
    calls = _mixed(bed, bed.asked.at_once)
    return _measured(bed, calls, len(calls), one_instant=True)


def memory(bed: Bed) -> Figures:
    """What the web process holds after so many calls, one after the other without a pause."""
    held = {}
    with web_house(bed.plan) as house:
        load = Load(account=house.account, at_once=AT_ONCE)
        for begun in range(0, bed.asked.memory_calls, EVERY):
            some = min(EVERY, bed.asked.memory_calls - begun)
            load.run(_hotline(some, PLAIN, f"{begun:06d}"))
            held[begun + some] = round(house.memory_mb(), 1)
    return {"mb_after_calls": held, "webhooks": len(load.got), "dropped": _why(load.got)}


def _measured(
    bed: Bed, calls: Sequence[Call], at_once: int, *, one_instant: bool = False
) -> Figures:
    with web_house(bed.plan) as house:
        _warm(house, PLAIN)
        load = _load(bed, house, at_once)
        if one_instant:
            load = replace(load, one_instant=True, thinks=bed.asked.talks_ms / 1000)
        before = tree_cpu(house.pid) or 0.0
        spent = load.run(calls)
        cpu = (tree_cpu(house.pid) or 0.0) - before
    figures = _told(load.got, spent)
    each = round(1000 * cpu / len(load.got), 1)
    return {**figures, "house_cpu_ms_each": each, "dropped": _why(load.got), **_kept(bed)}


def _load(bed: Bed, house: WebHouse, at_once: int) -> Load:
    return Load(account=house.account, at_once=at_once, thinks=bed.asked.thinks_ms / 1000)


def _warm(house: WebHouse, said: Sequence[Mapping[str, str]]) -> None:
    load = Load(account=house.account, at_once=2)
    load.run(_hotline(WARM_UP, said, "warm"))
    if why := _why(load.got):
        raise CannotMeasure(f"not even the first calls were answered: {json.dumps(why)}")


def _hotline(calls: int, said: Sequence[Mapping[str, str]], mark: str = "") -> list[Call]:
    return [hotline_call(f"CH{mark}{n:08d}", f"+86101{n:08d}", said) for n in range(calls)]


def _mixed(bed: Bed, calls: int) -> list[Call]:
    """A hotline call and a check-in in turn."""
    pairs = zip(_hotline(calls // 2, PLAIN), _check_ins(bed, calls // 2), strict=True)
    return list(chain.from_iterable(pairs))


def _check_ins(bed: Bed, calls: int) -> list[Call]:
    """So many elders, each rung just now by a real engine; nothing is told of these calls yet."""
    line = BenchLine("00", clock=bed.plan.now)
    house = bed.plan.house(line)
    district.settle(house.store.engine, calls, monday_of(house.now()) - timedelta(days=7))
    engine.plan(house, house.now())
    all_due(house.store, bed.plan)
    for _ in range(calls):
        if len(line.waiting) < calls:
            dial(house, house.now())
    house.store.engine.dispose()
    if len(line.waiting) != calls:
        raise CannotMeasure(f"only {len(line.waiting)} of {calls} check-ins could be dialled")
    return [check_in_call(sid, attempt_id) for sid, attempt_id in line.waiting]


def _told(got: Sequence[Got], spent: float) -> Figures:
    seconds = sorted(one.seconds for one in got)
    if not seconds:
        return {"webhooks": 0}
    in_time = sum(one <= IN_TIME for one in seconds)
    return {
        "webhooks": len(got),
        "per_second": round(len(got) / spent, 1),
        **{f"p{share}_ms": _share(seconds, share) for share in (50, 95, 99)},
        "max_ms": round(seconds[-1] * 1000, 1),
        "in_five_seconds_percent": round(100 * in_time / len(seconds), 3),
    }


def _share(seconds: Sequence[float], percent: int) -> float:
    at = max(0, math.ceil(len(seconds) * percent / 100) - 1)
    return round(seconds[at] * 1000, 1)


def _why(got: Sequence[Got]) -> dict[str, int]:
    """How many were dropped, by reason; empty: none."""
    return dict(Counter(one.dropped for one in got if one.dropped))


def _kept(bed: Bed) -> Figures:
    """What the calls must have left in the database, and have not."""
    said = len(PLAIN)
    with bed.database.store.look() as session:
        unsafe = Attempt.outcome.is_distinct_from(Outcome.SAFE.value)
        talks = session.scalar(select(func.count()).select_from(Conversation)) or 0
        heard = Message.conversation_id.is_not(None), Message.speaker == "caller"
        words = session.scalar(select(func.count()).select_from(Message).where(*heard)) or 0
        on = Conversation.ended_at.is_(None)
        return {
            "check_ins_not_safe": session.scalar(select(func.count(Attempt.id)).where(unsafe)),
            "talks_not_ended": session.scalar(select(func.count(Conversation.id)).where(on)),
            "words_lost": talks * said - words,
        }


def _excused(text: str) -> bool:
    """Whether this is what the house says when the assistant did not answer."""
    return any(excuse in text for excuse in _excuses())


def _excuses() -> list[str]:
    prompts = read_prompts(ROOT / "policy")
    return [prompts.say("hotline", name) for name in EXCUSES]


QUESTIONS: Mapping[str, Callable[[Bed], Figures]] = {
    "without_assistant": without_assistant,
    "with_assistant": with_assistant,
    "hung_assistant": hung_assistant,
    "ringing_at_once": ringing_at_once,
    "memory": memory,
}


BENCH = Bench(
    name="voice",
    help="webhooks of the phone line: time, hundreds of calls at once, memory",
    options=(
        Option(flag="--database-url", kind=str, default="", help="as for `bench ledger`"),
        Option(flag="--only", kind=str, default="", help=f"some of: {','.join(QUESTIONS)}"),
        Option(flag="--calls", kind=count, default=400, help="how many are timed"),
        Option(flag="--thinks-ms", kind=count, default=1_000, help="between question and answer"),
        Option(flag="--talks-ms", kind=count, default=4_000, help="the same, when hundreds talk"),
        Option(flag="--at-once", kind=count, default=500, help="calls that ring in one instant"),
        Option(flag="--memory-calls", kind=count, default=10_000, help="while memory is watched"),
    ),
    run=run,
)
