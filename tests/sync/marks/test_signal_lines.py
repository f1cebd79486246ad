"""Signals that the policy asks for are named on their tickets, a line each, and by nothing that moves from day to day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import ALL_MARKS, Marks, Stamp, Update, WorkItem
from sync.marks.building.signal_lines import SignalLines
from sync.marks.compare import same_comment
from sync.marks.desired import desired_marks
from sync.marks.messages import messages_for
from sync.marks.wording import contradicts_record
from sync.plan.plan import make_plan
from sync.signals.mechanism import signals
from sync.signals.rules import RULES
from tests.support.builders import NOW, epic, item, work, workspace
from tests.support.plain_text import to_plain
from tests.support.signalling import seen

STALLED = work("KR1", {"label": "a"})
CARRIER = epic(
    "WEB-1", labels=("a",), category="doing", status="In Progress", started=NOW - timedelta(days=40)
)
BELOW = item("WEB-2", "WEB-1", category="doing", status="In Progress", started=NOW - timedelta(days=40))
ORPHAN = item("WEB-3", category="doing", status="In Progress", started=NOW - timedelta(days=40))
BOTH = ["stalled_key_result", "orphaned_work"]


def declared(*ids: str, language: str = "en", **changes: Any) -> Workspace:
    return workspace(STALLED, signals={"in_comment": list(ids)}, policy={"language": language}, **changes)


def marks(space: Workspace, *items: WorkItem, days: int = 0) -> dict[str, Marks]:
    context = seen(space, *items, now=NOW + timedelta(days=days))
    found = signals(context, RULES, with_rates=False)
    wanted = desired_marks(context.alignment, context.scorecard, context.found, space, warnings=found)
    return {ref.id: one for ref, one in wanted.items()}


def text(shown: Marks) -> str:
    assert shown.comment is not None
    assert shown.comment.doc is not None
    return to_plain(shown.comment.doc)


def test_comments_name_the_signals_that_are_asked_for() -> None:
    shown = marks(declared(*BOTH), CARRIER, BELOW, ORPHAN)
    assert "Signal: Stalled key result (KR1)" in text(shown["WEB-1"])
    assert "Signal: Orphaned work" in text(shown["WEB-3"])
    assert ("signals", "stalled_key_result KR1") in shown["WEB-1"].comment.facts  # type: ignore[union-attr]


def test_by_default_no_comment_is_another_one() -> None:
    asked, silent = declared(*BOTH), declared()
    shown, plain = marks(asked, CARRIER, BELOW, ORPHAN), marks(silent, CARRIER, BELOW, ORPHAN)
    assert "Signal" not in text(plain["WEB-1"]) + text(plain["WEB-3"])
    assert not any(
        name == "signals" for one in plain.values() if one.comment for name, _ in one.comment.facts
    )
    assert not same_comment(plain["WEB-1"].comment, shown["WEB-1"].comment, 5)
    assert not same_comment(shown["WEB-1"].comment, plain["WEB-1"].comment, 5)


def test_a_day_later_nothing_is_to_be_written() -> None:
    space = declared(*BOTH)
    shown, later = marks(space, CARRIER, BELOW, ORPHAN), marks(space, CARRIER, BELOW, ORPHAN, days=1)
    for key in ("WEB-1", "WEB-3"):
        assert same_comment(shown[key].comment, later[key].comment, 5)
    bearing = [
        replace(one, shown=replace(shown[one.key], stamp=Stamp("acme"))) for one in (CARRIER, BELOW, ORPHAN)
    ]
    again = {one.ref: later[one.key] for one in bearing}
    assert make_plan(bearing, again, space).empty


def test_the_text_is_the_one_of_its_record() -> None:
    space = declared(*BOTH)
    for one in marks(space, CARRIER, BELOW, ORPHAN).values():
        assert one.comment is None or not contradicts_record(one.comment, messages_for(space, "jira"))


def test_it_is_said_in_the_language_of_the_policy() -> None:
    shown = marks(declared(*BOTH, language="fr"), CARRIER, BELOW, ORPHAN)
    assert "Signal\u00a0: Résultat clé à l'arrêt (KR1)" in text(shown["WEB-1"])
    assert "Signal\u00a0: Travail orphelin" in text(shown["WEB-3"])


def test_a_signal_of_work_below_is_named_on_the_epic_that_carries_a_key_result() -> None:
    done = item("WEB-4", "WEB-1", category="done", status="Done")
    closed = item("WEB-5", "WEB-4")
    shown = marks(declared("done_over_open"), CARRIER, BELOW, done, closed)
    assert "Signal: Done with open children" in text(shown["WEB-1"])


@pytest.mark.parametrize(
    ("asked", "names"), [((), ()), (("stalled_key_result",), ("stalled_key_result KR1",))]
)
def test_a_status_update_names_them_and_is_no_news_for_that(
    asked: tuple[str, ...], names: tuple[str, ...]
) -> None:
    project = item(
        "web-1",
        level="project",
        kind="Project",
        labels=("a",),
        writable=frozenset(ALL_MARKS),
        category="doing",
    )
    space = workspace(STALLED, signals={"in_update": list(asked)}, policy={"updates": {"every_days": 7}})
    update = marks(space, project, item("web-2", "web-1", category="doing"))["web-1"].update
    assert isinstance(update, Update)
    assert tuple(update.details.get("signals", ())) == names
    assert update.doc is not None
    assert ("Signal: Stalled key result (KR1)" in to_plain(update.doc)) == bool(names)
    assert not any(name == "signals" for name, _ in update.facts)


def test_a_signal_of_a_key_result_is_named_only_where_the_ticket_carries_it() -> None:
    found = signals(seen(declared(*BOTH), CARRIER, BELOW, ORPHAN), RULES, with_rates=False)
    lines = SignalLines(found, declared(*BOTH).signals)
    assert lines.in_comment((BELOW.ref,), ["KR1"]) == (("signals", "stalled_key_result KR1"),)
    assert lines.in_comment((BELOW.ref,), ["KR2"]) == ()
