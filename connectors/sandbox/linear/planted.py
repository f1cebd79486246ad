"""The work that the generated Linear workspace is about, each with the key results of the example that it serves.

The answers are written by hand next to the work: nothing here evaluates a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from connectors.sandbox.planted_answers import (
    LIGHTS_ON,
    NO_ANSWER,
    SECURITY,
    PlantedAnswer,
    carrying,
    carrying_exempt,
    claiming,
    living_in,
)

PROJECTS: dict[str, PlantedAnswer] = {
    "Onboarding v2": living_in("GROWTH-KR2"),
    "Faster API": living_in("TRUST-KR3"),
    "Continuous delivery": living_in("SPEED-KR1"),
    # By a project label of the group "Key result", so that what is below says nothing itself.
    "Template gallery": claiming("GROWTH-KR1"),
}
"""What projects mean by themselves; the others serve nothing."""


@dataclass(frozen=True, slots=True)
class WorkStream:
    """A kind of work: its part of all issues, who does it, in which project, under which label.

    What is not `early` is left out of a workspace that is too small for it.
    """

    part: float
    team: str
    theme: str
    project: str | None = None
    label: str | None = None
    answer: PlantedAnswer = NO_ANSWER
    early: bool = True


STREAMS = (
    # A rule names these projects, and so matches each issue in them.
    WorkStream(0.15, "ENG", "onboarding", "Onboarding v2", answer=living_in("GROWTH-KR2")),
    WorkStream(0.08, "MOB", "onboarding", "Onboarding v2", answer=living_in("GROWTH-KR2")),
    WorkStream(0.14, "ENG", "api", "Faster API", answer=living_in("TRUST-KR3")),
    WorkStream(0.12, "ENG", "deploy", "Continuous delivery", answer=living_in("SPEED-KR1")),
    WorkStream(0.03, "ENG", "deploy", None, "deploy-pipeline", carrying("SPEED-KR1")),
    WorkStream(0.10, "ENG", "flaky", None, "flaky-test", carrying("SPEED-KR2")),
    WorkStream(0.03, "ENG", "onboarding", None, "activation", carrying("GROWTH-KR1")),
    # The example's rule for this label asks for a Jira project too: here it links nothing.
    WorkStream(0.02, "ENG", "onboarding", None, "onboarding"),
    WorkStream(0.02, "ENG", "failover", None, "failover", carrying("TRUST-KR2")),
    WorkStream(0.05, "ENG", "ktlo", None, "ktlo", LIGHTS_ON),
    WorkStream(0.03, "MOB", "ktlo", None, "on-call", LIGHTS_ON),
    WorkStream(0.02, "ENG", "security", None, "security", SECURITY),
    WorkStream(0.08, "MOB", "mobile", "Mobile offline mode"),
    WorkStream(0.03, "ENG", "other", "Design system refresh"),
    WorkStream(0.04, "ENG", "other"),
    WorkStream(0.02, "MOB", "other"),
    WorkStream(0.04, "PEO", "people", "Handbook"),
    WorkStream(0.04, "ENG", "dashboard", "Template gallery", early=False),
    # Of earlier years.
    WorkStream(0.09, "ENG", "other", "Editor rewrite", early=False),
    WorkStream(0.05, "ENG", "failover", "Move to Frankfurt", early=False),
    WorkStream(0.03, "MOB", "mobile", "Chat on the phone", early=False),
)


@dataclass(frozen=True, slots=True)
class OddLabeling:
    """Labels that people put on an issue of a project (None: of no project), and what it then serves.

    `closed`: only on finished work. A name of the label group "Key result" is a claim.
    """

    project: str | None
    labels: tuple[str, ...]
    answer: PlantedAnswer = NO_ANSWER
    closed: bool = False


ODD_LABELS = ("on boarding", "flaky test", "kr: SPEED-KR1", "KR:trust-kr1", "kr:GROWTH-KR7")
"""Labels of the workspace that people made by mistake or in haste; Linear allows spaces."""

ODD_LABELINGS = (
    OddLabeling(None, ("on boarding",)),
    OddLabeling(None, ("flaky test",)),
    OddLabeling(None, ("onboarding",)),
    OddLabeling(None, ("kr: SPEED-KR1",), claiming("SPEED-KR1")),
    OddLabeling(None, ("KR:trust-kr1",), claiming("TRUST-KR1")),
    OddLabeling(None, ("kr:GROWTH-KR7",)),
    OddLabeling(None, ("kr:GROWTH-KR7", "failover"), carrying("TRUST-KR2")),
    OddLabeling(None, ("GROWTH-KR2", "kr:SPEED-KR1"), claiming("GROWTH-KR2", "SPEED-KR1")),
    OddLabeling(None, ("activation", "deploy-pipeline"), carrying("SPEED-KR1", beside=("GROWTH-KR1",))),
    OddLabeling(None, ("failover", "ktlo"), carrying_exempt("TRUST-KR2")),
    OddLabeling(None, ("ktlo", "kr:SPEED-KR1"), claiming("SPEED-KR1")),
    # What an issue carries, an exemption too, comes before the rule for the project that it lives in. What only watches work
    # takes nothing from it: beside a metric's label the project still holds, and beside a label of work a metric's project.
    OddLabeling("Onboarding v2", ("activation",), carrying("GROWTH-KR1")),
    OddLabeling("Onboarding v2", ("deploy-pipeline",), carrying("SPEED-KR1")),
    OddLabeling("Onboarding v2", ("ktlo",), LIGHTS_ON),
    OddLabeling(
        "Faster API",
        ("deploy-pipeline", "failover"),
        carrying("SPEED-KR1", "TRUST-KR2"),
    ),
    OddLabeling("Faster API", ("flaky-test",), carrying("SPEED-KR2"), closed=True),
    OddLabeling("Continuous delivery", ("deploy-pipeline",), carrying("SPEED-KR1")),
    OddLabeling("Continuous delivery", ("TRUST-KR3",), claiming("TRUST-KR3")),
    OddLabeling("Mobile offline mode", ("activation",), carrying("GROWTH-KR1")),
    # The example's rule for this label asks for the team ENG.
    OddLabeling("Mobile offline mode", ("flaky-test",), closed=True),
    OddLabeling("Design system refresh", ("onboarding",)),
    OddLabeling("Template gallery", ("ktlo",), LIGHTS_ON),
)

CLAIMS = (
    ("GROWTH-KR2", claiming("GROWTH-KR2")),
    ("TRUST-KR3", claiming("TRUST-KR3")),
    ("kr:SPEED-KR1", claiming("SPEED-KR1")),
    ("GROWTH-KR2", claiming("GROWTH-KR2")),
)
"""People's own word on a few issues of no project, in a workspace of any size."""

FURTHER_PROJECTS: tuple[tuple[str, tuple[str, ...], str, str, date | None, date | None, str], ...] = (
    (
        "Template gallery",
        ("ENG",),
        "started",
        "Liam O'Brien",
        date(2026, 8, 24),
        date(2026, 12, 18),
        "A board that fits, before the first coffee is cold.",
    ),
    (
        "Editor rewrite",
        ("ENG", "MOB"),
        "completed",
        "Ines Duarte",
        date(2024, 12, 2),
        date(2025, 9, 26),
        "One editor for web and mobile.",
    ),
    (
        "Move to Frankfurt",
        ("ENG",),
        "completed",
        "Kavya Nair",
        date(2025, 6, 2),
        date(2026, 2, 27),
        "Data of European customers stays in Europe.",
    ),
    (
        "Chat on the phone",
        ("MOB",),
        "canceled",
        "Mei Tanaka",
        date(2025, 9, 1),
        date(2026, 1, 30),
        "Nobody asked for it twice.",
    ),
)
"""What a workspace with room for it has as well: a claim by label, and the work of earlier years."""
ENDS: dict[str, datetime] = {
    name: datetime(ended.year, ended.month, ended.day, 15, 0, tzinfo=UTC)
    for name, _, kind, _, _, ended, _ in FURTHER_PROJECTS
    if ended is not None and kind in ("completed", "canceled")
}
"""When the projects that are over ended."""
