"""Small worlds for the impact map, the map of one in lines, and what the report's section is made from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from config.text.texts import ENGLISH_TEXTS, Texts
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.brief.contents import brief_of
from sync.decide import Decision, look
from sync.impact_map.build import impact_map
from sync.impact_map.narrowing import whole_work
from sync.impact_map.values import ImpactMap
from sync.impact_map.work import Work, shown_cycles
from sync.memory import Memory
from sync.report.html.source import ReportSource
from tests.support.builders import NOW, epic, item, observed, work, workspace

HOSTILE = '"]; click n1 "javascript:alert(1)" %% </text></svg><script>alert(2)</script><img src=x onerror="alert(3)">'
"""What breaks out of a label where one is not escaped."""

NAMES = (
    HOSTILE,
    "1. One",
    "- a list",
    "# head",
    "end",
    "subgraph x",
    "`**bold**`",
    "$$x^2$$",
    "fa:fa-car #35; &lt;b&gt; &amp;",
    "مرحبا بالعالم",
    "見出し 🚀 ✓",
    "a\\nb",
    "W" * 200,
    "click",
    "style n0 fill:#fff",
)
"""Titles that mean something to Mermaid, Markdown or HTML, and ones that are long or not Latin."""


def decided(space: Workspace, *items: WorkItem) -> Decision:
    """What is known of these items."""
    return look(observed(*items), Memory(), space, NOW)


def work_in(run: Decision, space: Workspace) -> Work:
    """The work on the map of the running cycles."""
    return whole_work(run, space, shown_cycles(space, NOW))


def map_of(space: Workspace, *items: WorkItem, **part: Any) -> ImpactMap:
    """The map of these items, whole or the part that is asked for."""
    run = decided(space, *items)
    return impact_map(work_in(run, space), run.scorecard, space, run.alignment.items, **part)


def source_of(space: Workspace, *items: WorkItem, texts: Texts = ENGLISH_TEXTS) -> ReportSource:
    """What the report is made from."""
    run, since = decided(space, *items), NOW - timedelta(weeks=1)
    return ReportSource(run, space, {}, brief_of(run, run.signal_context, space, since), since, texts)


def lines(found: ImpactMap) -> list[str]:
    """Each place with the effort that leads to it; each below what leads to it."""
    places = {one.id: one for one in found.nodes}

    def show(name: str, depth: int, amount: float) -> Iterator[str]:
        one = places[name]
        words = one.name or (f"{one.folded} more" if one.kind == "more" else one.kind)
        yield f"{'  ' * depth}{words} {amount:g}"
        for band in found.after(one):
            yield from show(band.target, depth + 1, band.effort.amount)

    return [line for one in found.of_layer("goal") for line in show(one.id, 0, one.effort.amount)]


def hostile_world() -> tuple[Workspace, list[WorkItem]]:
    """A key result for each of the names, with an actor, an impact and an epic of that name, and work beside the goals."""
    key_results = [
        work(f"KR{nr}", {"under": f"WEB-{nr + 1}"}, title=name, actor=name[:80], impact=name[:120])
        for nr, name in enumerate(NAMES)
    ]
    objective = {"id": "O", "title": HOSTILE, "cycle": "2026-Q4", "key_results": key_results}
    space = workspace(objectives=[objective], exempt=[{"name": HOSTILE, "labels": ["ktlo"]}])
    items = [epic(f"WEB-{nr + 1}", title=name) for nr, name in enumerate(NAMES)]
    items += [
        item(
            f"WEB-{nr + 101}", f"WEB-{nr + 1}", estimate=nr, title=name, category="done" if nr % 3 else "todo"
        )
        for nr, name in enumerate(NAMES)
    ]
    items += [item("WEB-201", labels=("ktlo",), category="doing"), item("OPS-202", category="doing")]
    return space, items


def large_world(key_results: int, epics: int) -> tuple[Workspace, list[WorkItem]]:
    """Key results of several objectives, each with epics of 1, 2, 3 ... points."""
    objectives = [
        {
            "id": f"O{at}",
            "title": f"Objective {at} with words enough for two lines",
            "cycle": "2026-Q4",
            "key_results": [
                work(
                    f"KR{nr}", {"label": f"kr{nr}"}, title=f"The result number {nr} of this quarter, in words"
                )
                for nr in range(at, key_results, 5)
            ],
        }
        for at in range(min(5, key_results))
    ]
    items = []
    for nr in range(key_results):
        for at in range(epics):
            key = f"WEB-{nr * 1000 + at + 1}"
            items += [epic(key), item(f"{key}9", key, labels=(f"kr{nr}",), estimate=at + 1)]
    return workspace(objectives=objectives), items
