"""The impact map as a drawing: cards in columns, and bands between them as wide as the effort. Pure.

It keeps its size, so that its text stays readable, and scrolls sideways where there is less room. A card is filled as far as its
work is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from config.text.redaction import shown
from config.text.texts import Texts
from sync.impact_map.values import Band, ImpactMap, Node
from sync.report.html import svg
from sync.report.html.cells import TONES
from sync.report.html.sections.impact_map.fitting import BOLD, fitted, width_of, wrapped
from sync.report.html.sections.impact_map.geometry import WIDTH, Geometry, Leg, Spot, arrange
from sync.report.impact_map.words import (
    amount_words,
    done_percent,
    effort_words,
    health_words,
    name_of,
)

_LINE = 16.0
_PAD = 7.0
_INSIDE = 12.0
"""From the left edge of a card to its text; on the right a little less."""

_MANY = 24
"""From so many key results on, their titles have one line in place of two."""


def picture(found: ImpactMap, texts: Texts, address: Callable[[Node], str], title: str) -> Markup:
    """The drawing. `address`: where a place leads; `title`: what it shows, for who cannot see it."""
    return _Picture(found, texts, address).drawn(title)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a card: what is strong in it, what follows, and what stands at its right edge."""

    strong: str = ""
    plain: str = ""
    right: str = ""


@dataclass(slots=True)
class _Picture:
    found: ImpactMap
    texts: Texts
    address: Callable[[Node], str]

    def drawn(self, title: str) -> Markup:
        geometry = arrange(self.found, lambda node, width: 2 * _PAD + _LINE * len(self.lines(node, width)))
        names = {one.id: self.name(one) for one in self.found.nodes}
        heads = [
            svg.text(column.x, 12, self.texts.text(f"report_map.layer.{column.layer}"), "head")
            for column in geometry.columns
        ]
        bands = [self.band(band, legs, geometry, names) for band, legs in geometry.ways]
        cards = [self.card(spot, spot.node, geometry) for spot in geometry.cards if spot.node is not None]
        drawing = svg.svg(
            *heads,
            svg.group(*bands, class_="bands"),
            svg.group(*cards, class_="places"),
            label=title,
            has_links=True,
            width=WIDTH,
            height=geometry.height,
            view=(WIDTH, geometry.height),
        )
        inner = svg.element("div", drawing, class_="scroll", role="region", tabindex=0, aria_label=title)
        return svg.element("div", inner, class_="plot impact-map")

    # --- Cards -----------------------------------------------------------------------------------

    def name(self, node: Node) -> str:
        return shown(name_of(node, self.texts))

    def lines(self, node: Node, width: float) -> list[_Line]:
        room = width - _INSIDE - 8
        name, effort = self.name(node), effort_words(node.effort, self.found.unit, self.texts)
        if node.layer == "deliverable":
            return [self.row(node, room)]
        efforts = [_Line(plain=one) for one in wrapped(effort, room, 2)]
        match node.kind:
            case "more":
                return [*(_Line(plain=one) for one in wrapped(name, room, 2)), *efforts]
            case "objective" | "key_result":
                health = health_words(node.health, self.texts)
                most = 1 if len(self.found.of_layer("key_result")) >= _MANY else 2
                strong = fitted(name, room - width_of(health) - 10, BOLD)
                titles = [_Line(plain=one) for one in wrapped(shown(node.title), room, most)]
                return [_Line(strong, right=health), *titles, *efforts]
            case _:
                return [*(_Line(strong=one) for one in wrapped(name, room, 4, BOLD)), *efforts]

    def row(self, node: Node, room: float) -> _Line:
        """An epic or project on one line: what it is on the left, its effort and how much of it is done on the right."""
        amount, done = amount_words(node.effort, self.texts), done_percent(node.effort)
        right = f"{amount} · {self.texts.figures.percent(done or 0)}"
        left, name = room - width_of(right) - 10, self.name(node)
        if node.kind != "deliverable":
            return _Line(plain=fitted(name, left), right=right)
        strong = fitted(name, left, BOLD)
        rest = fitted(shown(node.title), left - width_of(f"{strong} ", BOLD)) if node.title else ""
        return _Line(strong, rest if rest != "…" else "", right)

    def card(self, spot: Spot, node: Node, geometry: Geometry) -> Markup:
        column = geometry.column(spot.layer)
        tone = TONES[node.health] if node.health else "quiet"
        done = column.width * (node.effort.share_done or 0.0)
        filled = f"M{_px(column.x)} {_px(spot.y)}h{_px(done, 0)}v{_px(spot.height)}h-{_px(done, 0)}z"
        marks = [
            svg.title(self.whole(node)),
            svg.rect(column.x, spot.y, column.width, spot.height),
            *([svg.path(filled, class_="done")] if done >= 1 else []),
            svg.path(f"M{_px(column.x + 2)} {_px(spot.y)}v{_px(spot.height)}", class_="side"),
        ]
        lines = self.lines(node, column.width)
        y = round(spot.centre - _LINE * len(lines) / 2 + 12)
        for nr, line in enumerate(lines):
            marks += self.line(line, column.x, column.width, y + nr * _LINE)
        kind = f"tone-{tone}{' faint' if node.kind in ('loose', 'more') else ''}"
        return svg.group(svg.link(self.address(node), *marks), class_=kind)

    def line(self, line: _Line, x: float, width: float, y: float) -> list[Markup]:
        words: list[str | Markup] = []
        if line.strong:
            words.append(svg.element("tspan", line.strong))
        if line.plain:
            words.append(f" {line.plain}" if words else line.plain)
        found = [svg.text(x + _INSIDE, y, svg.joined(words))] if words else []
        if line.right:
            found.append(svg.text(x + width - 8, y, line.right, "end"))
        return found

    def whole(self, node: Node) -> str:
        """All that a card may have cut."""
        name, title = self.name(node), shown(node.title)
        words = [
            f"{name} · {title}" if title else name,
            effort_words(node.effort, self.found.unit, self.texts),
        ]
        words += [health_words(node.health, self.texts)] if node.health else []
        return "\n".join(words)

    # --- Bands -----------------------------------------------------------------------------------

    def band(self, band: Band, legs: tuple[Leg, ...], geometry: Geometry, names: Mapping[str, str]) -> Markup:
        words = f"{names[band.source]} → {names[band.target]}: {amount_words(band.effort, self.texts)}"
        tone = TONES[band.health] if band.health else "quiet"
        if not band.effort.amount:
            return svg.path(_curve(legs, geometry, 0.0), svg.title(words), class_=f"empty tone-{tone}")
        half = legs[0].thick / 2
        back = _curve(legs, geometry, half, backwards=True)
        outline = f"{_curve(legs, geometry, -half)}L{back[1:]}Z"
        return svg.path(outline, svg.title(words), class_=f"tone-{tone}")


def _curve(legs: tuple[Leg, ...], geometry: Geometry, shift: float, *, backwards: bool = False) -> str:
    """The way of a band, moved up or down; a passage is straight, and between columns it swings."""
    points = []
    for leg in legs:
        before, after = geometry.column(leg.source.layer), geometry.column(leg.target.layer)
        points += [(before.x + before.width, leg.leaves + shift), (after.x, leg.arrives + shift)]
    if backwards:
        points.reverse()
    (x, y), *rest = points
    d = f"M{_px(x)} {_px(y)}"
    for nr, (to_x, to_y) in enumerate(rest):
        if nr % 2:
            d += f"L{_px(to_x)} {_px(to_y)}"
        else:
            middle = _px((x + to_x) / 2)
            d += f"C{middle} {_px(y)} {middle} {_px(to_y)} {_px(to_x)} {_px(to_y)}"
        x, y = to_x, to_y
    return d


def _px(value: float, places: int = 1) -> str:
    return svg.number(value, places)
