"""What the report costs: bytes of each file, CPU by step, and how soon a browser shows it.

    python benchmarks/report.py                          10,000 pieces of work, then 100,000; 50 key results
    python benchmarks/report.py --items 10000 --rounds 3
    python benchmarks/report.py --smoke                  a small world, within seconds, without a browser
    python benchmarks/report.py --json FILE              the rows, for programs

A world is made in memory, with histories and assignees, titles and addresses as long as real ones; nothing is read from a tracker. Bounds: `index.html`
has at most 1.5 MB at 10,000 items and 2 MB at 100,000; the command fails where it has more. "share" is the CPU against that of the decision which the report
is made from. "first paint" is Chromium's own (first-contentful-paint), of the page opened as a file; the least of the rounds.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from config.text.texts import ENGLISH_TEXTS
from config.workspace import Workspace
from connectors.model import MARKS, AssigneeSpan, Category, Pull, Ref, StatusSpan, WorkItem
from sync.brief.contents import brief_of
from sync.brief.week import last_monday
from sync.decide import look
from sync.history.days import until_now
from sync.jobs.report.links import links_of
from sync.memory import Memory
from sync.observation import Observation
from sync.report.html.contents import SECTIONS
from sync.report.html.report import report_files
from sync.report.html.source import ReportSource

T = TypeVar("T")

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
KEY_RESULTS, OBJECTIVES, TEAMS = 50, 10, 40
MOST = {10_000: 1_500_000, 100_000: 2_000_000}
"""The most bytes that the page may have, up to so many items."""
WORDS = [
    "gallery",
    "template",
    "onboarding",
    "export",
    "invoice",
    "retry",
    "queue",
    "search",
    "filter",
    "webhook",
    "session",
    "token",
    "billing",
    "mobile",
    "offline",
    "sync",
    "report",
    "latency",
    "alert",
    "dashboard",
    "permission",
    "audit",
    "import",
    "editor",
    "comment",
    "mention",
    "calendar",
    "region",
    "failover",
    "cache",
    "index",
    "schema",
]
_WALK: tuple[tuple[str, Category], ...] = (
    ("To Do", "todo"), ("In Progress", "doing"), ("In Review", "doing"), ("Ready for release", "doing"), ("Done", "done"),
)  # fmt: skip


def declared() -> Workspace:
    """Ten objectives with five key results of work each, stages of which two wait, and shares of effort."""
    results = [
        {
            "id": f"KR{number}",
            "title": f"The {WORDS[number % len(WORDS)]} is {number} times as fast for everyone",
            "measure": {"kind": "work", "weigh": "points"},
            "links": [{"label": f"kr-{number}"}],
        }
        for number in range(KEY_RESULTS)
    ]
    per = KEY_RESULTS // OBJECTIVES
    stages = [
        {"name": "In progress", "statuses": ["In Progress"]},
        {"name": "Review", "statuses": ["In Review"], "waiting": True},
        {"name": "Release", "statuses": ["Ready for release"], "waiting": True},
    ]
    return Workspace.model_validate(
        {
            "workspace": "bench",
            "trackers": {
                "jira": {"kind": "jira", "url": "https://acme.atlassian.net", "scope": {"projects": ["T0"]}}
            },
            "cycles": {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}},
            "objectives": [
                {
                    "id": f"O{number}",
                    "title": f"Teams love the {WORDS[number]} within their first week",
                    "cycle": "2026-Q4",
                    "weight": 1 + number % 3,
                    "key_results": results[number * per : number * per + per],
                }
                for number in range(OBJECTIVES)
            ],
            "flow": {"stages": stages},
        }
    )


def world(count: int, seed: int) -> Observation:
    """Work that began over the last half year, most of it finished; a fifth of it serves nothing, a twentieth waits for other work."""
    chance = random.Random(seed)  # noqa: S311  no secret
    items, histories, assigned = [], {}, {}
    for number in range(count):
        ref, team = Ref("jira", f"{10_000 + number}"), f"T{chance.randrange(TEAMS)}"
        moment = NOW - timedelta(days=200 * chance.random())
        created, walk = moment, []
        for status, category in _WALK:
            if moment > NOW:
                break
            walk.append((status, category, moment))
            moment += timedelta(days=chance.lognormvariate(1.2, 0.8))
        ends = [begin for *_, begin in walk[1:]]
        histories[ref] = tuple(
            StatusSpan(category, status, begin, end)
            for (status, category, begin), end in zip(walk, [*ends, None], strict=True)
        )
        status, category, begin = walk[-1]
        who = f"person {team} {chance.randrange(6)}"
        assigned[ref] = (AssigneeSpan(who, created),)
        key, serves = f"{team}-{number}", chance.randrange(KEY_RESULTS * 5 // 4)
        items.append(
            WorkItem(
                ref, key, f"https://acme.atlassian.net/browse/{key}", "issue", "Story",
                " ".join(chance.choices(WORDS, k=7)).capitalize(), category, status, created, begin,
                project=team,
                labels=(f"kr-{serves}",) if serves < KEY_RESULTS else (),
                estimate=chance.choice((None, 1.0, 2.0, 3.0, 5.0, 8.0)),
                started=next((at for _, one, at in walk if one == "doing"), None),
                completed=begin if category == "done" else None,
                blocked_by=(Ref("jira", f"{10_000 + number - 1}"),) if number % 20 == 1 else (),
                assignee=who, assignee_id=who,
                writable=frozenset(MARKS),
            )
        )  # fmt: skip
    pull = Pull("jira", tuple(items), NOW)
    return Observation((pull,), NOW, histories=histories, assigned=assigned)


def timed(do: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the CPU seconds that it took."""
    begin = time.process_time()
    return do(), time.process_time() - begin


def source_of(read: Observation, workspace: Workspace) -> ReportSource:
    """The source, with all that a decision makes when it is first asked for."""
    run = look(read, Memory(), workspace, NOW)
    assert run.warnings is not None  # noqa: S101  decided now
    assert run.one_things is not None  # noqa: S101  likewise
    since = last_monday(NOW, workspace.zone)
    brief = brief_of(run, run.signal_context, workspace, since)
    histories = until_now({}, run.scorecard, {}, NOW.date())
    source = ReportSource(run, workspace, histories, brief, since, ENGLISH_TEXTS)
    assert source.flow is not None  # noqa: S101  likewise
    return source


def rows(count: int, seed: int, rounds: int, *, browser: bool) -> Iterator[dict[str, Any]]:
    """CPU seconds and bytes by step and file."""
    read, workspace = world(count, seed), declared()
    source, deciding = timed(lambda: source_of(read, workspace))
    yield {"what": "decide", "items": count, "cpu": deciding, "share": 1.0}
    links = links_of(source)
    for section in SECTIONS:
        _, spent = timed(lambda: section(source, links))  # noqa: B023
        yield {
            "what": section.__module__.split("sections.")[1],
            "items": count,
            "cpu": spent,
            "share": spent / deciding,
        }
    files, spent = timed(lambda: dict(report_files(source, links_of(source))))
    yield {
        "what": "all files",
        "items": count,
        "cpu": spent,
        "share": spent / deciding,
        "bytes": sum(map(len, files.values())),
    }
    for name in ("index.html", "report.json", "items.csv"):
        yield {"what": name, "items": count, "bytes": len(files[name])}
    pages = [len(content) for name, content in files.items() if name.startswith("kr/")]
    if pages:
        yield {"what": f"largest of {len(pages)} pages of key results", "items": count, "bytes": max(pages)}
    if browser:
        yield {"what": "first paint", "items": count, "seconds": first_paint(files["index.html"], rounds)}


def first_paint(page: bytes, rounds: int) -> float | None:
    """Seconds until Chromium has drawn the first of it; None without Chromium."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return None
    found = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "index.html"
        file.write_bytes(page)
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for _ in range(rounds):
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(file.as_uri())
            tab.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
            found.append(
                tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
            )
            tab.close()
        browser.close()
    return float(min(found))


def too_large(found: list[dict[str, Any]]) -> list[str]:
    """Pages with more bytes than they may have."""
    return [
        f"index.html has {row['bytes']:,} bytes at {row['items']:,} items, at most {most:,}"
        for row in found
        if row["what"] == "index.html"
        for most in [next((most for items, most in MOST.items() if row["items"] <= items), None)]
        if most is not None and row["bytes"] > most
    ]


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found: list[dict[str, Any]] = []
    sys.stdout.write(f"{'what':38} {'items':>9} {'CPU s':>8} {'share':>7} {'bytes':>12} {'seconds':>8}\n")
    for count in [500] if given.smoke else given.items:
        for row in rows(count, given.seed, given.rounds, browser=not given.smoke):
            found.append(row)
            cells = (
                f"{row[name]:{form}}" if row.get(name) is not None else ""
                for name, form in (("cpu", ".2f"), ("share", ".2f"), ("bytes", ","), ("seconds", ".2f"))
            )
            cpu, share, size, seconds = cells
            sys.stdout.write(
                f"{row['what']:38} {row['items']:>9,} {cpu:>8} {share:>7} {size:>12} {seconds:>8}\n"
            )
            sys.stdout.flush()
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    wrong = too_large(found)
    sys.stderr.write("".join(f"{one}\n" for one in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
