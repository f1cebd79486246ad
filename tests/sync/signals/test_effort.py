"""How much effort unaligned work is: leaves count, containers do not, and no estimate is lost."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.model import WorkItem
from sync.align.alignment import Alignment, ItemAlignment, align
from sync.signals.effort import Effort, efforts
from tests.support.builders import epic, item, ref, workspace


def of(items: list[WorkItem], key: str, **changes: Any) -> Effort:
    return efforts(align(items, workspace(**changes)))[ref(key)]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param([epic("WEB-1")], Effort(1, 1), id="a leaf without an estimate"),
        pytest.param([epic("WEB-1", estimate=5)], Effort(5, 1, True), id="a leaf with one"),
        pytest.param([epic("WEB-1", estimate=0)], Effort(0, 1, True), id="an estimate of nothing"),
        pytest.param(
            [epic("WEB-1"), item("WEB-2", "WEB-1", estimate=3), item("WEB-3", "WEB-1")],
            Effort(4, 3, True),
            id="the sum of its leaves",
        ),
        pytest.param(
            [epic("WEB-1", estimate=13), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-1")],
            Effort(13, 3, True),
            id="its own where nothing below it is estimated",
        ),
        pytest.param(
            [epic("WEB-1", estimate=13), item("WEB-2", "WEB-1", estimate=3), item("WEB-3", "WEB-2")],
            Effort(3, 3, True),
            id="that of the middle, whose leaves have none",
        ),
        pytest.param(
            [epic("WEB-1"), item("WEB-2", "WEB-1", estimate=3, category="done"), item("WEB-4", "WEB-1", estimate=2, claims=("KR1",))],
            Effort(1, 1),
            id="not what is closed or serves a key result",
        ),
    ],
)  # fmt: skip
def test_effort(items: list[WorkItem], expected: Effort) -> None:
    assert of(items, "WEB-1") == expected


def test_a_circle_of_parents_ends() -> None:
    items = [item("WEB-1", "WEB-2"), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-1", estimate=2)]
    assert of(items, "WEB-1").items + of(items, "WEB-2").items >= 3


def test_a_chain_of_any_depth_is_counted() -> None:
    items = [item("WEB-0"), *(item(f"WEB-{nr}", f"WEB-{nr - 1}") for nr in range(1, 3_000))]
    alignment = Alignment(
        {one.ref: one for one in items},
        {one.ref: ItemAlignment(one.ref, "unaligned") for one in items},
        {one.parent: (one.ref,) for one in items if one.parent is not None},
    )
    assert efforts(alignment)[ref("WEB-0")].items == 3_000
