"""Work that crosses trackers: what mirrors each other is one piece, what is linked inherits; and no world breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Mirror, Ref, WorkItem
from sync.align.alignment import Alignment, align
from tests.support.builders import NOW, epic, item, ref, work, workspace

SITE = "https://acme.example"
A: dict[str, Any] = {"label": "a"}
B: dict[str, Any] = {"label": "b"}


def at(key: str, site: str = SITE) -> str:
    return f"{site}/browse/{key}"


def mirror(*keys: str) -> dict[str, Any]:
    return {"mirrors": tuple(Mirror("jira", key, key) for key in keys)}


def link(*addresses: str) -> dict[str, Any]:
    return {"issue_links": addresses}


def aligned(*items: WorkItem, **more: Any) -> Alignment:
    return align(items, workspace(work("A", A), work("B", B), **more))


def serves(found: Alignment, key: str) -> list[str]:
    return [one.key_result for one in found.placements[ref(key)].links]


def leaves(found: Alignment, name: str) -> list[str]:
    return [leaf.key for leaf, _ in found.leaves.get(name, ())]


def why(found: Alignment, key: str) -> list[str]:
    return [str(one.because) for one in found.placements[ref(key)].links]


# --- Mirrored: one piece of work -----------------------------------------------------------------

SIDES = [
    ("neither is estimated", {}, {}, "eng-1"),
    ("Linear is", {"estimate": 3}, {}, "eng-1"),
    ("Jira is", {}, {"estimate": 3}, "WEB-1"),
    ("Jira is, with nothing", {}, {"estimate": 0}, "WEB-1"),
    ("both are", {"estimate": 1}, {"estimate": 8}, "eng-1"),
    ("Jira has hours", {}, {"hours": 4}, "WEB-1"),
    ("points before hours", {"estimate": 1}, {"hours": 4}, "eng-1"),
]


@pytest.mark.parametrize(
    ("ours", "theirs", "counted"), [one[1:] for one in SIDES], ids=[one[0] for one in SIDES]
)
@pytest.mark.parametrize("labelled", ["eng-1", "WEB-1"])
def test_it_counts_once_on_the_side_with_the_estimate(
    ours: dict[str, Any], theirs: dict[str, Any], counted: str, labelled: str
) -> None:
    label: dict[str, dict[str, Any]] = {
        one: {"labels": ("a",)} if one == labelled else {} for one in ("eng-1", "WEB-1")
    }
    found = aligned(
        item("eng-1", **ours, **mirror("WEB-1"), **label["eng-1"]), item("WEB-1", **theirs, **label["WEB-1"])
    )
    assert serves(found, "eng-1") == serves(found, "WEB-1") == ["A"]
    assert leaves(found, "A") == [counted]
    other = {"eng-1": "WEB-1", "WEB-1": "eng-1"}[counted]
    assert (found.is_leaf(ref(counted)), found.is_leaf(ref(other))) == (True, False)
    assert [side.key for side in found.sides(ref(other))] == [counted, other]
    away = {"eng-1": "WEB-1", "WEB-1": "eng-1"}[labelled]
    assert why(found, labelled) == ["rule label a"]
    assert why(found, away) == [f"rule label a on mirrored issue {labelled}"]


WORDS: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    ("the side that counts has the word", {"labels": ("a",)}, {"labels": ("b",)}, ["A"]),
    ("else the other one", {}, {"labels": ("b",)}, ["B"]),
    ("a claim on the other one beats a rule", {"labels": ("a",)}, {"claims": ("B",)}, ["B"]),
    ("claims on both hold together", {"claims": ("A",)}, {"claims": ("B",)}, ["A", "B"]),
    ("the same claim on both is one", {"claims": ("A",)}, {"claims": ("a",)}, ["A"]),
    ("what it carries beats what the first inherits", {"parent": "eng-9"}, {"labels": ("b",)}, ["B"]),
    ("what is above the other one, too", {}, {"parent": "WEB-9"}, ["B"]),
    ("the nearer word above", {"parent": "eng-9"}, {"parent": "WEB-9"}, ["A"]),
]


@pytest.mark.parametrize(
    ("ours", "theirs", "right"), [one[1:] for one in WORDS], ids=[one[0] for one in WORDS]
)
def test_both_sides_serve_what_the_pair_serves(
    ours: dict[str, Any], theirs: dict[str, Any], right: list[str]
) -> None:
    found = aligned(
        item("eng-9", labels=("a",), level="project"),
        epic("WEB-9", labels=("b",)),
        item("eng-1", **{**ours, **mirror("WEB-1")}),
        item("WEB-1", **theirs),
    )
    assert serves(found, "eng-1") == serves(found, "WEB-1") == right
    for name in right:
        counted = {leaf.key: share for leaf, share in found.leaves[name] if not leaf.key.endswith("9")}
        assert counted == {"eng-1": Fraction(1, len(right))}


def test_an_exemption_of_either_side_holds_unless_something_stronger_does() -> None:
    exempt = [{"name": "ktlo", "labels": ["ktlo"]}]
    found = aligned(item("eng-1", **mirror("WEB-1")), item("WEB-1", labels=("ktlo",)), exempt=exempt)
    one, other = found.placements[ref("eng-1")], found.placements[ref("WEB-1")]
    assert (one.state, one.category) == (other.state, other.category) == ("exempt", "ktlo")
    assert one.reason == f"{other.reason} on mirrored issue WEB-1"
    found = aligned(
        item("eng-1", **mirror("WEB-1"), labels=("a",)), item("WEB-1", labels=("ktlo",)), exempt=exempt
    )
    assert serves(found, "WEB-1") == ["A"]


def test_a_mirrored_rule_that_is_not_inherited_holds_for_both_sides() -> None:
    once = workspace(work("A", {"label": "a", "inherit": False}))
    found = align(
        [item("eng-1", **mirror("WEB-1"), labels=("a",)), item("WEB-1"), item("WEB-2", "WEB-1")], once
    )
    assert serves(found, "WEB-1") == ["A"]
    assert serves(found, "WEB-2") == []


def test_several_issues_that_mirror_one_are_one_piece() -> None:
    old = NOW - timedelta(days=90)
    found = aligned(
        item("eng-1", **mirror("WEB-1")),
        item("eng-2", **mirror("WEB-1"), created=old, labels=("a",)),
        item("eng-3", **mirror("WEB-1")),
        item("WEB-1"),
    )
    assert leaves(found, "A") == ["eng-2"]  # the oldest
    assert all(serves(found, key) == ["A"] for key in ("eng-1", "eng-2", "eng-3", "WEB-1"))
    found = aligned(
        item("eng-1", **mirror("WEB-1")),
        item("eng-2", **mirror("WEB-1"), estimate=2),
        item("WEB-1", labels=("a",)),
    )
    assert leaves(found, "A") == ["eng-2"]


UNPAIRED: list[tuple[str, dict[str, Any], list[WorkItem]]] = [
    ("the other side was not read", mirror("WEB-1"), []),
    ("it is out of scope", mirror("WEB-1"), [item("WEB-1", in_scope=False)]),
    ("it is in triage", mirror("WEB-1"), [item("WEB-1", triage=True)]),
    (
        "the key is that of another issue",
        {"mirrors": (Mirror("jira", "WEB-1", "ELSE-1"),)},
        [item("WEB-1", estimate=1), item("ELSE-1")],
    ),
    ("another service", {"mirrors": (Mirror("github", "WEB-1", "WEB-1"),)}, [item("WEB-1", estimate=1)]),
]


@pytest.mark.parametrize(("told", "others"), [one[1:] for one in UNPAIRED], ids=[one[0] for one in UNPAIRED])
def test_without_its_other_side_it_stands_for_itself(told: dict[str, Any], others: list[WorkItem]) -> None:
    found = aligned(item("eng-1", labels=("a",), **told), *others, policy={"triage": "ignore"})
    assert not found.mirrored
    assert leaves(found, "A") == ["eng-1"]


def test_nobody_knows_of_what_mirrors_an_issue_that_was_not_read() -> None:
    items = [item("eng-1", **mirror("WEB-1")), item("eng-2", "eng-1"), item("eng-3", "eng-1", labels=("a",))]
    found = aligned(*items)
    places = {key: found.placements[ref(key)] for key in ("eng-1", "eng-2", "eng-3")}
    assert [one.state for one in places.values()] == ["unknown", "unknown", "aligned"]
    assert places["eng-1"].reason == "WEB-1, which mirrors it, was not read"
    assert places["eng-2"].reason == "WEB-1, which mirrors eng-1, was not read"
    # Once it is read, or where no tracker that is declared can have it, nothing is in doubt.
    assert aligned(*items, item("WEB-1")).placements[ref("eng-1")].state == "unaligned"
    other = item("eng-1", mirrors=(Mirror("github", "WEB-1", "WEB-1"),))
    assert aligned(other).placements[ref("eng-1")].state == "unaligned"


def test_an_issue_out_of_scope_hands_down_what_is_above_it_to_what_mirrors_it() -> None:
    found = aligned(
        epic("STRAT-9", in_scope=False, labels=("a",)),
        item("STRAT-1", "STRAT-9", in_scope=False),
        item("eng-1", **mirror("STRAT-1")),
    )
    assert (serves(found, "eng-1"), leaves(found, "A")) == (["A"], ["eng-1"])


def test_an_issue_that_moved_is_the_same_issue() -> None:
    moved = item("OPS-7", ref=Ref("jira", "10001"), former_keys=("WEB-1",))
    told = Mirror("jira", "10001", "WEB-1")
    assert aligned(item("eng-1", mirrors=(told,)), moved).mirrored
    # Where nobody knows the old key, the id is enough on the only site that is declared.
    unknown = replace(moved, former_keys=())
    assert aligned(item("eng-1", mirrors=(told,)), unknown).mirrored
    assert aligned(item("eng-1", mirrors=(Mirror("jira", "10001", ""),)), unknown).mirrored
    assert aligned(item("eng-1", mirrors=(told,), **link(at("WEB-1"))), unknown).mirrored
    # Unless something else has that key there: then the sync is with another site.
    other = item("WEB-1", ref=Ref("jira", "10002"))
    assert not aligned(item("eng-1", mirrors=(told,)), unknown, other).mirrored
    assert aligned(item("eng-1", mirrors=(told,), **link(at("OPS-7"))), unknown, other).mirrored


def test_of_two_sites_the_one_with_the_key_or_the_address_is_meant() -> None:
    two = {
        "jira": {"kind": "jira", "url": SITE, "scope": {"projects": ["WEB"]}},
        "other": {"kind": "jira", "url": "https://other.example/jira", "scope": {"projects": ["WEB"]}},
        "linear": {"kind": "linear", "scope": {"teams": ["ENG"]}},
    }
    sites = [
        item("WEB-1", ref=Ref(name, "1"), labels=(label,)) for name, label in (("jira", "a"), ("other", "b"))
    ]
    told = Mirror("jira", "1", "WEB-1")
    assert not aligned(item("eng-1", mirrors=(told,)), *sites, trackers=two).mirrored
    here = link(at("WEB-1", "https://other.example/jira"))
    assert serves(aligned(item("eng-1", mirrors=(told,), **here), *sites, trackers=two), "eng-1") == ["B"]
    sites[1] = replace(sites[1], key="APP-1")
    assert serves(aligned(item("eng-1", mirrors=(told,)), *sites, trackers=two), "eng-1") == ["A"]
    # The address of a key that nothing has any more says which site is meant, too; an id alone does not.
    sites[0] = replace(sites[0], key="OPS-1")
    assert not aligned(item("eng-1", mirrors=(told,)), *sites, trackers=two).mirrored
    assert serves(aligned(item("eng-1", mirrors=(told,), **here), *sites, trackers=two), "eng-1") == ["B"]


def test_work_is_as_old_as_its_oldest_side() -> None:
    old, new = NOW - timedelta(days=90), NOW - timedelta(days=1)
    for one, other in ((old, new), (new, old)):
        found = aligned(
            item("eng-1", labels=("a",), created=one, **mirror("WEB-1")), item("WEB-1", created=other)
        )
        assert [leaf.created for leaf, _ in found.leaves["A"]] == [old]
        assert found.items[ref("eng-1")].created == old
        assert found.items[ref("WEB-1")].created == other


def test_a_claim_of_either_side_that_names_nothing_is_told_of_both() -> None:
    found = aligned(item("eng-1", claims=("C",), **mirror("WEB-1")), item("WEB-1", claims=("D", "c")))
    for key in ("eng-1", "WEB-1"):
        assert [one.claim for one in found.placements[ref(key)].unmet] == ["C", "D"]
    found = aligned(item("eng-1", **mirror("WEB-1")), item("WEB-1", claims=("D",)))
    assert "it claims D" in found.placements[ref("eng-1")].reason


def test_children_of_either_side_count_in_place_of_both() -> None:
    found = aligned(
        item("eng-1", **mirror("WEB-1"), estimate=5),
        item("WEB-1", labels=("a",)),
        item("WEB-2", "WEB-1", level="subtask"),
        item("eng-3", "eng-1", level="subtask"),
    )
    assert leaves(found, "A") == ["WEB-2", "eng-3"]
    assert found.children == {ref("eng-1"): (ref("WEB-2"), ref("eng-3"))}
    assert why(found, "eng-3") == ["rule label a on ancestor WEB-1"]


def test_children_that_mirror_each_other_count_once() -> None:
    found = aligned(
        item("eng-1", **mirror("WEB-1"), labels=("a",)),
        item("WEB-1", estimate=8),
        item("eng-2", "eng-1", **mirror("WEB-2")),
        item("WEB-2", "WEB-1", estimate=1),
    )
    assert leaves(found, "A") == ["WEB-2"]


def test_a_child_of_the_other_side_that_is_mirrored_elsewhere_is_a_child_of_the_pair() -> None:
    found = aligned(
        item("WEB-1", labels=("a",)), item("WEB-2", "WEB-1"), item("eng-2", **mirror("WEB-2"), estimate=3)
    )
    assert leaves(found, "A") == ["eng-2"]
    assert serves(found, "eng-2") == ["A"]


def test_pairs_that_stand_above_each_other_lose_no_work() -> None:
    found = aligned(
        item("eng-1", **mirror("WEB-1"), labels=("a",)),
        item("eng-2", "eng-1", **mirror("WEB-2")),
        item("WEB-2"),
        item("WEB-1", "WEB-2"),
    )
    assert leaves(found, "A") == ["eng-2"]


# --- Linked: the lower one inherits --------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs", "right"),
    [
        # The lower level inherits, whichever side bears the link.
        ({"level": "issue"}, {"level": "epic", "labels": ("a",)}, (["A"], ["A"])),
        ({"level": "issue", "labels": ("a",)}, {"level": "epic"}, (["A"], [])),
        ({"level": "issue", "labels": ("a",)}, {"level": "subtask"}, (["A"], ["A"])),
        ({"level": "subtask"}, {"level": "issue", "labels": ("a",)}, (["A"], ["A"])),
        ({"level": "issue", "labels": ("b",)}, {"level": "epic", "labels": ("a",)}, (["B"], ["A"])),
        # At equal level the one that serves nothing does.
        ({"labels": ("a",)}, {}, (["A"], ["A"])),
        ({}, {"labels": ("b",)}, (["B"], ["B"])),
        ({"labels": ("a",)}, {"labels": ("b",)}, (["A"], ["B"])),
        ({}, {}, ([], [])),
        ({"labels": ("a",)}, {"in_scope": False}, (["A"], [])),
        ({}, {"labels": ("b",), "in_scope": False}, (["B"], ["B"])),
    ],
)
def test_the_lower_level_inherits_and_at_equal_level_what_serves_nothing(
    ours: dict[str, Any], theirs: dict[str, Any], right: tuple[list[str], list[str]]
) -> None:
    found = aligned(item("eng-1", **ours, **link(at("WEB-1"))), item("WEB-1", **theirs))
    assert (serves(found, "eng-1"), serves(found, "WEB-1")) == right
    assert not found.mirrored
    assert not found.children, "two pieces of work"


def test_both_pieces_count() -> None:
    found = aligned(item("eng-1", **link(at("WEB-1"))), item("WEB-1", labels=("a",)))
    assert leaves(found, "A") == ["WEB-1", "eng-1"]
    assert why(found, "eng-1") == ["rule label a on linked issue WEB-1"]


def test_it_goes_on_above_what_is_linked_and_below_what_inherits() -> None:
    found = aligned(
        epic("WEB-9", labels=("a",)),
        item("WEB-1", "WEB-9"),
        item("eng-1", level="subtask", **link(at("WEB-1"))),
        item("eng-2", "eng-1", level="subtask"),
    )
    assert why(found, "eng-1") == ["rule label a on ancestor WEB-9"]
    assert found.placements[ref("eng-2")].links[0].because.path == ("eng-1", "WEB-1", "WEB-9")


def test_a_real_parent_goes_before_a_linked_one_where_both_have_an_equal_word() -> None:
    up = item("eng-9", level="project", labels=("a",))
    one = item("eng-1", "eng-9", **link(at("WEB-1")))
    assert serves(aligned(up, one, epic("WEB-1", labels=("b",))), "eng-1") == ["A"]
    assert serves(aligned(up, one, epic("WEB-1", claims=("B",))), "eng-1") == ["B"]
    assert serves(aligned(replace(up, labels=()), one, epic("WEB-1", labels=("b",))), "eng-1") == ["B"]


def test_a_rule_for_what_is_under_an_epic_takes_in_what_is_linked_below_it() -> None:
    under = workspace(work("A", {"under": "WEB-1"}))
    found = align([epic("WEB-1"), item("eng-1", **link(at("WEB-1")))], under)
    assert serves(found, "eng-1") == ["A"]


@pytest.mark.parametrize(
    "address",
    [
        at("web-1"),
        at("WEB-1?focusedCommentId=7"),
        f"{SITE}/jira/software/projects/WEB/boards/1?selectedIssue=WEB-1",
        "https://ACME.example:443/browse/OLD-1",
    ],
)
def test_the_address_may_be_any_of_the_issue(address: str) -> None:
    found = aligned(item("eng-1", **link(address)), item("WEB-1", labels=("a",), former_keys=("OLD-1",)))
    assert serves(found, "eng-1") == ["A"]


def test_a_key_of_now_means_that_alone() -> None:
    found = aligned(
        item("eng-1", **link(at("WEB-1"))),
        item("WEB-1", labels=("a",)),
        item("WEB-2", former_keys=("WEB-1",)),
    )
    assert serves(found, "eng-1") == ["A"]
    assert serves(found, "WEB-2") == []


def test_chains_of_equals_pass_it_on_from_what_serves() -> None:
    found = aligned(
        item("eng-1", labels=("a",), **link(at("WEB-1"))),
        item("WEB-1"),
        item("eng-2", **link(at("WEB-1"), at("WEB-2"))),
        item("WEB-2"),
    )
    assert all(serves(found, key) == ["A"] for key in ("eng-1", "WEB-1", "eng-2", "WEB-2"))
    assert found.placements[ref("WEB-2")].links[0].because.path == ("eng-2", "WEB-1", "eng-1")


def test_a_link_to_what_is_below_is_ignored_and_said() -> None:
    found = aligned(
        item("WEB-1", "WEB-2", level="issue"),
        item("WEB-2", level="issue"),
        item("eng-1", level="issue", labels=("a",), **link(at("WEB-1"), at("WEB-2"))),
    )
    assert not found.cut
    loop = aligned(
        epic("WEB-1", parent="WEB-2"),
        item("WEB-2", level="subtask"),
        item("eng-1", level="issue", **link(at("WEB-1"), at("WEB-2"))),
    )
    # The sub-task would inherit from the issue, that from the epic, and the epic hangs below the sub-task.
    assert loop.cut == ((ref("WEB-2"), ref("eng-1")),)


def test_sync_and_attachment_of_one_pair_are_one_pair() -> None:
    found = aligned(item("eng-1", **mirror("WEB-1"), **link(at("WEB-1"))), item("WEB-1", labels=("a",)))
    assert not found.linked
    assert leaves(found, "A") == ["eng-1"]


# --- Any world -----------------------------------------------------------------------------------

JIRA = [f"WEB-{number}" for number in range(1, 6)]
LINEAR = [f"eng-{number}" for number in range(1, 6)]


@st.composite
def worlds(draw: st.DrawFn) -> list[WorkItem]:
    """Items of both trackers with parents, mirrors and links in any direction, circles included."""

    def one(key: str, beside: list[str]) -> WorkItem:
        is_linear = key in LINEAR
        told = draw(st.lists(st.sampled_from(JIRA), max_size=2, unique=True)) if is_linear else []
        linked = draw(st.lists(st.sampled_from(JIRA), max_size=2, unique=True)) if is_linear else []
        return item(
            key,
            draw(st.one_of(st.none(), st.sampled_from(beside))),
            level=draw(st.sampled_from(["epic", "issue", "issue", "subtask"])),
            labels=tuple(sorted(draw(st.sets(st.sampled_from("ab"))))),
            claims=tuple(sorted(draw(st.sets(st.sampled_from("AB"), max_size=1)))),
            category=draw(st.sampled_from(["todo", "done", "dropped"])),
            estimate=draw(st.sampled_from([None, None, 1.0, 3.0])),
            in_scope=draw(st.sampled_from([True, True, True, False])),
            **mirror(*told),
            issue_links=tuple(map(at, linked)),
        )

    chosen = draw(st.lists(st.sampled_from([*JIRA, *LINEAR]), unique=True, min_size=1))
    return [one(key, LINEAR if key in LINEAR else JIRA) for key in chosen]


@given(worlds())
def test_sides_of_one_piece_serve_the_same_and_count_once(items: list[WorkItem]) -> None:
    found = aligned(*items)
    for sides in set(found.mirrored.values()):
        assert all(found.items[one].in_scope for one in sides)
        served = {
            tuple((link.key_result, link.share) for link in found.placements[one].links) for one in sides
        }
        assert len(served) == 1
        assert len({found.placements[one].state for one in sides}) == 1
        assert not any(found.is_leaf(one) for one in sides[1:])
    for leaves_of in found.leaves.values():
        counted = [leaf.ref for leaf, _ in leaves_of]
        assert len(counted) == len(set(counted))
        assert not any(found.counts_elsewhere(one) for one in counted)
    for placement in found.placements.values():
        assert sum(link.share for link in placement.links) == bool(placement.links)


@given(worlds())
def test_no_work_is_lost_to_a_mirror(items: list[WorkItem]) -> None:
    """Every piece counts itself, or something below it does: no circle of containers swallows work."""
    found = aligned(*items)
    for start, one in found.items.items():
        if not one.in_scope or found.counts_elsewhere(start):
            continue
        seen, front = {start}, [start]
        while front:
            front = [child for at_ in front for child in found.counted_below(at_) if child not in seen]
            seen |= set(front)
        assert any(found.is_leaf(at_) for at_ in seen), start


@given(worlds(), st.randoms())
def test_the_order_of_items_never_matters(items: list[WorkItem], order: Any) -> None:
    shuffled = list(items)
    order.shuffle(shuffled)
    assert aligned(*items).placements == aligned(*shuffled).placements


@given(worlds())
def test_never_both_ways(items: list[WorkItem]) -> None:
    """Of two linked items one may inherit from the other, not the other from it by the same link."""
    found = aligned(*items)
    for one, other in found.linked:
        reasons = [
            [
                link.because
                for link in found.placements[a].links
                if link.because.linked and link.because.at == b
            ]
            for a, b in ((one, other), (other, one))
        ]
        assert not all(reasons)
