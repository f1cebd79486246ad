"""What trackers say of each other's items: which are one piece of work, and which are linked. Pure.

Mirrored items, which a tracker itself keeps equal with each other, are one piece of work with several sides. An item to
which somebody attached the address of an issue on another tracker is linked with that: two pieces of work.

Connectors tell the raw facts, an id and a key of another service, and addresses; here these become items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from config.workspace import Workspace
from connectors.model import Mirror, Ref, WorkItem

Pair = tuple[Ref, Ref]


@dataclass(frozen=True, slots=True)
class Across:
    """What crosses trackers, as far as both ends were read.

    - `sides`: of each side of mirrored work all sides, the one that counts first.
    - `links`: the item that bears a link, and the one that it leads to, each pair once and in order; not those between two
      sides of one piece of work.
    - `handed`: items in scope that mirror one out of scope, and that one: it only hands down what is said of it.
    - `unread`: items that mirror what was not read on a declared tracker, with its name.
    """

    sides: Mapping[Ref, tuple[Ref, ...]] = field(default_factory=dict)
    links: tuple[Pair, ...] = ()
    handed: tuple[Pair, ...] = ()
    unread: Mapping[Ref, str] = field(default_factory=dict)


def across(items: Mapping[Ref, WorkItem], workspace: Workspace) -> Across:
    """What crosses the trackers of a workspace. Only what is in scope is a side: the other one then stands for itself.

    The work counts on the side that bears an estimate: points, or else hours. Where several do, or none does, on the side
    whose tracker does the mirroring; of several such on the oldest.
    """
    telling = [item for item in items.values() if item.mirrors or item.issue_links]
    if not telling:
        return Across()
    pages = _Pages(items, workspace)
    joined = _Joined()
    unread: dict[Ref, str] = {}
    handed: dict[Pair, None] = {}
    pointed = {item.ref: pages.of(item) for item in telling}
    for item in telling:
        for mirror in item.mirrors if item.in_scope else ():
            other = _mirrored(item, mirror, pointed[item.ref], items, workspace, pages)
            if other is not None and items[other].in_scope:
                joined.join(item.ref, other)
            elif other is not None:
                handed[item.ref, other] = None
            elif _is_unread(item, mirror, items, workspace):
                unread[item.ref] = mirror.key or "an issue elsewhere"
    sides = {
        ref: group
        for group in (tuple(sorted(some, key=lambda ref: _order(items[ref]))) for some in joined.groups())
        for ref in group
    }
    links = {
        (ref, other): None
        for ref, found in pointed.items()
        for other in found
        if other not in sides.get(ref, ()) and (ref, other) not in handed and (other, ref) not in handed
    }
    return Across(sides, tuple(sorted(links)), tuple(sorted(handed)), unread)


def _is_unread(item: WorkItem, mirror: Mirror, items: Mapping[Ref, WorkItem], workspace: Workspace) -> bool:
    """Whether what is meant may be on a declared tracker, and nothing that was read has its id."""
    names = [
        name
        for name, one in workspace.trackers.items()
        if one.kind == mirror.service and name != item.ref.tracker
    ]
    return bool(names) and not any(Ref(name, mirror.id) in items for name in names)


def _order(item: WorkItem) -> tuple[int, bool, object, Ref]:
    """The side that counts comes first."""
    estimated = 0 if item.estimate is not None else 1 if item.hours is not None else 2
    return estimated, not item.mirrors, item.created, item.ref


def _mirrored(
    item: WorkItem,
    mirror: Mirror,
    pointed: Sequence[Ref],
    items: Mapping[Ref, WorkItem],
    workspace: Workspace,
    pages: _Pages,
) -> Ref | None:
    """The item that is meant; None where no item, or more than one, is.

    Ids are small numbers on every site, so that of several sites of a service the key says which one is meant, now or
    formerly, or an address that is attached: it leads to the same item, or bears the key that the sync tells. Where one
    site alone is declared, its id is enough: the key is an old one then, of an issue that changed its project. An id whose key
    something else on the site has is of another site.
    """
    trackers = [name for name, one in workspace.trackers.items() if one.kind == mirror.service]
    found = [
        ref
        for name in trackers
        if (ref := Ref(name, mirror.id)) in items
        and name != item.ref.tracker
        and (ref in pointed or items[ref].answers_to(mirror.key) or pages.at(name, mirror.key) is None)
    ]
    addressed = [ref for ref in found if ref in pointed or pages.bears(item, ref.tracker, mirror.key)]
    proven = [ref for ref in found if ref in addressed or items[ref].answers_to(mirror.key)]
    if len(proven) > 1:
        proven = addressed
    elif not proven and len(trackers) == 1:
        proven = found
    return proven[0] if len(proven) == 1 else None


class _Pages:
    """Finds the items whose pages addresses lead to, by the keys that they have or had."""

    def __init__(self, items: Mapping[Ref, WorkItem], workspace: Workspace) -> None:
        self._pages = workspace.issue_pages
        self._refs: dict[tuple[str, str], Ref] = {}
        # A key that something has now means that alone, whatever had it before.
        for keys in (lambda item: item.former_keys, lambda item: (item.key,)):
            for ref, item in items.items():
                if ref.tracker in self._pages:
                    self._refs |= {(ref.tracker, key.casefold()): ref for key in keys(item)}

    def of(self, item: WorkItem) -> tuple[Ref, ...]:
        """Where the addresses on an item lead, each once; never to itself or to its own tracker."""
        return tuple(dict.fromkeys(self._found(item)))

    def at(self, tracker: str, key: str) -> Ref | None:
        """What has a key on a tracker now, or else had it before."""
        return self._refs.get((tracker, key.casefold()))

    def bears(self, item: WorkItem, tracker: str, key: str) -> bool:
        """Whether an address on an item is that of a key on a tracker, whether anything was read there or not."""
        pages = self._pages.get(tracker)
        return pages is not None and any(
            (pages.key_at(address) or "").casefold() == key.casefold() != "" for address in item.issue_links
        )

    def _found(self, item: WorkItem) -> Iterator[Ref]:
        for address in item.issue_links:
            for tracker, pages in self._pages.items():
                key = pages.key_at(address) if tracker != item.ref.tracker else None
                if key is not None and (ref := self.at(tracker, key)) is not None:
                    yield ref


class _Joined:
    """Groups that grow together when one thing is in two of them."""

    def __init__(self) -> None:
        self._group: dict[Ref, set[Ref]] = {}

    def join(self, one: Ref, other: Ref) -> None:
        """Let both be in one group, with all that is in the group of either."""
        whole = self._group.get(one, {one}) | self._group.get(other, {other})
        for ref in whole:
            self._group[ref] = whole

    def groups(self) -> Iterable[set[Ref]]:
        """The groups, each once."""
        return {id(group): group for group in self._group.values()}.values()
