"""How every number of the report comes about: from what, by which formula and threshold, and what is left out. Pure."""

from __future__ import annotations

from collections import Counter

from sync.report.html.links import Links
from sync.report.html.page import Cell, Column, Row, Section, Table
from sync.report.html.source import ReportSource


def section(source: ReportSource, links: Links) -> Section:  # noqa: ARG001  nothing here is searched for
    """The section *Method*."""
    texts = source.texts
    return Section(
        "method", texts.text("report_method.title"), (texts.text("report_method.lead"),), (_reads(source),)
    )


def _reads(source: ReportSource) -> Table:
    """When each tracker was read, and how much of it is in the report."""
    texts, observation = source.texts, source.run.observation
    figures, zone = texts.figures, source.workspace.zone
    in_scope = Counter(one.ref.tracker for one in observation.items if one.in_scope)
    rows = tuple(
        Row(
            (
                Cell(name, name),
                Cell(source.workspace.trackers[name].kind, source.workspace.trackers[name].kind),
                Cell(f"{figures.day(local.date(), year=True)}, {local:%H:%M}", at.isoformat()),
                Cell(figures.count(in_scope[name]), in_scope[name]),
            )
        )
        for name, at in observation.as_of.items()
        for local in (at.astimezone(zone),)
    )
    columns = (
        Column("tracker", texts.text("report_method.column.tracker")),
        Column("kind", texts.text("report_method.column.kind")),
        Column("read", texts.text("report_method.column.read"), "day"),
        Column("items", texts.text("report_method.column.items"), "number"),
    )
    return Table("reads", texts.text("report_method.reads"), columns, rows)
