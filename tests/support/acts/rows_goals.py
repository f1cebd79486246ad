"""Rows: the goals or the work change (docs/marks.md, "When the goals or the work change")."""

from __future__ import annotations

from tests.support.acts import deeds
from tests.support.acts.deeds import BELOW, ENDS, GONE, NAMED, ONE, ORPHAN
from tests.support.acts.seen import ALIGNED, BARE, DANGLING, orphaned, serving
from tests.support.acts.table import Row, Step, Ticket, everywhere

ROWS = (
    Row(
        "a key result gets another title",
        Ticket(serving("ACT-TITLE"), named="ACT-TITLE"),
        (
            Step(
                serving("ACT-TITLE"), ("ACT-TITLE",),
                declares=deeds.title("ACT-TITLE", "Fast enough to love"), tells=("ACT-TITLE · Fast enough to love",),
            ),
        ),
        everywhere("the new title stands in the link or attachment, in the field or the label, and in the comment"),
        marks=("A key result gets another title",),
    ),
    Row(
        "a key result on an epic or project gets another title",
        Ticket(serving("ACT-TITLE", comments=1), named="ACT-TITLE", project="Faster API"),
        (Step(serving("ACT-TITLE", comments=1), ("ACT-TITLE",), tells=("Fast enough to love",), silent_on=("The first title",)),),
        everywhere("link and comment say the new title"),
        marks=("A key result gets another title",),
    ),
    Row(
        "a percent moves by less than a step, and then by more",
        Ticket(serving("ACT-STEP"), named="ACT-STEP"),
        (
            Step(
                serving("ACT-STEP").but(percents={"ACT-STEP": 45}, fields={"KR progress": 45}), None,
                declares=deeds.value("ACT-STEP", 48),
            ),
            Step(serving("ACT-STEP"), ("ACT-STEP 60 %",), declares=deeds.value("ACT-STEP", 60)),
        ),
        everywhere("less than five points are no news; the next ones are written in place"),
        marks=("A percent moves by less than the policy's step",),
    ),
    Row(
        "a percent on an epic or project moves by a step",
        Ticket(serving("ACT-STEP", comments=1), named="ACT-STEP", project="Onboarding v2"),
        (
            Step(serving("ACT-STEP", comments=1).but(percents={"ACT-STEP": 45}, fields={"KR progress": 45}), None),
            Step(serving("ACT-STEP", comments=1), ("60 %",), tells=("60 %",)),
        ),
        everywhere("link and comment say the new percent"),
        marks=("It moves by the step or more, or to 0 or 100",),
    ),
    Row(
        "the rule that names an epic or project ends",
        Ticket(serving("ACT-ENDS", comments=1), named="ACT-ENDS", project="Continuous delivery"),
        (
            Step(serving("ACT-ENDS", comments=1), None),
            Step(BARE, ("ACT-ENDS",), declares=deeds.without_rule("ACT-ENDS")),
        ),
        everywhere("link and comment go; the warning comes a grace period later"),
        marks=("A key result, or the rule that links the work, leaves the configuration",),
    ),
    Row(
        "a person claims work below a linked parent, and takes it back",
        BELOW,
        (
            Step(serving("ACT-WORD"), ("ACT-WORD 30 %",), deeds.label("kr:ACT-WORD")),
            Step(serving("ACT-NAMED"), ("ACT-NAMED 50 %",), deeds.unlabel("kr:ACT-WORD")),
        ),
        everywhere("the nearest word wins; without it the parent's rule counts again"),
        marks=("The claim is taken back",),
    ),
    Row(
        "work below a linked parent is closed",
        BELOW,
        (Step(serving("ACT-NAMED"), None, deeds.close),),
        everywhere("it keeps what it shows"),
        marks=("Linked work is closed",),
    ),
    Row(
        "a rule ends",
        ENDS,
        (Step(serving("ACT-ENDS"), None), Step(BARE, ("ACT-ENDS", "-okr-aligned"), declares=deeds.without_rule("ACT-ENDS"))),
        everywhere("its marks go; the warning comes a grace period later"),
        marks=("A key result, or the rule that links the work, leaves the configuration",),
    ),
    Row(
        "a key result leaves the configuration",
        GONE,
        (Step(serving("ACT-GONE"), None), Step(BARE, ("ACT-GONE", "-okr-aligned"), declares=deeds.without("ACT-GONE"))),
        everywhere("as where its rule ends"),
        marks=("A key result, or the rule that links the work, leaves the configuration",),
    ),
    Row(
        "a person claims aligned work by label, and takes it back",
        ONE,
        (
            Step(serving("ACT-WORD"), ("ACT-WORD 30 %",), deeds.label("kr:ACT-WORD")),
            Step(serving("ACT-ONE"), ("ACT-ONE 50 %",), deeds.unlabel("kr:ACT-WORD")),
        ),
        everywhere("the claim wins over the rule, which counts again when it is taken back"),
        marks=("The claim is taken back",),
    ),
    Row(
        "a person claims an orphan by label, and takes it back",
        ORPHAN,
        (
            Step(serving("ACT-WORD"), ("ACT-WORD 30 %", "-okr-orphaned"), deeds.label("kr:ACT-WORD")),
            Step(BARE, ("remove ACT-WORD 30 %", "-okr-aligned"), deeds.unlabel("kr:ACT-WORD")),
        ),
        everywhere("the warning goes, the marks come; they go with the claim, and the warning waits a grace period"),
        marks=("A person links a ticket (`kr:ID` label, field `Key result`)",),
    ),
    Row(
        "a person claims what nobody declared, and takes it back",
        ONE,
        (
            Step(serving("ACT-ONE").but(labels=frozenset({ALIGNED, DANGLING})), ("+okr-dangling",), deeds.label("kr:ACT-NONE")),
            Step(serving("ACT-ONE"), ("-okr-dangling",), deeds.unlabel("kr:ACT-NONE")),
        ),
        everywhere("the label says so beside the rule's marks, until it is corrected"),
        marks=("A claim names no key result",),
    ),
    Row(
        "a person exempts an orphan, and takes it back",
        ORPHAN,
        (Step(BARE, ("-okr-orphaned",), deeds.label("ktlo")), Step(orphaned(), ("+okr-orphaned",), deeds.unlabel("ktlo"))),
        everywhere("label and comment go, and come back with the cause"),
        marks=("A ticket is exempted",),
    ),
    Row(
        "an orphan is closed, and opened again",
        ORPHAN,
        (Step(BARE, ("-okr-orphaned",), deeds.close), Step(orphaned(), ("+okr-orphaned",), deeds.start)),
        everywhere("label and comment go, and come back with the cause"),
        marks=("An orphan is closed",),
    ),
    Row(
        "linked work is closed, and opened again",
        ONE,
        (Step(serving("ACT-ONE"), None, deeds.close), Step(serving("ACT-ONE"), None, deeds.start)),
        everywhere("it keeps what it shows"),
        marks=("Linked work is closed",),
    ),
    Row(
        "work named by its key is closed",
        NAMED,
        (Step(serving("ACT-NAMED"), None, deeds.close),),
        everywhere("it keeps what it shows"),
        marks=("Linked work is closed",),
    ),
    Row(
        "aligned work is moved to another project or team",
        ONE,
        (Step(serving("ACT-ONE"), None, lambda it: it.take_elsewhere()),),
        everywhere("its label's rule still links it: nothing is written, under the new key"),
        marks=("The ticket moves to another project or team",),
    ),
    Row(
        "an orphan is moved to another project or team",
        ORPHAN,
        (Step(orphaned(), None, lambda it: it.take_elsewhere()),),
        everywhere("it stays one, under the new key"),
        marks=("The ticket moves to another project or team",),
    ),
)  # fmt: skip
