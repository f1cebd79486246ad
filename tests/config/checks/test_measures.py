"""Measures that do not fit together are refused, each with what to do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from config.measures import Measure

QUERY = {"kind": "query", "start": 1, "target": 0, "jql": "x"}
FLOW = {"kind": "flow", "start": 1, "target": 0}
WORK = {"kind": "work"}


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({**QUERY, "of": "sum"}, "field needs of:"),
        ({**QUERY, "field": "points"}, "field needs of:"),
        ({**QUERY, "of": "percentile", "field": "points"}, "of: percentile needs"),
        ({**QUERY, "of": "sum", "field": "points", "percentile": 5}, "of: percentile needs"),
        (
            {**QUERY, "of": "average", "field": "points", "over": {"jql": "y"}},
            "over needs of:",
        ),
        ({**QUERY, "jql": None, "filter": {}, "of": "sum", "field": "hours"}, "Linear has no custom fields"),
        (
            {**QUERY, "jql": None, "filter": {}, "of": "sum", "field": "Savings"},
            "Linear has no custom fields",
        ),
        ({**FLOW, "of": "cycle_time", "waiting": ["In Review"]}, "need of: efficiency"),
        ({**FLOW, "of": "throughput", "since": "start"}, "need of: efficiency"),
        ({**WORK, "weigh": "label"}, "weigh: type, label or key needs"),
        ({**WORK, "weigh": "points", "weights": {"a": 1}}, "weigh: type, label or key needs"),
        ({**WORK, "weigh": "field"}, "weigh: field needs"),
        ({**WORK, "weigh": "count", "field": "Size"}, "weigh: field needs"),
    ],
)
def test_what_does_not_fit_is_refused(declared: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        TypeAdapter(Measure).validate_python(declared)


@pytest.mark.parametrize(
    "declared",
    [
        {**QUERY, "of": "sum", "field": "Savings"},
        {**QUERY, "of": "percentile", "percentile": 85, "field": "cycle_time"},
        {**QUERY, "jql": None, "filter": {}, "of": "median", "field": "points"},
        {**FLOW, "of": "efficiency", "waiting": ["In Review"], "since": "start"},
        {**WORK, "weigh": "field", "field": "Size"},
        {**WORK, "weigh": "field", "field": "Size", "weights": {"L": 5}},
        {**WORK, "weigh": "key", "weights": {"WEB-1": 5}},
        *({**WORK, "since": since} for since in ("cycle", "ever", "2026-09-01", date(2026, 9, 1))),
        {**QUERY, "since": "ever"},
        {"kind": "milestones", "since": "ever"},
        {"kind": "metric", "start": 1, "target": 2, "since": "2026-09-01"},
        {"kind": "keep", "below": 2, "since": "ever"},
        {"kind": "binary", "since": "ever"},
    ],
)
def test_what_fits_is_taken(declared: dict[str, Any]) -> None:
    TypeAdapter(Measure).validate_python(declared)
