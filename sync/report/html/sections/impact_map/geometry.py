"""Where the places of an impact map stand in a drawing, and how the bands run between them; all in pixels. Pure.

Layers are columns. A band that leads past a column has a passage of its own there, so that it runs between the cards and not
below them. Cards are placed by turns near what leads to them and near what they lead to, in their order, as far apart as their heights ask.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sync.impact_map.values import Band, ImpactMap, Layer, Node

WIDTH = 1120.0
TOP = 26.0
"""Above it stand the names of the columns."""

_SHARES: Mapping[Layer, float] = {
    "goal": 0.95,
    "actor": 0.8,
    "impact": 0.8,
    "key_result": 1.05,
    "deliverable": 1.45,
}
"""How wide the cards of a column are, in relation to each other."""

_GAPS: Mapping[Layer, float] = {
    "goal": 14.0,
    "actor": 12.0,
    "impact": 12.0,
    "key_result": 10.0,
    "deliverable": 5.0,
}
_BETWEEN = 52.0
_FLOW = 380.0
"""How high all bands together are where they end."""

_THINNEST = 1.5
_SWEEPS = 4


@dataclass(slots=True)
class Spot:
    """A card, or where `node` is None the passage of bands past a column. `y`: its upper edge."""

    layer: Layer
    height: float
    node: Node | None = None
    y: float = 0.0
    before: list[Leg] = field(default_factory=list)
    after: list[Leg] = field(default_factory=list)

    @property
    def centre(self) -> float:
        return self.y + self.height / 2


@dataclass(slots=True)
class Leg:
    """The part of a band between two neighbouring columns; where it begins and ends, its middle."""

    source: Spot
    target: Spot
    thick: float
    leaves: float = 0.0
    arrives: float = 0.0


@dataclass(frozen=True, slots=True)
class Column:
    layer: Layer
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Geometry:
    """Cards by column, and each band with its legs from left to right."""

    columns: tuple[Column, ...]
    cards: tuple[Spot, ...]
    ways: tuple[tuple[Band, tuple[Leg, ...]], ...]
    height: float

    def column(self, layer: Layer) -> Column:
        return next(one for one in self.columns if one.layer == layer)


def arrange(found: ImpactMap, room: Callable[[Node, float], float]) -> Geometry:
    """The drawing of a map. `room`: the least height of the card of a place with that width."""
    columns = _columns(found.layers)
    thick = _thickness(found)
    wide = {one.layer: one.width for one in columns}
    cards = {one.id: Spot(one.layer, room(one, wide[one.layer]), one) for one in found.nodes}
    ways = _ways(found, cards, [one.layer for one in columns], thick)
    rows: dict[Layer, list[Spot]] = {one.layer: [] for one in columns}
    for spot in _in_order(found, cards, ways):
        rows[spot.layer].append(spot)
    for spot in (one for some in rows.values() for one in some):
        for legs in (spot.before, spot.after):
            spot.height = max(spot.height, math.ceil(sum(leg.thick for leg in legs)))
    height = max((_least(layer, some) for layer, some in rows.items()), default=0.0)
    _place(rows, height)
    spots = [spot for some in rows.values() for spot in some]
    for spot in spots:
        # Whole pixels are sharp, and short to write.
        spot.y = math.floor(spot.y)
    for spot in spots:
        _attach(spot)
    return Geometry(columns, tuple(cards.values()), tuple(ways), math.ceil(TOP + height + 2))


def _columns(layers: Sequence[Layer]) -> tuple[Column, ...]:
    whole = WIDTH - _BETWEEN * max(len(layers) - 1, 0) - 2
    unit = whole / sum(_SHARES[one] for one in layers) if layers else 0.0
    found, x = [], 1.0
    for one in layers:
        width = round(_SHARES[one] * unit)
        found.append(Column(one, x, width))
        x += width + _BETWEEN
    return tuple(found)


def _thickness(found: ImpactMap) -> Callable[[Band], float]:
    whole = found.effort.amount
    return lambda band: max(_THINNEST, _FLOW * band.effort.amount / whole) if whole else _THINNEST


def _ways(
    found: ImpactMap, cards: Mapping[str, Spot], layers: Sequence[Layer], thick: Callable[[Band], float]
) -> list[tuple[Band, tuple[Leg, ...]]]:
    """The legs of each band; the bands that leave one place share their passage past a column."""
    passages: dict[tuple[str, Layer], Spot] = {}
    ways = []
    for band in found.bands:
        source, target = cards[band.source], cards[band.target]
        first, last = layers.index(source.layer), layers.index(target.layer)
        stops = [source]
        stops += [
            passages.setdefault((band.source, layer), Spot(layer, 0.0)) for layer in layers[first + 1 : last]
        ]
        stops.append(target)
        legs = []
        for before, after in pairwise(stops):
            leg = Leg(before, after, thick(band))
            before.after.append(leg)
            after.before.append(leg)
            legs.append(leg)
        ways.append((band, tuple(legs)))
    return ways


def _in_order(
    found: ImpactMap, cards: Mapping[str, Spot], ways: Sequence[tuple[Band, tuple[Leg, ...]]]
) -> list[Spot]:
    """Cards in the order of the map, and each passage before the first card that it leads to, in a column of its own."""
    order = {id(cards[one.id]): float(nr) for nr, one in enumerate(found.nodes)}
    passages: dict[int, Spot] = {}
    for band, legs in ways:
        for leg in legs[:-1]:
            spot = leg.target
            passages[id(spot)] = spot
            aim, root = cards[band.target], cards[band.source]
            # What leads to a deliverable stands by where it comes from: deliverables have another order.
            nr = order[id(root)] + 0.5 if aim.layer == "deliverable" else order[id(aim)]
            order[id(spot)] = min(order.get(id(spot), nr), nr)
    spots = [*passages.values(), *cards.values()]
    return sorted(spots, key=lambda one: order[id(one)])


def _least(layer: Layer, spots: Sequence[Spot]) -> float:
    return sum(one.height for one in spots) + _GAPS[layer] * max(len(spots) - 1, 0)


def _place(rows: Mapping[Layer, Sequence[Spot]], height: float) -> None:
    for layer, spots in rows.items():
        y, rest = TOP, (height - _least(layer, spots)) / max(len(spots), 1)
        for spot in spots:
            spot.y = y + rest / 2
            y += spot.height + _GAPS[layer] + rest
    layers = [*rows]
    for nr in range(_SWEEPS):
        for layer in reversed(layers[:-1]):
            _settle(
                rows[layer],
                [_mean(one.after, "target") or one.centre for one in rows[layer]],
                _GAPS[layer],
                height,
            )
        for layer in layers[1:] if nr < _SWEEPS - 1 else ():
            _settle(
                rows[layer],
                [_mean(one.before, "source") or one.centre for one in rows[layer]],
                _GAPS[layer],
                height,
            )


def _mean(legs: Sequence[Leg], end: str) -> float | None:
    whole = sum(leg.thick for leg in legs)
    if not whole:
        return None
    return sum(leg.thick * (leg.target if end == "target" else leg.source).centre for leg in legs) / whole


def _settle(spots: Sequence[Spot], centres: Sequence[float], gap: float, height: float) -> None:
    """Move each spot as little as it takes for them to keep their order and their distance, by pooling neighbours."""
    offsets, at = [], 0.0
    for spot in spots:
        offsets.append(at)
        at += spot.height + gap
    pools: list[tuple[float, int]] = []
    for spot, centre, offset in zip(spots, centres, offsets, strict=True):
        pools.append((centre - spot.height / 2 - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, many), (other, more) = pools[-2:]
            pools[-2:] = [((one * many + other * more) / (many + more), many + more)]
    bases = [mean for mean, many in pools for _ in range(many)]
    most = TOP + height - (at - gap)
    for spot, base, offset in zip(spots, bases, offsets, strict=True):
        spot.y = min(max(base, TOP), most) + offset


def _attach(spot: Spot) -> None:
    """Bands meet a place beside each other, in the order of where they come from and lead to."""
    spot.before.sort(key=lambda leg: leg.source.centre)
    spot.after.sort(key=lambda leg: leg.target.centre)
    y = spot.centre - sum(leg.thick for leg in spot.before) / 2
    for leg in spot.before:
        leg.arrives, y = y + leg.thick / 2, y + leg.thick
    y = spot.centre - sum(leg.thick for leg in spot.after) / 2
    for leg in spot.after:
        leg.leaves, y = y + leg.thick / 2, y + leg.thick
