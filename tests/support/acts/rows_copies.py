"""Rows: what people copy, and labels of the policy that they set by hand (issue 19)."""

from __future__ import annotations

from typing import Any

from tests.support.acts import deeds
from tests.support.acts.deeds import ENDS, NAMED, ONE, ORPHAN, TWO, YOUNG
from tests.support.acts.seen import BARE, orphaned, serving
from tests.support.acts.table import Row, Step, Ticket, as_on_jira, everywhere, on_jira, on_linear, with_label
from tests.support.acts.tickets import POLICY_LABELS

NO_GROUPS = "Jira has no groups of labels"
CLAIMED = Ticket(serving("ACT-WORD"), ("act-one",))
"""Aligned by a rule, and claimed for another key result."""
WORD = "ACT-WORD · Said by people"
"""The child of the group that says so."""

CHOICE = {"": deeds.duplicate, ", with all behind the scenes": deeds.duplicate_with_all}
"""Jira's clone without and with entity properties, Linear's copy without and with attachments."""


def _without_policy_labels(without: dict[str, Any]) -> dict[str, Any]:
    """Labels of the policy are ours by name: undo takes those of people too."""
    return without | {"labels": [one for one in without["labels"] if one not in POLICY_LABELS]}


COPIES = tuple(
    row
    for how, deed in CHOICE.items()
    for row in (
        Row(
            f"a person copies aligned work{how}",
            ONE,
            (
                Step(serving("ACT-ONE"), (), deed, notes=("copied",)),
                Step(serving("ACT-ONE"), None, deeds.start),
            ),
            everywhere("the rule links the copy too: what came along is taken over as ours"),
            marks=(
                "Clones a ticket (Jira), with its properties or without",
                "Copies an issue with our labels (Linear)",
            ),
        ),
        Row(
            f"a person copies work of two key results{how}",
            TWO,
            (Step(serving("ACT-LATE", "ACT-ONE"), (), deed),),
            everywhere("likewise, with both"),
            marks=(
                "Clones a ticket (Jira), with its properties or without",
                "Copies an issue with our labels (Linear)",
            ),
        ),
        Row(
            f"a person copies work that a rule names{how}",
            NAMED,
            (
                Step(BARE, (*as_on_jira("remove ACT-NAMED 50 %"), "-okr-aligned"), deed),
                Step(BARE, None, deeds.start),
            ),
            everywhere(
                "the copy has another key, so it serves nothing: what came along is no claim and goes"
            ),
            marks=(
                "Clones a ticket (Jira), with its properties or without",
                "Copies an issue with our labels (Linear)",
            ),
        ),
        Row(
            f"a person copies an orphan{how}",
            ORPHAN,
            (Step(BARE, ("-okr-orphaned",), deed),),
            everywhere("the copy is not begun: the warning's label goes"),
            marks=(
                "Clones a ticket (Jira), with its properties or without",
                "Copies an issue with our labels (Linear)",
            ),
        ),
        Row(
            f"a person copies aligned work whose rule then ends{how}",
            ENDS,
            (
                Step(serving("ACT-ENDS"), (), deed),
                Step(
                    BARE,
                    ("remove ACT-ENDS 50 %", "-okr-aligned"),
                    declares=deeds.without_rule("ACT-ENDS"),
                ),
            ),
            everywhere("its marks go with the rule: they were no claim"),
            marks=(
                "Clones a ticket (Jira), with its properties or without",
                "Copies an issue with our labels (Linear)",
            ),
        ),
    )
)

LABELS = (
    Row(
        "a person copies work that a person had claimed by label",
        Ticket(serving("ACT-WORD"), ("kr:ACT-WORD",)),
        (Step(serving("ACT-WORD"), (), deeds.duplicate),),
        everywhere("the claim comes along: a person's word that was copied is one"),
        marks=("Copies a ticket that a person had claimed",),
    ),
    Row(
        "a person copies work that a person had claimed by an id in Key result",
        Ticket(serving("ACT-WORD").but(fields={"Key result": "ACT-WORD"}), is_new=True),
        (Step(serving("ACT-WORD").but(fields={"Key result": "ACT-WORD"}), (), deeds.duplicate),),
        on_jira("likewise, and both ids stay after undo", linear="Linear has no custom fields"),
        first=deeds.fill(Key_result="ACT-WORD"),
        marks=("Copies a ticket that a person had claimed",),
    ),
    Row(
        "a person copies work that a person had claimed by a child of Key result",
        CLAIMED,
        (
            Step(serving("ACT-ONE"), (), deeds.duplicate),
            Step(serving("ACT-WORD"), ("ACT-WORD 30 %",), deeds.choose("ACT-WORD")),
        ),
        on_linear(
            "nothing there tells the child from one of ours: the rule counts, until it is chosen again",
            jira=NO_GROUPS,
        ),
        first=deeds.choose("ACT-WORD"),
        left=with_label(WORD),
        keeps=(f"label {WORD}",),
        marks=("Copies a ticket that a person had claimed",),
    ),
    Row(
        "a person copies work that a person had claimed by a child of Key result, with its attachments",
        CLAIMED,
        (Step(serving("ACT-WORD"), (), deeds.duplicate_with_all),),
        on_linear(
            "the attachment proves that the child is none of ours: it is a claim, as on the original",
            jira=NO_GROUPS,
        ),
        first=deeds.choose("ACT-WORD"),
        left=with_label(WORD),
        keeps=(f"label {WORD}",),
        marks=("Copies a ticket that a person had claimed",),
    ),
    Row(
        "a person sets okr-aligned beside okr-orphaned",
        ORPHAN,
        (Step(orphaned(), ("-okr-aligned",), deeds.label("okr-aligned")),),
        everywhere("the wrong one goes"),
        left=_without_policy_labels,
        marks=("Puts a label of the policy on by hand, beside another or alone",),
    ),
    Row(
        "a person sets okr-orphaned beside okr-aligned",
        ONE,
        (Step(serving("ACT-ONE"), ("-okr-orphaned",), deeds.label("okr-orphaned")),),
        everywhere("the wrong one goes"),
        left=_without_policy_labels,
        marks=("Puts a label of the policy on by hand, beside another or alone",),
    ),
    Row(
        "a person sets okr-aligned on work that gets no marks",
        YOUNG,
        (Step(BARE, ("-okr-aligned",), deeds.label("okr-aligned")),),
        everywhere("it goes: labels of the policy are ours by name"),
        left=_without_policy_labels,
        marks=("Puts a label of the policy on by hand, beside another or alone",),
    ),
    Row(
        "a person sets okr-orphaned on work that gets no marks",
        YOUNG,
        (Step(BARE, ("-okr-orphaned",), deeds.label("okr-orphaned")),),
        everywhere("likewise"),
        left=_without_policy_labels,
        marks=("Puts a label of the policy on by hand, beside another or alone",),
    ),
    Row(
        "a person had set okr-orphaned on aligned work",
        ONE,
        (Step(serving("ACT-ONE"), None),),
        everywhere("the first write puts it right"),
        first=deeds.label("okr-orphaned"),
        plan_first=("-okr-orphaned", "+okr-aligned"),
        left=_without_policy_labels,
        marks=("Puts a label of the policy on by hand, beside another or alone",),
    ),
    Row(
        "a person had set okr-aligned on an orphan",
        ORPHAN,
        (Step(orphaned(), None),),
        everywhere("the first write puts it right"),
        first=deeds.label("okr-aligned"),
        plan_first=("-okr-aligned", "+okr-orphaned"),
        left=_without_policy_labels,
        marks=("Puts a label of the policy on by hand, beside another or alone",),
    ),
)

ROWS = (*COPIES, *LABELS)
