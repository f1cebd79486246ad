"""Marks of another workspace are one line where nearly all are, and a row each reason where few are."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors.model import Marks, Stamp
from sync.plan.foreign import owners, with_foreign_note
from sync.plan.plan import Plan, Refusal
from sync.report.planned.section import plan as plan_sections
from tests.support.builders import item

THEIRS = item("WEB-1", shown=Marks(stamp=Stamp("acme")))
REFUSED = Refusal(THEIRS.ref, "WEB-1", 'marks belong to workspace "acme", …', "WEB-1", "acme")


@pytest.mark.parametrize(
    ("found", "begins"),
    [
        ({}, ""),
        ({"acme-eu": 50}, ""),
        ({"acme": 1}, '1 item carries marks of workspace "acme", and the YAML says "acme-eu": '),
        ({"acme": 119}, '119 items carry marks of workspace "acme", and the YAML says "acme-eu": '),
        ({"acme": 90, "acme-eu": 10}, '90 of 100 marked items carry marks of workspace "acme", and '),
        ({"acme": 89, "acme-eu": 11}, ""),
        ({"acme": 60, "other": 60}, ""),
        ({"acme": 60, "other": 2}, '60 of 62 marked items carry marks of workspace "acme", and '),
    ],
)
def test_one_note_where_nearly_all_are_theirs(found: dict[str, int], begins: str) -> None:
    plan = with_foreign_note(Plan((), (REFUSED,), "d"), Counter(found), "acme-eu", has_written=False)
    assert plan.refusals == (REFUSED,)
    assert (plan.foreign_owner == "acme") == bool(begins)
    assert len(plan.notes) == bool(begins)
    assert all(note.startswith(begins) for note in plan.notes)
    (section,) = plan_sections(plan, plan)
    assert len(section.rows) == (not begins)
    assert all(note in section.lead for note in plan.notes)


@pytest.mark.parametrize("found", [{"acme": 119}, {"acme": 90, "acme-eu": 10}])
def test_a_workspace_that_was_at_work_here_shares_its_scope_and_was_not_renamed(
    found: dict[str, int],
) -> None:
    before = Plan((), (REFUSED,), "d")
    plan = with_foreign_note(before, Counter(found), "acme-eu", has_written=True)
    assert plan == before
    (section,) = plan_sections(plan, plan)
    assert len(section.rows) == 1, "it is told like any that is skipped"


def test_what_no_workspace_signed_has_no_owner() -> None:
    assert owners([THEIRS, item("WEB-2"), item("WEB-3", shown=Marks(alignment="aligned"))]) == {"acme": 1}
