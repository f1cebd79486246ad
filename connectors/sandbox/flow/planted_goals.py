"""The OKR files under which the planted cases of `planted_signals.py` come true: those of the example company, and one more."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.sandbox.flow.jira_deeds import HEALTH_NAME
from connectors.sandbox.flow.planted_makers import LinearMaker
from connectors.sandbox.flow.planted_signals import PlantedSignals

FILE = "planted.yaml"
_EDITS = (
    ("scope: {projects: [WEB, OPS]}", f"scope: {{projects: [WEB, OPS, HR]}}, health_field: {HEALTH_NAME}"),
    ("scope: {teams: [ENG, MOB]}", "scope: {teams: [ENG, MOB, PEO]}"),
    ("statuses: [In Progress, Working, Building]", "statuses: [In Progress, Working, Building, Doing]"),
    ("exempt:\n", "exempt:\n  - {name: planted-upkeep, labels: [planted-upkeep], budget: 1}\n"),
)
"""What is otherwise in the example's main file: the quiet teams are in scope, and people say how it goes."""


def planted_goals(examples: Mapping[str, str], planted: PlantedSignals) -> dict[str, str]:
    """The files by name, of the example's. Raises ValueError where those no longer read as they did."""
    files = dict(examples)
    main = files["truenorth.yaml"]
    for before, after in _EDITS:
        if main.count(before) != 1:
            raise ValueError(f"truenorth.yaml of the example has not one {before!r}")
        main = main.replace(before, after)
    return files | {"truenorth.yaml": main, FILE: _objectives(planted)}


def _objectives(planted: PlantedSignals) -> str:
    named, moved = (", ".join(f"{{key: {key}}}" for key in keys) for keys in (planted.named, planted.moved))
    return f"""objectives:
  - id: PLANTED
    title: Work of the quiet teams
    cycle: 2026-Q4
    key_results:
      - {{id: PACE-KR1, title: A steady pace, measure: {{kind: work}}, links: [{{label: planted-pace}}]}}
      - {{id: STALLED-KR1, title: Nothing was done, measure: {{kind: work}}, links: [{{label: planted-stalled}}]}}
      - {{id: CREEP-KR1, title: Much came late, measure: {{kind: work}}, links: [{{label: planted-creep}}]}}
      - id: PROMISE-KR1
        title: All is well
        measure: {{kind: work}}
        links: [{{label: planted-promise}}, {{tracker: linear, project: {LinearMaker.project}}}]
      - {{id: TORN-KR1, title: Ours, measure: {{kind: work}}, links: [{{label: planted-torn}}]}}
      - {{id: NAMED-KR1, title: Named by a rule, measure: {{kind: work}}, links: [{named}]}}
      - {{id: MOVED-KR1, title: Named by a former key, measure: {{kind: work}}, links: [{moved}]}}
      - {{id: FINISHED-KR1, title: Done before, measure: {{kind: work}}, links: [{{label: planted-finished}}]}}
      - {{id: UNSERVED-KR1, title: No work, measure: {{kind: work}}, links: [{{label: planted-nothing}}]}}
      - id: OVERDUE-KR1
        title: Nobody says
        measure: {{kind: metric, start: 0, target: 10, checkins: [{{on: 2026-10-05, value: 1}}]}}
      - id: OUTPUT-KR1
        title: Busy
        measure: {{kind: metric, start: 0, target: 100, checkins: [{{on: 2026-11-16, value: 0}}]}}
        links: [{{label: planted-output}}]
      - id: FLOW-KR1
        title: Little waits
        measure: {{kind: flow, of: efficiency, start: 40, target: 60}}
        links: [{{label: planted-pace}}]
      - id: CLOSED-KR1
        title: Over
        closed: 2026-11-02
        measure: {{kind: work}}
        links: [{{label: planted-closed}}]
  - id: RIVAL
    title: Work that others want too
    cycle: 2026-Q4
    key_results:
      - id: RIVAL-KR1
        title: Theirs
        measure: {{kind: work}}
        links: [{{label: planted-torn}}, {{label: planted-rival}}]
  - id: HEAVY
    title: One thing counts
    cycle: 2026-Q4
    key_results:
      - {{id: HEAVY-KR1, title: The one thing, measure: {{kind: work}}, links: [{{label: planted-heavy}}]}}
  - id: STARVED
    title: What matters most
    cycle: 2026-Q4
    weight: 20
    key_results:
      - {{id: STARVED-KR1, title: Not begun, measure: {{kind: work}}, links: [{{label: planted-starved}}]}}
"""
