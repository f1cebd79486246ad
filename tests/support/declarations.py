"""A small sound declaration, and how its faults are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import ConfigError, Problem, load

GOOD = """\
workspace: acme
trackers:
  jira: {kind: jira, url: "https://acme.atlassian.net", scope: {projects: [WEB, OPS]}}
  linear: {kind: linear, scope: {teams: [ENG]}}
cycles:
  2026-Q4: {start: 2026-10-01, end: 2026-12-31}
objectives:
  - id: GROWTH
    title: Grow
    cycle: 2026-Q4
    key_results:
      - id: KR1
        title: One
        measure: {kind: metric, start: 1, target: 3, checkins: [{on: 2026-10-14, value: 2}]}
      - id: KR2
        title: Two
        measure: {kind: work, weigh: points}
        links: [{label: onboarding, project: WEB}]
policy:
  grace_days: 7
"""


def problems_of(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.problems


def written(folder: Path, text: str, name: str = "truenorth.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
