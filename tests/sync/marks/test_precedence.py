"""Of several key results on a ticket: which one its fields and its label group show, and that this does not flap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import KeyResultMark, Marks, Stamp, WorkItem
from sync.decide import decide as decide_run
from sync.explain.item import explain
from sync.marks.precedence import WORST_FIRST
from sync.memory import Memory
from tests.support.builders import NOW, epic, item, metric, observed, workspace
from tests.support.deciding import decide

VALUES = {"off_track": 1.0, "at_risk": 35.0, "on_track": 60.0, "done": 100.0, "no_data": None}
"""Of 100, at half of the time."""


def goal(id_: str, health: str, share: float | None = None, **changes: Any) -> dict[str, Any]:
    value = VALUES[health]
    rule: dict[str, Any] = {"label": "x"} | ({"share": share} if share is not None else {})
    checkins = [] if value is None else [("2026-11-02", value)]
    return metric(id_, 0, 100, *checkins, links=[rule], **changes)


def marked(one: WorkItem, *goals: dict[str, Any]) -> WorkItem:
    """The item after a run."""
    wanted, _, plan = decide([one], workspace(*goals))
    if not plan.edits:
        return one
    return replace(one, shown=replace(plan.edits[0].wanted, stamp=Stamp("acme", wanted[one.ref].key_results)))


def order(one: WorkItem) -> list[str]:
    return [mark.id for mark in one.shown.key_results]


TICKET = item("WEB-1", labels=("x",))


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        ([goal("A", "done"), goal("B", "on_track"), goal("C", "no_data"), goal("D", "at_risk"), goal("E", "off_track")], "EDCBA"),
        ([goal("A", "on_track"), goal("B", "on_track")], "AB"),
        ([goal("A", "on_track", 0.2), goal("B", "on_track", 0.8)], "AB"),
        ([goal("A", "at_risk", 0.1), goal("B", "on_track", 0.9)], "AB"),
        ([goal("A", "off_track", closed="2026-11-15"), goal("B", "on_track")], "B"),
    ],
    ids=["by health", "by declaration", "what watches has no share", "health before place", "closed ones take no marks"],
)  # fmt: skip
def test_the_worst_health_comes_first(goals: list[dict[str, Any]], said: str) -> None:
    assert "".join(order(marked(TICKET, *goals))) == said


def test_all_healths_have_a_place() -> None:
    assert set(WORST_FIRST) == set(VALUES)


def test_a_closed_key_result_is_never_the_first_again() -> None:
    before = marked(TICKET, goal("A", "off_track"), goal("B", "on_track"))
    assert order(before) == ["A", "B"]
    after = marked(before, goal("A", "off_track", closed="2026-11-15"), goal("B", "on_track"))
    assert order(after) == ["B", "A"]
    assert after.shown.key_results[1] == before.shown.key_results[0], "its mark rests"


def test_moving_key_results_within_the_declaration_writes_nothing() -> None:
    before = marked(TICKET, goal("A", "on_track"), goal("B", "on_track"))
    _, _, plan = decide([before], workspace(goal("B", "on_track"), goal("A", "on_track")))
    assert plan.empty
    fresh = marked(TICKET, goal("B", "on_track"), goal("A", "on_track"))
    assert order(fresh) == ["B", "A"]


def shown(*marks: KeyResultMark) -> WorkItem:
    """A ticket as the version before wrote it: by share and declaration."""
    aligned = Marks(marks, "aligned", ("okr-aligned",), stamp=Stamp("acme", marks, labels=("okr-aligned",)))
    return replace(TICKET, shown=aligned)


@pytest.mark.parametrize(
    ("healths", "said"),
    [
        (("on_track", "on_track", "on_track"), []),
        (("at_risk", "on_track", "done"), []),
        (("at_risk", "done", "on_track"), []),  # only what stands behind the first is in another order
        (("on_track", "at_risk", "on_track"), ["B", "A", "C"]),
        (("done", "done", "no_data"), ["C", "A", "B"]),
    ],
)
def test_an_upgrade_writes_where_another_key_result_is_to_be_shown(
    healths: tuple[str, ...], said: list[str]
) -> None:
    goals = [goal(id_, health) for id_, health in zip("ABC", healths, strict=True)]
    wanted, _, _ = decide([TICKET], workspace(*goals))
    by_id = {mark.id: replace(mark, goal=None) for mark in wanted[TICKET.ref].key_results}
    older = shown(*(by_id[id_] for id_ in "ABC"))
    _, _, plan = decide([older], workspace(*goals))
    assert [mark.id for edit in plan.edits for mark in edit.wanted.key_results] == said


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(sorted(VALUES)), min_size=3, max_size=3),
            st.permutations("ABC"),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_after_every_run_the_first_is_one_of_the_worst_and_the_next_run_writes_nothing(
    days: list[tuple[list[str], list[str]]],
) -> None:
    ticket = TICKET
    for healths, places in days:
        of = dict(zip("ABC", healths, strict=True))
        goals = [goal(id_, of[id_]) for id_ in places]
        ticket = marked(ticket, *goals)
        first = ticket.shown.key_results[0]
        assert WORST_FIRST.index(first.health) == min(WORST_FIRST.index(of[id_]) for id_ in "ABC")
        assert decide([ticket], workspace(*goals))[2].empty


def test_a_comment_tells_them_in_the_same_order() -> None:
    carrier = epic("WEB-1", labels=("x",))
    comment = marked(carrier, goal("A", "on_track"), goal("B", "off_track")).shown.comment
    assert comment is not None
    assert [name for name, _ in comment.facts if name.endswith("percent")] == ["B percent", "A percent"]


def test_explain_tells_which_one_the_ticket_shows() -> None:
    goals = workspace(goal("A", "on_track"), goal("B", "off_track"))
    found = explain("WEB-1", decide_run(observed(TICKET), Memory(), goals, NOW), goals)
    assert found.summary == "WEB-1 serves B, A. Where a ticket shows one of them, it is B."
    assert [link.key_result for link in found.served] == ["B", "A"]
    assert found.links[0].startswith("B · ")
    assert found.served[0].share == 1
    closed = workspace(goal("A", "on_track"), goal("B", "off_track", closed="2026-11-15"))
    assert explain("WEB-1", decide_run(observed(TICKET), Memory(), closed, NOW), closed).summary.startswith(
        "WEB-1 serves A."
    )
