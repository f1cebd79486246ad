"""The goals of the table as a person declares them: one tracker, one objective, rules by label, key and project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.support.acts.seen import OBJECTIVE, Goals, Site

_JIRA = {"kind": "jira", "url": "https://acme.atlassian.net", "scope": {"projects": ["WEB", "OPS"]}}
TRACKERS: dict[Site, dict[str, Any]] = {
    "cloud": {"jira": _JIRA},
    "server": {"jira": _JIRA | {"deployment": "data_center"}},
    "linear": {"linear": {"kind": "linear", "scope": {"teams": ["ENG", "MOB"]}}},
}


def declaration(site: Site, goals: Goals, rules: Iterable[tuple[str, dict[str, str]]]) -> dict[str, Any]:
    """The whole configuration; `rules` are those that name work, with the key result of each."""
    named = list(rules)
    key_results = []
    for id_, goal in goals.items():
        links = [{"label": one} for one in goal.labels]
        links += [rule for whose, rule in named if whose == id_ and goal.names]
        checkins = [{"on": "2026-11-15", "value": goal.value}]
        measure = {"kind": "metric", "start": 0, "target": 100, "unit": "%", "checkins": checkins}
        one: dict[str, Any] = {"id": id_, "title": goal.title, "measure": measure}
        key_results.append(one | ({"links": links} if links else {}))
    return {
        "workspace": "acme",
        "site": "https://okrs.example.com",
        "trackers": TRACKERS[site],
        "cycles": {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}},
        "exempt": [{"name": "keep-the-lights-on", "labels": ["ktlo"]}],
        # Every ticket of the table changes in every run, which the guards would rightly stop.
        "policy": {"grace_days": 7, "warn": "all", "step": 5, "guards": {"share": 1, "floor": 500}},
        "objectives": [{"id": "ACTS", "title": OBJECTIVE, "cycle": "2026-Q4", "key_results": key_results}],
    }
