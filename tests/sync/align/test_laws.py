"""Laws of linking, on worlds that nobody thought of: random trees and loops, claims, labels and rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, ItemAlignment, align
from sync.align.ancestry import Ancestry
from tests.support.builders import item, ref, work, workspace

NAMES = [f"WEB-{n}" for n in range(1, 8)]
LABELS = ("a", "b", "c", "off")
RESULTS = ("A", "B", "C")


@st.composite
def worlds(draw: st.DrawFn) -> list[WorkItem]:
    """Up to seven items; parents may be missing, or lead around in a circle."""
    return [
        item(
            name,
            draw(st.one_of(st.none(), st.sampled_from(NAMES))),
            labels=tuple(sorted(draw(st.sets(st.sampled_from(LABELS))))),
            claims=tuple(sorted(draw(st.sets(st.sampled_from([*RESULTS, "Q"]), max_size=2)))),
            category=draw(st.sampled_from(["todo", "doing", "done", "dropped"])),
            in_scope=draw(st.sampled_from([True, True, True, False])),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    ]


CONDITIONS = st.one_of(
    st.sampled_from(LABELS[:3]).map(lambda label: {"label": label}),
    st.sampled_from(NAMES).map(lambda name: {"key": name}),
    st.sampled_from(NAMES).map(lambda name: {"under": name}),
    st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)).map(
        lambda two: {"label": two[0], "not": {"label": two[1]}}
    ),
)
RULES = st.lists(
    st.tuples(st.sampled_from(RESULTS), CONDITIONS, st.sampled_from([None, 0.25]), st.booleans()), max_size=5
)
Rules = list[tuple[str, dict[str, Any], float | None, bool]]


def aligned(items: list[WorkItem], rules: Rules, **more: Any) -> Alignment:
    links: dict[str, list[dict[str, Any]]] = {name: [] for name in RESULTS}
    for name, condition, share, inherit in rules:
        links[name].append({**condition, "share": share, "inherit": inherit})
    exempt = [{"name": "off", "labels": ["off"]}]
    return align(items, workspace(*(work(name, *links[name]) for name in RESULTS), exempt=exempt, **more))


def same(one: ItemAlignment, other: ItemAlignment) -> bool:
    return (one.state, one.category, _served(one)) == (other.state, other.category, _served(other))


def _served(one: ItemAlignment) -> list[tuple[str, Any]]:
    return [(link.key_result, link.share) for link in one.links]


@given(worlds(), RULES)
def test_shares_add_up_and_each_key_result_is_served_once(items: list[WorkItem], rules: Rules) -> None:
    for placement in aligned(items, rules).placements.values():
        served = [link.key_result for link in placement.links]
        assert len(set(served)) == len(served)
        assert sum(link.share for link in placement.links) == bool(served)
        assert placement.state != "aligned" or served
        assert placement.state not in ("exempt", "unaligned") or not served
        assert (placement.category == "off") == (placement.state == "exempt")


@given(worlds(), RULES, st.sampled_from(NAMES))
def test_where_an_item_stands_depends_on_itself_and_what_is_above_it(
    items: list[WorkItem], rules: Rules, gone: str
) -> None:
    """Taking away an item changes nothing for those that do not hang below it."""
    before, after = (aligned(some, rules) for some in (items, [one for one in items if one.key != gone]))
    for key, placement in after.placements.items():
        if ref(gone) not in _above(key, before) and not any(key in cycle for cycle in before.cycles):
            assert same(placement, before.placements[key])


def _above(key: Ref, alignment: Alignment) -> set[Ref]:
    above: set[Ref] = set()
    at = alignment.items[key].parent
    while at is not None and at in alignment.items and at not in above:
        above.add(at)
        at = alignment.items[at].parent
    return above


@given(worlds(), RULES)
def test_a_claim_cannot_be_overruled(items: list[WorkItem], rules: Rules) -> None:
    ruled, bare = aligned(items, rules), aligned(items, [])
    for key, placement in bare.placements.items():
        if any(link.because.rank == "claim" for link in placement.carries):
            assert same(ruled.placements[key], placement)


@given(worlds(), RULES)
def test_without_a_word_of_its_own_a_child_stands_where_its_parent_hands_it(
    items: list[WorkItem], rules: Rules
) -> None:
    found = aligned(items, [(name, one, share, True) for name, one, share, _ in rules])
    for parent, children in found.children.items():
        for child in children:
            silent = not found.placements[child].carries and "off" not in found.items[child].labels
            both = found.items[child].in_scope and found.items[parent].in_scope
            # A claim on what is farther up, or a rule that names it, comes before what the parent meets or is exempt by.
            strong = any(
                link.because.rank in ("claim", "named", "above") and link.because.at != parent
                for link in found.placements[child].links
            )
            if silent and both and not strong:
                assert same(found.placements[child], found.placements[parent])
                assert all(link.because.path for link in found.placements[child].links)


@given(worlds(), RULES)
def test_upper_and_lower_case_never_matter(items: list[WorkItem], rules: Rules) -> None:
    shouted = [
        replace(
            one,
            labels=tuple(map(str.upper, one.labels)),
            claims=tuple(map(str.lower, one.claims)),
        )
        for one in items
    ]
    one, other = aligned(items, rules), aligned(shouted, rules)
    assert all(same(placement, other.placements[key]) for key, placement in one.placements.items())


SAYINGS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "all of it alone": lambda one: {"all": [one]},
    "any of it alone": lambda one: {"any": [one]},
    "it and itself": lambda one: {"all": [one, one]},
    "it or itself": lambda one: {"any": [one, one]},
    "not not it": lambda one: {"not": {"not": one}},
    "neither not it nor not it": lambda one: {"not": {"any": [{"not": one}, {"not": one}]}},
    "it, or it and something": lambda one: {"any": [one, {"all": [one, {"level": "issue"}]}]},
}
"""None brings in another kind of condition: a rule that asks for a label at any place goes by what items carry."""


@given(worlds(), RULES, st.sampled_from(sorted(SAYINGS)))
def test_the_same_said_otherwise_is_the_same(items: list[WorkItem], rules: Rules, how: str) -> None:
    """But for keys, which must stand at the top of a rule to name an item."""
    rules = [rule for rule in rules if "key" not in rule[1]]
    otherwise = [(name, SAYINGS[how](one), share, inherit) for name, one, share, inherit in rules]
    one, other = aligned(items, rules), aligned(items, otherwise)
    assert all(same(placement, other.placements[key]) for key, placement in one.placements.items())


@given(worlds(), RULES)
def test_a_rule_that_matches_nothing_changes_nothing(items: list[WorkItem], rules: Rules) -> None:
    more: Rules = [*rules, ("A", {"label": "nowhere"}, None, True), ("B", {"key": "OPS-1"}, None, True)]
    assert aligned(items, rules).placements == aligned(items, more).placements


def test_a_chain_of_parents_is_looked_through_once() -> None:
    """Each name and each word above is asked for once, whatever hangs below: a chain of thousands takes no square of that."""
    asked: list[Ref] = []
    spelling = Ancestry.names_of

    def counting(self: Ancestry, at: Ref) -> tuple[str, ...]:
        asked.append(at)
        return spelling(self, at)

    chain = [item(f"WEB-{n}", f"WEB-{n - 1}" if n > 1 else None) for n in range(1, 301)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ancestry, "names_of", counting)
        found = align(chain, workspace(work("A", {"under": "WEB-1"})))
    assert [one.state for one in found.placements.values()].count("aligned") == 299
    assert len(asked) < 4 * len(chain)
