"""Names in the declaration that several things in a tracker bear, so that a rule means all of them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from config.measures import WorkMeasure
from config.names import folded
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment


@dataclass(frozen=True, slots=True)
class SharedName:
    """A label that stands in several groups, or a name that several projects have; `places` tell them apart."""

    kind: Literal["label", "project"]
    name: str
    places: tuple[str, ...]
    items: tuple[Ref, ...]


def shared_names(alignment: Alignment, workspace: Workspace) -> Iterator[SharedName]:
    """What is declared by a name that several things bear, sorted: labels, then projects."""
    items = [item for _, item in sorted(alignment.items.items()) if item.in_scope]
    yield from _labels(items, _declared_labels(workspace))
    yield from _projects(items, workspace)


def _declared_labels(workspace: Workspace) -> set[str]:
    names = {one.label for one in workspace.conditions() if one.label is not None}
    names |= {label for exempt in workspace.exempt for label in exempt.labels}
    for _, key_result in workspace.key_results():
        how = key_result.measure
        if isinstance(how, WorkMeasure) and how.weigh == "label":
            names |= how.weights.keys()
    return {folded(name) for name in names}


def _labels(items: list[WorkItem], declared: set[str]) -> Iterator[SharedName]:
    """Of one tracker each: that two trackers have a label of one name is what rules are written for."""
    bearing: defaultdict[tuple[str, str], dict[Ref, set[str]]] = defaultdict(dict)
    for item in items:
        for label in item.labels:
            if folded(label) in declared:
                places = {one for one in item.grouped_labels if folded(one).endswith(f"/{folded(label)}")}
                bearing[item.ref.tracker, folded(label)][item.ref] = places or {label}
    for (_, name), found in sorted(bearing.items()):
        places = set().union(*found.values())
        if len(places) > 1 and any(place.count("/") for place in places):
            yield SharedName("label", _short(name, places), tuple(sorted(places)), tuple(found))


def _short(name: str, places: set[str]) -> str:
    """The label's name as it is written."""
    return min(place[-len(name) :] if len(place) > len(name) else place for place in places)


def _projects(items: list[WorkItem], workspace: Workspace) -> Iterator[SharedName]:
    rules = [one for one in workspace.conditions() if one.project is not None and one.team is None]
    declared = {folded(one.project) for one in rules if one.project is not None}
    named: defaultdict[str, list[WorkItem]] = defaultdict(list)
    for item in items:
        if item.level == "project" and folded(item.title) in declared:
            named[folded(item.title)].append(item)
    for _, found in sorted(named.items()):
        if len(found) > 1:
            yield SharedName(
                "project",
                found[0].title,
                tuple(sorted(item.url for item in found)),
                tuple(item.ref for item in found),
            )
