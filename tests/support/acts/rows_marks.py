"""Rows: a person changes what Truenorth wrote (docs/marks.md, "When a person changes what Truenorth wrote")."""

from __future__ import annotations

from typing import Any

from tests.support.acts import deeds
from tests.support.acts.deeds import COMPUTED, FILLED, ONE, ORPHAN, TWO, YOUNG
from tests.support.acts.seen import orphaned, serving
from tests.support.acts.table import (
    ON_JIRA,
    Row,
    Step,
    Ticket,
    emptied,
    everywhere,
    on_jira,
    on_linear,
    with_label,
)
from tests.support.acts.tickets import POLICY_LABELS

NO_FIELDS = "Linear has no custom fields"
NO_GROUPS = "Jira has no groups of labels"


_with_their_child = with_label("ACT-WORD · Said by people")
"""The child that they chose stays."""


def _without_policy_labels(without: dict[str, Any]) -> dict[str, Any]:
    return without | {"labels": [one for one in without["labels"] if one not in POLICY_LABELS]}


def _close_and_fill(it: Any) -> None:
    it.close()
    it.fill("KR progress", 100)


EDITED = "Truenorth is right, but this one stays."
"""A comment of ours that a person rewrote."""


def _with_edited_comment(without: dict[str, Any]) -> dict[str, Any]:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": EDITED}]}
    body = {"type": "doc", "version": 1, "content": [paragraph]}
    return without | {"comments": [["truenorth@acme.example", body, {}]]}


ROWS = (
    Row(
        "a person edits our comment, and links the ticket",
        ORPHAN,
        (
            Step(orphaned(), None, lambda it: it.overwrite_comment(EDITED), tells=(EDITED,)),
            Step(serving("ACT-WORD", comments=1), ("ACT-WORD 30 %", "-okr-orphaned"), deeds.label("kr:ACT-WORD"), tells=(EDITED,)),
        ),
        on_jira("it is theirs: never edited, never deleted; undo removes only our marker", linear="see the next row"),
        left=_with_edited_comment,
        keeps=("comment",),
        marks=("Edits the comment (Jira)",),
    ),
    Row(
        "a person tries to edit our comment",
        ORPHAN,
        (Step(orphaned(), None, lambda it: it.overwrite_comment("Mine now.")),),
        on_linear("Linear refuses: only its author may", jira="Jira lets them"),
        marks=("Edits the comment (Linear)",),
    ),
    Row(
        "a person deletes our comment",
        ORPHAN,
        (Step(orphaned(), ("add the orphan comment",), lambda it: it.drop_comments(), late=("linear",)),),
        everywhere("it is written again, once"),
        marks=("Deletes the comment",),
    ),
    Row(
        "a person empties Key result",
        ONE,
        (Step(serving("ACT-ONE"), ("ACT-ONE",), deeds.fill(Key_result=None)),),
        on_jira("the text is put back", linear=NO_FIELDS),
        marks=("Empties `Key result`",),
    ),
    Row(
        "a person changes the computed fields of aligned work",
        ONE,
        (Step(serving("ACT-ONE"), ("ACT-ONE",), deeds.fill(**FILLED)),),
        on_jira("the computed values are put back", linear=NO_FIELDS),
        left=emptied(*COMPUTED),
        marks=("Fills or changes `KR progress`, `KR health`, `Objective` or `Alignment` (Jira)",),
    ),
    Row(
        "a person changes the computed fields of an orphan",
        ORPHAN,
        (Step(orphaned(), (), deeds.fill(**FILLED)),),
        on_jira("alignment is put right, and what it has no value for is emptied", linear=NO_FIELDS),
        left=emptied(*COMPUTED),
        marks=("Fills or changes `KR progress`, `KR health`, `Objective` or `Alignment` (Jira)",),
    ),
    Row(
        "a person had filled the computed fields of aligned work",
        ONE,
        (Step(serving("ACT-ONE"), None),),
        on_jira("the first write sets them, and the plan names what it overwrites", linear=NO_FIELDS),
        first=deeds.fill(**FILLED),
        notes_first=("KR progress", "KR health", "Alignment", "Objective"),
        left=emptied(*COMPUTED),
        marks=("Fills or changes `KR progress`, `KR health`, `Objective` or `Alignment` (Jira)",),
    ),
    Row(
        "a person had filled the computed fields of an orphan",
        ORPHAN,
        (Step(orphaned(), None),),
        on_jira("the first write sets alignment and empties the others", linear=NO_FIELDS),
        first=deeds.fill(**FILLED),
        notes_first=("KR progress", "KR health", "Alignment", "Objective"),
        left=emptied(*COMPUTED),
        marks=("Fills or changes `KR progress`, `KR health`, `Objective` or `Alignment` (Jira)",),
    ),
    Row(
        "a person writes an id alone into Key result of aligned work, and empties it",
        ONE,
        (
            Step(serving("ACT-WORD").but(fields={"Key result": "ACT-WORD"}), ("ACT-WORD 30 %",),
                 deeds.fill(Key_result="ACT-WORD")),
            Step(serving("ACT-ONE"), ("ACT-ONE 50 %",), deeds.fill(Key_result=None)),
        ),
        on_jira("it is their claim, and wins until it is taken back", linear="the group's label stands for it there"),
        marks=("Writes a key result's id into `Key result`",),
    ),
    Row(
        "a person writes an id alone into Key result of an orphan",
        ORPHAN,
        (Step(serving("ACT-WORD").but(fields={"Key result": "ACT-WORD"}), ("ACT-WORD 30 %", "-okr-orphaned"),
              deeds.fill(Key_result="ACT-WORD")),),
        on_jira("it is their claim: the warning goes, and the id stays after undo", linear="the group's label stands for it there"),
        marks=("Writes a key result's id into `Key result`",),
    ),
    Row(
        "a person had typed two ids into Key result",
        Ticket(serving("ACT-LATE", "ACT-ONE").but(fields={"Key result": "ACT-ONE, ACT-LATE"}), is_new=True),
        (Step(serving("ACT-LATE", "ACT-ONE").but(fields={"Key result": "ACT-ONE, ACT-LATE"}), None),),
        on_jira("both are claimed: no sign of ours stood there", linear="a group gives one label"),
        first=deeds.fill(Key_result="ACT-ONE, ACT-LATE"),
        plan_first=("ACT-LATE 10 %", "ACT-ONE 50 %"),
        marks=("Types several ids into `Key result`",),
    ),
    Row(
        "a person had typed two ids into Key result and filled KR progress",
        Ticket(serving("ACT-LATE", "ACT-ONE").but(fields={"Key result": "ACT-ONE, ACT-LATE"}), is_new=True),
        (Step(serving("ACT-LATE", "ACT-ONE").but(fields={"Key result": "ACT-ONE, ACT-LATE"}), None),),
        on_jira("likewise: a filled field is no sign of ours", linear="a group gives one label"),
        first=deeds.fill(Key_result="ACT-ONE, ACT-LATE", KR_progress=40),
        plan_first=("ACT-LATE 10 %", "ACT-ONE 50 %"),
        notes_first=("KR progress",),
        left=emptied("KR progress"),
        marks=("Types several ids into `Key result`",),
    ),
    Row(
        "a person closes aligned work and fills KR progress, and then sets okr-orphaned there",
        ONE,
        (
            Step(serving("ACT-ONE").but(fields={"KR progress": 100}), None, _close_and_fill),
            Step(serving("ACT-ONE").but(fields={"KR progress": 100}), ("-okr-orphaned",), deeds.label("okr-orphaned")),
        ),
        on_jira("nothing is computed on closed work: the value is theirs and stays after undo", linear=NO_FIELDS),
        left=_without_policy_labels,
        marks=("Fills one of these on closed work (Jira)",),
    ),
    Row(
        "a person deletes the web link, and the percent moves",
        Ticket(serving("ACT-LINK"), ("act-link",)),
        (
            Step(serving("ACT-LINK").but(cards=()), None, lambda it: it.drop_traces()),
            Step(serving("ACT-LINK"), ("70 %",), declares=deeds.value("ACT-LINK", 70)),
        ),
        on_jira("it comes back when what it says changes", linear="there it is an attachment"),
        marks=("Deletes the web link (Jira)",),
    ),
    Row(
        "a person deletes the attachment",
        ONE,
        (Step(serving("ACT-ONE"), ("ACT-ONE 50 %",), lambda it: it.drop_traces(), late=("linear",)),),
        on_linear("it is created again, and with it the stamp: what stood beside it is no claim", jira="there it is a web link"),
        marks=("Deletes the attachment (Linear)",),
    ),
    Row(
        "a person deletes both attachments of two key results",
        TWO,
        (Step(serving("ACT-LATE", "ACT-ONE"), ("ACT-LATE 10 %", "ACT-ONE 50 %"), lambda it: it.drop_traces(), late=("linear",)),),
        on_linear("both are created again", jira="there they are web links"),
        marks=("Deletes the attachment (Linear)",),
    ),
    Row(
        "somebody deletes the stamp of aligned work",
        ONE,
        (Step(serving("ACT-ONE"), (), lambda it: it.drop_stamp(), late=ON_JIRA),),
        on_jira("its marks are taken over as ours, and stamped anew", linear="the stamp is in the attachment: see there"),
        marks=("Deletes the stamp (Jira)",),
    ),
    Row(
        "somebody deletes the stamp of work with two key results",
        TWO,
        (Step(serving("ACT-LATE", "ACT-ONE"), (), lambda it: it.drop_stamp(), late=ON_JIRA),),
        on_jira("likewise", linear="the stamp is in the attachment: see there"),
        marks=("Deletes the stamp (Jira)",),
    ),
    Row(
        "somebody deletes the stamp of an orphan",
        ORPHAN,
        (Step(orphaned(), (), lambda it: it.drop_stamp(), late=ON_JIRA),),
        on_jira("likewise; the comment is known by its own record", linear="an orphan's stamp is in its attachment: see there"),
        marks=("Deletes the stamp (Jira)",),
    ),
    Row(
        "a person chooses another child of the group Key result, and takes it off",
        ONE,
        (
            Step(serving("ACT-WORD"), ("ACT-WORD 30 %",), lambda it: it.choose("ACT-WORD")),
            Step(serving("ACT-ONE"), ("ACT-ONE 50 %",), lambda it: it.leave_group("ACT-WORD")),
        ),
        on_linear("it is their claim, and wins until it is taken back", jira=NO_GROUPS),
        marks=("Chooses another child of the group `Key result`",),
    ),
    Row(
        "a person chooses another child of the group Key result, and leaves it",
        ONE,
        (Step(serving("ACT-WORD"), ("ACT-WORD 30 %",), lambda it: it.choose("ACT-WORD")),),
        on_linear("it is their claim, and stays after undo", jira=NO_GROUPS),
        left=_with_their_child,
        keeps=("label ACT-WORD · Said by people",),
        marks=("Chooses another child of the group `Key result`",),
    ),
    Row(
        "a person gives young work a child of the group Key result",
        YOUNG,
        (Step(serving("ACT-WORD"), ("ACT-WORD 30 %",), lambda it: it.choose("ACT-WORD")),),
        on_linear("no label of ours stands beside it: it is their claim, and stays after undo", jira=NO_GROUPS),
        left=_with_their_child,
        keeps=("label ACT-WORD · Said by people",),
        marks=("Chooses another child of the group `Key result`",),
    ),
    Row(
        "a person chooses another child of the group Alignment",
        ONE,
        (Step(serving("ACT-ONE"), (), lambda it: it.choose("orphaned")),),
        on_linear("it is put right: alignment is computed", jira=NO_GROUPS),
        marks=("Chooses another child of the group `Alignment`",),
    ),
    Row(
        "a person takes the child of a group off",
        ONE,
        (Step(serving("ACT-ONE"), (), lambda it: it.leave_group("ACT-ONE")),),
        on_linear("it is put back", jira=NO_GROUPS),
        marks=("Takes a label of Truenorth's off",),
    ),
    Row(
        "a person takes the warning's label off",
        ORPHAN,
        (Step(orphaned(), ("+okr-orphaned",), deeds.unlabel("okr-orphaned")),),
        on_jira("it is put back while its cause lasts", linear="there the child of the group says it"),
        marks=("Takes a label of Truenorth's off",),
    ),
    Row(
        "a person takes the label of aligned work off",
        ONE,
        (Step(serving("ACT-ONE"), ("+okr-aligned",), deeds.unlabel("okr-aligned")),),
        on_jira("it is put back while its cause lasts", linear="there the child of the group says it"),
        marks=("Takes a label of Truenorth's off",),
    ),
    Row(
        "a person adds labels of their own",
        ONE,
        (Step(serving("ACT-ONE"), None, deeds.label("mine-alone")),),
        everywhere("nothing: they stay"),
        marks=("Adds labels of their own",),
    ),
)  # fmt: skip
