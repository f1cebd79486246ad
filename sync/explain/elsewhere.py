"""What a ticket has to do with tickets of other trackers, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.wording import agree, counted
from connectors.model import WorkItem
from sync.align.alignment import Alignment


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The other sides of an item that is mirrored, and what it is linked with.

    - `counts`: the side that counts; None where the item is not mirrored.
    """

    mirrors: tuple[WorkItem, ...] = ()
    linked: tuple[WorkItem, ...] = ()
    counts: WorkItem | None = None


def elsewhere(item: WorkItem, alignment: Alignment) -> Elsewhere:
    """What crosses trackers at an item."""
    mirrors = tuple(side for side in alignment.sides(item.ref) if side.ref != item.ref)
    pairs = [pair for pair in alignment.linked if item.ref in pair]
    others = sorted({other for pair in pairs for other in pair} - {item.ref})
    counts = alignment.items[alignment.counted(item.ref)] if mirrors else None
    return Elsewhere(mirrors, tuple(alignment.items[ref] for ref in others), counts)


def sentences(item: WorkItem, found: Elsewhere) -> Iterator[str]:
    """That it is one piece of work with others, and which one counts; and what it is linked with."""
    if found.counts is not None:
        others = _names(found.mirrors, item)
        if found.counts.ref == item.ref:
            yield f"It is the same work as {others}, and counts for {'both' if len(found.mirrors) == 1 else 'all'}."
        else:
            yield f"It is the same work as {others}; {_name(found.counts, item)} counts for it."
    if found.linked:
        yield f"It is linked with {_names(found.linked, item)}."


@dataclass(frozen=True, slots=True)
class RemotePages:
    """Where the remote links of one ticket lead, as far as that is a ticket that was read; `trouble`: why nobody knows."""

    items: tuple[WorkItem, ...] = ()
    others: int = 0
    trouble: str = ""


def remote_pages(item: WorkItem, addresses: Iterable[str], alignment: Alignment) -> RemotePages:
    """The tickets of other trackers whose pages are among the addresses, and how many addresses are none of them."""
    pages = [
        (start, other)
        for other in alignment.items.values()
        if other.ref.tracker != item.ref.tracker and other.level in ("epic", "issue", "subtask")
        for start in _starts(other)
    ]
    leads = [next((other for start, other in pages if _is_at(start, one)), None) for one in addresses]
    found = {other.ref: other for other in leads if other is not None}
    return RemotePages(tuple(found[ref] for ref in sorted(found)), sum(one is None for one in leads))


def remote_sentence(item: WorkItem, found: RemotePages, known: Elsewhere) -> str:
    """What was found, in a sentence or two. `known`: what holds already, by an attachment on the other ticket."""
    if found.trouble:
        return f"Its remote links could not be read: {found.trouble}"
    if not found.items:
        rest = f" ({counted(found.others, 'remote link')})" if found.others else ""
        return f"No remote link on it leads to a ticket of another tracker that was read{rest}."
    names, count = _names(found.items, item), len(found.items)
    told = (
        f"{agree(count, 'A remote link', 'Remote links')} on it {agree(count, 'leads', 'lead')} to {names}."
    )
    new = [other for other in found.items if other not in (*known.linked, *known.mirrors)]
    if not new:
        return told
    return f"{told} That alone links nothing: attach the address of {item.name} to {_names(new, item)}."


def _starts(item: WorkItem) -> Iterator[str]:
    """How addresses of its page begin, with each key that it has or had; what follows may be its title."""
    before, found, _ = item.url.partition(item.key)
    if found:
        yield from (f"{before}{key}".casefold() for key in (item.key, *item.former_keys))


def _is_at(start: str, address: str) -> bool:
    given = address.strip().casefold()
    return given.startswith(start) and given[len(start) : len(start) + 1] in ("", "/", "?", "#")


def _name(other: WorkItem, item: WorkItem) -> str:
    return other.name_on(item.ref.tracker)


def _names(items: Iterable[WorkItem], item: WorkItem) -> str:
    return " and ".join(_name(other, item) for other in items)
