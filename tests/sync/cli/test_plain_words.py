"""What commands say in worlds of no, one and two items: plurals that agree, whole sentences, no powers of ten.

The world lies in memory; what is scanned is every line that a person reads, in Markdown, and every error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.model import WorkItem
from tests.support.builders import NOW, epic, item
from tests.support.cli import AS_OF, Cli
from tests.support.fake_company import connected

DECLARED = """\
workspace: acme
site: https://okrs.example
trackers:
  jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB]}}
  linear: {kind: linear, scope: {teams: [ENG]}}
cycles:
  2026-Q4: {start: 2026-10-01, end: 2026-12-31}
  2027-Q1: {start: 2027-01-01, end: 2027-03-31}
exempt: [{name: upkeep, labels: [upkeep], budget: 10}]
policy: {updates: {}, comments_a_day: 1}
objectives:
  - id: O
    title: Objective
    cycle: 2026-Q4
    grading: aspirational
    key_results:
      - {id: WORK, title: Work, measure: {kind: work}, links: [{label: nothing-has-it}]}
      - {id: POINTS, title: Points, measure: {kind: work, weigh: points, started: 0.5, baseline: 2026-10-15}}
      - {id: FIXED, title: Fixed, measure: {kind: work, target: 900000}}
      - {id: STONES, title: Milestones, measure: {kind: milestones}}
      - {id: LARGE, title: Large, measure: {kind: metric, start: 1200000, target: 1500000, unit: EUR, checkins: [{on: 2026-11-01, value: 1499999.6}]}}
      - {id: RAIL, title: Rail, measure: {kind: keep, below: 1500000, checkins: [{on: 2026-11-01, value: 1500000.5}]}}
      - {id: BAND, title: Band, measure: {kind: keep, above: 1, below: 2500000, stale_days: 1, checkins: [{on: 2026-11-01, value: 3}]}}
      - {id: DONE, title: Done, measure: {kind: binary, done: 2026-11-01}}
      - {id: FLOW, title: Flow, measure: {kind: flow, of: cycle_time, window_days: 60, start: 20, target: 5}}
      - {id: RATE, title: Rate, measure: {kind: flow, of: throughput, window_days: 1, start: 1, target: 9}}
      - {id: MEAN, title: Mean, measure: {kind: composite, of: {LARGE: 1, WORK: 2, RAIL: 1}}}
      - {id: HAND, title: By hand, measure: {kind: work}, override: {percent: 1, until: 2026-12-01, note: why not}}
"""

CLAIMS = ("WORK", "POINTS", "FIXED", "STONES", "FLOW", "NONE")

WORLDS: dict[str, list[WorkItem]] = {
    "no item": [],
    "one item": [item("WEB-1", claims=CLAIMS, category="doing", estimate=1, started=NOW - timedelta(days=1))],
    "one orphan": [item("WEB-1", category="doing", started=NOW - timedelta(days=9), created=NOW - timedelta(days=5000))],
    "two items": [
        epic("WEB-1", claims=CLAIMS, category="done", status="Done", estimate=2),
        item("WEB-2", "WEB-1", category="doing", labels=("upkeep",)),
    ],
    "one of each": [
        epic("WEB-1", claims=CLAIMS, estimate=1.0, due=NOW.date()),
        item("WEB-2", "WEB-1", category="done", estimate=1.0, completed=NOW - timedelta(days=1)),
        item("WEB-3", "WEB-1", category="dropped"),
        item("eng-1", category="doing", started=NOW - timedelta(days=90)),
        item("eng-2", category="doing", labels=("upkeep",)),
    ],
}  # fmt: skip

COMMANDS = (
    ("validate",), ("plan", *AS_OF), ("sync", *AS_OF, "--first-run"), ("sync", *AS_OF), ("status",), ("orphans", "--all"),
    ("suggest", "--all"), ("log",), ("roll-over", "2026-Q4", "2027-Q1"), ("undo", "--all"), ("check",),
    ("explain", "O"), ("explain", "WEB-1"), ("explain", "WEB-2"), ("explain", "eng-1"), ("explain", "WORKS"),
    *(("explain", name) for name in re.findall(r"\{id: (\w+)", DECLARED)),
)  # fmt: skip

FAULTS = {
    "a plural after one": re.compile(
        r"(?<![\w.,/–-])1 (?:items|tickets|days|hours|weeks|months|years|points|views|labels|comments|warnings|marks|requests|"
        r"projects|milestones|orphans|changes|rules|epics|issues|edits|errors|cycles|parents|objectives|key results|claims)\b"
    ),
    "a singular after another count": re.compile(
        r"(?<![\w.,/–-])(?:0|[2-9]|\d{2,}) (?:item|ticket|day|hour|week|month|point|view|label|comment|warning|mark|request|"
        r"milestone|orphan|change|rule|epic|issue|edit|objective|key result|claim)\b(?! score)"
    ),
    "a verb that does not agree": re.compile(r"\b1 (?:\w+ )?(?:item|key result|warning|view)s? (?:that )?(?:are|have|were|do)\b"),
    "a power of ten": re.compile(r"\d[eE][+-]\d"),
    "a sign before or behind another": re.compile(r"\.\)[;.]|\.;|[;,:]\.(?!\w)|;;|,,|(?<!\.)\.\.(?!\.)|\(\)|\( | \)| [,;:](?: |$)"),
    "two spaces": re.compile(r"(?<=\S)  (?=\S)"),
    "Python's words": re.compile(r"\bNone\b(?! of|\.)|\bTrue\b|\bFalse\b|\bnan\b|Fraction\(|datetime\."),
}  # fmt: skip


def lines_of(text: str) -> Iterator[str]:
    """What people read; a heading parts its id from its title by two spaces, and YAML is no prose."""
    text = re.sub(r"```yaml.*?```", "", text, flags=re.DOTALL)
    lines = (line for line in text.splitlines() if line and not line.startswith(("## ", '{"')))
    return (
        cell.strip() for line in lines for cell in (line.split(" | ") if line.startswith("| ") else [line])
    )


@pytest.mark.parametrize("world", WORLDS)
def test_every_line_is_plain_english(
    world: str, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "truenorth.yaml").write_text(DECLARED, encoding="utf-8")
    items = WORLDS[world]
    connected(
        {name: {one.ref: one for one in items if one.ref.tracker == name} for name in ("jira", "linear")},
        run,
        monkeypatch,
    )
    assert run("validate").code == 0
    faults = []
    for command in COMMANDS:
        ran = run(*command, "--format", "markdown")
        for line in lines_of(f"{ran.out}\n{ran.err}"):
            faults += [
                f"{what}, in {' '.join(command)}: {line}"
                for what, sign in FAULTS.items()
                if sign.search(line)
            ]
    assert faults == []
