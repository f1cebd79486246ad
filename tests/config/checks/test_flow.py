"""Value streams: every fault of a declaration at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from tests.support.declarations import GOOD, problems_of, written

BUILD = "{name: Build, statuses: [In Progress]}"
BAD = [
    (f"{{streams: [{{tracker: jiira, stages: [{BUILD}]}}]}}", "21:28", 'unknown tracker "jiira"; did you mean "jira"?'),
    (f"{{streams: [{{tracker: linear, team: ENGG, stages: [{BUILD}]}}]}}", "21:42", 'linear has no team or project "ENGG" in scope; did you mean "ENG"?'),
    ("{streams: [{tracker: jira, stages: []}]}", "21:42", "expected at least one entry"),
    (f"{{stages: [{BUILD}, {{name: Review, statuses: [in progress]}}]}}", "21:7", 'status "in progress" is in two stages, "Build" and "Review"'),
    (f"{{stages: [{BUILD}, {{name: build, statuses: [QA]}}]}}", "21:7", 'two stages are called "build"'),
    ("{window_weeks: 3}", "21:22", "must be at least 4, not 3"),
    ("{stagess: []}", "21:8", 'unknown key "stagess"; did you mean "stages"?'),
]  # fmt: skip


@pytest.mark.parametrize(("flow", "place", "text"), BAD, ids=[str(at) for at in range(len(BAD))])
def test_a_fault_is_told_at_its_place(tmp_path: Path, flow: str, place: str, text: str) -> None:
    (problem,) = problems_of(written(tmp_path, f"{GOOD}flow: {flow}\n"))
    said = f"{problem.message}; {problem.hint}" if problem.hint else problem.message
    assert (f"{problem.line}:{problem.column}", said) == (place, text)


def test_an_empty_declaration_is_one(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)).flow is None
    assert load(written(tmp_path, f"{GOOD}flow: {{}}\n")).flow is not None
