"""How what setup made is known again, whatever people call it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.jira.setup.cloud_filters import in_free_order
from connectors.linear.api.wire import LabelNode
from connectors.linear.setup.workspace import as_called
from connectors.made_names import described, described_as, is_ours, signature
from connectors.setup import Action, Identified, Need, copies, empty_views, find_made

NEED = Need("acme", {}, "okr-aligned", "okr-orphaned", "okr-dangling")
A = Identified("1", "A", described("A", "acme"))
B = Identified("2", "B", described("B", "acme"))


def found(*rows: Identified, known: str | None = None, what: str = "A") -> str | None:
    one = find_made(rows, lambda row: row, known, what, NEED, ("A", "B"))
    return one.id if one else None


def test_the_known_id_comes_before_the_description_and_that_before_the_name() -> None:
    renamed, foreign = replace(A, name="Mine"), Identified("3", "A", None)
    assert found(foreign, renamed, B) == "1"
    assert found(foreign, renamed, B, known="2") == "2"
    assert found(foreign, B) == "3"
    assert found(B) is None


def test_names_that_were_swapped_mislead_nobody() -> None:
    rows = (replace(A, name="B"), replace(B, name="A"))
    assert (found(*rows), found(*rows, what="B")) == ("1", "2")
    # What A is called by now is no reason to take it for B, which is gone.
    assert found(rows[0], what="B") is None


def test_what_an_older_version_made_is_known_by_its_name_before_that_of_a_person() -> None:
    old = Identified("4", "A", signature("acme"))
    assert described_as(old.description, "acme") is None
    assert found(Identified("3", "A", "theirs"), old) == "4"


@pytest.mark.parametrize("other", ["acme-eu", "eu-acme", "acm", "cme", "acme.eu"])
def test_owners_whose_names_begin_or_end_alike_are_two(other: str) -> None:
    assert not is_ours(described("A", other), "acme")
    assert not is_ours(described("A", "acme"), other)
    assert described_as(described("A", other), "acme") is None


def test_a_copy_is_told_from_what_setup_made() -> None:
    copy = replace(A, id="9", name="Copy of A")

    def copied(made: dict[str, str]) -> list[str]:
        return [one.id for one in copies((copy, A, B), lambda row: row, "filter", made, NEED)]

    assert copied({"filter A": "1"}) == ["9"]
    assert copied({}) == ["9"], "the one that kept its name is the original"


def test_names_are_freed_before_they_are_needed() -> None:
    steps = [Action("filter", "A", "change", "", "1"), Action("filter", "B", "change", "", "2")]
    done = in_free_order(steps, {"Mine": "1", "A": "2"})
    assert [one.name for one in done] == ["B", "A"]
    assert [one.name for one in in_free_order(steps, {"B": "1", "A": "2"})] == ["A", "B"]


@pytest.mark.parametrize(
    ("marks", "at_risk", "said"),
    [
        (("key_results", "labels"), None, []),
        (("labels",), "okr-late", []),
        (("labels",), None, ["filter At-risk key results"]),
        (("key_results",), None, ["filters Unaligned work, Work by key result, Dangling links"]),
        ((), None, ["filters Unaligned work, Work by key result, Dangling links, At-risk key results"]),
    ],
)
def test_views_that_the_policy_leaves_empty_are_named(
    marks: tuple[str, ...], at_risk: str | None, said: list[str]
) -> None:
    need = replace(NEED, marks=frozenset(marks), at_risk=at_risk)
    assert [one.what for one in empty_views("filter", need)] == said


def test_a_view_that_the_policy_has_not_made_is_not_called_empty() -> None:
    (made,) = empty_views("filter", replace(NEED, marks=frozenset(("key_results",)), below="okr-below"))
    assert made.what == "filters Unaligned work, Below unaligned work, Work by key result, Dangling links"
    (not_made,) = empty_views("filter", replace(NEED, marks=frozenset(("key_results",)), below=None))
    assert "Below" not in not_made.what


def test_views_follow_the_names_that_people_give_our_labels() -> None:
    labels = [LabelNode("l1", "Lost", is_group=False), LabelNode("l2", "okr-aligned", is_group=False)]
    need = replace(NEED, label_ids={"okr-orphaned": "l1", "okr-aligned": "l9", "okr-dangling": "gone"})
    called = as_called(need, labels)
    assert (called.orphaned, called.aligned, called.dangling) == ("Lost", "okr-aligned", "okr-dangling")
