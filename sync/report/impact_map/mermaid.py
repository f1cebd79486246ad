"""The impact map as a flowchart in Mermaid, to be pasted where Markdown is shown. Pure.

Names are made up and labels are quoted, with each character that could mean something to Mermaid, Markdown or HTML written by
its number (https://mermaid.js.org/syntax/flowchart.html, "Entity codes to escape characters").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from config.text.texts import Texts
from connectors.model import Health
from sync.impact_map.fold import fold
from sync.impact_map.values import ImpactMap, Kind, Node
from sync.report.impact_map.words import effort_words, health_words, name_of

MOST_TEXT = 45_000
"""Characters of a map: by default Mermaid draws none of 50,000 (`maxTextSize`)."""

MOST_BANDS = 450
"""Bands of a map: by default Mermaid draws at most 500 (`maxEdges`)."""

_LONGEST = 60
_WIDEST = 24.0
_SHAPES: Mapping[Kind, tuple[str, str]] = {
    "objective": ('(["', '"])'),
    "branch": ('(["', '"])'),
    "actor": ('{{"', '"}}'),
    "impact": ('("', '")'),
}
_BOX = ('["', '"]')
_LINE = "#9aa3b5"
_ALIVE = re.compile(r"\$(?=\$)|:(?=\w)|\\(?=\w)")
_LOOKS: Mapping[Health | str, tuple[str, str, str]] = {
    "on_track": ("#e3f4e7", "#1f7a3d", "#10321c"),
    "done": ("#d3ecd9", "#125c2c", "#10321c"),
    "at_risk": ("#fdf0d2", "#96690a", "#3d2b04"),
    "off_track": ("#fbe1df", "#b3261e", "#45100d"),
    "no_data": ("#eeeff1", "#6b7078", "#24272c"),
    "beside": ("#f4f4f6", "#6b7078", "#24272c"),
}
"""Fill, stroke and text by health, and beside the goals."""


def mermaid(whole: ImpactMap, texts: Texts) -> str:
    """The map from left to right, folded as far as Mermaid needs it."""
    for places, each in ((40, 6), (40, 3), (25, 1), (1, 0)):
        folded = fold(whole, places, each)
        text = "\n".join(_lines(folded, texts)) + "\n"
        if len(text) <= MOST_TEXT and len(folded.bands) <= MOST_BANDS:
            break
    return text


def _lines(found: ImpactMap, texts: Texts) -> Iterator[str]:
    yield "flowchart LR"
    names = {one.id: f"n{nr}" for nr, one in enumerate(found.nodes)}
    for one in found.nodes:
        before, after = _SHAPES.get(one.kind, _BOX)
        yield f"  {names[one.id]}{before}{_label(one, found, texts)}{after}:::{one.health or 'beside'}"
    columns = {one.id: found.layers.index(one.layer) for one in found.nodes}
    for band in found.bands:
        # Longer ones, so that what is of a layer stands in one column.
        long = columns[band.target] - columns[band.source]
        line = f"{'-' * (long + 2)}" if band.effort.amount else f"-{'.' * long}-"
        yield f"  {names[band.source]} {line} {names[band.target]}"
    most = max((band.effort.amount for band in found.bands), default=0.0)
    by_width: dict[int, list[str]] = {}
    for nr, band in enumerate(found.bands):
        width = round(1 + (_WIDEST - 1) * band.effort.amount / most) if most else 1
        by_width.setdefault(width, []).append(str(nr))
    for width, bands in sorted(by_width.items()):
        yield f"  linkStyle {','.join(bands)} stroke-width:{width}px"
    if found.bands:
        yield f"  linkStyle default stroke:{_LINE}"
    used = {one.health or "beside" for one in found.nodes}
    for name, (fill, stroke, ink) in _LOOKS.items():
        if name in used:
            yield f"  classDef {name} fill:{fill},stroke:{stroke},color:{ink}"


def _label(node: Node, found: ImpactMap, texts: Texts) -> str:
    parts = [_short(name_of(node, texts)), _short(node.title), effort_words(node.effort, found.unit, texts)]
    if node.layer != "deliverable":
        parts.append(health_words(node.health, texts))
    return "<br/>".join(escaped(one) for one in parts if one)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def escaped(text: str) -> str:
    """The text with each character by its number that is neither a letter, a digit nor a space.

    Two dollar signs would begin a formula, `fa:fa-` an icon and `\\n` a line, whatever they are written by: a word joiner parts them.
    """
    apart = _ALIVE.sub(lambda found: f"{found[0]}\u2060", text)
    return "".join(one if one.isalnum() or one == " " else f"#{ord(one)};" for one in apart)
