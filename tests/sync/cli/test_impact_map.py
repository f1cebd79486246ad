"""`truenorth map` as a user types it: in four formats and two languages, of a part, and without a request."""

from __future__ import annotations

import json
import math

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli


@pytest.mark.needs_server
def test_the_map_in_every_format(run: Cli, pointed: Sandbox) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    asked = len(pointed.requests)
    data = json.loads(run("map", "--format", "json").out)
    goals = [one for one in data["nodes"] if one["layer"] == "goal"]
    assert [one["name"] for one in goals] == ["GROWTH", "SPEED", "TRUST", "unaligned"]
    assert math.isclose(sum(one["amount"] for one in goals), data["effort"]["amount"], abs_tol=1e-3)
    ends = {one["id"] for one in data["nodes"] if one["layer"] == "deliverable"}
    arriving = [one for one in data["bands"] if one["target"] in ends]
    assert math.isclose(sum(one["amount"] for one in arriving), data["effort"]["amount"], abs_tol=1e-3)
    assert all(len(one["keys"]) == one["items"] for one in arriving)

    mermaid = run("map", "--format", "mermaid").out
    assert mermaid.startswith("flowchart LR\n")
    assert mermaid.count("]):::") == len(goals)
    markdown = run("map", "--format", "markdown").out
    assert markdown.startswith(f"```mermaid\n{mermaid}```\n")
    assert "## GROWTH · New teams reach value in their first week" in markdown

    part = run("map", "--team", "eng", "--objective", "speed", "--language", "fr")
    assert "Seulement --team eng --objective speed." in part.out
    assert "SPEED-KR1" in part.out
    assert "GROWTH" not in part.out
    wrong = run("map", "--objective", "GROTH")
    assert (wrong.code, wrong.err) == (2, "truenorth: there is no objective GROTH; did you mean GROWTH?\n")
    assert run("map", "--objective", "GROWTH", "--cycle", "2025-Q1").code == 2
    assert len(pointed.requests) == asked
