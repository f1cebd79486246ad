"""What the report consists of: its sections, in order, and the page of each key result. Pure."""

from __future__ import annotations

from collections.abc import Callable

from sync.report.html.links import Links
from sync.report.html.page import Page, Section
from sync.report.html.sections import (
    method,
)
from sync.report.html.source import ReportSource

SECTIONS: tuple[Callable[[ReportSource, Links], Section], ...] = (method.section,)
"""In the order of the page: overview, impact map, unaligned work, flow, signals, investment, review, method."""

KEY_RESULT_PAGES: tuple[Callable[[ReportSource, Links, str], Page], ...] = ()
"""What makes the page of a key result by its id."""
