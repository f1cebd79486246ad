"""Work that ended without being done, under the names that people give it: one list for Jira and Linear."""

from __future__ import annotations

import unicodedata

import pytest

from config.trackers import JiraScope, JiraTracker
from connectors.jira.api.wire import Fields, IssueStatus, IssueType, NamedRow, Project, StatusCategory
from connectors.jira.read.mapping import is_dropped
from connectors.linear.read.mapping import category_by_name

JIRA = JiraTracker(kind="jira", url="https://acme.example", scope=JiraScope(projects=("WEB",)))
USUAL = (
    "Won't Do", "Won\u2019t Do", "won\u02bct do", "WON'T FIX", "Obsolete", "Not Required", "Invalid", "Needs more info",
    "Needs\u00a0More Info", "Not Our Bug", "Hold", "Incomplete", "Cancelled", "Canceled", "Duplicate", "Rejected",
    "Cannot Reproduce", "Declined", "Abandoned",
)  # fmt: skip
"""As they stand in real trackers."""
OTHERS = ("Done", "Closed", "Fixed", "Won", "Household", "On Hold", "Done, not required before", "")


def fields(status: str, resolution: str | None = None, untranslated: str | None = None) -> Fields:
    return Fields(
        summary="",
        status=IssueStatus(
            name=status, untranslated_name=untranslated, status_category=StatusCategory("done")
        ),
        issuetype=IssueType(id="1", name="Bug"),
        project=Project(id="1", key="WEB"),
        created="",
        updated="",
        resolution=NamedRow(name=resolution) if resolution is not None else None,
    )


@pytest.mark.parametrize("name", USUAL)
def test_the_usual_names_are_dropped_as_status_and_as_resolution(name: str) -> None:
    assert is_dropped(fields(name), JIRA)
    assert is_dropped(fields("Closed", name), JIRA)
    assert is_dropped(fields("Abgelehnt", untranslated=name), JIRA)


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_are_done(name: str) -> None:
    assert not is_dropped(fields(name), JIRA)
    assert not is_dropped(fields("Closed", name), JIRA)


def test_a_declared_list_stands_in_place_of_the_usual_names() -> None:
    e_acute = "Annul\u00e9"
    declared = JIRA.model_copy(update={"dropped_statuses": (e_acute,), "dropped_resolutions": ()})
    assert is_dropped(fields(unicodedata.normalize("NFD", e_acute).upper()), declared)
    assert not is_dropped(fields("Won't Do"), declared)
    assert not is_dropped(fields("Closed", "Won't Do"), declared)


@pytest.mark.parametrize(
    ("name", "kind", "declared", "category"),
    [
        ("Won\u2019t do", "completed", None, "dropped"),
        ("Obsolete", "completed", None, "dropped"),
        ("Hold", "started", None, "doing"),
        ("Invalid", "triage", None, "todo"),
        ("Done", "completed", None, "done"),
        ("Canceled", "canceled", None, "dropped"),
        ("Obsolete", "completed", frozenset(), "done"),
        ("Canceled", "canceled", frozenset(), "dropped"),
        ("Parked", "started", frozenset({"parked"}), "dropped"),
    ],
)
def test_states_of_linear(name: str, kind: str, declared: frozenset[str] | None, category: str) -> None:
    assert category_by_name(name, kind, declared) == category
