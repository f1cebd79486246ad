"""The values of an impact map: a row for the work that leads from a key result to an epic or project. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.text.redaction import shown
from sync.impact_map.values import NO_WORK, Effort, ImpactMap, Layer, Node
from sync.impact_map.work import Aim, Work
from sync.report.html.cells import NOTHING, TONES, count_cell, measured_cell, page_of, percent_cell
from sync.report.html.links import Links
from sync.report.html.page import Cell, Choice, Column, Kind, Row, Table
from sync.report.html.source import ReportSource
from sync.report.impact_map.words import done_percent, health_words, name_of

MOST = 200
"""Rows in the page; those of one team or objective have fewer."""

MOST_OF_A_CHOICE = 12

_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("goal", "text"),
    ("actor", "text"),
    ("impact", "text"),
    ("key_result", "text"),
    ("deliverable", "text"),
    ("title", "text"),
    ("health", "text"),
    ("effort", "number"),
    ("done", "number"),
    ("items", "number"),
)


@dataclass(frozen=True, slots=True)
class _End:
    """A way through the map to its last place; `last` None where no work serves a key result yet."""

    path: Mapping[Layer, Node]
    last: Node | None
    effort: Effort


def table(found: ImpactMap, work: Work, source: ReportSource, links: Links, choice: Choice | None) -> Table:
    """The ways with the most effort, and how many are left out."""
    texts = source.texts
    most = MOST if choice is None else MOST_OF_A_CHOICE
    ends = sorted(_ends(found), key=lambda one: -one.effort.amount)
    teams = _teams(work)
    # Rows of a drawing that the filter shows as a whole need no choices of their own.
    rows = tuple(_row(one, source, links, teams if choice is None else {}) for one in ends[:most])
    columns = tuple(
        Column(name, texts.text(f"report_map.column.{found.unit if name == 'effort' else name}"), kind)
        for name, kind in _COLUMNS
    )
    rest = len(ends) - len(rows)
    note = texts.counted("report_map.cut", rest) if rest else ""
    return Table("map", texts.text("report_map.title"), columns, rows, note)


def _ends(found: ImpactMap) -> Iterator[_End]:
    places = {one.id: one for one in found.nodes}

    def walk(node: Node, path: Mapping[Layer, Node]) -> Iterator[_End]:
        here = {**path, node.layer: node}
        bands = found.after(node)
        if not bands:
            yield _End(here, None, NO_WORK)
        for band in bands:
            target = places[band.target]
            if target.layer == "deliverable":
                yield _End(here, target, band.effort)
            else:
                yield from walk(target, here)

    for one in found.of_layer("goal"):
        yield from walk(one, {})


def _teams(work: Work) -> Mapping[tuple[Aim, object], frozenset[str]]:
    teams: defaultdict[tuple[Aim, object], set[str]] = defaultdict(set)
    for strand in work.strands:
        teams[strand.aim, strand.deliverable].add(strand.team)
    return {key: frozenset(some) for key, some in teams.items()}


def _aim(path: Mapping[Layer, Node]) -> Aim:
    goal, served = path["goal"], path.get("key_result")
    if goal.branch:
        return Aim(goal.branch, served.name if served is not None else "")
    return Aim("key_result", served.name if served is not None else "")


def _row(
    end: _End, source: ReportSource, links: Links, teams: Mapping[tuple[Aim, object], frozenset[str]]
) -> Row:
    texts, last, served = source.texts, end.last, end.path.get("key_result")
    # Addresses of lists are long: those of the whole map do.
    listed = bool(teams and end.effort.items)
    health = served.health if served is not None else None
    cells = (
        *(_place(end.path.get(layer), source) for layer in ("goal", "actor", "impact")),
        NOTHING
        if served is None
        else Cell(served.name, served.name, page_of(served.name) if served.kind == "key_result" else ""),
        NOTHING
        if last is None
        else Cell(shown(name_of(last, texts)), last.name or None, links.ticket(last.ref) if last.ref else ""),
        Cell(shown(last.title), last.title) if last is not None and last.title else NOTHING,
        Cell(health_words(health, texts), health, tone=TONES[health]) if health else NOTHING,
        measured_cell(end.effort.amount, texts),
        percent_cell(done_percent(end.effort), texts),
        count_cell(len(end.effort.items), texts, href=links.page_of(end.effort.items) if listed else ""),
    )
    if not teams:
        return Row(cells)
    choices = {
        Choice("team", team) for team in teams.get((_aim(end.path), last.ref if last else None), ()) if team
    }
    goal = end.path["goal"]
    if goal.kind == "objective":
        choices.add(Choice("objective", goal.name))
    return Row(cells, frozenset(choices))


def _place(node: Node | None, source: ReportSource) -> Cell:
    return NOTHING if node is None else Cell(shown(name_of(node, source.texts)), node.name)
