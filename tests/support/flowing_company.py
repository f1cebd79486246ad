"""A company of three teams whose work flowed for half a year, made up of numbers: for the sections of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from config.text.texts import ENGLISH_TEXTS, Texts
from config.workspace import Workspace
from connectors.model import FlagSpan, StatusSpan, WorkItem
from sync.brief.contents import brief_of
from sync.decide import look
from sync.memory import Memory
from sync.report.html.source import ReportSource
from tests.support.builders import NOW, observed, ref, work, workspace
from tests.support.walks import walked

Walked = tuple[WorkItem, Sequence[StatusSpan]]

STAGES = [
    {"name": "Build", "statuses": ["In Progress"]},
    {"name": "Review", "statuses": ["In Review"], "waiting": True},
    {"name": "Test", "statuses": ["QA"]},
]
HOSTILE = '</title><script>alert(1)</script>" onload="alert(2)'
"""The title of WEB-7, and its status has a name of the kind."""
SECRET = "Buy the competitor"
"""The title of WEB-9, which not everybody may see."""

_PREFIXES = ("WEB", "OPS", "eng")


def company_items(each: int = 24) -> Iterator[Walked]:
    """`each` items a team: two of three finished, over the weeks; the others pile up in review."""
    for team, prefix in enumerate(_PREFIXES):
        for number in range(each):
            begin, days = 170 - 7 * number + team, 3 + (number * 7 + team * 5) % 19
            key = f"{prefix}-{number + 1}"
            label = "growth" if number % 4 else "trust"
            given: dict[str, Any] = {"labels": (label,) if number % 5 else (), "priority": "High"}
            if prefix == "eng":
                given |= {"team": "ENG", "project": None}
            walk: list[tuple[str, float]] = [("To Do", begin + 9)]
            if number % 3 == 2:
                walk += [("In Progress", begin), ("In Review", max(0.5, begin - days))]
                walk = walk if number % 6 == 5 else walk[: 2 if number % 2 else 3]
            else:
                walk += [
                    ("In Progress", begin),
                    ("In Review", begin - days / 4),
                    ("QA", begin - days / 2),
                    ("Done", begin - days),
                ]
            walk = [(status, left) for status, left in walk if left > 0]
            item, spans = walked(key, *walk, **given)
            if item.category == "done":
                item = replace(item, completed=spans[-1].begin)
            if key == "WEB-7":
                item = replace(item, title=HOSTILE)
            if key == "WEB-9":
                item = replace(item, title=SECRET, private=True)
            yield item, spans


def flowing_source(
    texts: Texts = ENGLISH_TEXTS,
    *,
    flow: dict[str, Any] | None = None,
    items: Sequence[Walked] | None = None,
    **changes: Any,
) -> ReportSource:
    """What sections are made from. `flow`: as declared, by default with the stages above; `changes`: of the workspace."""
    some = list(company_items()) if items is None else list(items)
    known = company(flow, **changes)
    flagged = {ref("OPS-3"): (FlagSpan(NOW - timedelta(days=9), None),)} if items is None else {}
    seen = observed(
        *(one for one, _ in some), histories={one.ref: spans for one, spans in some}, flagged=flagged
    )
    run = look(seen, Memory(), known, NOW)
    since = NOW - timedelta(weeks=1)
    return ReportSource(run, known, {}, brief_of(run, run.signal_context, known, since), since, texts)


def company(flow: dict[str, Any] | None = None, **changes: Any) -> Workspace:
    """Two objectives, GROWTH and TRUST, with a key result each."""
    objectives = [
        {
            "id": name.upper(),
            "title": f"Objective {name}",
            "cycle": "2026-Q4",
            "key_results": [work(f"{name.upper()}-1", {"label": name})],
        }
        for name in ("growth", "trust")
    ]
    given = {"objectives": objectives, **changes}
    return workspace(flow={"stages": STAGES} if flow is None else flow, **given)
