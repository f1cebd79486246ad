"""Keys in the OKR files that are others by now, and parents of which nothing but the key can be read. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from config.link_rules import LinkRule
from config.workspace import Path, Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.align.declared_keys import DeclaredKey, declared_keys
from sync.measure import closed_on


@dataclass(frozen=True, slots=True)
class MovedKey:
    """A name in the OKR files of something that is called otherwise now: where it stands, and the name of now."""

    path: Path
    about: str
    written: str
    now: str
    items: tuple[Ref, ...]


def moved_keys(alignment: Alignment, workspace: Workspace, today: date) -> Iterator[MovedKey]:
    """Every such name in what is judged in running cycles, once for each place, in declared order."""
    former = _Former.of(alignment)
    said: set[tuple[Path, str]] = set()
    for declared in declared_keys(workspace):
        key = (declared.path, declared.written.casefold())
        if key in said or not _is_judged(declared, workspace, today):
            continue
        for now, items in former.of_name(declared):
            said.add(key)
            yield MovedKey(declared.path, declared.about, declared.written, now, items)


@dataclass(frozen=True, slots=True)
class _Former:
    """The items by each key that they had, and the projects of now by each that they were, both by tracker.

    `unseen`: the key of now of a parent that could not be read, by each that it had.
    """

    items: dict[tuple[str, str], WorkItem]
    projects: dict[tuple[str, str], str]
    unseen: dict[tuple[str, str], str]

    @staticmethod
    def of(alignment: Alignment) -> _Former:
        items: dict[tuple[str, str], WorkItem] = {}
        projects: dict[tuple[str, str], str] = {}
        for ref, item in alignment.items.items():
            for key in item.former_keys:
                items.setdefault((ref.tracker, key.casefold()), item)
            for project in item.former_projects:
                projects.setdefault((ref.tracker, project.casefold()), item.project or "")
        unseen = {
            (ref.tracker, key.casefold()): keys[0]
            for ref, keys in alignment.unseen.items()
            for key in keys[1:]
        }
        return _Former(items, projects, unseen)

    def of_name(self, declared: DeclaredKey) -> Iterator[tuple[str, tuple[Ref, ...]]]:
        """What the name means now, on each tracker where it means something."""
        for name in declared.names:
            here = (name.tracker, name.name)
            if name.kind == "project" and here in self.projects:
                yield self.projects[here], ()
            elif name.kind != "project" and here in self.items:
                item = self.items[here]
                by_title = name.kind == "initiative" and not name.name.rpartition("-")[2].isdigit()
                yield item.title if by_title else item.name, (item.ref,)
            elif name.kind == "item" and here in self.unseen:
                yield self.unseen[here], ()


def _is_judged(declared: DeclaredKey, workspace: Workspace, today: date) -> bool:
    running = {name for name, one in workspace.cycles.items() if one.start <= today <= one.end}
    rule = declared.rule.condition if declared.rule is not None else None
    if rule is not None and not isinstance(rule, LinkRule):
        return bool(running)
    if isinstance(rule, LinkRule) and rule.effective is not None and not rule.effective.holds(today):
        return False
    return any(
        one.id == declared.owner and objective.cycle in running and closed_on(one, objective, today) is None
        for objective, one in workspace.key_results()
    )


def unseen_parents(alignment: Alignment) -> dict[str, list[WorkItem]]:
    """Open work of which nobody knows what it serves, by why: its parent cannot be read."""
    found: defaultdict[str, list[WorkItem]] = defaultdict(list)
    for ref, placement in sorted(alignment.placements.items()):
        if placement.state == "unknown" and alignment.items[ref].is_open:
            found[placement.reason].append(alignment.items[ref])
    return dict(sorted(found.items()))
