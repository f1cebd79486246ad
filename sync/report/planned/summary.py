"""A plan of very many edits in two tables: by kind of change with samples, and by project. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from config.text.figures import ENGLISH
from config.wording import counted
from connectors.model import ALL_MARKS, Change, Mark, WorkItem
from sync.plan.guards import NOUNS
from sync.plan.plan import Edit
from sync.report.planned.words import RECORD_ONLY, change_words, kind_words
from sync.report.table import Cell, Section

_SAMPLES = 3
_MOST_KINDS = 30
_MOST_PROJECTS = 20
_VALUED: tuple[Mark, ...] = ("key_results", "update")
"""The marks whose kind does not tell what becomes of them."""
_RECORD = "record"
"""What stands for a mark where only our own record is left on an item."""
_COLUMNS: Mapping[str, str] = {str(mark): f"{noun}s" for mark, noun in NOUNS.items()} | {
    _RECORD: "record only"
}


@dataclass(slots=True)
class _Kind:
    """Changes of one kind: how many, and some of them, of different projects where there are."""

    rank: int
    count: int = 0
    samples: dict[str, tuple[Edit, Change | None]] = field(default_factory=dict)
    others: list[tuple[Edit, Change | None]] = field(default_factory=list)

    def add(self, edit: Edit, change: Change | None, home: str) -> None:
        self.count += 1
        if len(self.samples) < _SAMPLES and home not in self.samples:
            self.samples[home] = (edit, change)
        elif len(self.others) < _SAMPLES:
            self.others.append((edit, change))

    def sampled(self) -> list[tuple[Edit, Change | None]]:
        return [*self.samples.values(), *self.others][:_SAMPLES]


def home_of(item: WorkItem) -> str:
    """Where it lives, as its key says: the Jira project or the Linear team, else the Linear project."""
    return item.team or item.project or "–"


def summary(edits: Sequence[Edit]) -> tuple[Section, Section]:
    """The edits by kind of change, and by project."""
    kinds: dict[str, _Kind] = {}
    homes: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for edit in edits:
        item = edit.item
        home = home_of(item)
        counts = homes[item.ref.tracker, home]
        counts["items"] += 1
        for change in edit.changes:
            counts[change.mark] += 1
            rank = ALL_MARKS.index(change.mark)
            _kind(kinds, kind_words(change), rank).add(edit, change, home)
        if not edit.changes:
            counts[_RECORD] += 1
            _kind(kinds, RECORD_ONLY, len(ALL_MARKS)).add(edit, None, home)
    return _by_kind(kinds), _by_project(homes)


def _kind(kinds: dict[str, _Kind], words: str, rank: int) -> _Kind:
    found = kinds.get(words)
    if found is None:
        found = kinds[words] = _Kind(rank)
    return found


def _by_kind(kinds: dict[str, _Kind]) -> Section:
    ordered = sorted(kinds.items(), key=lambda one: (one[1].rank, -one[1].count, one[0]))
    rows = []
    for words, kind in ordered[:_MOST_KINDS]:
        first, *more = _examples(kind.sampled())
        rows.append(
            (Cell(words, "strong"), Cell(f"{ENGLISH.count(kind.count)}"), Cell(first, "dim", tuple(more)))
        )
    rest = ordered[_MOST_KINDS:]
    tail = (f"… and {counted(len(rest), 'further kind')} of change.",) if rest else ()
    columns = ("change", "items", "for example")
    return Section("Plan by kind of change", (), columns, tuple(rows), ("items",), tail, prose=columns[2:])


def _examples(samples: Iterable[tuple[Edit, Change | None]]) -> list[str]:
    """A line each where the changes have values of their own, else the names alone."""
    found = [(edit.item.name, change) for edit, change in samples]
    lines = [f"{name}: {change_words(change)}" for name, change in found if change and change.mark in _VALUED]
    return lines or [", ".join(name for name, _ in found)]


def _by_project(homes: dict[tuple[str, str], Counter[str]]) -> Section:
    ordered = sorted(homes.items(), key=lambda one: (-one[1]["items"], one[0]))
    marks = [mark for mark in (*ALL_MARKS, _RECORD) if any(counts[mark] for counts in homes.values())]
    names = tuple(_COLUMNS[mark] for mark in marks)
    rows = tuple(
        (
            Cell(home, "strong"),
            Cell(tracker),
            Cell(f"{ENGLISH.count(counts['items'])}"),
            *(Cell(f"{ENGLISH.count(counts[mark])}" if counts[mark] else "–") for mark in marks),
        )
        for (tracker, home), counts in ordered[:_MOST_PROJECTS]
    )
    rest = ordered[_MOST_PROJECTS:]
    items = sum(counts["items"] for _, counts in rest)
    tail = (f"… and {counted(len(rest), 'further project')} with {counted(items, 'item')}.",) if rest else ()
    columns = ("project", "tracker", "items", *names)
    return Section("Plan by project", (), columns, rows, columns[2:], tail)
