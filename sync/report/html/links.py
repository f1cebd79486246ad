"""Where a figure leads: to pages of the trackers that list exactly its items. Pure.

A section asks `Links.of(refs)` for the items that its figure counts. Each link names the tracker and says how many of them it
lists; where no page is known to list just them, there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

from config.text.texts import ENGLISH_TEXTS, Texts
from config.workspace import Workspace
from connectors.lists import KnownWork, ListsItems
from connectors.model import Ref, WorkItem
from sync.decide import Decision
from sync.plan.project_views import orphaned_projects
from sync.plan.setup_basis import VIEW_OF_PROJECTS, projects_basis, views_are_current
from sync.report.html.page import Link


class Links:
    """Links of one report. `lists`: what knows pages, by tracker; without it no figure leads anywhere.

    Made from a `ReportSource` by `sync.jobs.report.links.links_of`.
    """

    def __init__(
        self,
        items: Mapping[Ref, WorkItem],
        lists: Mapping[str, ListsItems] = MappingProxyType({}),
        texts: Texts = ENGLISH_TEXTS,
    ) -> None:
        self._items = items
        self._lists = lists
        self._texts = texts
        self._pages: dict[tuple[str, frozenset[str]], Sequence[tuple[str, int]]] = {}

    def of(self, refs: Iterable[Ref]) -> tuple[Link, ...]:
        """Links to pages that list exactly those of the items that are on a tracker, by name of the tracker; each says how many."""
        return tuple(
            Link(self._texts.counted("report_unaligned.link", count, tracker=tracker), page)
            for tracker, ids in sorted(_by_tracker(refs).items())
            for page, count in self._pages_of(tracker, ids)
        )

    def page_of(self, refs: Iterable[Ref]) -> str:
        """The page that lists exactly these items; "" where there is none, or they are on several trackers."""
        found = _by_tracker(refs)
        if len(found) != 1:
            return ""
        [(tracker, ids)] = found.items()
        return next((page for page, count in self._pages_of(tracker, ids) if count == len(ids)), "")

    def ticket(self, ref: Ref) -> str:
        """The address of an item's own page; "" where it has none that a browser may open."""
        item = self._items.get(ref)
        return item.url if item is not None and urlsplit(item.url).scheme in ("http", "https") else ""

    def _pages_of(self, tracker: str, ids: frozenset[str]) -> Sequence[tuple[str, int]]:
        key = tracker, ids
        if key not in self._pages:
            known = self._lists.get(tracker)
            items = [item for one in sorted(ids) if (item := self._items.get(Ref(tracker, one))) is not None]
            is_whole = known is not None and len(items) == len(ids)
            self._pages[key] = known.pages(items) if known is not None and is_whole else ()
        return self._pages[key]


def known_work(run: Decision, workspace: Workspace) -> dict[str, KnownWork]:
    """What a run knows of the work of each tracker."""
    observation = run.observation
    return {
        pull.tracker: KnownWork(
            pull.items,
            workspace.workspace,
            workspace.policy.labels,
            workspace.trackers[pull.tracker].scope_keys,
            is_current=not (observation.rewound or pull.set_aside or pull.tracker in observation.stale),
            views=_views(run, workspace, pull.tracker),
            listed_projects=_listed_projects(run, workspace, pull.tracker),
        )
        for pull in observation.pulls
    }


def _views(run: Decision, workspace: Workspace, tracker: str) -> Mapping[str, str]:
    made = run.memory.provisions.get(tracker, {})
    return made if views_are_current(workspace, run.memory, tracker) else {}


def _listed_projects(run: Decision, workspace: Workspace, tracker: str) -> tuple[str, ...] | None:
    """The projects that the view of projects names: the store keeps a digest of them, which those of now have or have not."""
    shown = run.memory.provisions.get(tracker, {}).get(VIEW_OF_PROJECTS)
    projects = orphaned_projects(run.signals.orphans, run.alignment, workspace, tracker)
    return projects if projects_basis(projects) == {VIEW_OF_PROJECTS: shown} else None


def _by_tracker(refs: Iterable[Ref]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for ref in refs:
        found.setdefault(ref.tracker, set()).add(ref.id)
    return {tracker: frozenset(ids) for tracker, ids in found.items()}
