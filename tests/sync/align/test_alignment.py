"""Linking by the rules of the README: a person's word beats a rule, the nearest beats a farther one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import WorkItem
from sync.align.alignment import Alignment, align, split
from tests.support.builders import epic, item, ref, work, workspace


def served(alignment: Alignment, key: str) -> dict[str, Fraction]:
    return {link.key_result: link.share for link in alignment.placements[ref(key)].links}


ONE = Fraction(1)
HALF = Fraction(1, 2)

CASES: list[tuple[str, list[dict[str, Any]], list[WorkItem], str, dict[str, Fraction]]] = [
    ("no rule", [work("A")], [item("WEB-1")], "WEB-1", {}),
    ("a claim by label", [work("A")], [item("WEB-1", claims=("A",))], "WEB-1", {"A": ONE}),
    ("a claim in another case", [work("A")], [item("WEB-1", claims=("a",))], "WEB-1", {"A": ONE}),
    (
        "two claims share",
        [work("A"), work("B")],
        [item("WEB-1", claims=("A", "B"))],
        "WEB-1",
        {"A": HALF, "B": HALF},
    ),
    ("the same claim twice", [work("A")], [item("WEB-1", claims=("A", "a"))], "WEB-1", {"A": ONE}),
    (
        "a claim beats a rule that names",
        [work("A"), work("B", {"key": "WEB-1"})],
        [item("WEB-1", claims=("A",))],
        "WEB-1",
        {"A": ONE},
    ),
    (
        "a rule that names beats one that matches",
        [work("A", {"label": "x"}), work("B", {"key": "web-1"})],
        [item("WEB-1", labels=("x",))],
        "WEB-1",
        {"B": ONE},
    ),
    (
        "a rule that matches beats the parent",
        [work("A", {"label": "x"}), work("B", {"key": "WEB-1"})],
        [epic("WEB-1"), item("WEB-2", "WEB-1", labels=("x",))],
        "WEB-2",
        {"A": ONE},
    ),
    (
        "the parent's link is inherited",
        [work("B", {"key": "WEB-1"})],
        [epic("WEB-1"), item("WEB-2", "WEB-1")],
        "WEB-2",
        {"B": ONE},
    ),
    (
        "the nearest ancestor wins",
        [work("A", {"key": "WEB-1"}), work("B", {"key": "WEB-2"})],
        [epic("WEB-1"), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-2", level="subtask")],
        "WEB-3",
        {"B": ONE},
    ),
    (
        "inheritance crosses trackers",
        [work("A", {"key": "WEB-1"})],
        [epic("WEB-1"), item("eng-2", parent="WEB-1")],
        "eng-2",
        {"A": ONE},
    ),
    (
        "inheritance comes from above the scope",
        [work("A", {"key": "STRAT-1"})],
        [item("STRAT-1", level="initiative", in_scope=False), epic("WEB-1", parent="STRAT-1")],
        "WEB-1",
        {"A": ONE},
    ),
    (
        "all conditions of a rule must hold",
        [work("A", {"label": "x", "project": "OPS"})],
        [item("WEB-1", labels=("x",))],
        "WEB-1",
        {},
    ),
    (
        "project names compare without case",
        [work("A", {"project": "onboarding V2"})],
        [item("eng-1", project="Onboarding v2")],
        "eng-1",
        {"A": ONE},
    ),
    (
        "the tracker is a condition",
        [work("A", {"type": "Bug", "tracker": "linear"})],
        [item("WEB-1", kind="Bug")],
        "WEB-1",
        {},
    ),
    ("a type", [work("A", {"type": "bug"})], [item("WEB-1", kind="Bug")], "WEB-1", {"A": ONE}),
    ("a level", [work("A", {"level": "epic"})], [epic("WEB-1")], "WEB-1", {"A": ONE}),
    ("a team", [work("A", {"team": "ENG"})], [item("eng-1", team="ENG")], "eng-1", {"A": ONE}),
    (
        "two rules of one key result count once",
        [work("A", {"label": "x"}, {"project": "WEB"})],
        [item("WEB-1", labels=("x",))],
        "WEB-1",
        {"A": ONE},
    ),
    (
        "declared shares, the rest for the others",
        [work("A", {"label": "x", "share": 0.25}), work("B", {"label": "x"})],
        [item("WEB-1", labels=("x",))],
        "WEB-1",
        {"A": Fraction(1, 4), "B": Fraction(3, 4)},
    ),
    (
        "a lone share is the whole",
        [work("A", {"label": "x", "share": 0.25})],
        [item("WEB-1", labels=("x",))],
        "WEB-1",
        {"A": ONE},
    ),
    (
        "a dangling claim leaves the rules",
        [work("A", {"label": "x"})],
        [item("WEB-1", claims=("Z",), labels=("x",))],
        "WEB-1",
        {"A": ONE},
    ),
]


@pytest.mark.parametrize(
    ("name", "key_results", "items", "key", "expected"), CASES, ids=[case[0] for case in CASES]
)
def test_links(
    name: str,
    key_results: list[dict[str, Any]],
    items: list[WorkItem],
    key: str,
    expected: dict[str, Fraction],
) -> None:
    assert served(align(items, workspace(*key_results)), key) == expected, name


EXEMPT = {"exempt": [{"name": "ktlo", "labels": ["ktlo"], "types": ["Chore"]}]}


@pytest.mark.parametrize(
    ("items", "key", "state"),
    [
        ([item("WEB-1", labels=("KTLO",))], "WEB-1", "exempt"),
        ([item("WEB-1", kind="Chore")], "WEB-1", "exempt"),
        ([item("WEB-1", labels=("ktlo",), claims=("A",))], "WEB-1", "aligned"),
        ([item("WEB-1", labels=("ktlo", "x"))], "WEB-1", "aligned"),
        ([epic("WEB-1", labels=("ktlo",)), item("WEB-2", "WEB-1")], "WEB-2", "exempt"),
        ([epic("WEB-1", labels=("ktlo",)), item("WEB-2", "WEB-1", claims=("A",))], "WEB-2", "aligned"),
        ([epic("WEB-1", claims=("A",)), item("WEB-2", "WEB-1", labels=("ktlo",))], "WEB-2", "exempt"),
        ([item("WEB-1")], "WEB-1", "unaligned"),
        ([item("WEB-1", in_scope=False)], "WEB-1", "out_of_scope"),
        ([item("WEB-1", in_scope=False, claims=("A",))], "WEB-1", "out_of_scope"),
    ],
)
def test_states(items: list[WorkItem], key: str, state: str) -> None:
    alignment = align(items, workspace(work("A", {"label": "x"}), **EXEMPT))
    assert alignment.placements[ref(key)].state == state


def test_because_names_the_rule_and_the_path() -> None:
    alignment = align(
        [epic("WEB-1"), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-2", level="subtask")],
        workspace(work("A", {"label": "x"}, {"key": "WEB-1"})),
    )
    (link,) = alignment.placements[ref("WEB-3")].links
    assert link.because.rank == "named"
    assert link.because.path == ("WEB-2", "WEB-1")
    assert str(link.because) == "rule key WEB-1 on ancestor WEB-1"


def test_dangling_claims_name_the_nearest() -> None:
    alignment = align([item("WEB-1", claims=("GROW-KR9", "zzz"))], workspace(work("GROW-KR1")))
    assert [(one.claim, one.nearest) for one in alignment.dangling] == [
        ("GROW-KR9", "GROW-KR1"),
        ("zzz", None),
    ]


@pytest.mark.parametrize(
    ("claim", "meant"),
    [("GROWTH-KR2", None), ("O-KR2", "O1-KR2"), ("o1-kr22", "O1-KR2"), ("SPED-KR1", "SPEED-KR1")],
)
def test_key_results_that_only_end_alike_are_not_meant(claim: str, meant: str | None) -> None:
    alignment = align([item("WEB-1", claims=(claim,))], workspace(work("O1-KR2"), work("SPEED-KR1")))
    assert [one.nearest for one in alignment.dangling] == [meant]


def test_parent_cycles_are_reported_and_broken() -> None:
    items = [
        item("WEB-1", "WEB-3"),
        item("WEB-2", "WEB-1"),
        item("WEB-3", "WEB-2", claims=("A",)),
        item("WEB-4", "WEB-4"),
        item("WEB-5", "WEB-1"),
    ]
    alignment = align(items, workspace(work("A")))
    assert alignment.cycles == ((ref("WEB-1"), ref("WEB-3"), ref("WEB-2")), (ref("WEB-4"),))
    assert alignment.placements[ref("WEB-1")].state == "unaligned"
    assert served(alignment, "WEB-3") == {"A": ONE}


def test_leaves_count_and_containers_do_not() -> None:
    items = [
        epic("WEB-1", claims=("A",)),
        item("WEB-2", "WEB-1"),
        item("WEB-3", "WEB-2", level="subtask"),
        epic("WEB-4", claims=("A",)),
        epic("WEB-5", claims=("A",)),
        item("WEB-6", "WEB-5", category="dropped"),
        epic("WEB-7", claims=("A",)),
        item("WEB-8", "WEB-7", in_scope=False),
        item("WEB-9", claims=("A",), in_scope=False),
    ]
    leaves = align(items, workspace(work("A"))).leaves["A"]
    assert [leaf.key for leaf, _ in leaves] == ["WEB-3", "WEB-4", "WEB-5", "WEB-6", "WEB-7"]


@given(st.lists(st.one_of(st.none(), st.floats(0.01, 1)), max_size=6))
def test_shares_add_up_to_one(declared: list[float | None]) -> None:
    shares = split(declared)
    assert len(shares) == len(declared)
    assert sum(shares, Fraction(0)) == (1 if declared else 0)
    assert all(share > 0 for share in shares)


@pytest.mark.parametrize(
    ("declared", "shares"),
    [
        ([], []),
        ([None], ["1"]),
        ([None, None, None], ["1/3", "1/3", "1/3"]),
        ([0.5, None, None], ["1/2", "1/4", "1/4"]),
        ([0.2, 0.3, None], ["1/5", "3/10", "1/2"]),
        ([1.0, None], ["1/2", "1/2"]),
        ([0.8, 0.8, None], ["1/3", "1/3", "1/3"]),
        ([0.2, 0.6], ["1/4", "3/4"]),
    ],
)
def test_how_shares_are_split(declared: list[float | None], shares: list[str]) -> None:
    assert split(declared) == [Fraction(share) for share in shares]


WORLD = [
    epic("WEB-1", claims=("A",)),
    item("WEB-2", "WEB-1", labels=("x",)),
    item("WEB-3", "WEB-1", claims=("B", "Q")),
    item("WEB-4", "WEB-2"),
    item("WEB-5", "WEB-6"),
    item("WEB-6", "WEB-5"),
    item("eng-7", "WEB-1"),
]


@given(st.permutations(WORLD))
def test_order_never_matters(items: list[WorkItem]) -> None:
    declared = workspace(work("A"), work("B", {"label": "x"}))
    shuffled, straight = align(items, declared), align(WORLD, declared)
    assert shuffled == straight
    assert list(shuffled.placements) == list(straight.placements)


SILENT = "it has no kr: label, no rule links it"


@pytest.mark.parametrize(
    ("items", "key", "reason"),
    [
        (
            [item("WEB-1")],
            "WEB-1",
            f"{SILENT}, and it has no parent",
        ),
        (
            [item("WEB-1", "WEB-9")],
            "WEB-1",
            "its parent, which is above it, could not be read",
        ),
        (
            [epic("WEB-1"), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-2")],
            "WEB-3",
            "it has no kr: label, and no rule links it or its parents (WEB-2 → WEB-1)",
        ),
        ([item("WEB-1", in_scope=False)], "WEB-1", "no tracker scope includes its project or team"),
        ([item("WEB-1", kind="Chore")], "WEB-1", "type Chore"),
        ([epic("WEB-1", labels=("ktlo",)), item("WEB-2", "WEB-1")], "WEB-2", "label ktlo on ancestor WEB-1"),
        ([item("WEB-1", claims=("A",))], "WEB-1", ""),
    ],
)
def test_an_item_without_links_says_why(items: list[WorkItem], key: str, reason: str) -> None:
    alignment = align(items, workspace(work("A", {"label": "x"}), **EXEMPT))
    assert alignment.placements[ref(key)].reason == reason


@pytest.mark.parametrize(
    ("one", "rank", "shared"),
    [
        (item("WEB-1", claims=("A",)), "claim", False),
        (item("WEB-2"), "named", False),
        (item("WEB-3", labels=("x",)), "matched", True),
    ],
)
def test_a_link_knows_who_said_it(one: WorkItem, rank: str, shared: bool) -> None:
    declared = workspace(work("A", {"label": "x", "share": 0.5}, {"key": "WEB-2"}))
    (link,) = align([one], declared).placements[one.ref].carries
    assert (link.because.rank, link.because.shared) == (rank, shared)


def test_what_leads_into_a_cycle_is_no_part_of_it() -> None:
    items = [item("WEB-0", "WEB-3"), item("WEB-1", "WEB-3"), item("WEB-2", "WEB-1"), item("WEB-3", "WEB-2")]
    alignment = align(items, workspace(work("A")))
    assert alignment.cycles == ((ref("WEB-1"), ref("WEB-3"), ref("WEB-2")),)
    two = [item("WEB-0", "WEB-6"), item("WEB-5", "WEB-6"), item("WEB-6", "WEB-5"), *items[1:]]
    assert [cycle[0].id for cycle in align(two, workspace(work("A"))).cycles] == ["WEB-1", "WEB-5"]


def test_a_claim_is_told_as_it_was_written() -> None:
    (link,) = align([item("WEB-1", claims=("a",))], workspace(work("A"))).placements[ref("WEB-1")].links
    assert str(link.because) == "claim a"


@pytest.mark.parametrize(
    ("hit", "by"),
    [
        ({"labels": ["Later", "KTLO"]}, "label ktlo"),
        ({"types": ["bug"]}, "type Bug"),
        ({"projects": ["web"]}, "project WEB"),
        ({"teams": ["eng"]}, "team ENG"),
        ({"keys": ["web-1"]}, "key WEB-1"),
    ],
)
def test_the_first_declared_category_that_holds_exempts(hit: dict[str, Any], by: str) -> None:
    one = item("WEB-1", labels=("ktlo",), kind="Bug", team="ENG")
    rows = [{"name": "none", "types": ["Epic"]}, {"name": "z", **hit}, {"name": "a", "labels": ["ktlo"]}]
    placed = align([one], workspace(exempt=rows)).placements[ref("WEB-1")]
    assert (placed.category, placed.reason.casefold()) == ("z", by.casefold())
