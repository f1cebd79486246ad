"""Two quarters, day by day across the boundary: the table of docs/measures.md.

    python benchmarks/quarters.py [--write]

A small company by hand, and a sync every morning at nine. DEPLOY is made of work and ACTIVATE of check-ins; both are
copied into the next quarter, which is declared only on 6 January. What happens in the trackers and in the OKR files
is in `EVENTS`. Nothing is read or written but the page, with --write.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from config.workspace import Workspace
from connectors.model import MARKS, Pull, Ref, Stamp, WorkItem
from sync.align.terms import missing_successors
from sync.decide import Decision, decide
from sync.measure import last_day
from sync.memory import Memory
from sync.observation import Observation, Past
from sync.signals.grace import to_remember

FIRST, LAST = date(2026, 12, 21), date(2027, 1, 12)
DECLARED = date(2027, 1, 6)
"""The day on which the next quarter is declared."""
ENTERED = date(2027, 1, 8)
"""The day on which somebody enters the check-in of 30 December."""
DONE = {
    "OPS-2": date(2026, 10, 20),
    "OPS-3": date(2026, 11, 12),
    "OPS-4": date(2026, 12, 22),
    "OPS-5": date(2026, 12, 29),
    "OPS-6": date(2027, 1, 4),
    "OPS-7": date(2027, 1, 11),
}
PAGE = Path(__file__).parents[1] / "docs" / "measures.md"
BEGIN, END = "<!-- benchmarks/quarters.py -->", "<!-- end -->"

EVENTS = {
    date(2026, 12, 22): "OPS-4 done",
    date(2026, 12, 29): "OPS-5 done",
    date(2026, 12, 31): "last day of 2026-Q4",
    date(2027, 1, 4): "OPS-6 done",
    DECLARED: "2027-Q1 declared",
    ENTERED: "check-in of 2026-12-30 entered",
    date(2027, 1, 11): "OPS-7 done",
}


def declared(day: date) -> Workspace:
    """The OKR files of that day."""
    late = [{"on": "2026-12-30", "value": 33}] if day >= ENTERED else []
    quarters = {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}}
    objectives = [_objective("2026-Q4", "", 22, [{"on": "2026-12-10", "value": 31}, *late])]
    if day >= DECLARED:
        quarters["2027-Q1"] = {"start": "2027-01-01", "end": "2027-03-31"}
        new = [{"on": "2027-01-10", "value": 32}] if day >= date(2027, 1, 10) else []
        objectives.append(_objective("2027-Q1", "-2027-Q1", 31, new))
    values: dict[str, Any] = {
        "workspace": "acme",
        "site": "https://okrs.example",
        "trackers": {"jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["OPS"]}}},
        "cycles": quarters,
        "objectives": objectives,
    }
    return Workspace.model_validate(values)


def _objective(cycle: str, suffix: str, start: float, checkins: list[dict[str, Any]]) -> dict[str, Any]:
    before = {"continues": "DEPLOY"} if suffix else {}
    return {
        "id": f"SPEED{suffix}",
        "title": "Ship in days",
        "cycle": cycle,
        "key_results": [
            {
                "id": f"DEPLOY{suffix}",
                "title": "Every merge is deployed",
                "measure": {"kind": "work"},
                "links": [{"key": "OPS-1"}],
                **before,
            },
            {
                "id": f"ACTIVATE{suffix}",
                "title": "Activation up to 35 %",
                "measure": {"kind": "metric", "start": start, "target": 35, "checkins": checkins},
                "links": [{"label": "activation"}],
            },
        ],
    }


def items(day: date) -> Iterator[WorkItem]:
    """What the tracker holds that morning: an epic with ten tasks, one task that claims DEPLOY, one of activation, one orphan."""
    yield _item("OPS-1", level="epic", kind="Epic", category="doing")
    for nr in range(2, 12):
        key = f"OPS-{nr}"
        done = DONE.get(key)
        done = done if done is not None and done < day else None
        yield _item(key, parent=Ref("jira", "OPS-1"), **_state(done))
    yield _item("OPS-12", claims=("DEPLOY",))
    yield _item("OPS-13", labels=("activation",))
    yield _item("OPS-14")


def _state(done: date | None) -> dict[str, Any]:
    if done is None:
        return {}
    return {"category": "done", "status": "Done", "completed": datetime.combine(done, time(15), UTC)}


def _item(key: str, **changes: Any) -> WorkItem:
    values: dict[str, Any] = {
        "ref": Ref("jira", key),
        "key": key,
        "url": f"https://acme.example/browse/{key}",
        "level": "issue",
        "kind": "Task",
        "title": f"Task {key}",
        "category": "todo",
        "status": "To Do",
        "created": datetime(2026, 10, 2, tzinfo=UTC),
        "updated": datetime(2026, 10, 2, tzinfo=UTC),
        "project": "OPS",
        "writable": frozenset(MARKS),
    }
    return WorkItem(**{**values, **changes})


@dataclass(slots=True)
class World:
    """What stays from day to day: marks on tickets, readings, and what is remembered of lost links."""

    shown: dict[Ref, Any] = field(default_factory=dict)
    kept: dict[str, dict[date, Past]] = field(default_factory=dict)
    links: Mapping[Ref, date | None] = field(default_factory=dict)

    def morning(self, day: date) -> tuple[Decision, Workspace]:
        """One sync, carried out in full."""
        workspace, now = declared(day), datetime.combine(day, time(9), UTC)
        found = tuple(
            replace(one, shown=self.shown[one.ref]) if one.ref in self.shown else one for one in items(day)
        )
        observation = Observation((Pull("jira", found, now),), now)
        memory = Memory(
            past=self._past(workspace, day), writing_runs=1 if self.shown else 0, links=self.links
        )
        run = decide(observation, memory, workspace, now)
        for edit in run.plan.edits:
            wanted = edit.wanted
            stamp = Stamp(workspace.workspace, wanted.key_results, wanted.alignment, wanted.labels)
            self.shown[edit.item.ref] = replace(wanted, stamp=stamp)
        self.links = to_remember(
            run.alignment, run.unlinked_since, self.shown, self.links, run.unshown, is_sync=True
        )
        for name, one in run.scorecard.readings.items():
            self.kept.setdefault(name, {})[day] = Past(day, one.value, one.progress)
        return run, workspace

    def _past(self, workspace: Workspace, day: date) -> dict[str, Past]:
        found = {}
        for objective, one in workspace.key_results():
            last = last_day(one, objective, workspace.cycles[objective.cycle], day)
            rows = [row for on, row in self.kept.get(one.id, {}).items() if last is not None and on <= last]
            if rows:
                found[one.id] = rows[-1]
        return found


def table() -> str:
    """The rows in Markdown."""
    lines = [
        "| Morning of | What happened by then | DEPLOY, ACTIVATE of Q4 | of Q1 | Edits | Warned | What is said |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    world, day = World(), FIRST
    happened: list[str] = []
    while day <= LAST:
        run, workspace = world.morning(day)
        if day in (DECLARED, ENTERED):
            # What is declared counts the same morning, what is done from the next one.
            happened.append(EVENTS[day])
        lines.append(_row(day, "; ".join(happened), run, workspace))
        happened = [EVENTS[day]] if day in EVENTS and day not in (DECLARED, ENTERED) else []
        day += timedelta(days=1)
    return "\n".join(lines)


def _row(day: date, happened: str, run: Decision, workspace: Workspace) -> str:
    readings = run.scorecard.readings
    figures = []
    for suffix in ("", "-2027-Q1"):
        some = [readings.get(f"{name}{suffix}") for name in ("DEPLOY", "ACTIVATE")]
        figures.append(
            ", ".join("no data" if one.percent is None else f"{one.percent} %" for one in some if one)
        )
    said = [one.kind.replace("_", " ") for one in run.signals.findings]
    if missing_successors(workspace, day):
        placed, known = run.alignment.placements, run.alignment.items
        rested = sum(one.state == "rested" and known[ref].is_open for ref, one in placed.items())
        said.append(f"{rested} open items rest")
    said += ["as it ended"] if readings["DEPLOY"].stands_on else []
    said += [one.split(":")[0] for one in run.plan.notes if " from 2026-Q4 to " in one]
    warned = len(run.signals.orphans)
    cells = [
        str(day),
        happened,
        figures[0],
        figures[1] or "–",
        str(len(run.plan.edits)),
        str(warned),
        "; ".join(said),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table, or put it on the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="put the table on docs/measures.md")
    if not parser.parse_args().write:
        sys.stdout.write(f"{table()}\n")
        return
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
