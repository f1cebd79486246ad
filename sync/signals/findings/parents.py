"""Parents that cannot be, cannot be read, or ended before what is below them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from config.text.phrases import phrase
from connectors.model import Ref
from sync.align.alignment import Alignment
from sync.signals.declared.moved_keys import unseen_parents
from sync.signals.findings.finding import Finding, Kind, finding, names_of, refs_of


def unseen(alignment: Alignment) -> Iterator[Finding]:
    """Work whose parent cannot be read."""
    for reason, items in unseen_parents(alignment).items():
        message = phrase("signals.unseen_parent.message", names=names_of(items), reason=reason)
        yield finding("unseen_parent", refs_of(items), message, phrase("signals.unseen_parent.remedy"))


def parent_cycles(alignment: Alignment) -> Iterator[Finding]:
    """Parents that lead in a circle."""
    for cycle in alignment.cycles:
        if not any(alignment.items[ref].is_open for ref in _with_all_below(cycle, alignment)):
            continue
        keys = [alignment.items[ref].name for ref in cycle]
        message = phrase("signals.parent_cycle.message", path=" → ".join([*keys, keys[0]]))
        yield finding("parent_cycle", cycle, message, phrase("signals.parent_cycle.remedy", item=keys[0]))


def _with_all_below(refs: Iterable[Ref], alignment: Alignment) -> set[Ref]:
    seen, front = set(refs), list(refs)
    while front:
        front = [one for ref in front for one in alignment.children.get(ref, ()) if one not in seen]
        seen.update(front)
    return seen


def contradictions(alignment: Alignment, ended: Literal["done", "dropped"]) -> Iterator[Finding]:
    """Work that ended with open work below it."""
    for ref, below in sorted(alignment.children.items()):
        parent = alignment.items[ref]
        still_open = [alignment.items[child] for child in below if alignment.items[child].is_open]
        if parent.category != ended or not parent.in_scope or not still_open:
            continue
        kind: Kind = "done_over_open" if ended == "done" else "dropped_over_open"
        # What was dropped may bear a status such as Done; only its resolution says so.
        names = names_of(still_open)
        message = phrase(f"signals.{kind}.message", item=parent.name, status=parent.status, names=names)
        remedy = phrase(f"signals.{kind}.remedy", item=parent.name)
        yield finding(kind, (ref, *refs_of(still_open)), message, remedy)
