"""The links of a report, by what the connectors know of pages on their trackers; nothing is asked."""

from __future__ import annotations

from connectors.registry import lists_of
from sync.report.html.links import Links, known_work
from sync.report.html.source import ReportSource


def links_of(source: ReportSource) -> Links:
    """The links of a report."""
    known = known_work(source.run, source.workspace)
    lists = {name: lists_of(source.workspace.trackers[name], one) for name, one in known.items()}
    able = {name: one for name, one in lists.items() if one is not None}
    return Links(source.run.alignment.items, able, source.texts)
