"""The key results that one item shows, in order, each with the item's part in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.model import KeyResultMark, WorkItem
from sync.align.alignment import ItemAlignment, Link
from sync.marks.building.shared import SharedMarks
from sync.marks.precedence import in_precedence


class ItemKeyResults:
    """The key results of items, as marks. What rests stays as it was written."""

    def __init__(self, shared: SharedMarks) -> None:
        self._shared = shared

    def resting(self, item: WorkItem, placement: ItemAlignment) -> dict[str, tuple[Link, KeyResultMark]]:
        """What rests on it beside the marks that go on: those of key results that are closed, or whose cycle has just ended
        and has no successor yet. By key result, each with its link.
        """
        if not placement.past:
            return {}
        written = {mark.id: mark for mark in self._shared.as_written(item.shown).key_results}
        return {
            link.key_result: (link, written[link.key_result])
            for link in placement.past
            if link.key_result in written and self._shared.terms[link.key_result].rests
        }

    def in_precedence(self, item: WorkItem, links: Sequence[Link]) -> list[Link]:
        """The links in the order in which the item shows them."""
        if len(links) < 2:
            return list(links)
        return in_precedence(links, item, self._shared.readings, self._shared.places)

    def shown(
        self, item: WorkItem, placement: ItemAlignment, left: Mapping[str, tuple[Link, KeyResultMark]]
    ) -> tuple[KeyResultMark, ...]:
        """All that an aligned item shows. `left`: what rests on it."""
        links = self.in_precedence(item, [*placement.links, *(link for link, _ in left.values())])
        return tuple(
            left[link.key_result][1] if link.key_result in left else self.part(item, link) for link in links
        )

    def part(self, item: WorkItem, link: Link) -> KeyResultMark:
        """The mark as the item should show it. Where its address is its identity, one that is there keeps it."""
        mark = self._on_its_page(item, link)
        if not item.shown.key_results or not self._shared.keeps_addresses(item):
            return mark
        shown = next((one for one in item.shown.key_results if one.id == mark.id and one.url), None)
        return replace(mark, url=shown.url) if shown else mark

    def part_in_comment(self, item: WorkItem, link: Link) -> KeyResultMark:
        """The mark as the item's comment tells it. A comment can lead elsewhere by an edit; that it should, because another
        page was declared, is no reason for one where the other marks stay as they are.
        """
        mark = self._on_its_page(item, link)
        shown = next((one for one in item.shown.key_results if one.id == mark.id), None)
        return self.part(item, link) if shown and shown.basis_id != mark.basis_id else mark

    def _on_its_page(self, item: WorkItem, link: Link) -> KeyResultMark:
        return self._shared.contributions.mark(item, link, self._shared.pages.of(item, link))
