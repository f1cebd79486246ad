"""Smaller sections: one ticket explained, checks, the last sync, and what is stuck. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from config.wording import counted, percent
from connectors.model import KeyResultMark
from connectors.preflight import Check, Verdict
from sync.align.alignment import Link
from sync.decide import Decision
from sync.explain.item import Explanation
from sync.memory import RemovedMarks, RunRecord, Stuck
from sync.observation import spell
from sync.report import data
from sync.report.suggestions import suggestion_data
from sync.report.table import Cell, Section, Style, cells, title_of
from sync.report.unaligned.not_warned import left_out

Troubled = Sequence[Stuck]


def explanation(explained: Explanation) -> Section:
    """One ticket in plain words."""
    item = explained.item
    where = " · ".join(part for part in (item.kind, item.status, item.project, item.team) if part)
    shown = _shown(explained)
    return Section(
        item.name if item.name == item.title else f"{item.name}  {title_of(item)}",
        lead=(
            where,
            "",
            explained.summary,
            *(f"  • {link}" for link in explained.links),
            *explained.others,
            explained.counts,
            *explained.crossing,
            shown,
        ),
        tail=("", *explained.advice, item.url) if explained.advice else (item.url,),
    )


def _shown(explained: Explanation) -> str:
    shown = explained.item.shown
    parts = [_mark_words(mark) for mark in shown.key_results]
    parts += [f"label {label}" for label in shown.labels]
    parts += [f"{shown.comment.purpose} comment"] if shown.comment else []
    return f"Marks on the ticket when last read: {', '.join(parts) or 'none'}."


def _mark_words(mark: KeyResultMark) -> str:
    return f"{mark.id} {percent(mark.percent)}"


def explanation_data(explained: Explanation, run: Decision) -> dict[str, Any]:
    """One ticket for programs."""
    item = explained.item
    return {
        "tracker": item.ref.tracker,
        "id": item.ref.id,
        "key": item.key,
        "title": item.title,
        "restricted": item.private,
        "url": item.url,
        "verdict": explained.verdict,
        **_since(explained, run),
        "claims": data.claims(run, item.ref),
        "summary": explained.summary,
        "links": _links_data(explained.served, explained, run),
        "past": _links_data(explained.placement.past, explained, run),
        "planned": _links_data(explained.placement.planned, explained, run),
        "counts": explained.counts,
        **_crossing(explained),
        "closest": [suggestion_data(one) for one in explained.closest],
        "advice": list(explained.advice),
    }


def _crossing(explained: Explanation) -> dict[str, Any]:
    """What it has to do with other trackers; `remote_links` only where they were asked for."""
    found, remote = explained.elsewhere, explained.remote
    data: dict[str, Any] = {
        "mirrors": [one.qualified_key for one in found.mirrors],
        "counted_as": found.counts.qualified_key if found.counts else None,
        "linked": [one.qualified_key for one in found.linked],
    }
    if remote is not None:
        data["remote_links"] = [one.qualified_key for one in remote.items]
        data["remote_links_unread"] = remote.trouble or None
    return data


def _links_data(links: Iterable[Link], explained: Explanation, run: Decision) -> list[dict[str, Any]]:
    readings = run.scorecard.readings
    return [
        {
            "key_result": link.key_result,
            "cycle": link.cycle,
            "title": readings[link.key_result].title,
            "percent": readings[link.key_result].percent,
            "health": readings[link.key_result].health,
            "share": float(link.share),
            "rank": link.because.rank,
            "inherited": link.because.inherited,
            "rule": link.because.rule,
            "path": [explained.item.key, *link.because.line],
        }
        for link in links
    ]


def _since(explained: Explanation, run: Decision) -> dict[str, str | None]:
    """Since when it serves no key result, where it served one, and from when it is warned, where it is not yet."""
    ref, signals = explained.item.ref, run.unaligned
    orphan, young = signals.orphans.get(ref), signals.in_grace.get(ref)
    since = orphan.since if orphan else young.since if young and young.was_linked else None
    return {
        "unaligned_since": since.isoformat() if since else None,
        "warned_from": young.until.isoformat() if young else None,
    }


_VERDICTS: Mapping[Verdict, Style] = {"ok": "good", "warning": "warn", "wrong": "bad"}


def checks(found: Mapping[str, Sequence[Check]]) -> Section:
    """What a look at the trackers found: below the name of each a row for each thing and how it stands."""
    rows: list[tuple[Cell, ...]] = []
    for name, some in found.items():
        rows.append((Cell(name, "strong"), Cell(""), Cell("")))
        for (about, result, style), alike in groupby(some, _result):
            first, *more = map(_finding, alike)
            rows.append((Cell(about), Cell(result, style), Cell(first, more=tuple(more))))
    wrong = [one for some in found.values() for one in some if one.verdict == "wrong"]
    passing = sum(1 for one in wrong if not one.permanent)
    said = []
    if len(wrong) > passing:
        said.append(f"{counted(len(wrong) - passing, 'problem')} to fix before a sync.")
    if passing:
        said.append(f"{counted(passing, 'check')} could not be made now; run the command again.")
    lead = " ".join(said) or "Ready to sync."
    return Section(
        "Check",
        (),
        ("check", "result", "details"),
        tuple(rows),
        tail=("", lead),
        prose=("details",),
    )


def _result(one: Check) -> tuple[str, str, Style]:
    return one.about, "not read" if one.cause else one.verdict, _VERDICTS[one.verdict]


def _finding(one: Check) -> str:
    return f"{one.found.rstrip('.')}. {one.remedy}" if one.remedy else one.found


def last_run(record: RunRecord | None, troubled: Troubled, run: Decision) -> Section:
    """How the last sync went, what is stuck, and what is still to be written."""
    waiting = len(run.plan.edits)
    done = "some changes are on hold" if run.plan.waiting else "every item is up to date"
    shows = f"{counted(waiting, 'item')} to update" if waiting else done
    shows += f", {counted(len(run.plan.views), 'view')} to update" if run.plan.views else ""
    # What tickets show is known of now alone: held against an earlier moment, it says nothing.
    shows = "" if run.observation.rewound else f"; {shows}"
    beside = f" ({left_out(run.signals).rstrip('.')})" if left_out(run.signals) else ""
    rest = f"{counted(len(run.signals.orphans), 'orphan')}{beside}{shows}."
    if record is None:
        return Section("Last sync", ("No sync recorded in this store.", rest))
    summary = record.summary
    lead = f"{record.at:%Y-%m-%d %H:%M} UTC: {record.outcome}"
    if "written" in summary:
        lead += f"; {summary['written']} written, {summary['skipped']} skipped, {summary['failed']} failed"
    if summary.get("unread"):
        lead += f"; not read: {', '.join(summary['unread'])}"
    if "guards" in summary:
        lead += f" by {', '.join(summary['guards'])}"
    double = run.homonyms
    rows = tuple(
        (Cell(spell(one.tracker, one.key, double), "strong"), Cell(one.state, "bad"), Cell(one.why))
        for one in troubled
    )
    return Section(
        "Last sync", (f"{lead}.", rest), ("key", "outcome", "reason") if rows else (), rows, prose=("reason",)
    )


def removed(found: Sequence[RemovedMarks]) -> Section:
    """The undo runs since marks were last put on."""
    rows = tuple(
        cells(str(one.run), f"{one.at:%Y-%m-%d %H:%M} UTC", one.scope, str(one.items), str(one.again))
        for one in found
    )
    again = sum(one.again for one in found)
    lead = f"Truenorth's marks were removed; the next sync would put them on {counted(again, 'item')} again."
    columns = ("run", "at", "undo", "removed from", "would be marked again")
    return Section("Undo since the last sync", (lead,), columns, rows, columns[3:], prose=("undo",))


def stuck(found: Sequence[Stuck], run: Decision) -> Section:
    """What did not come to its end."""
    double = run.homonyms
    rows = tuple(
        (Cell(spell(one.tracker, one.key, double), "strong"), Cell(one.state, "warn"), Cell(one.why))
        for one in found
    )
    return Section("Stuck", (), ("key", "state", "reason"), rows, prose=("reason",))


def last_run_data(record: RunRecord | None, troubled: Troubled) -> dict[str, Any] | None:
    """The last sync for programs."""
    if record is None:
        return None
    return {
        "id": record.id,
        "at": record.at.isoformat(),
        "outcome": record.outcome,
        "configuration": record.configuration,
        "summary": dict(record.summary),
        "troubled": [
            {"tracker": one.tracker, "key": one.key, "outcome": one.state, "error": one.why}
            for one in troubled
        ],
    }


def removed_data(found: Sequence[RemovedMarks]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [asdict(one) | {"at": one.at.isoformat()} for one in found]
