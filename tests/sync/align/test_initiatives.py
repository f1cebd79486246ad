"""What in a configuration needs initiatives, which a token may not be allowed to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from connectors.base import InitiativeUse
from sync.align.initiatives import initiative_use

DECLARED = """workspace: acme
trackers:
  jira: {kind: jira, url: "https://acme.atlassian.net", scope: {projects: [WEB]}}
  linear: {kind: linear, scope: {teams: [ENG]}}
cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}
POLICY
objectives:
  - {id: O, title: O, cycle: 2026-Q4, key_results: [{id: KR1, title: One, measure: {kind: work}, links: [RULE]}]}
exempt: [EXEMPT]
"""


def used(folder: Path, rule: str = "{label: x}", policy: str = "", exempt: str = "") -> InitiativeUse:
    file = folder / "truenorth.yaml"
    text = DECLARED.replace("RULE", rule).replace("POLICY", policy).replace("EXEMPT", exempt)
    file.write_text(text, encoding="utf-8")
    return initiative_use(load(file), "linear")


@pytest.mark.parametrize(
    ("rule", "because", "names"),
    [
        ("{label: x}", "", set()),
        ('{title: "*x*"}', "", set()),
        ("{key: ENG-1}", "", set()),
        ("{key: 'linear:ENG-1'}", "", set()),
        ("{key: Onboarding v2}", "", {"onboarding v2"}),
        ("{under: Growth, label: x}", "", {"growth"}),
        ("{parent: WEB-12}", "", set()),
        ("{initiative: Growth}", 'initiative "Growth" in a rule of KR1', set()),
        ("{level: initiative, title: 'A*'}", "level: initiative in a rule of KR1", set()),
        ("{type: initiative}", "type: Initiative in a rule of KR1", set()),
        ("{label: x, not: {initiative: Growth}}", 'initiative "Growth" in a rule of KR1', set()),
        ("{any: [{label: x}, {all: [{initiative: Growth}]}]}", 'initiative "Growth" in a rule of KR1', set()),
        ("{tracker: jira, initiative: Growth}", "", set()),
        ("{tracker: jira, under: Growth}", "", set()),
        ("{component: web, initiative: Growth}", "", set()),
        ("{all: [{jql: 'project = WEB'}, {label: x}]}", "", set()),
    ],
)
def test_rules(tmp_path: Path, rule: str, because: str, names: set[str]) -> None:
    assert used(tmp_path, rule) == InitiativeUse(because, frozenset() if because else frozenset(names))


@pytest.mark.parametrize(
    ("policy", "needs"),
    [
        ("policy: {updates: {}}", True),
        ("policy: {updates: {levels: [project, initiative]}}", True),
        ("policy: {updates: {levels: [project]}}", False),
        ("policy: {}", False),
    ],
)
def test_updates(tmp_path: Path, policy: str, needs: bool) -> None:
    assert bool(used(tmp_path, policy=policy).because) is needs


def test_exemptions(tmp_path: Path) -> None:
    found = used(tmp_path, exempt="{name: upkeep, any: [{initiative: Upkeep}]}")
    assert found.because == 'initiative "Upkeep" in a rule of upkeep'
