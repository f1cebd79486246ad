"""Laws of sharing, on random trees: what is made of work splits an item within a cycle, all else takes nothing of it."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.model import WorkItem
from sync.align.alignment import align
from sync.align.link import ItemAlignment
from tests.support.builders import NOW, item, metric, work, workspace

NAMES = [f"WEB-{n}" for n in range(1, 7)]
LABELS = ("a", "b", "c")
WEIGHING = {"A": "Q4", "B": "Q4", "C": "Q4", "Y": "Year"}
WATCHING = {"M": "Q4", "F": "Q4", "N": "Year"}
CYCLES = {
    "Q4": {"start": "2026-10-01", "end": "2026-12-31"},
    "Year": {"start": "2026-01-01", "end": "2026-12-31"},
}


@st.composite
def worlds(draw: st.DrawFn) -> list[WorkItem]:
    """Up to six items in a tree, with claims on key results of either cycle and of either sort."""
    return [
        item(
            name,
            draw(st.one_of(st.none(), st.sampled_from(NAMES[:place]))) if place else None,
            labels=tuple(sorted(draw(st.sets(st.sampled_from(LABELS))))),
            claims=tuple(sorted(draw(st.sets(st.sampled_from([*WEIGHING, *WATCHING]), max_size=3)))),
        )
        for place, name in enumerate(NAMES)
    ]


CONDITIONS = st.one_of(
    st.sampled_from(LABELS).map(lambda label: {"label": label}),
    st.sampled_from(NAMES).map(lambda name: {"key": name}),
    st.just({"project": "WEB"}),
)
RULES = st.lists(
    st.tuples(st.sampled_from([*WEIGHING, *WATCHING]), CONDITIONS, st.sampled_from([None, 0.25, 0.5, 1.0])),
    max_size=6,
)
Rules = list[tuple[str, dict[str, Any], float | None]]


def placed(items: list[WorkItem], rules: Rules, *without: str) -> dict[str, ItemAlignment]:
    """Where each item stands, with the key results that are not left out."""
    links: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, condition, share in rules:
        links[name].append({**condition, "share": share})
    declared = {
        "A": work("A", *links["A"]),
        "B": work("B", *links["B"], measure={"kind": "milestones"}),
        "C": work("C", *links["C"], measure={"weigh": "points"}),
        "Y": work("Y", *links["Y"]),
        "M": metric("M", 1, 9, links=links["M"]),
        "F": work("F", *links["F"], measure={"kind": "flow", "of": "throughput", "start": 0, "target": 2}),
        "N": metric("N", 1, 9, links=links["N"]),
    }
    cycle_of = {name: cycle for name, cycle in (WEIGHING | WATCHING).items() if name not in without}
    objectives = [
        {
            "id": f"O-{cycle}",
            "title": cycle,
            "cycle": cycle,
            "key_results": [declared[name] for name, at in cycle_of.items() if at == cycle],
        }
        for cycle in dict.fromkeys(cycle_of.values())
    ]
    alignment = align(items, workspace(cycles=CYCLES, objectives=objectives), today=NOW.date())
    return {ref.id: one for ref, one in alignment.placements.items()}


def shares(one: ItemAlignment, cycle: str) -> dict[str, Fraction]:
    return {link.key_result: link.share for link in one.links if link.cycle == cycle}


@given(worlds(), RULES)
def test_shares_of_what_is_made_of_work_add_up_to_one_in_each_cycle(
    items: list[WorkItem], rules: Rules
) -> None:
    for one in placed(items, rules).values():
        for cycle in CYCLES:
            found = shares(one, cycle)
            weighing = [share for name, share in found.items() if name in WEIGHING]
            assert sum(weighing) == (1 if weighing else 0)
            assert all(share > 0 for share in weighing)
            assert all(share == 1 for name, share in found.items() if name in WATCHING)


@given(worlds(), RULES)
def test_a_cycle_takes_nothing_from_another(items: list[WorkItem], rules: Rules) -> None:
    quarter = {name for name, cycle in (WEIGHING | WATCHING).items() if cycle == "Q4"}
    both, alone = placed(items, rules), placed(items, rules, *(WEIGHING | WATCHING).keys() - quarter)
    for key, one in both.items():
        assert shares(one, "Q4") == shares(alone[key], "Q4")


@given(worlds(), RULES)
def test_of_one_rank_what_only_watches_takes_nothing(items: list[WorkItem], rules: Rules) -> None:
    """Where every word is a label's, the work results share as if no metric were declared."""
    rules = [(name, {"label": "a"}, share) for name, _, share in rules]
    silent = [item(one.key, one.parent.id if one.parent else None, labels=one.labels) for one in items]
    whole, alone = placed(silent, rules), placed(silent, rules, *WATCHING)
    for key, one in whole.items():
        of_work = {name: share for name, share in shares(one, "Q4").items() if name in WEIGHING}
        assert of_work == shares(alone[key], "Q4")
