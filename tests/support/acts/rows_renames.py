"""Rows: what setup and sync made is renamed (issue 19). Each reaches every ticket, so they have a world of their own."""

from __future__ import annotations

from tests.support.acts import deeds
from tests.support.acts.deeds import ORPHAN, TWO
from tests.support.acts.seen import ALIGNED, DANGLING, orphaned, serving
from tests.support.acts.table import ON_JIRA, Absent, Deed, Row, Step, Ticket, on_jira, on_linear
from tests.support.acts.tickets import Subject

NO_LABELS = "labels have no ids on Jira: another name is another label, as if the old one was taken off"
HEALTH = Ticket(serving("ACT-LINK"), ("act-link",))
"""Its key result can fall behind alone."""


def _rename(kind: str, name: str, new: str) -> Deed:
    def deed(it: Subject) -> None:
        it.rename(kind, name, new)

    return deed


WATCHED = Ticket(serving("ACT-TITLE"), ("act-title",))

SET_UP_AGAIN = (
    Row(
        "a key result gets another title, and setup runs again",
        WATCHED,
        (
            Step(
                serving("ACT-TITLE"), ("ACT-TITLE",), declares=deeds.title("ACT-TITLE", "Fast enough to love")
            ),
            Step(serving("ACT-TITLE"), None, sets_up=True, silent_on=("The first title",)),
        ),
        on_linear(
            "the child of the group gets the new title from setup, in place",
            jira="Jira's fields hold the title themselves",
        ),
        marks=("A key result gets another title",),
        world="setup again",
    ),
    Row(
        "an administrator renames a field, and setup runs again",
        HEALTH,
        (
            Step(serving("ACT-LINK"), None, _rename("field", "KR health", "Health of the goal")),
            Step(serving("ACT-LINK"), None, sets_up=True, silent_on=("Health of the goal",)),
        ),
        {
            "cloud": "setup names it back",
            "server": Absent("the API of Data Center renames no fields: see the row of the renamed field"),
            "linear": Absent("Linear has no custom fields"),
        },
        world="setup again",
        marks=("Renames a field that `setup` made (Jira)",),
    ),
)

ROWS = (
    *SET_UP_AGAIN,
    Row(
        "an administrator renames a field that setup did not make",
        HEALTH,
        (
            Step(serving("ACT-LINK"), None, _rename("field", "KR progress", "Progress of the goal"), notes=("Progress of the goal",), late=ON_JIRA),
            Step(serving("ACT-LINK").but(fields={"KR progress": 50}), ("ACT-LINK 10 %",), declares=deeds.value("ACT-LINK", 10)),
        ),
        on_jira("a note says so: it is not written until it has its name again, and undo empties it", linear="Linear has no custom fields"),
        marks=("Renames a field that `setup` did not make (Jira)",),
        world="renames of a field",
    ),
    Row(
        "a person renames the label okr-dangling",
        Ticket(serving("ACT-ONE").but(labels=frozenset({ALIGNED, DANGLING})), ("act-one", "kr:ACT-NONE")),
        (Step(serving("ACT-ONE").but(labels=frozenset()), None, _rename("label", "okr-dangling", "in-line"), notes=("in-line",)),),
        on_linear("it is followed by its id: nothing is relabelled, a note says so, undo takes it off", jira=NO_LABELS),
        world="renames",
        marks=("Renames a label of Truenorth's (Linear)",),
    ),
    Row(
        "a person renames a child of the group Key result",
        TWO,
        (Step(serving("ACT-LATE", "ACT-ONE").but(claim="Too late", labels=frozenset()), None, _rename("label", "ACT-LATE", "Too late")),),
        on_linear("it is followed by its id, and is no claim of another key result", jira=NO_LABELS),
        world="renames",
        marks=("Renames a label group of setup, or a label in one (Linear)",),
    ),
    Row(
        "a person renames a view",
        ORPHAN,
        (Step(orphaned(), None, _rename("view", "Unaligned work", "Loose ends")),),
        on_linear("tickets are not touched; removal finds the view by its id", jira="there it is a filter"),
        world="renames",
        marks=("Renames a filter, dashboard or view",),
    ),
    Row(
        "a person renames a filter",
        ORPHAN,
        (Step(orphaned(), None, _rename("filter", "Unaligned work", "Loose ends")),),
        on_jira("tickets are not touched; removal finds the filter by its id", linear="there it is a view"),
        world="renames",
        marks=("Renames a filter, dashboard or view",),
    ),
    Row(
        "a person renames the dashboard",
        ORPHAN,
        (Step(orphaned(), None, _rename("dashboard", "OKR alignment", "Goals at a glance")),),
        {
            "cloud": "tickets are not touched; removal finds the dashboard by its id",
            "server": Absent("the API of Data Center makes no dashboards"),
            "linear": Absent("Linear has no dashboards"),
        },
        world="renames",
        marks=("Renames a filter, dashboard or view",),
    ),
    Row(
        "an administrator renames a field that setup made",
        HEALTH,
        (
            Step(serving("ACT-LINK"), None, _rename("field", "KR health", "Health of the goal"), notes=("Health of the goal",), late=ON_JIRA),
            Step(serving("ACT-LINK"), ("ACT-LINK 10 %",), declares=deeds.value("ACT-LINK", 10)),
        ),
        on_jira("it is followed by its id: what changes is written under the new name", linear="Linear has no custom fields"),
        world="renames",
        marks=("Renames a field that `setup` made (Jira)",),
    ),
)  # fmt: skip
