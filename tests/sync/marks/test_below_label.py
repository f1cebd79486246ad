"""The label of orphans below other orphans: on where setup made the view that goes by it, and quiet with and without the store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.model import Marks, Ref, Stamp, WorkItem
from sync.align.alignment import align
from sync.marks.desired import desired_marks
from sync.marks.policy import shows_below
from sync.measure import measure
from sync.signals.orphans import find_signals
from tests.support.builders import NOW, epic, item, metric, observed, workspace

LABEL = "okr-orphaned-below"
SPACE = workspace(metric("KR", 0, 100, ("2026-11-01", 5.0)))
TOP = epic("WEB-1", category="doing")
BELOW = item("WEB-2", parent="WEB-1", category="doing")


def wanted(items: list[WorkItem], on: frozenset[str]) -> dict[Ref, Marks]:
    alignment = align(items, SPACE)
    card = measure(alignment, observed(), SPACE, NOW)
    signals = find_signals(alignment, card, observed(), SPACE, NOW)
    return desired_marks(alignment, card, signals, SPACE, below_on=on)


def test_it_stands_beside_the_warning_on_what_hangs_below() -> None:
    marks = wanted([TOP, BELOW], frozenset({"jira"}))
    assert marks[TOP.ref].labels == ("okr-orphaned",)
    assert marks[BELOW.ref].labels == ("okr-orphaned", LABEL)


def test_no_upgrade_writes_it() -> None:
    marks = wanted([TOP, BELOW], frozenset())
    assert {one.labels for one in marks.values()} == {("okr-orphaned",)}


@pytest.mark.parametrize("after", [{"category": "done"}, {"parent": None}, {"claims": ("KR",)}])
def test_it_goes_with_its_cause(after: dict[str, object]) -> None:
    marked = replace(BELOW, shown=wanted([TOP, BELOW], frozenset({"jira"}))[BELOW.ref], **after)  # type: ignore[arg-type]
    marked = replace(marked, shown=replace(marked.shown, stamp=Stamp("acme", labels=marked.shown.labels)))
    assert LABEL not in wanted([TOP, marked], frozenset({"jira"}))[marked.ref].labels


@pytest.mark.parametrize(
    ("provisions", "stamped", "expected"),
    [
        ({}, (), set()),
        ({"jira": {"filter Unaligned work": "1"}}, (), set()),
        ({"jira": {"filter Below unaligned work": "1"}}, (), {"jira"}),
        ({"linear": {"view Below unaligned work": "1"}}, (), {"linear"}),
        ({}, ("okr-orphaned", LABEL), {"jira"}),
    ],
    ids=["nothing", "setup-of-before", "jira", "linear", "store-lost"],
)
def test_setup_switches_it_on(
    provisions: dict[str, dict[str, str]], stamped: tuple[str, ...], expected: set[str]
) -> None:
    one = replace(BELOW, shown=Marks(stamp=Stamp("acme", labels=stamped)))
    assert shows_below(SPACE, provisions, [one]) == expected
    without = workspace(metric("KR", 0, 1), policy={"labels": {"below": None}})
    assert shows_below(without, provisions, [one]) == set()
