"""`truenorth map` as a user types it: in four formats and two languages, of a part, and without asking a tracker."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.support.builders import NOW
from tests.support.cli import Cli
from tests.sync.cli.test_kept_looks import Here


def test_the_map_in_every_format(tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(3, tmp_path, run, monkeypatch)
    here.edit("title: One,", "title: One, actor: New teams, impact: Come back,")
    here.sync(NOW)
    # No look at the map needs a tracker.
    monkeypatch.setattr("sync.jobs.session.connect", lambda *_, **__: pytest.fail("a tracker is asked"))
    data = json.loads(run("map", "--format", "json").out)
    assert data["unit"] == "points"
    goals = [one for one in data["nodes"] if one["layer"] == "goal"]
    assert [one["name"] for one in goals] == ["O", "P", "unaligned", "exempt"]
    assert goals[1]["parent"] == "O"
    assert [one["name"] for one in data["nodes"] if one["layer"] in ("actor", "impact")] == ["New teams", "Come back"]  # fmt: skip
    ends = {one["id"] for one in data["nodes"] if one["layer"] == "deliverable"}
    arriving = [one for one in data["bands"] if one["target"] in ends]
    for some in (goals, arriving):
        assert math.isclose(sum(one["amount"] for one in some), data["effort"]["amount"], abs_tol=1e-3)
    assert all(len(one["keys"]) == one["items"] for one in arriving)

    mermaid = run("map", "--format", "mermaid").out
    assert mermaid.startswith("flowchart LR\n")
    markdown = run("map", "--format", "markdown").out
    assert markdown.startswith(f"```mermaid\n{mermaid}```\n")
    assert "## O · Objective" in markdown
    part = run("map", "--team", "web", "--objective", "p", "--language", "fr").out
    assert "Seulement --team web --objective p." in part
    assert "KR7" in part
    assert "KR1" not in part
    assert "2026-Q3" in run("map", "--cycle", "2026-q3").out
    wrong = run("map", "--objective", "PP")
    assert (wrong.code, wrong.err) == (2, "truenorth: there is no objective PP; did you mean P?\n")
    assert run("map", "--objective", "P", "--cycle", "2026-Q3").code == 2
