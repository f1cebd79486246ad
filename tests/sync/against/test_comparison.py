"""What another declaration makes of the same work, as tables."""

from __future__ import annotations

from typing import Any

import pytest

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.against.answerable import answerable
from sync.against.comparison import Comparison, Side, compare
from sync.decide import look
from sync.memory import Memory
from sync.observation import Observation, Sample
from sync.report.against.words import summary_of
from tests.support.builders import NOW, item, metric, observed, query, work, workspace


def label(name: str, **changes: Any) -> dict[str, Any]:
    return {"label": name, **changes}


ITEMS = (
    item("WEB-1", labels=("a",), category="done"),
    item("WEB-2", labels=("a",), category="doing", estimate=1.0),
    item("WEB-3", labels=("a",), category="doing", estimate=8.0),
    item("WEB-4", labels=("b",), category="doing"),
    item("WEB-5", labels=("b", "c"), category="todo"),
    item("WEB-6", labels=("c",), category="doing"),
)


def compared(before: Workspace, after: Workspace, *items: WorkItem) -> Comparison:
    seen = observed(*(items or ITEMS))

    def side(declared: Workspace) -> Side:
        return Side(declared, look(seen, Memory(), declared, NOW))

    return compare(side(before), side(after), changed=before != after)


def test_the_same_declaration_changes_nothing() -> None:
    found = compared(workspace(work("KR1", label("a"))), workspace(work("KR1", label("a"))))
    assert found.is_empty
    assert not found.changed


def test_each_ticket_has_one_fate_and_each_key_result_says_how_it_moves() -> None:
    before = workspace(work("KR1", label("a")), work("KR2", label("b")))
    after = workspace(work("KR1", label("b")), work("KR2", label("c")))
    found = compared(before, after)
    assert {one.item.key: (one.fate, one.before, one.after) for one in found.tickets} == {
        "WEB-1": ("released", ("KR1",), ()),
        "WEB-2": ("orphaned", ("KR1",), ()),
        "WEB-3": ("orphaned", ("KR1",), ()),
        "WEB-4": ("relinked", ("KR2",), ("KR1",)),
        "WEB-5": ("relinked", ("KR2",), ("KR1", "KR2")),
        "WEB-6": ("linked", (), ("KR2",)),
    }
    assert found.aligned == (4, 3)
    assert [summary_of(one) for one in found.key_results] == [
        "KR1 33 % → 0 %, 2 tickets re-linked, 2 orphaned, 1 no longer linked",
        "KR2 0 %, 1 ticket re-linked, 1 newly linked",
    ]
    assert [(one.id, one.before, one.after) for one in found.objectives] == [("O", 16, 0)]
    assert found.writes == 6 - 1, "closed work keeps its marks"


def test_what_asks_most_for_a_look_comes_first_and_then_the_greatest_estimate() -> None:
    found = compared(
        workspace(work("KR1", label("a")), work("KR2", label("b"))), workspace(work("KR1", label("b")))
    )
    assert [one.item.key for one in found.tickets] == ["WEB-3", "WEB-2", "WEB-4", "WEB-5", "WEB-1"]


@pytest.mark.parametrize("turned", [False, True], ids=["added", "removed"])
def test_a_key_result_that_only_one_side_declares_is_named_so(turned: bool) -> None:
    few, many = (
        workspace(work("KR1", label("a"))),
        workspace(work("KR1", label("a")), work("KR2", label("b"))),
    )
    found = compared(many, few) if turned else compared(few, many)
    (one,) = found.key_results
    assert (one.id, one.kind, one.before is None, one.after is None) == (
        ("KR2", "removed", False, True) if turned else ("KR2", "added", True, False)
    )


def test_a_finding_that_only_moved_in_its_file_is_no_news() -> None:
    before = workspace(work("KR1", label("a"), label("none")))
    found = compared(before, workspace(work("KR1", label("a"), label("none")), title_only(before)))
    assert not any("none" in one for one in found.findings)
    found = compared(before, workspace(work("KR1", label("a"), label("lost"))))
    assert [one for one in found.findings if '"lost"' in one]
    assert found.resolved == 1


def title_only(_: Workspace) -> dict[str, Any]:
    return metric("KR9", 0, 10, ("2026-11-01", 5))


# --- What a snapshot can answer ------------------------------------------------------------------


def gaps(
    snapshot: Observation, declared: Workspace, read_for: Workspace, **samples: Sample
) -> tuple[str, ...]:
    return answerable(snapshot, declared, read_for, samples).gaps


def test_a_query_that_was_asked_otherwise_is_no_answer() -> None:
    was, other = workspace(query("KR1", 0, 10)), workspace(query("KR1", 0, 10, measure=jql("project = OPS")))
    seen = observed(*ITEMS, item("eng-1"), counts={"KR1": 4})
    assert gaps(seen, was, was) == ()
    assert gaps(seen, other, was) == ("not read yet, so without data here: KR1",)
    can = answerable(seen, other, was, {})
    card = look(can.observation, Memory(), can.workspace, NOW).scorecard
    assert [(one.percent, one.health) for one in card.objectives[0].readings] == [(None, "no_data")]


def jql(text: str) -> dict[str, Any]:
    return {"kind": "query", "start": 0, "target": 10, "jql": text}


def test_a_value_from_a_file_counts_as_the_file_has_it_now_and_one_of_another_endpoint_not() -> None:
    def declared(**source: Any) -> Workspace:
        one = metric("KR1", 0, 10)
        return workspace({**one, "measure": {**one["measure"], **source}})

    of_file, here = declared(file={"path": "a.csv", "at": "x"}), declared(http={"url": "https://a.example"})
    there = declared(http={"url": "https://b.example"})
    seen = observed(*ITEMS, item("eng-1"), samples={"KR1": Sample(5, NOW.date())})
    assert gaps(seen, of_file, here) == ("not read yet, so without data here: KR1",)
    assert gaps(seen, there, here) == ("not read yet, so without data here: KR1",)
    assert answerable(seen, there, here, {}).observation.samples == {}
    assert gaps(seen, of_file, here, KR1=Sample(7, NOW.date())) == ()
    assert gaps(seen, here, here) == ()


def test_a_tracker_and_a_rule_that_were_not_asked_are_said() -> None:
    only_jira = workspace(trackers={"jira": workspace().trackers["jira"].model_dump()})
    by_query = workspace(work("KR1", {"jql": "labels = a"}))
    assert gaps(observed(*ITEMS), workspace(), only_jira) == ("the snapshot holds no items of linear",)
    assert gaps(observed(*ITEMS, item("eng-1")), by_query, workspace()) == (
        "1 of the rules' queries to jira not asked yet; they match nothing here",
    )
    kept = answerable(observed(*ITEMS, item("eng-1")), only_jira, workspace(), {}).observation
    assert [one.tracker for one in kept.pulls] == ["jira"]
