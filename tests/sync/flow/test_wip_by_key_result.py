"""What was in progress for each key result on each day, on walks that can be counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import Ref, StatusSpan, WorkItem
from sync.align.alignment import align
from sync.flow.figures import flow_figures
from sync.flow.wip_by_key_result import Wip, WipByKeyResult, wip_by_key_result
from tests.support.builders import NOW, epic, item, metric, observed, ref, work, workspace
from tests.support.walks import walked

Walked = tuple[WorkItem, Sequence[StatusSpan]]
HALF = Fraction(1, 2)
# NOW is the 16th of November at nine, in UTC.
TODAY = date(2026, 11, 16)


def space(**changes: Any) -> Workspace:
    links = {name: [{"label": name.casefold()}] for name in ("K1", "K2")}
    given = {"flow": {}, "exempt": [{"name": "ktlo", "labels": ["ktlo"]}], **changes}
    return workspace(*(work(name, *some) for name, some in links.items()), **given)


def wip(
    *some: Walked, others: Sequence[WorkItem] = (), where: Workspace | None = None, weeks: int = 26
) -> tuple[WipByKeyResult, ...]:
    histories: dict[Ref, Sequence[StatusSpan]] = {one.ref: walk for one, walk in some}
    seen, goals = observed(*(one for one, _ in some), *others, histories=histories), where or space()
    alignment = align(seen.items, goals, today=NOW.date())
    return wip_by_key_result(flow_figures(seen, alignment, goals, NOW, weeks), alignment, goals)


def last(of: Wip, days: int = 1) -> dict[str, list[Fraction]]:
    """The values of the last days, by what they are for."""
    return {band.purpose.name or band.purpose.kind: list(band.values[-days:]) for band in of.bands}


def doing(key: str, *labels: str, since: float = 10, **changes: Any) -> Walked:
    return walked(key, ("To Do", 30), ("In Progress", since), labels=labels, **changes)


def test_work_counts_for_what_it_serves_and_what_serves_nothing_comes_first() -> None:
    (found,) = wip(
        doing("WEB-1", "k1"),
        doing("WEB-2", "k1", "k2"),
        doing("WEB-3"),
        doing("WEB-4", "ktlo"),
        doing("OPS-1"),
    )
    assert [band.purpose.kind for band in found.whole.bands] == ["none", "key_result", "key_result", "exempt"]
    assert last(found.whole) == {"none": [2], "K1": [1 + HALF], "K2": [HALF], "ktlo": [1]}
    assert found.whole.total(-1) == 5
    none, first, *_ = found.whole.bands
    assert (none.now, none.is_whole) == ((ref("OPS-1"), ref("WEB-3")), True)
    assert (first.now, first.is_whole) == ((ref("WEB-1"), ref("WEB-2")), False)
    assert last(found.of_key_results(["K2"])) == {"K2": [HALF]}
    assert {name: last(one) for name, one in found.teams.items()}["jira/OPS"] == {"none": [1]}


@pytest.mark.parametrize(
    ("walk", "counts"),
    [
        ((("To Do", 30), ("In Progress", 2)), [0, 1, 1, 1]),
        # Begun at midnight, it is there at the end of the day before: the end of a day is the beginning of the next.
        ((("To Do", 30), ("In Progress", 1.375)), [0, 1, 1, 1]),
        ((("To Do", 30), ("In Progress", 1.374)), [0, 0, 1, 1]),
        ((("To Do", 30), ("In Progress", 2), ("Done", 1)), [0, 1, 0, 0]),
        ((("To Do", 30), ("In Progress", 2), ("In Review", 1)), [0, 1, 1, 1]),
        ((("To Do", 30), ("In Progress", 3), ("To Do", 2), ("In Progress", 0.1)), [1, 0, 0, 1]),
        ((("To Do", 30), ("In Progress", 0.2), ("Done", 0.1)), [0, 0, 0, 0]),
        ((("In Progress", 30), ("?", 2), ("In Progress", 1)), [1, 0, 1, 1]),
    ],
    ids=[
        "begun",
        "at midnight",
        "after midnight",
        "done",
        "waiting too",
        "put back",
        "within a day",
        "not known",
    ],
)
def test_what_stands_in_progress_at_the_end_of_a_day_counts_on_it(
    walk: tuple[tuple[str, float], ...], counts: list[int]
) -> None:
    (found,) = wip(walked("WEB-1", *walk), doing("WEB-9", "k1", since=29))
    assert last(found.whole, 4).get("none", [0] * 4) == counts


def test_days_run_from_the_first_of_the_cycle_or_of_what_is_read_to_today() -> None:
    (found,) = wip(doing("WEB-1"))
    assert (found.days[0], found.days[-1], len(found.days)) == (date(2026, 10, 1), TODAY, 47)
    (short,) = wip(doing("WEB-1"), weeks=2)
    assert (short.days[0], short.days[-1]) == (date(2026, 11, 2), TODAY)


def test_each_running_cycle_asks_by_itself() -> None:
    year = {"id": "Y", "title": "Year", "cycle": "2026", "key_results": [work("Y1", {"label": "y1"})]}
    quarter = space().model_dump(mode="json", exclude_unset=True)
    quarter["objectives"].append(year)
    quarter["cycles"] |= {
        "2026": {"start": "2026-01-01", "end": "2026-12-31"},
        "2025": {"start": "2025-01-01", "end": "2025-12-31"},
    }
    found = wip(
        doing("WEB-1", "k1", "y1"),
        doing("WEB-2", "y1"),
        doing("WEB-3"),
        where=Workspace.model_validate(quarter),
    )
    assert {one.cycle: last(one.whole) for one in found} == {
        "2026-Q4": {"none": [1], "K1": [1], "elsewhere": [1]},
        "2026": {"none": [1], "Y1": [2]},
    }


def test_a_piece_counts_one_also_where_a_key_result_that_only_watches_takes_it_whole() -> None:
    watching = metric("M1", 0, 10, links=[{"label": "m1"}])
    goals = workspace(work("K1", {"label": "k1"}), watching, flow={})
    (found,) = wip(doing("WEB-1", "k1", "m1"), where=goals)
    assert last(found.whole) == {"K1": [HALF], "M1": [HALF]}


def test_what_hangs_on_something_unread_is_not_known_and_containers_do_not_count() -> None:
    parent, spans = doing("WEB-1")
    (found,) = wip(
        (parent, spans), doing("WEB-2", parent="WEB-1"), doing("WEB-3", parent="GONE-1"),
        others=[item("WEB-5", category="doing"), epic("WEB-6", category="done")],
    )  # fmt: skip
    assert last(found.whole) == {"none": [1], "unknown": [1]}
    assert found.unread == 1


def test_nothing_is_known_where_no_flow_is_declared() -> None:
    assert wip(doing("WEB-1"), where=space(flow=None)) == ()
