"""The documents that the service puts on tickets, in every shipped language, for a world whose titles are hostile."""

from __future__ import annotations

from collections.abc import Iterator

from config.messages import SHIPPED
from config.workspace import Workspace
from connectors.model import Marks, WorkItem
from connectors.text.document import Doc
from sync.align.alignment import align
from sync.forecast.key_results import outlooks
from sync.marks.desired import desired_marks
from sync.marks.orphan_comments import SuggestedKeyResult
from sync.measure import measure
from sync.signals.orphans import find_signals
from tests.support.builders import NOW, epic, item, observed, ref, work, workspace
from tests.support.rich_text import HREF, TITLES


def ticket_comments() -> list[Doc]:
    """Progress comments and warnings for each title and language."""
    return [
        doc
        for language in SHIPPED
        for title in TITLES
        for doc in _comments(" ".join(title.split())[:200], language)
    ]


def status_updates() -> list[Doc]:
    """A status update for each title and language."""
    return [_update(" ".join(title.split())[:200], language) for language in SHIPPED for title in TITLES]


def _update(title: str, language: str) -> Doc:
    rule = {"tracker": "linear", "project": title or "x", "level": "project"}
    policy = {"language": language, "updates": {"every_days": 7, "step": 5}}
    declared = workspace(work("KR1", rule, title=title, url=HREF), policy=policy)
    project = item(
        "launch",
        level="project",
        kind="Project",
        title=title,
        project=title or "x",
        writable=frozenset({"update"}),
    )
    below = [
        item("eng-1", "launch", title=title, category="doing", blocked_by=(ref("eng-2"),)),
        item("eng-2", "launch", title=title),
    ]
    (update,) = (one.update for one in _marks([project, *below], declared, {}) if one.update is not None)
    assert update.doc is not None
    return update.doc


def _comments(title: str, language: str) -> Iterator[Doc]:
    key_result = work("KR1", title=title, url=HREF, links=[{"key": "WEB-1"}], measure={"weigh": "points"})
    policy = {"language": language}
    near = workspace(key_result, policy=policy)
    labelled = workspace(key_result, policy=policy, exempt=[{"name": "ktlo", "labels": [title[:60]]}])
    items = [
        epic("WEB-1", title=title),
        item("WEB-2", "WEB-1", category="doing", estimate=3, blocked_by=(ref("WEB-3"),)),
        item("WEB-3", "WEB-1", title=title, estimate=5),
        item("WEB-4", title=title, category="doing"),
    ]
    for declared, offered in ((near, (SuggestedKeyResult("KR1", title, (title,)),)), (labelled, ())):
        marks = _marks(items, declared, {ref("WEB-4"): offered} if offered else {})
        for one in marks:
            if one.comment is not None and one.comment.doc is not None:
                yield one.comment.doc


def _marks(
    items: list[WorkItem], declared: Workspace, near: dict[object, tuple[SuggestedKeyResult, ...]]
) -> list[Marks]:
    alignment = align(items, declared)
    card = measure(alignment, observed(), declared, NOW)
    signals = find_signals(alignment, card, observed(), declared, NOW)
    ends = outlooks(alignment, card, declared, {})
    wanted = desired_marks(alignment, card, signals, declared, near, outlooks=ends)  # type: ignore[arg-type]
    return list(wanted.values())
