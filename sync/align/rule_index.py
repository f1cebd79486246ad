"""Conditions compiled into hash tables, so that an item meets only those that could hold for it. Pure.

A condition is brought into alternatives (a disjunctive normal form), each a set of values that the item must
have. An alternative is filed under the values of its two most selective facets; alternatives over the same
facets share a table. An item is looked up once in each table, so its cost grows with the number of pairs of
facets that rules use and with the rules that it meets, not with the number of rules. (Known from packet
classifiers as tuple space search.)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from config.conditions import Condition, Span
from config.names import folded
from config.trackers import TrackerBase
from sync.align.item_facets import FACETS, GRAM, ItemFacets, grams
from sync.align.native_queries import query_of

P = TypeVar("P")
Atom = tuple[str, str]
"""A facet and the value that the item must have there."""
Test = Callable[[ItemFacets], bool]

MOST = 64
"""Alternatives of one condition; beyond, only a part of it is filed and the rest is tested."""
_FEW_GRAMS = 100
"""Up to so many runs of letters it is faster to look for each in a title than to list all that a title has."""
_RANK = {facet: place for place, facet in enumerate(FACETS)}
_EQUAL = tuple(name for name in Condition.model_fields if name in FACETS and name != "field")
_SPANS = ("created", "started", "completed", "due")


@dataclass(frozen=True, slots=True)
class Alternative:
    """Values that must all be there; `exact` when nothing else must hold."""

    atoms: frozenset[Atom]
    exact: bool


class Index(Generic[P]):
    """Payloads under conditions. `trackers`: the declared ones by name."""

    def __init__(self, trackers: Mapping[str, TrackerBase]) -> None:
        self._trackers = trackers
        self._single: dict[str, dict[str, list[_Filed[P]]]] = {}
        self._double: dict[tuple[str, str], dict[str, dict[str, list[_Filed[P]]]]] = {}
        self._always: list[_Filed[P]] = []

    def add(self, condition: Condition, payload: P) -> None:
        """File a payload under its condition."""
        whole = as_test(condition, self._trackers)
        for one in alternatives(condition, self._trackers):
            facets = sorted({facet for facet, _ in one.atoms}, key=_RANK.__getitem__)
            chosen = _chosen(one.atoms, facets)
            exact = one.exact and len(chosen) == len(one.atoms)
            filed = _Filed(payload, None if exact else whole)
            match chosen:
                case []:
                    self._always.append(filed)
                case [(facet, value)]:
                    self._single.setdefault(facet, {}).setdefault(value, []).append(filed)
                case [(facet, value), (second, other), *_]:
                    table = self._double.setdefault((facet, second), {})
                    table.setdefault(value, {}).setdefault(other, []).append(filed)

    def find(self, facets: ItemFacets) -> list[P]:
        """The payloads whose conditions hold; one may come twice."""
        met: list[_Filed[P]] = []
        for facet, table in self._single.items():
            for value in _few_grams(table, facets) if facet == "grams" else facets[facet]:
                if value in table:
                    met += table[value]
        for (facet, second), tables in self._double.items():
            for value in facets[facet]:
                if value in tables:
                    inner = tables[value]
                    for other in facets[second]:
                        if other in inner:
                            met += inner[other]
        if self._always:
            met += self._always
        return [filed.payload for filed in met if filed.test is None or filed.test(facets)]


def _few_grams(table: Collection[str], facets: ItemFacets) -> Iterable[str]:
    """The runs of letters in the title that the table has: looked for one by one where it has few."""
    if len(table) > _FEW_GRAMS:
        return facets["grams"]
    title = folded(facets.item.title)
    return [gram for gram in table if gram in title]


@dataclass(frozen=True, slots=True)
class _Filed(Generic[P]):
    payload: P
    test: Test | None


def _chosen(atoms: Iterable[Atom], facets: list[str]) -> list[Atom]:
    """The atoms to file under: of the two most selective facets, of each the first value."""
    if len(facets) > 1:
        # An item has many runs of letters; they are no good beside anything else.
        facets = [facet for facet in facets if facet != "grams"]
    return [min(atom for atom in atoms if atom[0] == facet) for facet in facets[:2]]


def alternatives(condition: Condition, trackers: Mapping[str, TrackerBase]) -> list[Alternative]:
    """The condition as alternatives of which one holds whenever it does, and the other way if `exact`."""
    atoms, exact = _atoms(condition, trackers)
    parts = [[Alternative(frozenset(atoms), exact)]]
    parts += [alternatives(one, trackers) for one in condition.all]
    if condition.any:
        parts.append([found for one in condition.any for found in alternatives(one, trackers)])
    whole = parts[0]
    for part in sorted(parts[1:], key=len):
        if len(whole) * len(part) > MOST:
            whole = [Alternative(one.atoms, exact=False) for one in whole]
            continue
        whole = [
            Alternative(one.atoms | other.atoms, one.exact and other.exact)
            for one, other in itertools.product(whole, part)
        ]
    return whole


def _atoms(condition: Condition, trackers: Mapping[str, TrackerBase]) -> tuple[list[Atom], bool]:
    """What the condition itself wants to be equal, and whether that is all that it wants itself."""
    atoms = [(name, folded(value)) for name in _EQUAL if (value := getattr(condition, name)) is not None]
    atoms += [("field", folded(f"{name}\n{text}")) for name, text in (condition.field or {}).items()]
    query = query_of(condition, trackers)
    if query is not None:
        atoms.append(("query", query.id))
    exact = condition.not_ is None and all(getattr(condition, name) is None for name in _SPANS)
    if condition.title is not None:
        exact = False
        longest = max((piece.strip() for piece in condition.title.split("*")), key=len)
        if len(longest) >= GRAM:
            atoms.append(("grams", min(grams(longest))))
    return atoms, exact


def as_test(condition: Condition, trackers: Mapping[str, TrackerBase]) -> Test:
    """The condition as a question to an item's facets."""
    tests = [_has(atom) for atom in _atoms(condition, trackers)[0] if atom[0] != "grams"]
    if condition.title is not None:
        tests.append(_titled(condition.title))
    tests += [_in_span(name, span) for name in _SPANS if (span := getattr(condition, name)) is not None]
    tests += [as_test(one, trackers) for one in condition.all]
    if condition.any:
        tests.append(_some([as_test(one, trackers) for one in condition.any]))
    if condition.not_ is not None:
        tests.append(_fails(as_test(condition.not_, trackers)))
    return tests[0] if len(tests) == 1 else lambda facets: all(test(facets) for test in tests)


def _has(atom: Atom) -> Test:
    facet, value = atom
    return lambda facets: value in facets[facet]


def _some(tests: list[Test]) -> Test:
    return lambda facets: any(test(facets) for test in tests)


def _fails(test: Test) -> Test:
    return lambda facets: not test(facets)


def _titled(pattern: str) -> Test:
    first, *rest = folded(pattern).split("*")

    def test(facets: ItemFacets) -> bool:
        title = folded(facets.item.title).strip()
        if not rest:
            return title == first
        # Leftmost for each piece but the last leaves the most for those after it: no need to try again.
        at, last = len(first), len(title) - len(rest[-1])
        if not title.startswith(first) or not title.endswith(rest[-1]) or last < at:
            return False
        for piece in rest[:-1]:
            found = title.find(piece, at, last)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    return test


def _in_span(name: str, span: Span) -> Test:
    def test(facets: ItemFacets) -> bool:
        value = getattr(facets.item, name)
        return span.holds(value if name == "due" else facets.context.day(value))

    return test
