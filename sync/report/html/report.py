"""The whole report as files: a page, one for each key result, and the same for programs. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sync.observation import Unread
from sync.report.html.choosing import Choosing
from sync.report.html.contents import KEY_RESULT_PAGES, SECTIONS
from sync.report.html.data import page_data
from sync.report.html.fitting import most_bytes, to_drop, without
from sync.report.html.items_csv import items_csv
from sync.report.html.links import Links
from sync.report.html.page import Choice, Link, Page
from sync.report.html.render import Frame, render
from sync.report.html.source import ReportSource
from sync.report.html.teams import objective_choices, ten_largest

FORMAT = 1
"""Grows when a key of report.json is renamed or goes; new ones are no change."""

INDEX = "index.html"
DATA = "report.json"
ITEMS = "items.csv"


def report_files(source: ReportSource, links: Links) -> Iterator[tuple[str, bytes]]:
    """Every file of the report, by its path in the folder. The same run gives the same bytes."""
    texts = source.texts
    page = Page(_title(source), tuple(section(source, links) for section in SECTIONS))
    key_results = _key_result_pages(source, links)
    objectives = {one.id: one.title for one in source.workspace.objectives}
    frame = _frame(source)
    for name, one in key_results.items():
        own = Frame(frame.when, frame.warnings, home=f"../../{INDEX}")
        html = render(one, own, Choosing(one.sections, objectives), texts)
        yield f"kr/{name}/{INDEX}", html.encode()
    yield DATA, _json(_data(source, page, key_results))
    # With its mark, so that spreadsheets read accents as what they are.
    yield ITEMS, items_csv(source).encode("utf-8-sig")
    yield INDEX, _fitting(page, frame, source)


def _fitting(page: Page, frame: Frame, source: ReportSource) -> bytes:
    """The page, with as many of its charts for single teams and objectives as it has room for; it says where it has not."""
    objectives = {one.id: one.title for one in source.workspace.objectives}
    # What may be chosen is the same, however many charts are drawn for it.
    choosing = Choosing(page.sections, objectives)
    most = most_bytes(sum(one.in_scope for one in source.run.observation.items))
    order, dropped, excess = _by_weight(source), frozenset[tuple[str, str, Choice]](), 0
    while True:
        shown = replace(page, sections=without(page.sections, dropped)) if dropped else page
        html = render(shown, frame, choosing, source.texts).encode()
        if len(html) <= most:
            return html
        before, excess = dropped, excess + len(html) - most
        dropped = to_drop(page.sections, excess, order)
        if dropped == before:
            return html


def _by_weight(source: ReportSource) -> list[Choice]:
    """The choices that charts are drawn for: the largest team, the first objective, the next team, and so on."""
    pairs = zip_longest(ten_largest(source), objective_choices(source))
    return [one for pair in pairs for one in pair if one is not None]


def _key_result_pages(source: ReportSource, links: Links) -> dict[str, Page]:
    ids = [one.id for _, one in source.workspace.key_results()]
    return {name: make(source, links, name) for make in KEY_RESULT_PAGES for name in ids}


def _title(source: ReportSource) -> str:
    running = sorted({one.cycle for one in source.run.scorecard.objectives if one.phase == "running"})
    texts = source.texts
    if not running:
        return texts.text("report.title")
    return texts.text("report.title.cycle", cycle=", ".join(running))


def _frame(source: ReportSource) -> Frame:
    texts = source.texts
    return Frame(
        texts.text("report.when", moment=moment_words(source.now, source)),
        [_unread(one, source) for one in source.run.observation.unread],
        downloads=(Link(texts.text("report.data"), DATA), Link(texts.text("report.items"), ITEMS)),
    )


def moment_words(moment: datetime, source: ReportSource) -> str:
    """A moment as people read it, in the workspace's time zone, which is named."""
    local = moment.astimezone(source.workspace.zone)
    day = source.texts.figures.day(local.date(), year=True)
    return source.texts.text("report.moment", day=day, time=f"{local:%H:%M}", zone=source.workspace.time_zone)


def _unread(one: Unread, source: ReportSource) -> str:
    texts, what = source.texts, one.what.strip().rstrip(".")
    if one.as_of is None:
        return texts.text("report.unread.one", name=one.subject, what=what)
    return texts.text(
        "report.unread.as_of", name=one.subject, moment=moment_words(one.as_of, source), what=what
    )


def _data(source: ReportSource, page: Page, key_results: Mapping[str, Page]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "as_of": source.now.isoformat(),
        "language": source.texts.language,
        "workspace": source.workspace.workspace,
        "unread": [
            {
                "kind": one.kind,
                "name": one.subject,
                "what": one.what,
                "as_of": one.as_of.isoformat() if one.as_of else None,
            }
            for one in source.run.observation.unread
        ],
        **page_data(page),
        "key_results": {name: page_data(one) for name, one in key_results.items()},
    }


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()
