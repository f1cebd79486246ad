"""Which labels of an issue are ours, by table: names, ids, groups, stamps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from config.messages import ENGLISH
from config.policy import LabelPolicy
from connectors.linear.api.wire import Identified, LabelNode
from connectors.linear.marks.own_labels import OwnLabels
from connectors.made_names import signature
from connectors.model import KeyResultMark, Stamp

OWNER = "acme"
POLICY = ("okr-aligned", "okr-orphaned")
GONE = datetime(2026, 11, 1, tzinfo=UTC)
SIGNED = signature(OWNER)
DESCRIPTION = ENGLISH["setup.label"]
KR = KeyResultMark("GROWTH-KR2", "Live", 61, "on_track", "https://okrs.example.com/kr/GROWTH-KR2")


def label(id_: str, name: str, **more: Any) -> LabelNode:
    for what in ("parent", "team"):
        if what in more:
            more[what] = Identified(more[what])
    return LabelNode(id_, name, more.pop("is_group", False), **more)


PLAIN = (
    label("aligned", "okr-aligned", description=DESCRIPTION),
    label("orphaned", "OKR-Orphaned"),
    label("dangling", "okr-dangling"),
    label("bug", "Bug"),
)
GROUPS = (
    label("K", "Key result", is_group=True, description=SIGNED),
    label("k1", "GROWTH-KR1 · Activation", parent="K", description=SIGNED),
    label("k2", "GROWTH-KR2 · Live", parent="K", description=SIGNED),
    label("kp", "TRUST-KR3", parent="K"),
    label("A", "Alignment", is_group=True, description=SIGNED),
    label("a1", "aligned", parent="A", description=SIGNED),
    label("a2", "orphaned", parent="A", description=SIGNED),
    label("ap", "parked", parent="A"),
)
FULL = Stamp(
    OWNER, (KR,), "aligned", ("okr-aligned",), children=("a1", "k2"), label_ids=(("okr-aligned", "aligned"),)
)
OLD = replace(FULL, label_ids=())


def own(*labels: LabelNode, stamps: Sequence[tuple[Stamp, Sequence[str]]] = ()) -> OwnLabels:
    return OwnLabels(OWNER, LabelPolicy(), {one.id: one for one in labels}).learn(stamps)


def renamed(labels: Sequence[LabelNode], **names: str) -> tuple[LabelNode, ...]:
    return tuple(
        label(
            one.id,
            names.get(one.id, one.name),
            is_group=one.is_group,
            description=one.description,
            **({"parent": one.parent.id} if one.parent else {}),
        )
        for one in labels
    )


# --- By the policy's names -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (label("x", "okr-aligned"), ("okr-aligned",)),
        (label("x", "OKR-ALIGNED"), ("okr-aligned",)),
        (label("x", "okr-aligned", team="ENG"), ("okr-aligned",)),
        (label("x", "okr-aligned", retired_at=GONE), ("okr-aligned",)),
        (label("x", "okr-aligned", archived_at=GONE), ("okr-aligned",)),
        (label("x", "okr-aligned", parent="G"), ("okr-aligned",)),
        (label("x", "okr-aligned", is_group=True), ()),
        (label("x", "okr-aligned-ish"), ()),
        (label("x", "aligned"), ()),
        # Another workspace of ours may have made it, and calls it so.
        (label("x", "eu-aligned", description=DESCRIPTION), ()),
    ],
    ids=["same", "case", "team", "retired", "archived", "grouped", "group", "longer", "short", "made"],
)
def test_a_label_that_the_policy_names_is_ours_without_a_stamp(
    given: LabelNode, names: tuple[str, ...]
) -> None:
    found = own(given, label("G", "Squad", is_group=True)).on(["x"], "ENG")
    assert found.names == names
    assert found.ids == (frozenset("x") if names else frozenset())


# --- The group in place of the label ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("borne", "says", "named"),
    [
        (["a1"], ("okr-aligned",), ()),
        (["a1", "aligned"], ("okr-aligned",), ("okr-aligned",)),
        (["aligned"], ("okr-aligned",), ("okr-aligned",)),
        (["a2", "dangling"], ("okr-dangling", "okr-orphaned"), ("okr-dangling",)),
        (["ap"], (), ()),
    ],
    ids=["the child", "both", "the label", "beside another", "somebody's child"],
)
def test_an_issue_says_by_the_group_what_the_label_says(
    borne: list[str], says: tuple[str, ...], named: tuple[str, ...]
) -> None:
    found = own(*PLAIN, *GROUPS).on(borne, None)
    assert (found.names, found.borne) == (says, named)


def test_only_a_child_that_setup_made_stands_in_for_the_label_of_its_state() -> None:
    labels = own(*PLAIN, *GROUPS)
    assert labels.stands_in_for("okr-aligned", "aligned", ("a1", "k2"))
    assert not labels.stands_in_for("okr-aligned", "aligned", ("k2",)), "a person's choice stands in its way"
    assert not labels.stands_in_for("okr-dangling", "aligned", ("a1",))
    theirs = own(*PLAIN, label("A", "Alignment", is_group=True), label("a1", "aligned", parent="A"))
    assert not theirs.stands_in_for("okr-aligned", "aligned", ("a1",))
    assert theirs.on(["a1"], None).names == ()


# --- Copies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("borne", "ours"),
    [
        (["aligned", "a1", "k2"], {"aligned", "a1", "k2"}),
        (["aligned", "k2"], {"aligned", "k2"}),
        (["a1", "k2"], {"a1", "k2"}),
        # The company's own child, which we use as it is.
        (["aligned", "a1", "kp"], {"aligned", "a1", "kp"}),
        (["k2"], set()),
        (["k2", "bug"], set()),
        # Beside "orphaned" we never write a key result: that is somebody's word.
        (["orphaned", "a2", "k2"], {"orphaned", "a2"}),
        (["a2", "kp"], {"a2"}),
        (["orphaned", "k2"], {"orphaned"}),
        # A claim of an undeclared key result, which says nothing of where the child is from.
        (["dangling", "kp"], {"dangling"}),
        (["dangling", "aligned", "k2"], {"dangling", "aligned", "k2"}),
        (["aligned", "orphaned", "k2"], {"aligned", "orphaned", "k2"}),
        (["a2"], {"a2"}),
        (["ap", "k2"], set()),
    ],
    ids=lambda one: "+".join(sorted(one)) or "none",
)
def test_a_child_beside_our_alignment_is_a_copy(borne: list[str], ours: set[str]) -> None:
    assert own(*PLAIN, *GROUPS).on(borne, None).ids == ours


def test_the_policy_says_which_label_says_aligned() -> None:
    labels = {one.id: one for one in (*PLAIN, *GROUPS)}
    turned = OwnLabels(OWNER, LabelPolicy(aligned="okr-orphaned", orphaned="okr-aligned"), labels)
    assert turned.on(["orphaned", "k2"], None).ids == {"orphaned", "k2"}
    assert turned.on(["aligned", "k2"], None).ids == {"aligned"}
    none = OwnLabels(OWNER, LabelPolicy(aligned=None), labels)
    assert none.on(["a1", "dangling", "k2"], None).ids == {"a1", "dangling", "k2"}, "the child says it too"
    assert none.on(["aligned", "k2"], None).ids == set()


def test_a_renamed_label_says_what_it_said() -> None:
    labels = own(*renamed(PLAIN, aligned="goal-linked"), *GROUPS, stamps=[(FULL, ["aligned"])])
    assert labels.on(["aligned", "k2"], None).ids == {"aligned", "k2"}


def test_a_child_that_another_workspace_put_on_is_not_ours() -> None:
    assert own(*PLAIN, *GROUPS).on(["aligned", "k2"], None, theirs={"k2"}).ids == {"aligned"}


def test_where_setup_never_ran_a_child_is_always_a_persons() -> None:
    theirs = [label("K", "Key result", is_group=True), label("k", "GROWTH-KR2", parent="K")]
    assert own(*PLAIN, *theirs).on(["aligned", "k"], None).ids == {"aligned"}


def test_beside_our_stamp_the_stamp_says_which_child_is_ours() -> None:
    labels = own(*PLAIN, *GROUPS)
    assert labels.on(["aligned", "a1", "k2"], None, FULL).children == ("a1", "k2")
    assert labels.on(["aligned", "a1", "k1"], None, FULL).children == ("a1",), "another one is a claim"
    assert labels.on(["aligned", "a2", "k2"], None, FULL).children == ("a2", "k2"), "alignment is computed"


# --- Renamed ---------------------------------------------------------------------------------------


LINKED = renamed(PLAIN, aligned="goal-linked")
MADE_ANEW = label("new", "okr-aligned", description=DESCRIPTION)


@pytest.mark.parametrize(
    ("labels", "stamps", "names"),
    [
        (LINKED, [(FULL, ["aligned"])], ("okr-aligned",)),
        (LINKED, [(OLD, ["aligned"])], ("okr-aligned",)),
        (LINKED, [(OLD, ["aligned"])] * 3 + [(OLD, ["bug"])], ("okr-aligned",)),
        # More than half of the issues that bear it must miss the name.
        (LINKED, [(OLD, ["aligned"])] * 3 + [(replace(OLD, labels=()), ["aligned"])], ("okr-aligned",)),
        (LINKED, [(OLD, ["aligned"]), (replace(OLD, labels=()), ["aligned"])], ("goal-linked",)),
        # The version before made another on every issue: both are there, and the renamed one goes.
        ((*LINKED, MADE_ANEW), [(OLD, ["aligned", "new"])], ("goal-linked",)),
        (LINKED, [(OLD, ["bug"])], ()),
        # Issues get the one that has the name; the other is ours by its record.
        ((*LINKED, MADE_ANEW), [(FULL, ["aligned"])], ("goal-linked",)),
        (LINKED, [], ()),
    ],
    ids=[
        "recorded",
        "inferred",
        "taken off",
        "most",
        "half",
        "doubled",
        "not borne",
        "made anew",
        "no stamp",
    ],
)
def test_a_renamed_label_is_followed(
    labels: Sequence[LabelNode], stamps: Any, names: tuple[str, ...]
) -> None:
    assert own(*labels, stamps=stamps).on(["aligned"], None).names == names


def test_two_names_that_one_label_may_have_had_are_told_apart_by_all_stamps_together() -> None:
    labels = (
        label("x", "goal-linked", description=DESCRIPTION),
        label("y", "goal-less", description=DESCRIPTION),
    )
    both = replace(OLD, labels=POLICY)
    alone = own(*labels, stamps=[(both, ["x", "y"])])
    assert alone.renamed.labels == {}, "one stamp cannot tell which is which"
    more = own(*labels, stamps=[(both, ["x", "y"]), (OLD, ["x"]), (replace(OLD, labels=POLICY[1:]), ["y"])])
    assert more.renamed.labels == {"x": "okr-aligned", "y": "okr-orphaned"}


def test_a_renamed_label_of_one_team_leaves_the_others_alone() -> None:
    eng = label("eng", "goal-linked", team="ENG", description=DESCRIPTION)
    mob = label("mob", "okr-aligned", team="MOB", description=DESCRIPTION)
    labels = own(eng, mob, stamps=[(replace(FULL, label_ids=(("okr-aligned", "eng"),)), ["eng"])])
    assert (labels.find("okr-aligned", "ENG"), labels.find("okr-aligned", "MOB")) == ("eng", "mob")
    assert labels.find("okr-aligned", "OPS") is None


def test_the_policys_new_name_of_a_renamed_label_is_its_name() -> None:
    labels = OwnLabels(OWNER, LabelPolicy(aligned="goal-linked"), {one.id: one for one in LINKED})
    for stamp in (FULL, OLD):
        assert labels.learn([(stamp, ["aligned"])]).on(["aligned"], None, stamp).names == ("goal-linked",)
        assert labels.learn([(stamp, ["aligned"])]).notes() == []


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (LINKED, [('Label okr-aligned is called "goal-linked" now; rename it back, or set'
                  " policy.labels.aligned to goal-linked and run truenorth setup: shared views go by names.")]),
        (renamed(PLAIN, aligned="Goal linked"), [('Label okr-aligned is called "Goal linked" now; rename it back, and'
                                                   " the shared views show it again.")]),
        ((*LINKED, MADE_ANEW), [('Label okr-aligned is called "goal-linked" now, and there is another okr-aligned:'
                                " issues get that one.")]),
        ((*PLAIN, *renamed(GROUPS, K="Goals")), [('Label group Key result is called "Goals" now, and is used as before;'
                                                 " run truenorth setup, which names it back: shared views go by names.")]),
        ((*PLAIN, *GROUPS), []),
        (PLAIN, []),
    ],
    ids=["label", "blank", "both", "group", "groups", "plain"],
)  # fmt: skip
def test_what_people_renamed_is_said(labels: Sequence[LabelNode], said: list[str]) -> None:
    is_renamed = all(one.name != "okr-aligned" or one.id == "new" for one in labels)
    stamps: list[tuple[Stamp, list[str]]] = [(FULL, [])] if is_renamed else []
    assert own(*labels, stamps=stamps).notes() == said


# --- Renamed groups and children -------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [{}, {"K": "Goals"}, {"A": "State"}, {"K": "Goals", "A": "State"}, {"k2": "Onboarding"}, {"a1": "on course"},
     {"K": "Goals", "A": "State", "k2": "Onboarding", "a1": "on course"}],
    ids=lambda names: "+".join(names) or "none",
)  # fmt: skip
def test_renamed_groups_and_children_go_on_to_be_used(names: dict[str, str]) -> None:
    labels = own(*PLAIN, *renamed(GROUPS, **names), stamps=[(FULL, ["aligned", "a1", "k2"])])
    assert labels.children_for((KR,), "aligned", [], ()) == ("a1", "k2")
    assert labels.claimed(labels.labels["k2"]) == "GROWTH-KR2"
    assert labels.is_claim(labels.labels["kp"])
    assert labels.on(["a1", "k2"], None).ids == {"a1", "k2"}


def test_a_child_of_ours_in_a_persons_group_makes_that_no_group_of_ours() -> None:
    squad = label("S", "Squad", is_group=True)
    growth = label("s1", "Growth", parent="S")
    moved = label("k2", "GROWTH-KR2 · Live", parent="S", description=SIGNED)
    labels = own(*PLAIN, *(one for one in GROUPS if one.id != "k2"), squad, growth, moved)
    assert not labels.is_claim(growth)
    assert labels.groups.claims == ("K",)


def test_a_new_group_of_the_old_name_beside_the_renamed_one_holds_claims_and_gets_no_child_of_ours() -> None:
    theirs = [label("N", "Key result", is_group=True), label("n", "GROWTH-KR1", parent="N")]
    labels = own(*PLAIN, *renamed(GROUPS, K="Goals"), *theirs)
    assert labels.is_claim(labels.labels["n"])
    assert labels.children_for((KR,), None, [], ()) == ("k2",)
