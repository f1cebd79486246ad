"""What the report consists of: its sections, in order, and the page of each key result. Pure."""

from __future__ import annotations

from collections.abc import Callable

from sync.report.html.key_result_page import key_result_page
from sync.report.html.links import Links
from sync.report.html.page import Page, Section
from sync.report.html.sections import (
    flow,
    impact_map,
    investment,
    method,
    overview,
    review,
    signals,
    unaligned,
)
from sync.report.html.source import ReportSource

SECTIONS: tuple[Callable[[ReportSource, Links], Section], ...] = (
    overview.section,
    impact_map.section,
    unaligned.section,
    flow.section,
    signals.section,
    investment.section,
    review.section,
    method.section,
)
"""In the order of the page: overview, impact map, unaligned work, flow, signals, investment, review, method."""

KEY_RESULT_PAGES: tuple[Callable[[ReportSource, Links, str], Page], ...] = (key_result_page,)
"""What makes the page of a key result by its id."""
