"""Keys in the OKR files that mean items of several trackers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.conditions import Condition
from config.measures import MilestonesMeasure, WorkMeasure
from config.workspace import Workspace
from connectors.model import Ref, WorkItem


@dataclass(frozen=True, slots=True)
class AmbiguousKey:
    """A key that people wrote: where, the items that it means, and how each is named alone."""

    where: str
    key: str
    items: tuple[Ref, ...]
    names: tuple[str, ...]


def ambiguous_keys(items: Iterable[WorkItem], workspace: Workspace) -> Iterator[AmbiguousKey]:
    """Every key of a rule, an exemption or a weight that items of several trackers have, in declared order."""
    named = list(_keys(workspace))
    wanted = {key.casefold() for _, key in named}
    meant: defaultdict[str, list[WorkItem]] = defaultdict(list)
    for item in items:
        if (key := item.key.casefold()) in wanted:
            meant[key].append(item)
    for where, key in named:
        found = sorted(meant.get(key.casefold(), ()), key=lambda item: item.ref)
        if len({item.ref.tracker for item in found}) > 1:
            names = tuple(dict.fromkeys(item.qualified_key for item in found))
            yield AmbiguousKey(where, key, tuple(item.ref for item in found), names)


def _keys(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Each key that stands without a tracker, once for each place."""
    for _, key_result in workspace.key_results():
        for rule in key_result.links:
            yield from ((f"a rule of {key_result.id} ({rule})", key) for key in _keys_in(rule))
        how = key_result.measure
        if isinstance(how, MilestonesMeasure) or (isinstance(how, WorkMeasure) and how.weigh == "key"):
            yield from ((f"a weight of {key_result.id}", key) for key in how.weights)
    for exempt in workspace.exempt:
        where = f"the exempt category {exempt.name}"
        yield from ((where, key) for key in exempt.keys)
        yield from ((where, key) for condition in exempt.any for key in _keys_in(condition))


def _keys_in(condition: Condition) -> Iterator[str]:
    if condition.tracker is not None:
        return
    yield from dict.fromkeys(
        value
        for value in (condition.key, condition.parent, condition.under, condition.initiative)
        if value is not None
    )
    inside = (*condition.all, *condition.any, *((condition.not_,) if condition.not_ else ()))
    for one in inside:
        yield from _keys_in(one)
