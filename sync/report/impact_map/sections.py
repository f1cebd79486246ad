"""The impact map as tables: one for each goal, then work beside the goals, in the language that is asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.text.texts import Texts
from sync.impact_map.values import Band, ImpactMap, Node
from sync.report.impact_map.words import (
    amount_words,
    done_percent,
    effort_words,
    health_words,
    label_of,
    name_of,
)
from sync.report.table import HEALTH_STYLES, NOTHING, Cell, Section

_COLUMNS = ("actor", "impact", "key_result", "deliverable", "title", "health", "effort", "done", "items")


def sections(found: ImpactMap, texts: Texts, part: str = "") -> Iterator[Section]:
    """What the map is of, and its tables. `part`: what of it was asked for, as people type it."""
    words = effort_words(found.effort, found.unit, texts)
    cycles = ", ".join(found.cycles)
    lead = [texts.text("report_map.whole", cycles=cycles, effort=words)]
    lead += [texts.text("report_map.part", part=part)] if part else []
    lead.append(texts.text(f"report_map.how.{found.unit}"))
    yield Section(texts.text("report_map.title"), tuple(lead))
    table = _Tables(found, texts)
    for goal in found.of_layer("goal"):
        yield table.of(goal)


@dataclass(frozen=True, slots=True)
class _Tables:
    found: ImpactMap
    texts: Texts

    def of(self, goal: Node) -> Section:
        texts = self.texts
        lead = [effort_words(goal.effort, self.found.unit, texts)]
        lead = [health_words(goal.health, texts), *lead] if goal.health else lead
        if goal.parent:
            lead.append(texts.text("report_map.contributes", goal=goal.parent))
        rows = tuple(self._rows(goal, None, {}))
        # What nobody declared, or no work has, takes no room.
        kept = [at for at in range(len(_COLUMNS)) if not rows or any(row[at].text for row in rows)]
        columns = tuple(self._column(_COLUMNS[at], goal) for at in kept)
        return Section(
            label_of(goal, texts),
            (", ".join(lead),),
            columns,
            tuple(tuple(row[at] for at in kept) for row in rows),
            right=tuple(self._column(name, goal) for name in _COLUMNS[6:]),
            prose=tuple(self._column(name, goal) for name in ("impact", "title")),
        )

    def _column(self, name: str, goal: Node) -> str:
        if name == "key_result" and goal.kind == "branch":
            name = "category"
        return self.texts.text(f"report_map.column.{self.found.unit if name == 'effort' else name}")

    def _rows(self, node: Node, band: Band | None, before: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
        """A row for each place that has a name in a table; of actors and impacts it is in the row of what comes first after."""
        waiting = dict(before)
        if band is not None:
            if node.layer in ("actor", "impact"):
                waiting[node.layer] = name_of(node, self.texts)
            else:
                yield self._row(node, band, waiting)
                waiting = {}
        places = {one.id: one for one in self.found.nodes}
        for after in self.found.after(node):
            yield from self._rows(places[after.target], after, waiting)
            waiting = {}

    def _row(self, node: Node, band: Band, before: dict[str, str]) -> tuple[Cell, ...]:
        texts, effort = self.texts, band.effort
        done = done_percent(effort)
        name, style = name_of(node, texts), HEALTH_STYLES[node.health] if node.health else "plain"
        is_last = node.layer == "deliverable"
        return (
            Cell(before.get("actor", "")),
            Cell(before.get("impact", "")),
            Cell("" if is_last else name, "strong"),
            Cell(name if is_last else ""),
            Cell(node.title),
            Cell("" if is_last else health_words(node.health, texts), style),
            Cell(amount_words(effort, texts) if effort.amount else NOTHING[1]),
            Cell(NOTHING[1] if done is None else texts.figures.percent(done)),
            Cell(texts.figures.count(len(effort.items))),
        )
