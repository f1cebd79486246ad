"""How much work serves no key result, by team, as it is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sync.align.alignment import align
from sync.measure import measure
from sync.signals.orphans import find_signals
from sync.signals.unaligned_by_day import UnalignedDay, to_keep
from tests.support.builders import NOW, item, observed, work, workspace

DAY = NOW.date()


def test_every_team_in_scope_has_a_row_and_each_piece_counts_once() -> None:
    begun: dict[str, Any] = {"category": "doing", "started": NOW - timedelta(days=40)}
    items = [
        item("WEB-1", **begun),
        item("WEB-2", "WEB-1", **begun),
        item("WEB-3"),
        item("OPS-1", claims=("KR1",), **begun),
        item("OLD-1", in_scope=False),
    ]
    space = workspace(work("KR1"))
    alignment = align(items, space, today=DAY)
    card = measure(alignment, observed(), space, NOW)
    signals = find_signals(alignment, card, observed(), space, NOW)
    assert to_keep(signals, alignment.items, DAY) == (
        UnalignedDay(DAY, "jira", "OPS", 0, 0, 0),
        UnalignedDay(DAY, "jira", "WEB", len(signals.orphans), 0, 1),
    )
    assert len(signals.orphans) == 2
