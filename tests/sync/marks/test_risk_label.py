"""The label of work whose key result is at risk: on where the policy names it, off with its cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.workspace import Workspace
from connectors.model import Marks, Stamp, WorkItem
from sync.align.alignment import align
from sync.marks.desired import desired_marks
from sync.measure import measure
from sync.plan.plan import make_plan
from sync.signals.orphans import find_signals
from tests.support.builders import NOW, item, metric, observed, workspace

LABEL = "okr-late"
LATE = metric("LATE", 0, 100, ("2026-11-01", 5.0))
WELL = metric("WELL", 0, 100, ("2026-11-01", 99.0))


def declared(label: str | None = LABEL, **policy: object) -> Workspace:
    return workspace(LATE, WELL, policy={"labels": {"at_risk": label}, **policy})


def wanted(one: WorkItem, space: Workspace) -> Marks:
    alignment = align([one], space)
    card = measure(alignment, observed(), space, NOW)
    signals = find_signals(alignment, card, observed(), space, NOW)
    return desired_marks(alignment, card, signals, space)[one.ref]


@pytest.mark.parametrize(
    ("claims", "labels"),
    [
        (("LATE",), {"okr-aligned", LABEL}),
        (("WELL",), {"okr-aligned"}),
        (("WELL", "LATE"), {"okr-aligned", LABEL}),
        (("LATE", "NONE"), {"okr-aligned", "okr-dangling", LABEL}),
        ((), {"okr-orphaned"}),
    ],
)
def test_open_work_bears_it_beside_the_others(claims: tuple[str, ...], labels: set[str]) -> None:
    assert set(wanted(item("WEB-1", category="doing", claims=claims), declared()).labels) == labels


def test_it_goes_with_its_cause_and_with_the_work() -> None:
    one = item("WEB-1", claims=("LATE",))
    marked = replace(
        one, shown=replace(wanted(one, declared()), stamp=Stamp("acme", labels=("okr-aligned", LABEL)))
    )
    assert LABEL in marked.shown.labels
    assert wanted(replace(marked, claims=("WELL",)), declared()).labels == ("okr-aligned",)
    assert wanted(replace(marked, category="done"), declared()).labels == ("okr-aligned",)
    assert wanted(marked, declared(None)).labels == ("okr-aligned",)
    assert make_plan([marked], {marked.ref: wanted(marked, declared())}, declared()).empty


def test_without_it_in_the_policy_nothing_is_written_for_it() -> None:
    one = item("WEB-1", claims=("LATE",))
    assert wanted(one, declared(None)).labels == ("okr-aligned",)
    assert workspace(LATE).policy.labels.at_risk is None


def test_it_is_written_where_labels_alone_are() -> None:
    one = item("WEB-1", claims=("LATE",))
    assert wanted(one, declared(mode="label")).labels == ("okr-aligned", LABEL)
