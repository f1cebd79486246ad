"""Where the link of a key result on an item leads while it has no page of its own: to a page that stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from config.okrs import KeyResult
from config.workspace import Workspace
from connectors.model import CLAIM_PREFIX, KEY_RESULT_HERE, Pages, Ref, WorkItem
from sync.align.alignment import Alignment
from sync.align.link import Link

_NO_PAGES = Pages()


class PageFinder:
    """The pages of key results, as seen from items. `pages`: what each tracker has, by its name.

    In this order: the page declared for the key result, by `url` or `site`; the tracker's own list of what shows it; the
    list of what bears its label; the project, epic or other item whose rule or claim links the item; the item.
    """

    def __init__(self, workspace: Workspace, alignment: Alignment, pages: Mapping[str, Pages]) -> None:
        self._workspace = workspace
        self._items = alignment.items
        self._pages = pages
        self._key_results = {key_result.id: key_result for _, key_result in workspace.key_results()}
        self._lists: dict[tuple[str, str], str] = {}
        self._labelled = {
            (item.ref.tracker, label.casefold())
            for item in alignment.items.values()
            for label in item.labels
            if label.casefold().startswith(CLAIM_PREFIX)
        }

    def of(self, item: WorkItem, link: Link) -> str:
        """The page of the link's key result, for people who look at the item. Never ""."""
        key_result = self._key_results[link.key_result]
        return self.listed(item, key_result) or self._place(item, link).url

    def listed(self, item: WorkItem, key_result: KeyResult) -> str:
        """The page that all items of a tracker have in common; "" where there is none."""
        key = (item.ref.tracker, key_result.id)
        if (found := self._lists.get(key)) is None:
            self._lists[key] = found = self._list_of(item.ref.tracker, key_result)
        return found

    def _list_of(self, tracker: str, key_result: KeyResult) -> str:
        pages = self._pages.get(tracker, _NO_PAGES)
        has_label = (tracker, f"{CLAIM_PREFIX}{key_result.id}".casefold()) in self._labelled
        found = (
            self._workspace.url_of(key_result) or pages.key_result or (pages.labelled if has_label else "")
        )
        return found.replace(KEY_RESULT_HERE, quote(key_result.id, safe=""))

    def of_note(self, item: WorkItem) -> str:
        """Where the note on work without a key result leads."""
        return self._pages.get(item.ref.tracker, _NO_PAGES).unaligned or item.url

    def _place(self, item: WorkItem, link: Link) -> WorkItem:
        """What carries the key result, as far as people who see the item may see it on the same tracker."""
        because = link.because
        project = item.own_project if because.rank == "located" and because.at is None else None
        return self._visible(item, because.at) or self._visible(item, project) or item

    def _visible(self, item: WorkItem, at: Ref | None) -> WorkItem | None:
        found = self._items.get(at) if at is not None else None
        is_shown = found is not None and found.ref.tracker == item.ref.tracker and not found.private
        return found if is_shown else None
