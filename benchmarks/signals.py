"""What the warning signals are worth: whether each finds what was planted, and how often it fires where nothing was.

    python benchmarks/signals.py [--items 800] [--seeds 11 12 13 14 15] [--json FILE] [--smoke]

Recall and precision, on a world with the planted cases of `truenorth sandbox --signals`, on Jira Cloud and on Data Center, by the
command that a user types: recall is the part of the cases that fired, with the subject and the tickets of the case; precision the
part of what fired about a planted subject or on planted tickets alone that was planted, so that what comes true besides (a planted
epic is also unserved, say) counts against it. Recall below 1.0 ends with exit code 1.

Base rate, on worlds of each seed where nothing was planted, with the example's thresholds: in how many subject-weeks each signal
with a history fires, of the last 26 weeks as far as they are known. The subjects are all teams in scope, all key results or all
objectives, whatever a signal is about. Thresholds are the defaults. Two things a generated world does not have are declared as it
stands: the weights of the objectives are those that the person-days say, since its people follow none; and `scope_creep` is asked of
a cycle that ends in two weeks, half a year long, so that there are weeks in which it could fire. And one thing it has is left out for
`aging_work`: work in progress for longer than any piece took that the generator finished, which is as old as it can be planted;
`aging_work, all` is the rate with it. More than a tenth in any other row ends with exit code 1. `--smoke`: one planted world on Cloud, one seed, 200 items, whose
rates are printed and too few to be judged.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import structlog

from benchmarks.recount import NOW, sandbox, user
from config.load import load
from config.workspace import Workspace
from connectors.model import WorkItem
from connectors.sandbox.jira.lifecycles import LONGEST_DAYS
from sync.align.alignment import align
from sync.collect.collect import collect
from sync.jobs.sandbox import examples, sandbox_session
from sync.measure import measure
from sync.observation import Observation
from sync.signals.capacity.starved_objective import days_so_far
from sync.signals.context import journeys_of
from sync.signals.mechanism import LOOK_BACK, SignalContext, SignalRule, known_weeks
from sync.signals.rules import RULES
from sync.signals.subjects import team_of

LONGEST = timedelta(days=LONGEST_DAYS)
MOST = 0.1
"""The part of subject-weeks in which a signal may fire where nothing was planted."""
KINDS = {
    "stalled_key_result": "key_result",
    "scope_creep": "key_result",
    "overdue_check_in": "key_result",
    "starved_objective": "objective",
}
"""What signals are about that are not about teams."""

Row = dict[str, Any]


@dataclass(frozen=True)
class At:
    """A sandbox in another process: of one, a session asks the address alone."""

    url: str


def is_found(case: Row, fired: Row) -> bool:
    """Whether a signal that fired is the one that was planted."""
    wanted = {(one["tracker"], one["id"]) for one in case["items"]}
    return (
        fired["id"] == case["signal"]
        and fired["subject"] == case["subject"]
        and wanted <= {(one["tracker"], one["id"]) for one in fired["items"]}
        and (case["says"] or "") in fired["message"]["text"]
    )


def recalled(cases: list[Row], fired: list[Row]) -> dict[str, Row]:
    """By signal: how many cases there are, how many fired, and how much fired about what was planted, or on its tickets alone."""
    tickets = {(item["tracker"], item["id"]) for case in cases for item in case["items"]}
    subjects = {(case["subject"]["kind"], case["subject"]["id"]) for case in cases if case["subject"]["id"]}
    rows: dict[str, Row] = {}
    for name in sorted({case["signal"] for case in cases}):
        mine = [case for case in cases if case["signal"] == name]
        about = [
            one
            for one in fired
            if one["id"] == name
            and (
                (one["subject"]["kind"], one["subject"]["id"]) in subjects
                or (one["items"] and {(each["tracker"], each["id"]) for each in one["items"]} <= tickets)
                or any(is_found(case, one) for case in mine)
            )
        ]
        right = sum(any(is_found(case, one) for case in mine) for one in about)
        found = [case for case in mine if any(is_found(case, one) for one in fired)]
        rows[name] = {
            "planted": len(mine),
            "recall": len(found) / len(mine),
            "precision": right / len(about) if about else None,
        }
    return rows


def planted(items: int, seed: int, *, is_server: bool) -> dict[str, Row]:
    """The recall in one planted world."""
    with tempfile.TemporaryDirectory() as folder:
        with (
            sandbox(items, seed, "--signals", folder) as url,
            user(url, Path(folder) / "okrs", is_server=is_server) as types,
        ):
            fired = types("signals", "--as-of", f"{NOW:%Y-%m-%dT%H:%MZ}")["signals"]
        return recalled(json.loads((Path(folder) / "signals.json").read_text(encoding="utf-8")), fired)


def fired_of(items: int, seed: int) -> Mapping[str, tuple[int, int]]:
    """By signal with a history, in how many subject-weeks it fires in a world where nothing was planted, and of how many."""
    declared = load(examples())
    with (
        sandbox(items, seed, "--flow") as url,
        sandbox_session(cast("Any", At(url)), declared) as session,
    ):
        seen, _ = collect(declared, session.connectors, session.store, NOW)
    usual = context_of(seen, kept(context_of(seen, declared)))
    cycle = declared.cycles["2026-Q4"].model_copy(
        update={"start": date(2026, 6, 1), "end": NOW.date() + timedelta(weeks=2)}
    )
    late = context_of(seen, declared.model_copy(update={"cycles": {"2026-Q4": cycle}}))
    rows = {}
    for rule in RULES:
        if rule.replays:
            rows[rule.id] = subject_weeks(rule, late if rule.id == "scope_creep" else usual)
    aging = next(rule for rule in RULES if rule.id == "aging_work")
    rows["aging_work, all"] = rows["aging_work"]
    young = [
        one for one in seen.items if one.category != "doing" or NOW - (one.started or one.created) <= LONGEST
    ]
    rows["aging_work"] = subject_weeks(aging, context_of(seen, declared, young))
    return rows


def context_of(
    seen: Observation, workspace: Workspace, items: Sequence[WorkItem] | None = None
) -> SignalContext:
    """What signals see of it, or of some of its items."""
    alignment = align(seen.items if items is None else items, workspace, seen.answers, NOW.date())
    readings = measure(alignment, seen, workspace, NOW)
    ways = journeys_of(seen, alignment, workspace, NOW)
    return SignalContext(alignment, readings, {}, seen, ways, workspace, NOW)


def kept(context: SignalContext) -> Workspace:
    """The declaration with the weights that the objectives have by the person-days since the cycle began."""
    days = days_so_far(context)
    shares = {one.objective: one.declared - (one.under or 0) / 100 for one in days.shares} if days else {}
    objectives = [
        type(one).model_validate({**one.model_dump(exclude_unset=True), "weight": round(100 * share, 1)})
        if (share := shares.get(one.id, 0)) > 0
        else one
        for one in context.workspace.objectives
    ]
    return context.workspace.model_copy(update={"objectives": tuple(objectives)})


def subject_weeks(rule: SignalRule, context: SignalContext) -> tuple[int, int]:
    """In how many subject-weeks a signal fires, and of how many."""
    kind = KINDS.get(rule.id, "team")
    known = {one: known_weeks(rule, (kind, one), context) for one in subjects(kind, context)}  # type: ignore[arg-type]
    fired = 0
    for back in range(LOOK_BACK + 1):
        then = context.before(back) if back else context
        fired += len({one.subject for one in rule.fire(then) if back <= known.get(one.subject, 0)})
    return fired, sum(1 + weeks for weeks in known.values())


def subjects(kind: str, context: SignalContext) -> Iterator[str]:
    if kind == "key_result":
        yield from (one.id for _, one in context.workspace.key_results())
    elif kind == "objective":
        yield from (one.id for one in context.workspace.objectives)
    else:
        items = context.alignment.items
        yield from sorted(
            {team_of(item) for ref, item in items.items() if item.in_scope and context.alignment.is_leaf(ref)}
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=800)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13, 14, 15])
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--smoke", action="store_true")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    items, seeds = (200, asked.seeds[:1]) if asked.smoke else (asked.items, asked.seeds)
    rows = [
        {"deployment": "data center" if is_server else "cloud", "signal": name, **row}
        for is_server in ((False,) if asked.smoke else (False, True))
        for name, row in planted(items, seeds[0], is_server=is_server).items()
    ]
    hits, weeks = Counter[str](), Counter[str]()
    for seed in seeds:
        for name, (fired, known) in fired_of(items, seed).items():
            hits[name] += fired
            weeks[name] += known
    rates = [
        {"signal": name, "fired": hits[name], "subject_weeks": weeks[name], "rate": hits[name] / weeks[name]}
        for name in sorted(weeks)
        if weeks[name]
    ]
    say = sys.stdout.write
    for row in rows:
        say(
            f"{row['deployment']:<12}{row['signal']:<28}{row['planted']:>3} planted  recall {row['recall']:.2f}  "
            f"precision {'-' if row['precision'] is None else format(row['precision'], '.2f')}\n"
        )
    for row in rates:
        say(
            f"{row['signal']:<28}{row['fired']:>6} of {row['subject_weeks']:>6} subject-weeks  {row['rate']:.1%}\n"
        )
    if asked.json:
        asked.json.write_text(json.dumps({"planted": rows, "base_rates": rates}, indent=2), encoding="utf-8")
    is_too_much = any(float(str(one["rate"])) >= MOST for one in rates if one["signal"] != "aging_work, all")
    return int(any(row["recall"] < 1 for row in rows) or (is_too_much and not asked.smoke))


if __name__ == "__main__":
    sys.exit(main())
