"""Every block of YAML in the documentation can be declared: whole files as they stand, parts where they belong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.errors import ConfigError
from config.load import load
from config.workspace import Workspace

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
OF_OTHERS = ("apiVersion", "services", "jobs", "on", "repos", "include", "scrape_configs")
"""Keys by which files of other programs are known: these are YAML, and no declaration."""

BASE: dict[str, Any] = {
    "trackers": {
        "jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["WEB", "OPS"]}},
        "linear": {"kind": "linear", "scope": {"teams": ["ENG", "MOB", "GRW"]}},
    },
    "cycles": {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}},
}
GOAL = {"id": "ANY", "title": "Any", "cycle": "2026-Q4"}
RESULT = {"id": "ANY-KR1", "title": "Any", "measure": {"kind": "binary"}}
OTHERS = [{**RESULT, "id": f"GROWTH-KR{number}"} for number in (1, 2)]
"""What a composite measure of the pages is made of."""


def blocks() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^( *)```ya?ml[^\n]*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
            line = text.count("\n", 0, block.start()) + 1
            yield f"{page.relative_to(ROOT)}:{line}", block[2]


def whole(part: Any) -> dict[str, Any]:
    """A declaration that has this part, or is it. Raises ValueError for what belongs nowhere in one."""
    if isinstance(part, list):
        results = [{**RESULT, "id": f"ANY-KR{at}", **one} for at, one in enumerate(part)]
        known = {one["id"] for one in results}
        others = [one for one in OTHERS if one["id"] not in known]
        return {**BASE, "objectives": [{**GOAL, "key_results": [*results, *others]}]}
    if {"links", "measure", "checkins"} & set(part):
        return whole([part])
    if not set(part) <= set(Workspace.model_fields):
        raise ValueError(f"{sorted(set(part) - set(Workspace.model_fields))} stand in no declaration")
    trackers = {**BASE["trackers"], **part.get("trackers", {})}
    if "calendar" in part:
        other = {**BASE["trackers"]["jira"], "url": "https://other.example"}
        trackers |= dict.fromkeys(part["calendar"].get("trackers", {}), other)
    goals = [{**GOAL, "key_results": [RESULT], **one} for one in part.get("objectives", [{}])]
    return {**BASE, **part, "trackers": trackers, "objectives": goals}


def declared(text: str, folder: Path) -> None:
    """Raises ConfigError or ValueError where the text cannot be declared."""
    parsed = YAML(typ="safe").load(text)
    if isinstance(parsed, dict) and set(parsed) & set(OF_OTHERS):
        return
    (folder / "truenorth.yaml").write_text(json.dumps(whole(parsed), default=str), encoding="utf-8")
    load(folder)


SHOWN = list(blocks())


@pytest.mark.parametrize("text", [text for _, text in SHOWN], ids=[where for where, _ in SHOWN])
def test_what_is_shown_can_be_declared(text: str, tmp_path: Path) -> None:
    declared(text, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "links: [{lable: onboarding}]",
        "- measure: {kind: work, weigh: pionts}",
        "policy: {grace: 7}",
        "signals: {stalled_weeks: often}",
        "step: 5",
    ],
)
def test_what_cannot_be_declared_is_found(text: str, tmp_path: Path) -> None:
    with pytest.raises((ConfigError, ValueError)):
        declared(text, tmp_path)
