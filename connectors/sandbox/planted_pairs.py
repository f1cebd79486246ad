"""Work that both trackers of the generated company know: ten pairs of a Linear issue and a Jira issue, with the truth.

A mirrored pair is one piece of work, kept equal by Linear's own Jira sync (`Issue.syncedWith`). A linked pair is two,
tied by an attachment on the Linear issue whose address is the Jira issue's. What each side serves, which of them
counts and which one inherits is written here by hand: nothing evaluates a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.sandbox.planted_answers import NO_ANSWER, PlantedAnswer, carrying

Side = Literal["linear", "jira"]
PairKind = Literal["mirrored", "linked"]
StateOfWork = Literal["doing", "done"]

JIRA_SITE = "https://acme.atlassian.net"
"""The site as the example company declares it, and as people see it in their browsers."""
FORMER_SITE = "https://jira.acme.example/jira"
"""The server, with a context path, that the company had before: old attachments still point there."""


@dataclass(frozen=True, slots=True)
class LinearSide:
    """An issue that is planted in Linear. `serves` is what it serves in the end, by itself or through the pair."""

    team: str
    theme: str
    serves: PlantedAnswer
    state: StateOfWork = "doing"
    project: str | None = None
    labels: tuple[str, ...] = ()
    estimate: int | None = None


@dataclass(frozen=True, slots=True)
class JiraSide:
    """An issue that is planted in Jira, likewise; `below` makes it the sub-task of a story without any key result."""

    project: str
    type: str
    theme: str
    serves: PlantedAnswer
    state: StateOfWork = "doing"
    labels: tuple[str, ...] = ()
    points: float | None = None
    below: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPair:
    """One pair. `jira` may be the key of an issue that every world has.

    - `counts`: the side of a mirrored pair that counts, the other one counts nowhere; None where both do.
    - `inherits`: the side that serves what it serves only because of the other.
    - `differs`: whether a mirrored pair is done on one side and open on the other.
    - `age`: days since both were made. `address`: how the attachment spells the Jira issue's, with `{key}`.
    """

    name: str
    kind: PairKind
    linear: LinearSide
    jira: JiraSide | str
    counts: Side | None = None
    inherits: Side | None = None
    differs: bool = False
    age: int = 38
    address: str = JIRA_SITE + "/browse/{key}"


PAIRS = (
    # --- Mirrored: counted once, on the side that bears the estimate, else on Linear's ---------------
    PlannedPair(
        "estimated in Linear",
        "mirrored",
        LinearSide("ENG", "onboarding", carrying("GROWTH-KR2"), project="Onboarding v2", estimate=5),
        JiraSide("WEB", "Story", "onboarding", carrying("GROWTH-KR2")),
        counts="linear",
        inherits="jira",
    ),
    PlannedPair(
        "estimated in Jira",
        "mirrored",
        LinearSide("MOB", "onboarding", carrying("GROWTH-KR2"), state="done"),
        JiraSide(
            "WEB",
            "Story",
            "onboarding",
            carrying("GROWTH-KR2"),
            state="done",
            labels=("onboarding",),
            points=8,
        ),
        counts="jira",
        inherits="linear",
    ),
    # Both are estimated: Linear's side counts, and what it serves holds for both, though Jira's label says otherwise.
    PlannedPair(
        "estimated in both, done in Linear",
        "mirrored",
        LinearSide(
            "ENG", "deploy", carrying("SPEED-KR1"), state="done", labels=("deploy-pipeline",), estimate=3
        ),
        JiraSide("OPS", "Task", "deploy", carrying("SPEED-KR1"), labels=("failover",), points=5),
        counts="linear",
        inherits="jira",
        differs=True,
        age=33,
    ),
    # A claim holds, on whichever side a person put it: it beats the rule that Linear's label matches.
    PlannedPair(
        "estimated in neither, claimed and done in Jira",
        "mirrored",
        LinearSide("MOB", "failover", carrying("SPEED-KR1"), labels=("failover",)),
        JiraSide("OPS", "Task", "failover", carrying("SPEED-KR1"), state="done", labels=("kr:SPEED-KR1",)),
        counts="linear",
        inherits="linear",
        differs=True,
        age=31,
    ),
    # The project HR is out of scope: Linear's side stands for itself.
    PlannedPair(
        "out of scope in Jira",
        "mirrored",
        LinearSide(
            "ENG", "deploy", carrying("SPEED-KR1"), state="done", project="Continuous delivery", estimate=2
        ),
        JiraSide("HR", "Task", "people", NO_ANSWER),
        counts="linear",
        age=26,
    ),
    PlannedPair(
        "an orphan in both",
        "mirrored",
        LinearSide("ENG", "other", NO_ANSWER, estimate=2),
        JiraSide("WEB", "Task", "other", NO_ANSWER),
        counts="linear",
        age=30,
    ),
    # --- Linked: two pieces of work, the lower one inherits ------------------------------------------
    PlannedPair(
        "a Linear issue below a Jira epic",
        "linked",
        LinearSide("MOB", "onboarding", carrying("GROWTH-KR2"), estimate=2),
        "WEB-1",
        inherits="linear",
    ),
    # The story above the sub-task serves nothing, so the word of the linked issue is the nearest one.
    PlannedPair(
        "a Jira sub-task below a Linear issue",
        "linked",
        LinearSide("ENG", "failover", carrying("TRUST-KR2"), labels=("failover",), estimate=3),
        JiraSide("OPS", "Sub-task", "failover", carrying("TRUST-KR2"), state="done", below=True),
        inherits="jira",
        age=24,
    ),
    # At equal level the one that serves nothing inherits.
    PlannedPair(
        "equals, linked by Jira's label",
        "linked",
        LinearSide("ENG", "deploy", carrying("SPEED-KR1"), estimate=1),
        JiraSide(
            "OPS",
            "Task",
            "deploy",
            carrying("SPEED-KR1"),
            state="done",
            labels=("deploy-pipeline",),
            points=3,
        ),
        inherits="linear",
        age=20,
    ),
    PlannedPair(
        "equals, claimed in Linear",
        "linked",
        LinearSide(
            "ENG", "deploy", carrying("SPEED-KR1"), state="done", labels=("kr:SPEED-KR1",), estimate=1
        ),
        JiraSide("WEB", "Story", "deploy", carrying("SPEED-KR1"), points=2),
        inherits="jira",
        age=18,
        address="https://ACME.atlassian.net/browse/{key}?focusedCommentId=10100",
    ),
)
