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
from connectors.model import Identity, Pull, Ref, WorkItem
from sync.align.declared_keys import DeclaredKey, declared_keys
from sync.observation import KeyName, KeyTarget, ResolvedKeys

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
        known = known or dict(read.remembered(names, last))
        found |= {name: KeyTarget(one, today) for name, one in known.items()}
        if not known and not read.is_ambiguous(declared):
            open_.update(names)
    for name in sorted(open_):
        kept = last.get(name)
        if kept is not None and (_holds(kept, name) or kept.day == today or name.tracker in stale):
            found[name] = kept
    return found | _asked(connectors, open_ - found.keys(), stale, today)


def _holds(kept: KeyTarget, name: KeyName) -> bool:
    """Whether it can be found again by its id wherever it goes: no item bears the id of a project on Jira."""
    return kept.identity is not None and name.kind != "project"


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
    - `by_id`: the item with each id. `project_keys`: the projects that items are in, as they are written.
    """

    now: Mapping[KeyName, Identity | None]
    before: Mapping[KeyName, Identity]
    by_id: Mapping[Ref, WorkItem]
    project_keys: Mapping[KeyName, str]

    @staticmethod
    def of(items: Iterable[WorkItem]) -> _Read:
        now: dict[KeyName, Identity | None] = {}
        before: dict[KeyName, Identity] = {}
        by_id: dict[Ref, WorkItem] = {}
        projects: dict[KeyName, str] = {}
        for item in items:
            by_id[item.ref] = item
            one = Identity(item.ref.id, item.key)
            for name in set(_names_of(item)):
                now[name] = one if now.setdefault(name, one) == one else None
            for key in item.former_keys:
                before[KeyName(item.ref.tracker, "item", key.casefold())] = one
                before[KeyName(item.ref.tracker, "initiative", key.casefold())] = one
            if item.project is not None:
                projects[KeyName(item.ref.tracker, "project", item.project.casefold())] = item.project
        return _Read(now, before, by_id, projects)

    def known(self, names: Iterable[KeyName]) -> Iterator[tuple[KeyName, Identity]]:
        """What has each of the names, else what had it."""
        names = list(names)
        here = [(one, self.now[one]) for one in names if one in self.now]
        some = here or [(one, self.before[one]) for one in names if one in self.before]
        yield from ((name, one) for name, one in some if one is not None)

    def is_ambiguous(self, declared: DeclaredKey) -> bool:
        """Whether something has the name now, though its id cannot be remembered for it."""
        return any(one in self.now or one in self.project_keys for one in declared.names)

    def remembered(self, names: Iterable[KeyName], last: ResolvedKeys) -> Iterator[tuple[KeyName, Identity]]:
        """What the names led to before and was read: with the key that it has now."""
        for name in names:
            kept = last.get(name)
            if kept is None or kept.identity is None or name in self.now or name in self.project_keys:
                continue
            item = self.by_id.get(Ref(name.tracker, kept.identity.id))
            if item is not None:
                yield name, Identity(item.ref.id, item.key)
            elif name.kind == "project":
                key = KeyName(name.tracker, "project", kept.identity.key.casefold())
                if key in self.project_keys:
                    yield name, kept.identity


def _names_of(item: WorkItem) -> Iterator[KeyName]:
    tracker = item.ref.tracker
    yield KeyName(tracker, "item", item.key.casefold())
    if item.level == "initiative":
        yield KeyName(tracker, "initiative", item.key.casefold())
        yield KeyName(tracker, "initiative", item.title.casefold())
    if item.level == "project" and item.project is not None:
        yield KeyName(tracker, "project", item.project.casefold())


def with_former_names(pulls: Sequence[Pull], resolved: ResolvedKeys) -> tuple[Pull, ...]:
    """The pulls, with every item told the names that the OKR files still have for it or its project.

    A name that something has now means that alone, whoever had it before.
    """
    now = {item.key.casefold() for one in pulls for item in one.items}
    projects = {item.project.casefold() for one in pulls for item in one.items if item.project}
    keys: dict[Ref, list[str]] = defaultdict(list)
    homes: dict[Ref, list[str]] = defaultdict(list)
    by_key: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, target in sorted(resolved.items(), key=lambda one: one[0]):
        if target.identity is None:
            continue
        if name.kind != "project" and name.name not in now:
            keys[Ref(name.tracker, target.identity.id)].append(name.name)
        elif name.kind == "project" and name.name not in projects:
            homes[Ref(name.tracker, target.identity.id)].append(name.name)
            by_key[name.tracker, target.identity.key.casefold()].append(name.name)

    def told(item: WorkItem) -> WorkItem:
        place = item.own_project or item.ref
        was = homes.get(place) or by_key.get((item.ref.tracker, (item.project or "").casefold()), [])
        before = [key for key in item.former_keys if key.casefold() not in now]
        before += [key for key in keys.get(item.ref, ()) if key not in {one.casefold() for one in before}]
        if tuple(before) == item.former_keys and tuple(was) == item.former_projects:
            return item
        return replace(item, former_keys=tuple(before), former_projects=tuple(was))

    return tuple(replace(one, items=tuple(map(told, one.items))) for one in pulls)
