"""Laws of measuring, for every way to weigh work, and a recount by brute force."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import example, given
from hypothesis import strategies as st

from config.measures import WorkMeasure
from connectors.model import WorkItem
from sync.align.alignment import align
from sync.measure import Bounds, Reading, Tally, fold, measure, pieces_of, tally_of
from tests.support.builders import NOW, item, observed, work, workspace

Tree = list[tuple[str, int, str, float | None, str, int]]
"""Of each item: category, which earlier one is its parent (0: none), type, estimate, claim, day of creation."""

TREES: st.SearchStrategy[Tree] = st.lists(
    st.tuples(
        st.sampled_from(["todo", "doing", "done", "dropped"]),
        st.integers(0, 6),
        st.sampled_from(["Story", "Bug"]),
        st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0, 3.0, 8.0, -1.0, float("nan"), float("inf")])),
        st.sampled_from(["", "", "A", "B", "AB"]),
        st.integers(1, 31),
    ),
    min_size=1,
    max_size=9,
)
HOWS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("work"), "weigh": st.sampled_from(["count", "points", "time"])},
        optional={
            "started": st.sampled_from([0.0, 0.3, 0.5]),
            "default_estimate": st.sampled_from([1.0, 2.5]),
        },
    ),
    st.just({"kind": "work", "weigh": "type", "weights": {"Bug": 1.5, "Story": 4}}),
    st.just({"kind": "work", "weigh": "label", "weights": {"x": 2, "y": 4}, "default_estimate": 0.5}),
    st.just({"kind": "work", "weigh": "key", "weights": {"WEB-1": 3, "WEB-4": 0.25}}),
    st.just({"kind": "work", "weigh": "points", "target": 7.5}),
    st.just({"kind": "work", "weigh": "points", "baseline": date(2026, 10, 10)}),
    st.just({"kind": "work", "weigh": "count", "baseline": date(2026, 10, 15), "started": 0.5}),
)


def planted(tree: Tree) -> list[WorkItem]:
    made = []
    for nr, (category, above, kind, estimate, claims, day) in enumerate(tree, 1):
        parent = f"WEB-{above}" if 0 < above < nr else None
        changes: dict[str, Any] = {
            "category": category,
            "kind": kind,
            "estimate": estimate,
            "hours": estimate,
        }
        changes |= {"claims": tuple(claims), "created": datetime(2026, 10, day, tzinfo=UTC)}
        made.append(item(f"WEB-{nr}", parent, **changes))
    return made


def reading(items: list[WorkItem], how: dict[str, Any]) -> Reading:
    declared = workspace(work("A", measure=how), work("B"))
    return measure(align(items, declared), observed(), declared, NOW).readings["A"]


@given(TREES, HOWS, st.randoms())
def test_the_order_of_items_never_matters(tree: Tree, how: dict[str, Any], chance: Any) -> None:
    items = planted(tree)
    before = reading(items, how)
    chance.shuffle(items)
    assert reading(items, how) == before


@given(TREES, HOWS, st.integers(0, 9))
def test_parts_add_up_to_one_pass(tree: Tree, how: dict[str, Any], cut: int) -> None:
    declared = WorkMeasure.model_validate(how)
    leaves = [(one, Fraction(1, nr)) for nr, one in enumerate(planted(tree), 1)]
    pieces = pieces_of(leaves, declared, Bounds(UTC))
    assert fold(pieces[:cut], declared) + fold(pieces[cut:], declared) == fold(pieces, declared)
    # By denominator or one by one, the sum is the same.
    assert fold(pieces, declared) == sum((tally_of(piece, declared) for piece in pieces), Tally())


@given(TREES, HOWS, st.data())
def test_closing_a_leaf_never_lowers_work(tree: Tree, how: dict[str, Any], data: st.DataObject) -> None:
    items = planted(tree)
    chosen = data.draw(st.sampled_from(items))
    if not chosen.is_open:
        return
    closed = [replace(one, category="done") if one is chosen else one for one in items]
    before, after = reading(items, how).progress, reading(closed, how).progress
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before


@given(TREES, HOWS)
def test_percents_are_percents(tree: Tree, how: dict[str, Any]) -> None:
    told = reading(planted(tree), how)
    assert told.percent is None or 0 <= told.percent <= 100
    if "target" not in how and told.percent == 100:
        assert told.tally.done == told.tally.leaves


@given(TREES)
def test_shares_of_an_item_add_up_to_one(tree: Tree) -> None:
    alignment = align(planted(tree), workspace(work("A"), work("B")))
    for placement in alignment.placements.values():
        if placement.state == "aligned":
            assert sum(link.share for link in placement.links) == 1


# --- Recounts by brute force ---------------------------------------------------------------------


def below(items: dict[str, WorkItem], key: str) -> list[str]:
    """What hangs below an item and was not dropped."""
    return [
        name
        for name, one in items.items()
        if one.parent and one.parent.id == key and one.category != "dropped"
    ]


def nearest(items: dict[str, WorkItem], key: str, says: Callable[[WorkItem], bool]) -> WorkItem | None:
    """The item itself or the first one above it of which that is so."""
    one: WorkItem | None = items[key]
    while one is not None and not says(one):
        one = items[one.parent.id] if one.parent else None
    return one


def weight(one: WorkItem, how: dict[str, Any]) -> float:
    default: float = how.get("default_estimate", 1.0)
    if how.get("weigh", "count") == "count":
        return 1.0
    if how["weigh"] in ("points", "time"):
        said = one.estimate if how["weigh"] == "points" else one.hours
        known = said is not None and math.isfinite(said) and said >= 0
        return said if known and said is not None else default
    names = {"type": [one.kind], "key": [one.key], "label": list(one.labels)}[how["weigh"]]
    return max((how["weights"][name] for name in names if name in how["weights"]), default=default)


def live_below(items: dict[str, WorkItem], key: str) -> list[str]:
    """All that hangs below an item and was not dropped, however far, also below what was."""
    children = [name for name, one in items.items() if one.parent and one.parent.id == key]
    return [
        *(name for name in children if items[name].category != "dropped"),
        *(name for child in children for name in live_below(items, child)),
    ]


def is_estimated(one: WorkItem) -> bool:
    return one.estimate is not None and math.isfinite(one.estimate) and one.estimate >= 0


def weighed(
    items: dict[str, WorkItem], how: dict[str, Any], share_of: Callable[[str], Fraction]
) -> dict[str, float | Fraction]:
    """What each item weighs that counts by itself: leaves, and in points and hours done parents in place of those that
    serve the same."""
    leaves = [key for key, one in items.items() if one.category != "dropped" and not below(items, key)]
    found: dict[str, float | Fraction] = {key: weight(items[key], how) for key in leaves}
    if how.get("weigh") not in ("points", "time"):
        return found
    for key, one in items.items():
        under = live_below(items, key)
        if one.category == "dropped" or not is_estimated(one) or not below(items, key):
            continue
        if any(is_estimated(items[name]) for name in under):
            continue
        carrying = [name for name in under if name in leaves]
        each = Fraction(one.estimate or 0) / len(carrying)
        found |= dict.fromkeys(carrying, each)
        # Below what claims something everything serves something, so equal shares of A tell what serves the same.
        alike = [name for name in carrying if share_of(name) == share_of(key)]
        if one.category == "done" and share_of(key) and alike:
            found = {name: own for name, own in found.items() if name not in alike}
            found[key] = each * len(alike)
    return found


def since(items: dict[str, WorkItem], key: str, how: dict[str, Any]) -> date:
    """Since when it is in the scope: what an estimated item was broken down into was there before."""
    days = [items[key].created.date()]
    if how.get("weigh") in ("points", "time") and not is_estimated(items[key]):
        parent = items[key].parent
        while parent:
            if is_estimated(items[parent.id]) and items[parent.id].category != "dropped":
                is_outdone = any(is_estimated(items[name]) for name in live_below(items, parent.id))
                if below(items, parent.id) and not is_outdone:
                    days.append(items[parent.id].created.date())
                break
            parent = items[parent.id].parent
    return min(days)


def recount(items: dict[str, WorkItem], how: dict[str, Any], share_of: Callable[[str], Fraction]) -> Recount:
    """Every piece looked at by itself; `share_of` tells how much of it serves A."""
    total = done = late = Fraction(0)
    open_, closed, came = 0, 0, 0
    for key, weighs in weighed(items, how, share_of).items():
        one, share = items[key], share_of(key)
        if not share:
            continue
        own = Fraction(weighs) * share
        if "baseline" in how and since(items, key, how) > how["baseline"]:
            late, came = late + own, came + 1
            continue
        total += own
        open_, closed = open_ + (one.category != "done"), closed + (one.category == "done")
        if one.category == "done":
            done += own
        elif one.category == "doing":
            done += own * Fraction(str(how.get("started", 0)))
    progress: Fraction | None = None
    if open_ + closed:
        if "target" in how:
            progress = min(Fraction(1), done / Fraction(how["target"]))
        else:
            progress = done / total if total else Fraction(closed, open_ + closed)
            progress = min(progress, Fraction(9999, 10000)) if open_ else progress
    return Recount(total, done, late, open_ + closed, came, progress)


class Recount(NamedTuple):
    total: Fraction
    done: Fraction
    late: Fraction
    leaves: int
    came: int
    progress: Fraction | None


def agrees(told: Reading, wanted: Recount) -> None:
    tally = told.tally
    assert (tally.weight, tally.done_weight, tally.late_weight) == wanted[:3]
    assert (tally.leaves, tally.late) == (wanted.leaves, wanted.came)
    assert told.progress == (None if wanted.progress is None else float(wanted.progress))


LABELS = st.lists(st.sampled_from([(), ("x",), ("y",), ("x", "y")]), min_size=9, max_size=9)


@given(TREES, HOWS, LABELS)
@example(
    [("done", 0, "Story", 3.0, "AB", 1), ("todo", 1, "Story", None, "A", 1), ("todo", 1, "Bug", None, "", 1)],
    {"kind": "work", "weigh": "points"},
    [()] * 3,
)
def test_a_recount_by_brute_force_says_the_same(
    tree: Tree, how: dict[str, Any], labels: list[tuple[str, ...]]
) -> None:
    items = {
        one.key: replace(one, labels=own) for one, own in zip(planted(tree), labels[: len(tree)], strict=True)
    }

    def share_of(key: str) -> Fraction:
        claimed = nearest(items, key, lambda one: bool(one.claims))
        return Fraction(1, len(claimed.claims)) if claimed and "A" in claimed.claims else Fraction(0)

    agrees(reading(list(items.values()), how), recount(items, how, share_of))


@given(TREES, HOWS, LABELS, st.sampled_from([0.25, 0.5, 0.75]))
def test_declared_shares_by_brute_force(
    tree: Tree, how: dict[str, Any], labels: list[tuple[str, ...]], share: float
) -> None:
    items = {
        one.key: replace(one, claims=(), labels=own)
        for one, own in zip(planted(tree), labels[: len(tree)], strict=True)
    }
    rules = [{"label": "x", "share": share}], [{"label": "x", "share": 1 - share}]
    declared = workspace(work("A", *rules[0], measure=how), work("B", *rules[1]))
    told = measure(align(items.values(), declared), observed(), declared, NOW).readings["A"]

    def share_of(key: str) -> Fraction:
        return Fraction(share) if nearest(items, key, lambda one: "x" in one.labels) else Fraction(0)

    agrees(told, recount(items, how, share_of))


@given(TREES, st.sampled_from([{}, {"WEB-1": 2.5, "WEB-3": 4.0}]))
def test_milestones_by_brute_force(tree: Tree, weights: dict[str, float]) -> None:
    items = planted(tree)
    told = reading(items, {"kind": "milestones", "weights": weights})
    counted = [one for one in items if "A" in one.claims and one.category != "dropped"]
    parts = {one.key: weights.get(one.key, 1.0) / len(one.claims) for one in counted}
    total, done = sum(parts.values()), sum(parts[one.key] for one in counted if one.category == "done")
    assert told.progress == (done / total if counted else None)
    assert told.value == (done if counted else None)
