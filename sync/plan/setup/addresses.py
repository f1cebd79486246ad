"""Marks that lead elsewhere by now than they did when they were made, or that lead nowhere. Pure.

Where the address is the identity of a mark, no sync touches it: that would take every attachment away and make it anew. Elsewhere
it changes with the next edit of the item, and that one leads nowhere is no reason for an edit. Setup offers both as one step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from config.workspace import Workspace
from connectors.meaning import NOWHERE
from connectors.model import Change, KeyResultMark, Marks, Pages, WorkItem
from connectors.setup import BY_KEY_RESULT, UNALIGNED
from sync.align.alignment import Alignment
from sync.align.pages import PageFinder
from sync.marks.policy import is_written
from sync.plan.plan import Edit, changes_of, sort_key

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class AddressChange:
    """Addresses on one tracker that would change: of how many attachments, notes among them, project links and web links, on
    which items.

    `to`: where they would lead, in words.
    """

    attachments: int
    project_links: int
    web_links: int
    edits: tuple[Edit, ...]
    to: tuple[str, ...]


def address_change(
    tracker: str,
    alignment: Alignment,
    workspace: Workspace,
    pages: Pages,
    leaving: Pages | None = None,
) -> AddressChange | None:
    """What would change on a tracker with these `pages`; None where nothing would. With `leaving` only what leads there.

    Items of which nothing may be written, and those of other workspaces, are left alone. Where an address is no identity, only
    one that leads nowhere counts.
    """
    keeps = workspace.trackers[tracker].keeps_addresses
    if not is_written(workspace.policy_of(tracker)):
        return None
    mover = _Mover(
        workspace, alignment, PageFinder(workspace, alignment, {tracker: pages}), leaving, keeps=keeps
    )
    items = sorted((one for ref, one in alignment.items.items() if ref.tracker == tracker), key=sort_key)
    edits = tuple(edit for item in items if (edit := mover.edit(item)) is not None)
    if not edits:
        return None
    on_issues, on_projects = (sum(map(_count, _on(edits, is_issue=one))) for one in (True, False))
    to = tuple(_targets(edits, pages, workspace, keeps=keeps))
    if keeps:
        return AddressChange(on_issues, on_projects, 0, edits, to)
    return AddressChange(0, 0, on_issues, edits, to)


class _Mover:
    def __init__(
        self,
        workspace: Workspace,
        alignment: Alignment,
        finder: PageFinder,
        leaving: Pages | None,
        *,
        keeps: bool,
    ) -> None:
        self._keeps = keeps
        self._owner = workspace.workspace
        self._key_results = {one.id: one for _, one in workspace.key_results()}
        self._alignment = alignment
        self._finder = finder
        self._leaving = None if leaving is None else {leaving.key_result, leaving.unaligned} - {""}

    def edit(self, item: WorkItem) -> Edit | None:
        shown, stamp = item.shown, item.shown.stamp
        if stamp is None or stamp.copied or stamp.owner != self._owner or "key_results" not in item.writable:
            return None
        marks = tuple(self._moved(item, mark) for mark in shown.key_results)
        page = self._other(shown.page, self._finder.of_note(item)) if shown.page else ""
        wanted = replace(shown, key_results=marks, page=page, rules=stamp.rules)
        changes = changes_of(item, wanted)
        if shown.page != page:
            changes = (Change(item.ref, item.key, item.title, "alignment", shown.page, page),)
        return Edit(item, wanted, changes) if changes else None

    def _moved(self, item: WorkItem, mark: KeyResultMark) -> KeyResultMark:
        key_result = self._key_results.get(mark.id)
        if key_result is None:
            return mark  # the next sync takes it off
        placement = self._alignment.placements.get(item.ref)
        links = (*placement.links, *placement.past) if placement is not None else ()
        link = next((one for one in links if one.key_result == mark.id), None)
        page = self._finder.of(item, link) if link else self._finder.listed(item, key_result) or item.url
        return replace(mark, url=self._other(mark.url, page))

    def _other(self, before: str, page: str) -> str:
        if not self._keeps:
            return page if before.startswith(NOWHERE) and self._leaving is None else before
        return page if self._leaving is None or before in self._leaving else before


def _on(edits: Collection[Edit], *, is_issue: bool) -> Iterator[Edit]:
    return (edit for edit in edits if (edit.item.level != "project") == is_issue)


def _count(edit: Edit) -> int:
    before = {mark.id: mark.url for mark in edit.item.shown.key_results}
    moved = sum(before[mark.id] != mark.url for mark in edit.wanted.key_results)
    return moved + (edit.item.shown.page != edit.wanted.page)


def _targets(edits: Collection[Edit], pages: Pages, workspace: Workspace, *, keeps: bool) -> Iterator[str]:
    """Where all of these lead, the pages of one kind as one."""
    found = dict.fromkeys(url for edit in edits for url in _new(edit.item.shown, edit.wanted))
    if not keeps:
        yield "the page of the key result" if workspace.site else "a search for the work of the key result"
        return
    declared = {workspace.url_of(one) for _, one in workspace.key_results()} - {""}
    views = {pages.key_result: BY_KEY_RESULT, pages.unaligned: UNALIGNED}
    named = {view for url, view in views.items() if url and url in found}
    yield from (f'the view "{view}"' for view in views.values() if view in named)
    of_their_own = [url for url in found if url in declared]
    yield from of_their_own[:_SHOWN]
    if len(of_their_own) > _SHOWN:
        yield f"{len(of_their_own) - _SHOWN} more declared pages"
    if any(url not in declared and url not in views for url in found):
        yield "the project or issue that carries the key result"


def _new(shown: Marks, wanted: Marks) -> Iterator[str]:
    before = {mark.id: mark.url for mark in shown.key_results}
    yield from (mark.url for mark in wanted.key_results if before[mark.id] != mark.url)
    if shown.page != wanted.page:
        yield wanted.page
