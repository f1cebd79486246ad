"""Pages of a site that list some issues and no others: searches, by our label where all bear it, else by id. Pure.

JQL compares labels without regard to case on some sites, and by the letter on others: a label that is written in several ways
is not asked for. An id that somebody may not see is an error to Jira, so work with restricted access has no page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from config.trackers import is_gateway
from connectors.jira.marks.pages import search_page
from connectors.jira.setup.filter_queries import quoted
from connectors.lists import KnownWork
from connectors.model import CLAIM_PREFIX, WorkItem

MOST = 200
"""How many ids a search names at most: its address stays below the 2,000 to 8,000 characters that servers take."""

_PAGE = "/browse/"


class SearchLists:
    """See `connectors.lists.ListsItems`."""

    def __init__(self, known: KnownWork) -> None:
        self._known = known
        self._bearing: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._spelled: defaultdict[str, set[str]] = defaultdict(set)
        self._open: set[str] = set()
        self._uncertain: set[str] = set()
        self._found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], frozenset[str]] = {}
        for item in known.items:
            if item.in_scope and item.project:
                self._add(item, item.project)

    def pages(self, items: Sequence[WorkItem]) -> Sequence[tuple[str, int]]:
        """The search that finds these issues."""
        site, found, _ = items[0].url.partition(_PAGE) if items else ("", "", "")
        if not found or is_gateway(site) or any(item.private for item in items):
            return ()
        jql = self._by_label(items) or _by_id(items)
        return ((search_page(site, jql), len(items)),) if jql else ()

    def _add(self, item: WorkItem, project: str) -> None:
        stamp = item.shown.stamp
        if item.is_open:
            self._open.add(item.ref.id)
        if stamp is not None and stamp.owner != self._known.owner:
            # Of what another workspace marked nobody knows what it bears of the same names.
            self._uncertain.add(project)
        for label in self._labels_of(item):
            self._spelled[label.casefold()].add(label)
            self._bearing[label, project].add(item.ref.id)

    def _labels_of(self, item: WorkItem) -> Iterable[str]:
        """Those that we put on it, and those by which people claim a key result."""
        yield from item.shown.labels
        yield from (one for one in item.labels if one.casefold().startswith(CLAIM_PREFIX))

    def _by_label(self, items: Sequence[WorkItem]) -> str:
        projects = tuple(sorted({item.project or "" for item in items}))
        if (
            not self._known.is_current
            or not all(item.in_scope and item.project for item in items)
            or not self._uncertain.isdisjoint(projects)
        ):
            return ""
        wanted = frozenset(item.ref.id for item in items)
        common = set.intersection(*(set(self._labels_of(item)) for item in items))
        for label in sorted(common, key=self._rank):
            if len(self._spelled[label.casefold()]) > 1:
                continue
            for without in self._narrowings(label):
                if self._bearers(label, projects, without) == wanted:
                    return self._jql(label, projects, without)
        return ""

    def _rank(self, label: str) -> tuple[bool, str]:
        return label not in self._known.labels.all, label

    def _narrowings(self, label: str) -> Iterable[tuple[str, ...]]:
        """What the search leaves out: closed work, as the shared filters do, or nothing; or what hangs below other unaligned work."""
        below = self._known.labels.below
        apart = below if below and label == self._known.labels.orphaned else ""
        yield ("closed",)
        yield ()
        if apart and len(self._spelled[apart.casefold()]) <= 1:
            yield ("closed", apart)
            yield (apart,)

    def _bearers(self, label: str, projects: tuple[str, ...], without: tuple[str, ...]) -> frozenset[str]:
        key = label, projects, without
        if key not in self._found:
            found = frozenset().union(*(self._bearing.get((label, one), ()) for one in projects))
            for one in without:
                if one == "closed":
                    found &= self._open
                else:
                    found -= frozenset().union(*(self._bearing.get((one, here), ()) for here in projects))
            self._found[key] = found
        return self._found[key]

    def _jql(self, label: str, projects: tuple[str, ...], without: tuple[str, ...]) -> str:
        parts = [f"project in ({', '.join(map(quoted, projects))})", f"labels = {quoted(label)}"]
        parts += [
            "statusCategory != Done" if one == "closed" else f"labels != {quoted(one)}" for one in without
        ]
        return " AND ".join(parts)


def _by_id(items: Sequence[WorkItem]) -> str:
    if len(items) > MOST:
        return ""
    return f"id in ({','.join(sorted({item.ref.id for item in items}, key=lambda one: (len(one), one)))})"
