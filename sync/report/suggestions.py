"""Suggestions as a section, as data, and as rules to paste. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from config.text.characters import escape_unseen
from config.text.redaction import redactor, shown
from config.wording import part_of, percent
from connectors.model import Ref
from sync.align.alignment import Alignment
from sync.align.suggestions import Suggestion
from sync.plan.plan import natural
from sync.report.table import Cell, Section, title_beside_name, title_of

SuggestionsByItem = Mapping[Ref, tuple[Suggestion, ...]]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*-[0-9]+")
"""Keys that YAML cannot take for anything but text."""


def suggestions(
    found: SuggestionsByItem, alignment: Alignment, orphans: int, rest: int = 0, *, with_rest: bool = False
) -> Section:
    """One row a suggestion, the likeliest of an item first.

    `rest`: unaligned work that is not warned about; `with_rest`: `found` is of that, too.
    """
    rows = []
    for ref in _ordered(found, alignment):
        item = alignment.items[ref]
        for place, one in enumerate(found[ref]):
            rows.append(
                (
                    Cell("" if place else item.name, "strong"),
                    Cell("" if place else title_beside_name(item)),
                    Cell(one.key_result),
                    Cell(score_of(one)),
                    Cell(", ".join(one.words) or "project, team, type or assignee", "dim"),
                )
            )
    if with_rest:
        lead = f"{part_of(len(found), orphans + rest, 'unaligned item')} may serve a key result."
    else:
        lead = f"{part_of(len(found), orphans, 'orphan')} may serve a key result."
        lead += f" Unaligned and not warned: {rest}; include them with --all." if rest else ""
    columns = ("key", "title", "may serve", "score", "based on")
    tail = (
        "To link them, paste the rules of truenorth suggest --as-yaml, or add a kr:ID label to the ticket.",
    )
    return Section(
        "Suggestions",
        (lead,),
        columns,
        tuple(rows),
        ("score",),
        tail if rows else (),
        prose=("title", "based on"),
    )


def score_of(one: Suggestion) -> str:
    """The score for people, rounded down."""
    return percent(int(one.score * 100))


def suggestions_data(found: SuggestionsByItem, alignment: Alignment) -> list[dict[str, Any]]:
    """Suggestions for programs."""
    return [
        {
            "tracker": ref.tracker,
            "id": ref.id,
            "key": alignment.items[ref].key,
            "title": alignment.items[ref].title,
            "restricted": alignment.items[ref].private,
            "url": alignment.items[ref].url,
            "suggestions": [suggestion_data(one) for one in found[ref]],
        }
        for ref in _ordered(found, alignment)
    ]


def suggestion_data(one: Suggestion) -> dict[str, Any]:
    """One suggestion for programs."""
    return {"key_result": one.key_result, "score": round(one.score, 4), "words": list(one.words)}


def as_yaml(found: SuggestionsByItem, alignment: Alignment, titles: Mapping[str, str]) -> str:
    """The likeliest suggestions as link rules by key result.

    An item whose parent has the same suggestion has no rule of its own: it inherits.
    """
    rules: defaultdict[str, list[str]] = defaultdict(list)
    keys = Counter(item.key.casefold() for item in alignment.items.values())
    for ref in _ordered(found, alignment):
        item, best = alignment.items[ref], found[ref][0]
        above = found.get(item.parent) if item.parent is not None else None
        if above and above[0].key_result == best.key_result:
            continue
        twin = item.homonym or keys[item.key.casefold()] > 1
        rule = f"key: {_scalar(item.key)}" + (f", tracker: {_scalar(ref.tracker)}" if twin else "")
        rules[best.key_result].append(f"  - {{{rule}}}  # {score_of(best)} {_comment(title_of(item))}")
    if not rules:
        return "# No suggestions.\n"
    lines = [
        "# Paste these rules under `links` of each key result. Review them first: each rule links an item and all",
        "# its child items.",
    ]
    for name in sorted(rules):
        lines += [f"{name}:  # {_comment(titles.get(name, ''))}", *rules[name]]
    return "\n".join(lines) + "\n"


def _ordered(found: SuggestionsByItem, alignment: Alignment) -> list[Ref]:
    return sorted(found, key=lambda ref: (ref.tracker, natural(alignment.items[ref].key), ref))


def _scalar(text: str) -> str:
    text = redactor.text(text)
    if _PLAIN.fullmatch(text):
        return text
    return escape_unseen(json.dumps(text, ensure_ascii=False), lambda char: f"\\U{ord(char):08x}")


def _comment(text: str) -> str:
    return " ".join(shown(text).split())
