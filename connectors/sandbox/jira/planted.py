"""The work that the generated Jira site is about, each with the key results of the example that it serves.

The answers are written by hand next to the work: nothing here evaluates a rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.planted_answers import (
    LIGHTS_ON,
    NO_ANSWER,
    SECURITY,
    PlantedAnswer,
    carrying,
    carrying_by_share,
    carrying_exempt,
    claiming,
    named_for,
)

OPS_BUG = carrying("TRUST-KR1")
"""Every bug of operations, whatever it hangs below and whatever exempt label it bears."""


@dataclass(frozen=True, slots=True)
class PlannedEpic:
    """`age` in days; `weight` is its part of the project's further issues, which are up to `busy` days old.

    `ended` says how a closed epic ended, None for one in work. `points` stand on it for all that hangs below, where then
    nothing is estimated. What is not `early` is left out of a site that is too small for it.
    """

    project: str
    title: str
    theme: str
    age: int
    weight: int
    initiative: int | None = None
    labels: tuple[str, ...] = ()
    answer: PlantedAnswer = NO_ANSWER
    busy: int = 150
    ended: str | None = None
    points: float | None = None
    early: bool = True


@dataclass(frozen=True, slots=True)
class PlannedInitiative:
    title: str
    age: int
    labels: tuple[str, ...] = ()
    answer: PlantedAnswer = NO_ANSWER
    early: bool = True


INITIATIVES = (
    PlannedInitiative("Win teams in their first week", 735),
    PlannedInitiative("Never lose a customer's trust", 733),
    PlannedInitiative("Half the cost of running the platform", 410),
    # Outside the scope of the examples, and yet its word holds for what hangs below.
    PlannedInitiative("One paved road", 300, ("kr:SPEED-KR1",), claiming("SPEED-KR1"), early=False),
)

# The first of WEB and of OPS are the oldest of their projects, so that keys come out as the example OKRs
# name them: WEB-1, WEB-2, OPS-1.
EPICS = (
    PlannedEpic("WEB", "New onboarding", "onboarding", 729, 30, 0, answer=named_for("GROWTH-KR2"), busy=220),
    PlannedEpic(
        "WEB", "First dashboard in minutes", "dashboard", 724, 22, 0, answer=named_for("GROWTH-KR3"), busy=190
    ),
    PlannedEpic("OPS", "Automatic failover", "failover", 727, 24, 1, answer=named_for("TRUST-KR2"), busy=200),
    # Serve no key result, and have had time to: the orphans.
    PlannedEpic("WEB", "Billing settings refresh", "other", 96, 14),
    PlannedEpic("WEB", "Partner directory", "other", 61, 8),
    PlannedEpic("OPS", "Cost of the data platform", "other", 83, 10, 2),
    # Serves none either, but was only just written down.
    PlannedEpic("WEB", "Colour tokens for the new brand", "other", 3, 2),
    # Exempt, or linked by label.
    PlannedEpic("OPS", "Keep the lights on", "ktlo", 700, 10, labels=("ktlo",), answer=LIGHTS_ON, busy=690),
    PlannedEpic(
        "OPS",
        "Faster deploy pipeline",
        "deploy",
        175,
        10,
        labels=("deploy-pipeline",),
        answer=carrying("SPEED-KR1"),
    ),
    PlannedEpic(
        "WEB",
        "Sign-up without a password",
        "onboarding",
        44,
        8,
        labels=("onboarding",),
        answer=carrying("GROWTH-KR2"),
    ),
    PlannedEpic("HR", "Hiring plan", "people", 120, 4),
    # Serves through the initiative above it, which says so itself.
    PlannedEpic("OPS", "Golden path for new services", "deploy", 130, 6, 3, early=False),
    # Estimated as a whole.
    PlannedEpic(
        "WEB",
        "Help inside the product",
        "onboarding",
        115,
        6,
        labels=("onboarding",),
        answer=carrying("GROWTH-KR2"),
        points=34,
        early=False,
    ),
    # Claimed by people: one key result in their own spelling, two at once, one that does not exist.
    PlannedEpic(
        "WEB",
        "Dashboards on the phone",
        "dashboard",
        110,
        6,
        labels=("kr:growth-kr3",),
        answer=claiming("GROWTH-KR3"),
        early=False,
    ),
    PlannedEpic(
        "OPS",
        "Read replicas in two regions",
        "failover",
        140,
        5,
        labels=("kr:TRUST-KR2", "kr:TRUST-KR3"),
        answer=claiming("TRUST-KR2", beside=("TRUST-KR3",)),
        early=False,
    ),
    PlannedEpic("WEB", "Gallery of templates", "dashboard", 88, 4, labels=("kr:GROWTH-KR9",), early=False),
    # The work of earlier years, finished or given up, under goals that nobody declares any more.
    PlannedEpic("WEB", "A new text editor", "other", 715, 16, busy=715, ended="Done", early=False),
    PlannedEpic("OPS", "Leave the old data centre", "failover", 690, 14, busy=690, ended="Done", early=False),
    PlannedEpic("WEB", "Prices per seat", "other", 520, 10, busy=520, ended="Done", early=False),
    PlannedEpic("WEB", "Chat inside the app", "other", 430, 5, busy=430, ended="Won't Do", early=False),
    PlannedEpic(
        "OPS",
        "Certificates that renew themselves",
        "ktlo",
        380,
        6,
        labels=("ktlo",),
        answer=LIGHTS_ON,
        busy=380,
        ended="Done",
        early=False,
    ),
)


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of work below no epic, or of what stands on a ticket besides its epic.

    `project` None: in whichever; `age` in days, where it is one certain ticket.
    """

    project: str | None
    theme: str
    labels: tuple[str, ...] = ()
    answer: PlantedAnswer = NO_ANSWER
    weight: int = 1
    age: int = 0
    claim: str | None = None


# Work below no epic, one of each kind that the rules of the examples tell apart.
LOOSE = (
    WorkKind("WEB", "onboarding", ("onboarding",), carrying("GROWTH-KR2"), age=40),
    WorkKind("WEB", "onboarding", ("activation",), carrying("GROWTH-KR1"), age=33),
    WorkKind("WEB", "security", ("security",), SECURITY, age=27),
    WorkKind("WEB", "other", age=50),
    WorkKind("WEB", "other", age=2),
    WorkKind("OPS", "failover", ("failover",), carrying("TRUST-KR2"), age=21),
    WorkKind("OPS", "deploy", ("deploy-pipeline",), carrying("SPEED-KR1"), age=30),
    WorkKind("OPS", "ktlo", ("on-call",), LIGHTS_ON, age=64),
)

LOOSE_KINDS = (
    WorkKind("WEB", "onboarding", ("onboarding",), carrying("GROWTH-KR2"), weight=3),
    # The example's rule for this label asks for the project WEB: in OPS it links nothing.
    WorkKind("OPS", "onboarding", ("onboarding",), weight=1),
    WorkKind(None, "onboarding", ("activation",), carrying("GROWTH-KR1"), weight=5),
    WorkKind(None, "failover", ("failover",), carrying("TRUST-KR2"), weight=4),
    WorkKind(None, "deploy", ("deploy-pipeline",), carrying("SPEED-KR1"), weight=4),
    WorkKind(None, "ktlo", ("ktlo",), LIGHTS_ON, weight=4),
    WorkKind(None, "ktlo", ("on-call",), LIGHTS_ON, weight=2),
    WorkKind(None, "security", ("security",), SECURITY, weight=2),
    WorkKind(None, "other", weight=12),
)

# What people do to labels and claims, on stories and tasks anywhere, below an epic or not. What says
# nothing leaves the word to the epic.
MESS = (
    # Case twins are one label to us, typing errors are not.
    WorkKind("WEB", "onboarding", ("Onboarding",), carrying("GROWTH-KR2"), weight=4),
    WorkKind("WEB", "onboarding", ("ONBOARDING", "onboarding"), carrying("GROWTH-KR2"), weight=2),
    WorkKind("OPS", "onboarding", ("Onboarding",), weight=2),
    WorkKind(None, "onboarding", ("onbaording",), weight=3),
    WorkKind(None, "onboarding", ("on-boarding",), weight=2),
    WorkKind(None, "failover", ("fail-over",), weight=2),
    WorkKind(None, "ktlo", ("KTLO",), LIGHTS_ON, weight=2),
    # Several at once. Those made of work share it: equal parts, or the declared half and equal parts of the rest. To a
    # metric or a query beside them it counts whole.
    WorkKind(
        "WEB",
        "onboarding",
        ("activation", "onboarding"),
        carrying("GROWTH-KR2", beside=("GROWTH-KR1",)),
        weight=3,
    ),
    WorkKind("OPS", "onboarding", ("activation", "onboarding"), carrying("GROWTH-KR1"), weight=1),
    WorkKind(
        None,
        "deploy",
        ("activation", "deploy-pipeline"),
        carrying("SPEED-KR1", beside=("GROWTH-KR1",)),
        weight=2,
    ),
    WorkKind(
        None,
        "deploy",
        ("deploy-pipeline", "failover", "activation"),
        carrying("SPEED-KR1", "TRUST-KR2", beside=("GROWTH-KR1",)),
        weight=2,
    ),
    WorkKind(
        "WEB",
        "deploy",
        ("deploy-pipeline", "failover", "onboarding"),
        carrying_by_share(GROWTH_KR2="1/4", SPEED_KR1="1/2", TRUST_KR2="1/4"),
        weight=2,
    ),
    # A rule beats an exemption, and a claim beats a rule.
    WorkKind(None, "failover", ("failover", "on-call"), carrying_exempt("TRUST-KR2"), weight=2),
    WorkKind(None, "security", ("security", "kr:GROWTH-KR1"), claiming("GROWTH-KR1"), weight=1),
    WorkKind("WEB", "onboarding", ("kr:SPEED-KR1", "onboarding"), claiming("SPEED-KR1"), weight=2),
    WorkKind(None, "api", ("KR:trust-kr3",), claiming("TRUST-KR3"), weight=2),
    WorkKind(None, "deploy", ("kr:SPEED-KR1", "kr:speed-kr1"), claiming("SPEED-KR1"), weight=1),
    WorkKind(None, "deploy", ("kr:SPEED-KR1", "kr:TRUST-KR2"), claiming("SPEED-KR1", "TRUST-KR2"), weight=1),
    # In the field "Key result": one, two, and a word that names none.
    WorkKind(None, "api", claim="trust-kr3", answer=claiming("TRUST-KR3"), weight=2),
    WorkKind(
        None,
        "deploy",
        claim="SPEED-KR1, GROWTH-KR1",
        answer=claiming("SPEED-KR1", beside=("GROWTH-KR1",)),
        weight=1,
    ),
    WorkKind(None, "other", claim="GROWTH-KR12", weight=1),
    # Claims that name nothing, alone and beside a rule that then holds.
    WorkKind(None, "other", ("kr:GROWTH-KR9",), weight=1),
    WorkKind(None, "other", ("kr:",), weight=1),
    WorkKind(None, "failover", ("kr:TRUSTKR2", "failover"), carrying("TRUST-KR2"), weight=1),
)

# The same on bugs of operations.
BUG_MESS = (
    WorkKind("OPS", "bug", ("failover",), carrying("TRUST-KR2", beside=("TRUST-KR1",)), weight=2),
    WorkKind("OPS", "bug", ("ktlo",), carrying_exempt("TRUST-KR1"), weight=3),
    WorkKind("OPS", "bug", ("deploy-pipeline",), carrying("SPEED-KR1", beside=("TRUST-KR1",)), weight=1),
    WorkKind("OPS", "bug", ("kr:TRUST-KR3",), claiming("TRUST-KR3"), weight=1),
    WorkKind("OPS", "bug", ("security",), carrying_exempt("TRUST-KR1"), weight=1),
)
