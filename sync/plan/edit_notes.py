"""Why a plan edits what people may not expect, in sentences beside its edits: what it replaces that Truenorth did not write
there, and healths that turned because a forecast became doubtful. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.wording import agree, counted
from connectors.model import Marks
from sync.measure import Scorecard
from sync.plan.plan import Edit

ALIGNMENT = "Alignment"
"""The computed field of Jira that is used also where the policy wants no key results shown."""


def replaced_notes(edits: Sequence[Edit]) -> tuple[str, ...]:
    """At most two sentences: on values in computed fields that are not ours, and on marks copied from other items."""
    return (*_values(edits), *_copies(edits))


def _values(edits: Sequence[Edit]) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for edit in edits:
        for name in edit.item.shown.unwritten:
            if _is_set(name, edit.wanted):
                found.setdefault(name, []).append(edit.item.name)
    if found:
        parts = [
            f"{name} on {counted(len(keys), 'item')}, for example {keys[0]}"
            if len(keys) > 1
            else f"{name} on {keys[0]}"
            for name, keys in sorted(found.items())
        ]
        yield f"Values that Truenorth did not write are replaced: {'; '.join(parts)}."


def _is_set(name: str, wanted: Marks) -> bool:
    """Whether the marks that are wanted set the field; where none are, what people wrote there stays."""
    if not (wanted.key_results or wanted.alignment or wanted.labels or wanted.comment):
        return False
    return bool(wanted.key_results) or wanted.alignment != "aligned" or name == ALIGNMENT


def _copies(edits: Sequence[Edit]) -> Iterator[str]:
    keys = [
        edit.item.name for edit in edits if edit.item.shown.stamp is not None and edit.item.shown.stamp.copied
    ]
    if len(keys) == 1:
        yield f"{keys[0]} shows marks that were copied there; they are brought up to date or removed."
    elif keys:
        count = counted(len(keys), "item")
        yield (
            f"{count}, for example {keys[0]}, {agree(len(keys), 'shows', 'show')} marks that were copied there; "
            "they are brought up to date or removed."
        )


def unlikely_notes(edits: Sequence[Edit], scorecard: Scorecard) -> tuple[str, ...]:
    """At most one sentence: on key results shown as on track that are at risk by the chance of their forecast alone."""
    unlikely = {name for name, one in scorecard.readings.items() if one.is_unlikely}
    named: set[str] = set()
    count = 0
    for edit in edits:
        shown = {mark.id for mark in edit.item.shown.key_results if mark.health == "on_track"}
        turned = {mark.id for mark in edit.wanted.key_results if mark.id in unlikely & shown}
        named |= turned
        count += bool(turned)
    if not count:
        return ()
    names = ", ".join(sorted(named))
    why = "at risk because the forecast gives success too small a chance (policy.health.chance)"
    return (f"{names}: {why}; {counted(count, 'item')} showed it as on track.",)
