"""A comparison as a document: everything, however much, for programs. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sync.against.comparison import FATES, Comparison
from sync.report.against.words import summary_of, title_words


def document(found: Comparison, against: str) -> dict[str, Any]:
    """Everything that differs, the greatest effect first. Titles of restricted tickets stay out, as in every other format."""
    return {
        "as_of": found.at.isoformat(),
        "against": against,
        "changed": found.changed,
        "empty": found.is_empty,
        "key_results": [
            {
                "id": one.id,
                "title": one.title,
                "objective": one.objective,
                "change": one.kind,
                "before": asdict(one.before) if one.before is not None else None,
                "after": asdict(one.after) if one.after is not None else None,
                "tickets": {fate: one.fates.get(fate, 0) for fate in FATES},
                "summary": summary_of(one),
            }
            for one in found.key_results
        ],
        "objectives": [
            {"id": one.id, "title": one.title, "change": one.kind, "before": one.before, "after": one.after}
            for one in found.objectives
        ],
        "tickets": [
            {
                "tracker": one.item.ref.tracker,
                "id": one.item.ref.id,
                "key": one.item.key,
                "title": title_words(one.item) or one.item.title,
                "effect": one.fate,
                "before": list(one.before),
                "after": list(one.after),
            }
            for one in found.tickets
        ],
        "effects": {fate: found.fates.get(fate, 0) for fate in FATES},
        "aligned": dict(zip(("before", "after"), found.aligned, strict=True)),
        "orphans": dict(zip(("before", "after"), found.orphans, strict=True)),
        "writes": found.writes,
        "findings": list(found.findings),
        "resolved_findings": found.resolved,
        "gaps": list(found.gaps),
    }
