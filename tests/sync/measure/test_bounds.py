"""Whose work counts, and what an item was at an earlier moment: laws for any work, and each sentence by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.okrs import Cycle, KeyResult
from connectors.model import WorkItem
from sync.align.alignment import align
from sync.collect.rewind import rewound
from sync.measure import Bounds, Reading, as_it_was, bounds_of, end_of, measure
from sync.measure.bounds import standing
from tests.support.builders import NOW, item, observed, work, workspace

DAY = timedelta(days=1)
CYCLE = Cycle(start=date(2026, 10, 1), end=date(2026, 12, 31))
FIRST = datetime(2026, 10, 1, tzinfo=UTC)
THEN = datetime(2026, 10, 20, 9, tzinfo=UTC)
BEFORE, AFTER = THEN - timedelta(days=5), THEN + timedelta(days=5)


@pytest.mark.parametrize(
    ("name", "now", "then"),
    [
        ("created later: not there", {"created": AFTER}, None),
        ("created in that moment: not there", {"created": THEN}, None),
        ("open since", {}, ("todo", None)),
        ("done before: done", {"category": "done", "completed": BEFORE}, ("done", BEFORE)),
        ("done later: open", {"category": "done", "completed": AFTER}, ("todo", None)),
        ("done in that moment: open", {"category": "done", "completed": THEN}, ("todo", None)),
        ("done later, begun before: in progress",
         {"category": "done", "completed": AFTER, "started": BEFORE}, ("doing", None)),
        ("done later, begun later: not begun",
         {"category": "done", "completed": AFTER, "started": AFTER}, ("todo", None)),
        ("done on an unknown day, changed since: not known to be done",
         {"category": "done", "completed": None, "updated": AFTER}, ("todo", None)),
        ("done on an unknown day, not changed since: done",
         {"category": "done", "completed": None, "updated": BEFORE}, ("done", None)),
        ("dropped before: dropped", {"category": "dropped", "dropped": BEFORE}, ("dropped", None)),
        ("dropped later: open", {"category": "dropped", "dropped": AFTER}, ("todo", None)),
        ("dropped on an unknown day: dropped", {"category": "dropped"}, ("dropped", None)),
        ("in progress since before", {"category": "doing", "started": BEFORE}, ("doing", None)),
        ("in progress since later", {"category": "doing", "started": AFTER}, ("todo", None)),
        ("in progress, nobody tells since when", {"category": "doing"}, ("doing", None)),
    ],
)  # fmt: skip
def test_what_an_item_was(name: str, now: dict[str, Any], then: tuple[str, Any] | None) -> None:
    was = as_it_was(item("WEB-1", **{"created": THEN - timedelta(days=30), **now}), THEN)
    assert (None if was is None else (was.category, was.completed)) == then, name
    if was is not None:
        assert was.started is None or was.started < THEN
        assert was.dropped is None or was.dropped < THEN


@pytest.mark.parametrize(
    ("measure", "first"),
    [
        ({"kind": "work"}, date(2026, 10, 1)),
        ({"kind": "work", "since": "ever"}, None),
        ({"kind": "work", "since": "2026-08-01"}, date(2026, 8, 1)),
        ({"kind": "binary", "since": "ever"}, None),
        ({"kind": "flow", "of": "lead_time", "start": 9, "target": 3}, date(2026, 10, 1)),
        (
            {"kind": "flow", "of": "efficiency", "start": 9, "target": 30, "since": "start"},
            date(2026, 10, 1),
        ),
        ({"kind": "composite", "of": {"B": 1}}, date(2026, 10, 1)),
        ({"kind": "project", "project": "P"}, date(2026, 10, 1)),
    ],
)
def test_the_first_day_that_counts(measure: dict[str, Any], first: date | None) -> None:
    declared = KeyResult.model_validate({"id": "A", "title": "A", "measure": measure})
    assert bounds_of(declared, CYCLE, UTC) == Bounds(UTC, first)


def test_a_moment_before_the_read_knows_of_nothing_in_progress() -> None:
    doing = item("WEB-1", category="doing", started=BEFORE)
    assert standing(doing, Bounds(UTC)).category == "doing"
    assert standing(doing, Bounds(UTC, is_past=True)).category == "todo"


def test_a_day_ends_when_its_zone_says() -> None:
    assert end_of(date(2026, 12, 31), ZoneInfo("Europe/Paris")) == datetime(2026, 12, 31, 23, tzinfo=UTC)


# --- Laws ----------------------------------------------------------------------------------------

MOMENTS = st.integers(-60 * 24, 130 * 24).map(lambda hours: FIRST + timedelta(hours=hours))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["todo", "doing", "done", "dropped"]),
        MOMENTS,
        st.integers(0, 60 * 24),
        st.one_of(st.none(), st.integers(0, 60 * 24)),
    ),
    max_size=8,
)
LATE = datetime(2027, 2, 20, tzinfo=UTC)
"""All that is drawn has happened by then, after the cycle's end."""


def planted(rows: list[Any], undated: int = -1, **changes: Any) -> list[WorkItem]:
    found = []
    for nr, (category, created, hours, begun) in enumerate(rows):
        ended = min(LATE - DAY, created + timedelta(hours=hours))
        stamps = {
            "completed": ended if category == "done" and nr != undated else None,
            "dropped": ended if category == "dropped" else None,
            "started": None if begun is None else created + timedelta(hours=begun),
        }
        found.append(
            item(
                f"WEB-{nr}",
                claims=("A",),
                category=category,
                created=created,
                updated=LATE,
                **stamps,
                **changes,
            )
        )
    return found


def read_at(items: list[WorkItem], moment: datetime, **how: Any) -> Reading:
    """As `status --as-of` reads it: the items were read late, and then taken back."""
    declared = workspace(work("A", measure={"started": 0.5, **how}))
    seen = rewound(observed(*items, at=LATE), moment)
    return measure(align(seen.items, declared), replace(seen, at=moment), declared, moment).readings["A"]


@given(ROWS, st.sampled_from(["count", "points"]), st.integers(0, 7))
def test_in_its_first_moment_a_cycle_has_no_progress(rows: list[Any], weigh: str, undated: int) -> None:
    found = read_at(planted(rows, undated), FIRST, weigh=weigh)
    assert found.percent in (0, None)
    assert found.tally.done == 0


@given(ROWS, MOMENTS)
def test_nothing_that_came_later_is_in_a_reading(rows: list[Any], moment: datetime) -> None:
    for piece in read_at(planted(rows), moment).pieces:
        assert piece.item.created < moment
        if piece.done_on is not None:
            assert piece.done_on <= moment.date()


@given(ROWS)
def test_what_is_left_out_changes_nothing(rows: list[Any]) -> None:
    items = planted(rows)
    whole = read_at(items, LATE)
    out = {piece.item.ref for piece in whole.pieces if piece.left_out is not None}
    counting = read_at([one for one in items if one.ref not in out], LATE)
    assert (counting.progress, counting.value) == (whole.progress, whole.value)


@given(ROWS)
def test_after_the_end_the_cycle_reads_as_on_its_last_moment(rows: list[Any]) -> None:
    """The ended cycle, told by the items of today, is what `--as-of` tells of its end."""
    items, end = planted(rows), datetime(2027, 1, 1, tzinfo=UTC)
    then, now = read_at(items, end - timedelta(seconds=1)), read_at(items, LATE)
    late = {one.ref for one in items if (one.completed or one.dropped or end) == end - timedelta(seconds=1)}
    assert late or (then.progress, then.tally.done, then.tally.leaves) == (
        now.progress,
        now.tally.done,
        now.tally.leaves,
    )


@given(ROWS, st.sampled_from(["cycle", "ever", "2026-09-01"]))
def test_since_ever_counts_all_that_any_other_counts(rows: list[Any], since: str) -> None:
    ever, some = read_at(planted(rows), NOW, since="ever"), read_at(planted(rows), NOW, since=since)
    assert some.tally.done <= ever.tally.done
    assert some.tally.leaves + some.tally.before == ever.tally.leaves
    assert some.tally.leaves - some.tally.done == ever.tally.leaves - ever.tally.done


# --- Taking back what was read -------------------------------------------------------------------


def test_what_was_read_before_the_moment_stays_as_it_is() -> None:
    done = item("WEB-1", category="done", completed=AFTER)
    seen = observed(done, at=THEN)
    assert rewound(seen, THEN) == seen
    assert rewound(seen, AFTER + DAY) == seen
    later = rewound(observed(done, item("WEB-2", created=AFTER), at=NOW), THEN)
    assert [(one.key, one.category) for one in later.items] == [("WEB-1", "todo")]
    assert [one.key for one in later.later] == ["WEB-2"]
    assert later.rewound


def test_an_epic_whose_children_came_later_counted_itself() -> None:
    items = [
        item("WEB-1", claims=("A",), level="epic", created=BEFORE),
        item("WEB-2", "WEB-1", created=AFTER),
        item("WEB-3", "WEB-1", category="done", created=AFTER, completed=NOW),
    ]
    assert [piece.item.key for piece in read_at(items, THEN).pieces] == ["WEB-1"]
    assert [piece.item.key for piece in read_at(items, LATE).pieces] == ["WEB-2", "WEB-3"]
