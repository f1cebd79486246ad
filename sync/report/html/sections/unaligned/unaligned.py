"""The section as a whole. Pure."""

from __future__ import annotations

from sync.report.html.links import Links
from sync.report.html.page import Section
from sync.report.html.sections.unaligned.amounts import amounts, by_age, by_team
from sync.report.html.sections.unaligned.pieces import of_run
from sync.report.html.sections.unaligned.table import table
from sync.report.html.sections.unaligned.wip import wip_charts
from sync.report.html.source import ReportSource


def section(source: ReportSource, links: Links) -> Section:
    """What serves no key result, how old it is, what it may serve; and how much is in progress for what."""
    texts = source.texts
    pieces = of_run(source)
    charts = (
        (by_team(pieces, source, links), by_age(pieces, source, links))
        if any(one.is_warned for one in pieces)
        else ()
    )
    return Section(
        "unaligned",
        texts.text("report_unaligned.title"),
        (texts.text("report_unaligned.lead"),),
        (
            amounts(pieces, source, links),
            *wip_charts(source, links),
            *charts,
            *((table(pieces, source, links),) if pieces else ()),
        ),
    )
