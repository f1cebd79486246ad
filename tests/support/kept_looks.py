"""Two trackers and a store behind the command line, in this process: for what it prints straight after a sync."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.model import Mirror, WorkItem
from sync.decide import Decision
from sync.jobs import last_read
from sync.unchanged import recalled_run
from tests.support.builders import NOW, epic, item, ref
from tests.support.cli import Cli
from tests.support.fake_company import connected
from tests.support.telling_tracker import TellingTracker

DECLARED = """\
workspace: acme
trackers:
  jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB]}}
  linear: {kind: linear, scope: {teams: [ENG]}}
cycles:
  2026-Q3: {start: 2026-07-01, end: 2026-09-30}
  2026-Q4: {start: 2026-10-01, end: 2026-12-31}
  2027-Q1: {start: 2027-01-01, end: 2027-03-31}
policy: {grace_days: 20}
objectives:
  - id: O
    title: Objective
    cycle: 2026-Q4
    grading: aspirational
    key_results:
      - {id: KR1, title: One, measure: {kind: work, weigh: points, baseline: 2026-10-10}, links: [{label: one}]}
      - {id: KR2, title: Two, measure: {kind: work}, pace: back_loaded, links: [{label: two}, {label: none such}]}
      - id: KR3
        title: Three
        weight: 2
        measure: {kind: metric, start: 10, target: 20, checkins: [{on: 2026-10-14, value: 12}, {on: 2026-11-10, value: 15.5}]}
      - {id: KR4, title: Four, measure: {kind: keep, above: 3, checkins: [{on: 2026-11-10, value: 2}]}}
      - {id: KR5, title: Five, measure: {kind: composite, of: {KR1: 1, KR2: 2}}}
      - {id: KR6, title: Six, closed: 2026-11-02, measure: {kind: work}, links: [{label: six}]}
  - id: P
    title: Below
    cycle: 2026-Q4
    parent: O
    key_results: [{id: KR7, title: Seven, measure: {kind: work}, links: [{key: WEB-20}]}]
  - {id: Q, title: Ended, cycle: 2026-Q3, key_results: [{id: KR8, title: Eight, measure: {kind: work}, links: [{label: old}]}]}
  - {id: R, title: Coming, cycle: 2027-Q1, key_results: [{id: KR9, title: Nine, measure: {kind: work}, links: [{label: new}]}]}
exempt:
  - {name: ktlo, labels: [ktlo], budget: 5}
"""
LABELS = ("one", "two", "six", "old", "new", "ktlo", "kr:KR11", "other")
LOOKS = (
    ("status",),
    ("status", "--format", "json"),
    ("status", "--format", "markdown"),
    ("orphans",),
    ("orphans", "--format", "json"),
)


class Clock:
    """`datetime` with a clock that is put forward by hand."""

    at = NOW

    @classmethod
    def now(cls, *_: Any) -> datetime:
        return cls.at


def made(seed: int) -> list[WorkItem]:
    source = random.Random(seed)  # noqa: S311  a generated world
    items: list[WorkItem] = []
    for number in range(1, 61):
        key = f"WEB-{number}" if number % 3 else f"eng-{number}"
        labels = tuple(source.sample(LABELS, source.choice((0, 1, 1, 2))))
        category = source.choice(("todo", "doing", "doing", "done", "dropped"))
        ended = NOW - timedelta(days=source.randrange(1, 80))
        one = epic(key) if number % 10 == 1 else item(key)
        above = f"WEB-{number - number % 10 + 1}" if source.random() < 0.7 and number % 10 != 1 else None
        facts: dict[str, Any] = {
            "labels": labels,
            "claims": tuple(one[3:] for one in labels if one.startswith("kr:")),
            "category": category,
            "created": NOW - timedelta(days=source.randrange(15, 200), minutes=source.randrange(1440)),
            "started": NOW - timedelta(days=source.randrange(14, 40)) if category == "doing" else None,
            "completed": ended if category == "done" else None,
            "dropped": ended if category == "dropped" else None,
            "estimate": source.choice((None, 1.0, 2.5, 8.0)),
            "parent": ref(above) if above is not None and above != key else None,
            "mirrors": (Mirror("jira", f"WEB-{number - 1}"),) if number % 12 == 0 else (),
        }
        items.append(WorkItem(**{name: getattr(one, name) for name in one.__slots__} | facts))
    return items


class Here:
    """Two trackers and a store behind the command line, which know what looks were not decided."""

    def __init__(self, seed: int, folder: Path, run: Cli, patch: pytest.MonkeyPatch) -> None:
        self.run, self.patch, self.folder = run, patch, folder
        self.store = folder / ".truenorth" / "truenorth.db"
        self.recalled: list[Decision | None] = []
        self.declare()
        items = made(seed)
        connected({name: {} for name in ("jira", "linear")}, run, patch)
        self.trackers = {name: TellingTracker.of(name, items) for name in ("jira", "linear")}
        patch.setattr("sync.jobs.session.connect", lambda name, *_, **__: self.trackers[name])
        patch.setattr("sync.store.store.wall_clock", lambda: Clock.at)
        patch.setattr("sync.cli.options.datetime", Clock)
        self._recall = recalled_run

    def sync(self, at: datetime) -> None:
        self.patch.setattr(Clock, "at", at)
        assert self.run("sync", "--first-run").code == 0

    def declare(self) -> None:
        (self.folder / "truenorth.yaml").write_text(DECLARED, encoding="utf-8")

    def edit(self, old: str, new: str) -> None:
        file = self.folder / "truenorth.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def write(self, statement: str) -> None:
        """Do something to the store behind its back."""
        with closing(sqlite3.connect(self.store)) as store, store:
            store.execute(statement)

    @property
    def settled_at(self) -> datetime:
        with closing(sqlite3.connect(self.store)) as store:
            return datetime.fromisoformat(store.execute("SELECT since FROM settled_looks").fetchone()[0])

    def looks(self, *looks: tuple[str, ...]) -> tuple[list[str], list[bool]]:
        """What is printed, and of each whether it was recalled."""
        found, used = [], []
        self.patch.setattr(last_read, "recalled_run", self._noted)
        for look in looks or LOOKS:
            self.recalled.clear()
            ran = self.run(*look)
            assert (ran.code, ran.err) == (0, "")
            found.append(ran.out)
            used.append(any(self.recalled))
        return found, used

    def decided(self, *looks: tuple[str, ...]) -> list[str]:
        self.patch.setattr(last_read, "recalled_run", lambda *_, **__: None)
        return [self.run(*look).out for look in looks or LOOKS]

    def _noted(self, *given: Any, **named: Any) -> Decision | None:
        self.recalled.append(self._recall(*given, **named))
        return self.recalled[-1]
