"""The stages of one value stream, in the order in which its work walks. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from config.analysis.flow import Stage as DeclaredStage
from config.names import folded
from connectors.model import Category, StatusSpan, WorkItem
from sync.flow.journeys import Stage

_ORDER: tuple[Category, ...] = ("todo", "doing", "done")
_Status = tuple[str, Category | None, tuple[str, ...]]
_Placed = tuple[str, Category, bool | None, tuple[str, ...]]
"""A stage before it has its place: name, category, whether it waits, folded statuses."""


class Walks:
    """How the work of one stream walked from status to status.

    A status is known by its folded name; `names` has how it is written, `also` other names, `firsts` how often the
    first visit to one status came before the first visit to another one, `entered` how many items were ever in it.
    """

    def __init__(self) -> None:
        self.categories: defaultdict[str, Counter[Category]] = defaultdict(Counter)
        self.names: dict[str, str] = {}
        self.also: defaultdict[str, set[str]] = defaultdict(set)
        self.firsts: Counter[tuple[str, str]] = Counter()
        self.entered: Counter[str] = Counter()
        self._ways: Counter[tuple[_Status, ...]] = Counter()

    def add(self, spans: Sequence[StatusSpan], item: WorkItem) -> None:
        """The way of one item; of one whose history is not known, where it stands."""
        if spans:
            self._ways[tuple((one.status, one.category, one.also) for one in spans)] += 1
        elif item.category != "dropped":
            self._ways[(item.status, item.category, item.called("status")),] += 1

    def settle(self, dropped: Collection[str]) -> None:
        """Count what was added; the statuses in which work is only ever `dropped` are no part of it."""
        # Many items walk the same way: each way is taken apart once.
        for way, times in self._ways.items():
            path: dict[str, None] = {}
            for status, category, also in way:
                key = folded(status)
                if not key or key in dropped:
                    continue
                path[key] = None
                # Written in several ways, always the same one.
                self.names[key] = min(self.names.get(key, status), status)
                self.also[key].update(map(folded, also))
                if category is not None:
                    self.categories[key][category] += times
            for key in path:
                self.entered[key] += times
            for pair in combinations(path, 2):
                self.firsts[pair] += times
        self._ways.clear()

    def category(self, key: str) -> Category | None:
        """The category of a status; None where nobody told one."""
        return _most(self.categories[key]) if self.categories[key] else None

    def precedes(self, one: Collection[str], other: Collection[str]) -> int:
        """1 where most work was in one group of statuses before it was in the other, -1 the other way round, else 0."""
        lead = sum(self.firsts[a, b] - self.firsts[b, a] for a in one for b in other)
        return (lead > 0) - (lead < 0)

    def ordered(self, keys: Collection[str]) -> list[str]:
        """Statuses of one category in the order in which work walks.

        Each pair goes by its majority; the more of the others a status precedes, the earlier it stands (Copeland, "A
        reasonable social welfare function", 1951), so that a few items that walk back change nothing. Ties go by name.
        """
        leads = {key: sum(self.precedes((key,), (other,)) for other in keys if other != key) for key in keys}
        return sorted(keys, key=lambda key: (-leads[key], key))


def staged(
    declared: Sequence[DeclaredStage], walks: Walks
) -> tuple[tuple[Stage, ...], Mapping[str, Stage], tuple[str, ...]]:
    """The stages in order, the stage of each status by its folded name, and the statuses that no declared stage names.

    `walks` are settled.
    """
    keys = _keys(declared, walks)
    named = {key for some in keys for key in some}
    others = [key for key in walks.names if key not in named]
    by_category: dict[Category, list[str]] = {
        one: walks.ordered([key for key in others if walks.category(key) == one]) for one in _ORDER
    }
    placed: list[_Placed] = [
        (stage.name, category, stage.waiting, some)
        for stage, category, some in zip(declared, _categories(keys, walks), keys, strict=True)
    ]
    for key in by_category["doing"]:
        placed.insert(_among(key, placed, walks), (walks.names[key], "doing", None, (key,)))
    placed[:0] = _begin(by_category["todo"], walks, together=bool(declared))
    _finish(placed, by_category["done"], walks)
    stages, by_status = [], {}
    for number, (name, category, waiting, some) in enumerate(placed):
        stage = Stage(name, number, category, waiting)
        stages.append(stage)
        by_status.update(dict.fromkeys(some, stage))
    unnamed = tuple(sorted(walks.names[key] for key in others)) if declared else ()
    return tuple(stages), by_status, unnamed


def _keys(declared: Sequence[DeclaredStage], walks: Walks) -> list[tuple[str, ...]]:
    """The statuses of each declared stage, under every name that work stood in them; also one that is called as the stage is."""
    named = [{folded(name) for name in stage.statuses} for stage in declared]
    taken = {key for some in named for key in some}
    for stage, some in zip(declared, named, strict=True):
        more = {key for key, also in walks.also.items() if also & some} | {folded(stage.name)}
        some |= more - taken
        taken |= more
    return [tuple(sorted(some)) for some in named]


def _categories(keys: Sequence[Collection[str]], walks: Walks) -> list[Category]:
    """Of each declared stage what most of its work is in; of one that no work knows that of the stage before it."""
    found: list[Category] = []
    for some in keys:
        counts: Counter[Category] = Counter()
        for key in some:
            counts.update(walks.categories.get(key, Counter()))
        found.append(_most(counts) if counts else found[-1] if found else "todo")
    return found


def _most(counts: Counter[Category]) -> Category:
    return max(_ORDER, key=lambda one: (counts[one], -_ORDER.index(one)))


def _among(key: str, placed: Sequence[_Placed], walks: Walks) -> int:
    """Where a status in progress stands: before the first stage in progress that it precedes, else after the last one."""
    doing = [number for number, (_, category, *_) in enumerate(placed) if category == "doing"]
    for number in doing:
        if walks.precedes((key,), placed[number][3]) > 0:
            return number
    if doing:
        return doing[-1] + 1
    return next((number for number, one in enumerate(placed) if one[1] == "done"), len(placed))


def _begin(keys: Sequence[str], walks: Walks, *, together: bool) -> list[_Placed]:
    """Of what is not begun a stage for each status; or one for all, called as most of it is: several teams have many."""
    if not together:
        return [(walks.names[key], "todo", None, (key,)) for key in keys]
    return [(_usual(keys, walks), "todo", None, tuple(sorted(keys)))] if keys else []


def _usual(keys: Sequence[str], walks: Walks) -> str:
    """The name of the status that most work was in."""
    return walks.names[min(keys, key=lambda key: (-walks.entered[key], key))]


def _finish(placed: list[_Placed], keys: Sequence[str], walks: Walks) -> None:
    """Let statuses of done work be one stage, the last: the declared one, else one called as most of it is."""
    if not keys:
        return
    if placed and placed[-1][1] == "done":
        name, category, waiting, own = placed[-1]
        placed[-1] = (name, category, waiting, (*own, *keys))
        return
    placed.append((_usual(keys, walks), "done", None, tuple(sorted(keys))))
