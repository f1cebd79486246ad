"""Before anything was read, names are held against the trackers' own lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from config.trackers import NativeQuery
from connectors.preflight import Catalog
from sync.signals.declared.unknown_names import find_unknown, saved_queries
from tests.support.builders import NOW, work, workspace

FILTER, VIEW = NativeQuery("saved_filter", "7"), NativeQuery("view", "v")
JIRA = Catalog(
    {
        "label": frozenset({"onboarding", "ktlo"}),
        "type": frozenset({"Bug", "Story"}),
        "project": frozenset({"WEB", "OPS"}),
        "team": frozenset(),
    },
    frozenset({FILTER}),
)
LINEAR = Catalog(
    {
        "label": frozenset({"perf"}),
        "type": frozenset({"Issue"}),
        "project": frozenset({"Onboarding v2"}),
        "team": frozenset({"ENG"}),
    },
    frozenset({VIEW}),
)
SERVER = Catalog({name: some for name, some in JIRA.names.items() if name != "label"})
BOTH = {"jira": JIRA, "linear": LINEAR}


def told(
    *links: dict[str, Any], catalogs: dict[str, Catalog] = BOTH, at: datetime = NOW, **changes: Any
) -> list[str]:
    goals = workspace(work("KR1", *links, **changes.pop("key_result", {})), **changes)
    return [f"{one.message} | {one.remedy}" for one in find_unknown(catalogs, goals, at)]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"label": "onbording"}, 'jira and linear have no label "onbording" | did you mean "onboarding"?'),
        ({"label": "perf", "tracker": "jira"}, 'jira has no label "perf" | correct or remove it'),
        ({"type": "Bugg"}, 'jira and linear have no type "Bugg" | did you mean "Bug"?'),
        ({"team": "ENX"}, 'jira and linear have no team "ENX" | did you mean "ENG"?'),
        ({"project": "WEBB"}, 'jira and linear have no project "WEBB" | did you mean "WEB"?'),
        ({"any": [{"label": "perf"}, {"label": "perff"}]}, 'have no label "perff" | did you mean "perf"?'),
        ({"component": "X", "label": "perf"}, 'jira has no label "perf" | correct or remove it'),
        ({"saved_filter": 7}, "jira has no saved filter 7 that the account may use | correct or remove it"),
        ({"view": "v"}, "linear has no view v that the account may use | correct or remove it"),
        (
            {"label": "x1", "type": "Bugg"},
            'no label "x1"; jira and linear have no type "Bugg" | did you mean "Bug"?',
        ),
    ],
)
def test_a_name_that_no_tracker_has(rule: dict[str, Any], said: str) -> None:
    (one,) = told(rule)
    assert one.startswith("a rule of KR1 names what is not there: ")
    assert one.endswith(said)


@pytest.mark.parametrize(
    "rule",
    [
        {"label": "PERF"},
        {"project": "web"},
        {"key": "WEB-999"},
        {"assignee": "Nobody"},
        {"saved_filter": 8},
        {"team": "ENG"},
    ],
)
def test_what_is_there_or_cannot_be_listed_is_no_finding(rule: dict[str, Any]) -> None:
    assert told(rule) == []


def test_of_a_tracker_that_was_not_asked_nothing_is_said() -> None:
    one = {"jira": JIRA}
    assert told({"label": "onbording"}, catalogs=one) == []
    assert told({"label": "onbording", "tracker": "linear"}, catalogs=one) == []
    assert told({"label": "onbording", "tracker": "jira"}, catalogs=one)
    assert told({"view": "v"}, catalogs=one) == []
    assert told({"label": "onbording"}, catalogs={"jira": SERVER, "linear": LINEAR}) == []


def test_only_what_runs_is_looked_at() -> None:
    bad = {"label": "onbording"}
    assert told(bad, key_result={"closed": "2026-11-01"}) == []
    assert told(bad, at=datetime(2027, 2, 1, tzinfo=UTC), exempt=[{"name": "x", "labels": ["no"]}]) == []
    assert told({**bad, "effective": {"until": "2026-11-01"}}) == []


def test_exemptions_and_weights() -> None:
    exempt = [{"name": "upkeep", "labels": ["ktlo", "ktllo"], "types": ["Bugg"]}]
    measure = {"weigh": "type", "weights": {"Storry": 2}}
    exemption, weights = told(exempt=exempt, key_result={"measure": measure})
    assert exemption.startswith("the exemption upkeep names what is not there: ")
    assert exemption.endswith('did you mean "ktlo" and "Bug"?')
    assert weights.startswith(
        'the measure of KR1 names what is not there: jira and linear have no type "Storry"'
    )


def test_only_saved_queries_are_asked_for_by_id() -> None:
    goals = workspace(
        work("KR1", {"saved_filter": 7}, {"jql": "project = WEB"}, {"any": [{"view": "v"}, {"key": "A"}]})
    )
    assert saved_queries(goals, "jira") == {FILTER}
    assert saved_queries(goals, "linear") == {VIEW}
