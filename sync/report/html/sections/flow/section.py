"""Assembles the section of flow. Pure."""

from __future__ import annotations

from sync.report.flow.words import not_known, window
from sync.report.html.links import Links
from sync.report.html.page import Block, Paragraph, Section, Text
from sync.report.html.sections.flow.drawing import Studio
from sync.report.html.sections.flow.stages import cumulative_flow, stage_times, value_streams
from sync.report.html.sections.flow.tables import bottlenecks, facts, in_progress, places
from sync.report.html.sections.flow.times import aging_work, by_week, cycle_times
from sync.report.html.sections.flow.views import views_of
from sync.report.html.source import ReportSource


def section(source: ReportSource, links: Links) -> Section:
    """How work flows; where `flow` is not declared, one sentence that says what to do."""
    texts, figures = source.texts, source.flow
    title = texts.text("flow.title")
    if not figures.declared:
        return Section("flow", title, (texts.text("flow.undeclared", declaration="flow: {}"),), ())
    lead = (texts.text("report_flow.lead"), " ", window(figures, texts))
    if not figures.places:
        return Section("flow", title, (window(figures, texts),), (Text(((texts.text("flow.nothing"),),)),))
    studio = Studio(views_of(source), links, texts)
    unknown: tuple[Paragraph, ...] = tuple((one,) for one in not_known(figures, texts))
    blocks: list[Block] = [
        facts(studio),
        bottlenecks(studio),
        *value_streams(studio),
        *aging_work(studio),
        *cycle_times(studio),
        *stage_times(studio),
        *cumulative_flow(studio),
        *by_week(studio),
        *in_progress(studio),
        places(studio),
    ]
    if unknown:
        blocks.append(Text(unknown, listed=len(unknown) > 1, title=texts.text("report_flow.left_out")))
    return Section("flow", title, lead, blocks)
