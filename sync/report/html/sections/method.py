"""How every number of the report comes about: from what, by which formula and threshold, and what is left out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from config.text.texts import Texts
from sync.report.html.links import Links
from sync.report.html.page import Cell, Column, Kind, Link, Paragraph, Raw, Row, Section, Table, Text
from sync.report.html.source import ReportSource

FORMULAS = [
    "progress",
    "expected",
    "health",
    "forecast",
    "moved",
    "first_thing",
    "unaligned",
    "age",
    "suggestion",
    "work_in_progress",
    "cycle_time",
    "efficiency",
    "aging",
    "cumulative",
    "bottleneck",
    "person_days",
    "investment",
    "base_rate",
    "grade",
    "percent",
]
"""The figures that are told how they are made, in the order of the page."""

THRESHOLDS = [
    "policy.grace_days",
    "policy.warn",
    "policy.health.at_risk",
    "policy.health.off_track",
    "policy.health.chance",
    "policy.most_key_results",
    "policy.roll_over_days",
    "signals.stalled_weeks",
    "signals.aging_percentile",
    "signals.starved_points",
    "signals.heavy_weight",
    "signals.committed_percent",
    "signals.blocked_days",
    "signals.stale_days",
    "signals.creep_percent",
    "flow.window_weeks",
]
"""What somebody may declare, by its name in the OKR files."""


def section(source: ReportSource, links: Links) -> Section:
    """The section *Method*."""
    texts = source.texts
    return Section(
        "method",
        texts.text("report_method.title"),
        (texts.text("report_method.lead"),),
        (_reads(source, links), _left_out(source), _formulas(texts), _thresholds(source)),
    )


def _reads(source: ReportSource, links: Links) -> Table:
    """When each tracker was read, and how much of it is in the report."""
    texts, run = source.texts, source.run
    figures, zone = texts.figures, source.workspace.zone
    items = run.observation.items
    in_scope = Counter(one.ref.tracker for one in items if one.in_scope)
    closed = Counter(one.ref.tracker for one in items if one.in_scope and one.private)
    aside = {pull.tracker: len(pull.set_aside) for pull in run.observation.pulls}
    rows = []
    for name, at in run.observation.as_of.items():
        local = at.astimezone(zone)
        day = f"{figures.day(local.date(), year=True)}, {local:%H:%M}"
        kind = source.workspace.trackers[name].title
        counts = (in_scope[name], closed[name], aside.get(name, 0))
        rows.append(
            Row(
                (
                    Cell(name, name),
                    Cell(kind, kind),
                    Cell(day, at.isoformat(), tone="bad" if name in run.observation.stale else ""),
                    *(Cell(figures.count(one), one) for one in counts),
                )
            )
        )
    columns = _columns(
        texts,
        "tracker",
        "kind",
        ("read", "day"),
        ("items", "number"),
        ("restricted", "number"),
        ("aside", "number"),
    )
    found = links.of(one.ref for one in items if one.in_scope and not one.private)
    note = texts.text("report_method.reads.note", zone=source.workspace.time_zone)
    return Table("reads", texts.text("report_method.reads"), columns, tuple(rows), note, found)


def _columns(texts: Texts, *columns: str | tuple[str, Kind]) -> tuple[Column, ...]:
    named: list[tuple[str, Kind]] = [(one, "text") if isinstance(one, str) else one for one in columns]
    return tuple(Column(id_, texts.text(f"report_method.column.{id_}"), kind) for id_, kind in named)


def _formulas(texts: Texts) -> Table:
    rows = tuple(
        Row(
            tuple(
                Cell(text, text)
                for text in (texts.text(f"report_method.{one}.name"), texts.text(f"report_method.{one}"))
            )
        )
        for one in FORMULAS
    )
    return Table("formulas", texts.text("report_method.formulas"), _columns(texts, "figure", "formula"), rows)


def _thresholds(source: ReportSource) -> Table:
    """What is declared, or holds where nothing is."""
    texts, rows = source.texts, []
    for path in THRESHOLDS:
        found = _declared(source, path)
        if found is None:
            continue
        value, is_own = found
        words = texts.text(f"report_method.threshold.{path}")
        by = texts.text(f"report_method.{'declared' if is_own else 'default'}")
        shown = value if isinstance(value, str) else texts.figures.number(value)
        rows.append(
            Row((Cell(words, words), Cell(shown, value), Cell(by, is_own), Cell(path, path, tone="quiet")))
        )
    columns = _columns(texts, "threshold", ("value", "number"), "by", "key")
    note = texts.text("report_method.thresholds.note")
    return Table("thresholds", texts.text("report_method.thresholds"), columns, tuple(rows), note)


def _declared(source: ReportSource, path: str) -> tuple[Any, bool] | None:
    """The value of a setting, and whether somebody declared it; None where the part that it belongs to is not declared."""
    value: Any = source.workspace
    is_own = True
    for step in path.split("."):
        if value is None:
            return None
        is_own = is_own and step in value.model_fields_set
        value = getattr(value, step)
    return value, is_own


def _left_out(source: ReportSource) -> Text:
    lines = tuple(_lines(source))
    texts = source.texts
    return Text(lines, listed=True, title=texts.text("report_method.left_out"))


def _lines(source: ReportSource) -> Iterator[Paragraph]:
    """What is in no figure, or in fewer than one may think, with how many where that is known; what never is stands last."""
    texts, run, workspace = source.texts, source.run, source.workspace
    items = run.observation.items
    counts: dict[str, Raw] = {
        "above_scope": sum(not one.in_scope for one in items),
        "restricted": sum(one.in_scope and one.private for one in items),
        "mirrored": sum(sides[0] != ref for ref, sides in run.alignment.mirrored.items()),
        "lost": len(run.observation.lost),
        "no_forecast": sum(1 for one in run.outlooks.values() if one.forecast is None and one.lack),
        "no_data": sum(1 for one in run.scorecard.readings.values() if one.progress is None),
        "no_history": sum(one.unread for one in source.flow.places if not one.team),
    }
    for name, count in counts.items():
        if count:
            yield (texts.counted(f"report_method.left_out.{name}", int(count)),)
    if run.observation.rewound:
        yield (texts.text("report_method.left_out.rewound"),)
    if workspace.flow is None:
        yield (texts.text("report_method.left_out.flow"),)
    if workspace.signals.off:
        names = ", ".join(texts.text(f"signals.{one}.name") for one in workspace.signals.off)
        yield (texts.text("report_method.left_out.off", signals=names),)
    yield (texts.text("report_method.left_out.rows"), Link("items.csv", "items.csv"), ".")
    yield (texts.text("report_method.left_out.people"),)
    yield (texts.text("report_method.left_out.finished"),)
