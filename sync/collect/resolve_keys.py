"""What the keys in the OKR files mean: they are looked up once, and from then on the id is remembered.

A key is no identity: it changes when an item moves or a project is renamed. The items that were read tell most keys. Of
a key that none of them has, or had, its tracker is asked, once; where it knows none, again on another day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from config.workspace import Workspace
from connectors.base import Connectors, ResolvesKeys
from connectors.model import Identity, Pull, WorkItem
from sync.align.declared_keys import declared_keys
from sync.observation import KeyName, KeyTarget, NameKind, ResolvedKeys

_ITEM_KEY = re.compile(r"[a-z][a-z0-9_]*-[0-9]+")
_PROJECT_KEY = re.compile(r"[a-z][a-z0-9_]+")
_LONGEST = 255
"""Characters of a name that is looked up; no key is longer."""


def resolve_keys(
    workspace: Workspace,
    connectors: Connectors,
    items: Iterable[WorkItem],
    stale: Collection[str],
    last: ResolvedKeys,
    today: date,
) -> dict[KeyName, KeyTarget]:
    """What every key that is declared leads to; a tracker in `stale` is not asked. Raises TrackerError."""
    read = _Read.of(items)
    found: dict[KeyName, KeyTarget] = {}
    open_: set[KeyName] = set()
    for declared in declared_keys(workspace):
        names = [one for one in declared.names if len(one.name) <= _LONGEST]
        known = dict(read.known(names))
        if not known and not read.has(names):
            known = dict(read.remembered(names, last))
            open_.update(names if not known else ())
        found |= {name: KeyTarget(one, today) for name, one in known.items()}
    for name in sorted(open_):
        kept = last.get(name)
        if kept is not None and (kept.identity or kept.day == today or name.tracker in stale):
            found[name] = kept
    return found | _asked(connectors, open_ - found.keys(), stale, today)


def _asked(
    connectors: Connectors, names: Iterable[KeyName], stale: Collection[str], today: date
) -> dict[KeyName, KeyTarget]:
    wanted: dict[tuple[str, bool], list[KeyName]] = defaultdict(list)
    for one in names:
        is_project = one.kind == "project"
        if (
            one.tracker in connectors
            and one.tracker not in stale
            and (_PROJECT_KEY if is_project else _ITEM_KEY).fullmatch(one.name)
        ):
            wanted[one.tracker, is_project].append(one)
    found: dict[KeyName, KeyTarget] = {}
    for (tracker, is_project), some in sorted(wanted.items()):
        connector = connectors[tracker]
        if isinstance(connector, ResolvesKeys):
            ask = connector.projects_by_key if is_project else connector.items_by_key
            answers = ask({one.name.upper() for one in some})
            found |= {one: KeyTarget(answers.get(one.name.upper()), today) for one in some}
    return found


@dataclass(frozen=True, slots=True)
class _Read:
    """What the items that were read tell of names.

    - `now`: what has each name; None where several do. `before`: what had it, as trackers tell it.
    - `by_id`: the key of now by tracker, whether it is a project, and id.
    """

    now: Mapping[KeyName, Identity | None]
    before: Mapping[KeyName, Identity]
    by_id: Mapping[tuple[str, bool, str], str]

    @staticmethod
    def of(items: Iterable[WorkItem]) -> _Read:
        now: dict[KeyName, Identity | None] = {}
        before: dict[KeyName, Identity] = {}
        by_id: dict[tuple[str, bool, str], str] = {}
        parents: dict[tuple[str, bool, str], str] = {}
        for item in items:
            tracker = item.ref.tracker
            for name, one in _names_of(item):
                now[name] = one if now.setdefault(name, one) == one else None
                by_id[tracker, name.kind == "project", one.id] = one.key
            for key in item.own_former_keys:
                for kind in _OF_ITEMS:
                    before[KeyName(tracker, kind, key.casefold())] = Identity(item.ref.id, item.key)
            if item.parent is not None and item.parent_key is not None:
                # One that nobody may see is known by what is below it.
                parents[item.parent.tracker, False, item.parent.id] = item.parent_key
        by_id = parents | by_id
        return _Read(now, before, by_id)

    def has(self, names: Iterable[KeyName]) -> bool:
        """Whether something has one of the names now, though perhaps more than one thing."""
        return any(one in self.now for one in names)

    def known(self, names: Sequence[KeyName]) -> Iterator[tuple[KeyName, Identity]]:
        """What has each of the names, else what had it."""
        here = [(one, self.now[one]) for one in names if one in self.now]
        some = here or [(one, self.before[one]) for one in names if one in self.before]
        yield from ((name, one) for name, one in some if one is not None)

    def remembered(self, names: Iterable[KeyName], last: ResolvedKeys) -> Iterator[tuple[KeyName, Identity]]:
        """What the names led to before and was read: with the key that it has now."""
        for name in names:
            kept = last.get(name)
            if kept is not None and kept.identity is not None:
                key = self.by_id.get((name.tracker, name.kind == "project", kept.identity.id))
                if key is not None:
                    yield name, Identity(kept.identity.id, key)


_OF_ITEMS: tuple[NameKind, ...] = ("item", "initiative")


def _names_of(item: WorkItem) -> Iterator[tuple[KeyName, Identity]]:
    tracker, one = item.ref.tracker, Identity(item.ref.id, item.key)
    yield KeyName(tracker, "item", item.key.casefold()), one
    if item.level == "initiative":
        yield KeyName(tracker, "initiative", item.key.casefold()), one
        yield KeyName(tracker, "initiative", item.title.casefold()), one
    if item.project is not None and item.project_id is not None:
        yield KeyName(tracker, "project", item.project.casefold()), Identity(item.project_id, item.project)


def with_former_names(pulls: Sequence[Pull], resolved: ResolvedKeys) -> tuple[Pull, ...]:
    """The pulls, with every item told the names that the OKR files still have for it or its project.

    A name that something has now means that alone, whoever had it before.
    """
    items = [item for one in pulls for item in one.items]
    now = {item.key.casefold() for item in items}
    titles = {item.title.casefold() for item in items if item.level == "initiative"}
    projects = {item.project.casefold() for item in items if item.project}
    keys: dict[tuple[str, str], list[str]] = defaultdict(list)
    above: dict[tuple[str, str], list[str]] = defaultdict(list)
    homes: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for name, target in sorted(resolved.items(), key=lambda one: one[0]):
        if target.identity is None or name.name in (projects if name.kind == "project" else now):
            continue
        if name.kind == "project":
            homes[name.tracker, target.identity.id].append(name.name)
        elif name.kind == "item" or name.name not in titles:
            keys[name.tracker, target.identity.id].append(name.name)
            if name.kind == "item" and name.name != target.identity.key.casefold():
                above[name.tracker, target.identity.key.casefold()].append(name.name)

    def told(item: WorkItem) -> WorkItem:
        tracker = item.ref.tracker
        own = item.own_former_keys
        before = {key.casefold(): key for key in own if key.casefold() not in now}
        for key in keys.get((tracker, item.ref.id), ()):
            before.setdefault(key, key)
        was = tuple(homes.get((tracker, item.project_id), ()))
        parent = tuple(above.get((tracker, (item.parent_key or "").casefold()), ()))
        keys_now = tuple(before.values())
        found = (keys_now, was, parent, own if keys_now != own else None)
        if found == (item.former_keys, item.former_projects, item.parent_former_keys, item.told_keys):
            return item
        return replace(
            item, former_keys=keys_now, former_projects=was, parent_former_keys=parent, told_keys=found[3]
        )

    return tuple(replace(one, items=tuple(map(told, one.items))) for one in pulls)
