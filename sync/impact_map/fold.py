"""Large maps folded: of each key result the epics and projects with the most effort, and how many more there are. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sync.impact_map.values import Band, Effort, ImpactMap, Layer, Node, combined

MOST_PLACES = 60
"""Epics and projects that one picture shows, about."""

MOST_EACH = 8
"""Those of one key result."""

MOST_KEY_RESULTS = 60
MOST_GOALS = 30


def fold(
    whole: ImpactMap,
    places: int = MOST_PLACES,
    each: int = MOST_EACH,
    key_results: int = MOST_KEY_RESULTS,
    goals: int = MOST_GOALS,
) -> ImpactMap:
    """The map with at most `each` epics and projects of one key result, and fewer while there are more than `places` of all.

    What is folded stands in one place for each place that it hangs on, with its effort and its number. Goals and key results
    are folded only where there are very many. No effort is lost; what would be folded alone stays.
    """
    found = _largest(_largest(whole, "goal", goals), "key_result", key_results)
    tried = found
    for most in range(each, -1, -1):
        tried = _without(found, "deliverable", _folded(found, most))
        if len(tried.of_layer("deliverable")) <= places:
            break
    return tried


def _largest(whole: ImpactMap, layer: Layer, most: int) -> ImpactMap:
    """The map with those of a layer that have the most effort."""
    there = whole.of_layer(layer)
    if len(there) <= most + 1:
        return whole
    ranked = sorted(there, key=lambda one: -one.effort.amount)
    return _without(whole, layer, {one.id for one in ranked[most:]})


def _folded(whole: ImpactMap, most: int) -> set[str]:
    """The epics and projects that are among the largest of nothing that they serve."""
    places = {one.id: one for one in whole.nodes}
    shown: set[str] = set()
    every: set[str] = set()
    for bands in _by_source(whole.bands).values():
        named = [one for one in bands if places[one.target].kind == "deliverable"]
        ranked = [one.target for one in sorted(named, key=lambda one: -one.effort.amount)]
        every.update(ranked)
        shown.update(ranked if len(ranked) == most + 1 else ranked[:most])
    return every - shown


def _without(whole: ImpactMap, layer: Layer, gone: Collection[str]) -> ImpactMap:
    """The map without these places of a layer, and what hangs on them alone; with one place for them on each that leads there."""
    if not gone:
        return whole
    places = {one.id: one for one in whole.nodes}
    folded: defaultdict[str, list[Band]] = defaultdict(list)
    for band in whole.bands:
        if band.target in gone:
            folded[band.source].append(band)
    more = {source: _more(places[source], bands, layer) for source, bands in folded.items()}
    bands = [one for one in whole.bands if one.source not in gone and one.target not in gone]
    bands += [Band(source, node.id, node.effort, node.health) for source, node in more.items()]
    if layer == "goal":
        more[""] = _more(None, [Band("", one, places[one].effort) for one in gone], layer)
    nodes = _in_order([one for one in whole.nodes if one.id not in gone], more, bands)
    return _pruned(replace(whole, nodes=nodes, bands=tuple(bands)))


def _more(before: Node | None, bands: Sequence[Band], layer: Layer) -> Node:
    effort = combined(one.effort for one in bands)
    name, health = ("more", None) if before is None else (f"{before.id}more", before.health)
    branch = "" if before is None else before.branch
    return Node(name, "more", layer, "", "", effort, health, branch, folded=len(bands))


def _in_order(nodes: Sequence[Node], more: Mapping[str, Node], bands: Sequence[Band]) -> tuple[Node, ...]:
    """The places, each new one behind the last of those that hang on the same place, before what is in no epic or project."""
    before: dict[str, list[Node]] = defaultdict(list)
    targets = _by_source(bands)
    at = {one.id: nr for nr, one in enumerate(nodes)}
    for source, node in more.items():
        siblings = [at[one.target] for one in targets.get(source, ()) if one.target in at]
        last = max((nr for nr in siblings if nodes[nr].kind != "loose"), default=None)
        loose = [nr for nr in siblings if nodes[nr].kind == "loose"]
        place = nodes[last].id if last is not None else ""
        before[place if last is not None else f"-{nodes[loose[0]].id}" if loose else ""].append(node)
    found = []
    for one in nodes:
        found += [*before.get(f"-{one.id}", ()), one, *before.get(one.id, ())]
    return (*found, *before.get("", ()))


def _pruned(whole: ImpactMap) -> ImpactMap:
    """Without what nothing leads to any more; with the effort of what still leads to a deliverable."""
    nodes, bands = list(whole.nodes), list(whole.bands)
    while True:
        led = {one.target for one in bands}
        nodes = [one for one in nodes if one.layer == "goal" or one.id in led]
        there = {one.id for one in nodes}
        if all(one.source in there and one.target in there for one in bands):
            break
        bands = [one for one in bands if one.source in there and one.target in there]
    efforts: defaultdict[str, list[Effort]] = defaultdict(list)
    for band in bands:
        efforts[band.target].append(band.effort)
    nodes = [
        replace(one, effort=combined(efforts[one.id])) if one.kind == "deliverable" else one for one in nodes
    ]
    return replace(whole, nodes=tuple(nodes), bands=tuple(bands))


def _by_source(bands: Iterable[Band]) -> Mapping[str, list[Band]]:
    found: defaultdict[str, list[Band]] = defaultdict(list)
    for band in bands:
        found[band.source].append(band)
    return found
