"""The review of the cycle that people want to review now: the one that ended lately, else the one that runs. Pure."""

from __future__ import annotations

from sync.report.html.cells import page_of
from sync.report.html.links import Links
from sync.report.html.page import Section
from sync.report.html.source import ReportSource
from sync.report.review.section import review_section


def section(source: ReportSource, links: Links) -> Section:  # noqa: ARG001  its figures are of key results, which have pages
    """As `truenorth review` has it, but for the YAML that is proposed."""
    if source.review is None:
        return Section(
            "review", source.texts.text("review.name"), (source.texts.text("review.no_cycle"),), ()
        )
    return review_section(source.review, source.texts, page_of)
