"""The sticky comment of one item: on what carries key results, and on what serves none. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import msgspec

from config.messages import DEFAULT
from connectors.model import Comment, Fact, KeyResultMark, Ref, WorkItem
from sync.align.alignment import ItemAlignment, Link
from sync.marks.building.key_results import ItemKeyResults
from sync.marks.building.shared import SharedMarks
from sync.marks.building.signal_lines import SignalLines
from sync.marks.comments import ProgressFacts, progress_details
from sync.marks.contribution import blocked_for
from sync.marks.orphan_comments import OrphanFacts, SuggestedKeyResult, WaysOut, orphan_details
from sync.marks.own_part import below, own_part
from sync.marks.wording import with_text
from sync.signals.orphans import Orphan, Signals, orphans_below


class StickyComments:
    """The comments of a workspace's items. `closest`: by orphan, what its warning names as near; `claim_groups`: the name of
    the label group for claims, by tracker; `lines`: the signals that they name.
    """

    def __init__(
        self,
        shared: SharedMarks,
        signals: Signals,
        closest: Mapping[Ref, Sequence[SuggestedKeyResult]],
        claim_groups: Mapping[str, str],
        lines: SignalLines,
    ) -> None:
        self._shared = shared
        self._key_results = ItemKeyResults(shared)
        self._below = orphans_below(signals.orphans)
        self._closest = closest
        self._claim_groups = claim_groups
        self._lines = lines
        self._ways = WaysOut.of(shared.workspace, shared.alignment.offered)
        self._languages = {name: self._language(name) for name in shared.workspace.trackers}

    def progress(
        self, item: WorkItem, placement: ItemAlignment, resting: Mapping[str, tuple[Link, KeyResultMark]]
    ) -> Comment | None:
        """The comment on the epic or project that carries a key result itself. What rests is told as it was."""
        if item.level not in ("epic", "project") or not placement.carries:
            return None
        shared = self._shared
        waiting = [
            link
            for link in placement.past
            if link.key_result in resting
            and not link.because.inherited
            and shared.readings[link.key_result].closed is None
        ]
        within = below(item, shared.alignment)
        parts = [
            self._progress(item, within, link, resting)
            for link in self._key_results.in_precedence(item, [*placement.carries, *waiting])
        ]
        carried = [link.key_result for link in placement.carries]
        facts = (
            *(fact for one in parts for fact in one.facts),
            *self._lines.in_comment((item.ref, *within), carried),
            *self._languages[item.ref.tracker],
        )
        details = msgspec.to_builtins(progress_details(parts, item, shared.today))
        return with_text(Comment("progress", facts, details=details), shared.messages[item.ref.tracker])

    def _progress(
        self,
        item: WorkItem,
        within: frozenset[Ref],
        link: Link,
        resting: Mapping[str, tuple[Link, KeyResultMark]],
    ) -> ProgressFacts:
        shared, id_ = self._shared, link.key_result
        reading, work = shared.readings[id_], shared.work[id_]
        own = work.leaves_within(within)
        milestones = shared.milestones.get(id_, ())
        return ProgressFacts(
            reading=reading,
            mark=resting[id_][1] if id_ in resting else self._key_results.part_in_comment(item, link),
            goal=shared.goals[id_],
            owner=shared.owners[id_],
            own=own_part(item, within, shared.key_results[id_], reading, work, milestones),
            waits=blocked_for(item, own, shared.alignment, shared.workspace.zone),
            foretold=shared.foretold[id_],
            reached=shared.reached[id_],
        )

    def orphan(self, item: WorkItem, orphan: Orphan) -> Comment:
        """The warning on the topmost piece of work that serves no key result."""
        shared, tracker = self._shared, item.ref.tracker
        facts = OrphanFacts(
            item,
            orphan,
            self._closest.get(item.ref, ()),
            self._below[item.ref],
            shared.alignment.placements[item.ref].unmet,
        )
        # Projects of Linear bear labels of another kind.
        group = self._claim_groups.get(tracker, "") if item.level != "project" else ""
        details = orphan_details(facts, self._ways, shared.today, group)
        stated = (*self._lines.in_comment((item.ref,)), *self._languages[tracker])
        comment = Comment("orphan", stated, details=msgspec.to_builtins(details))
        return with_text(comment, shared.messages[tracker])

    def _language(self, tracker: str) -> tuple[Fact, ...]:
        """A fact that renews every comment when its language, or the workspace's own texts, change.

        None for English as shipped: that is how comments were before there were languages.
        """
        language = self._shared.messages[tracker].language
        own = self._shared.workspace.words.get(language, {})
        if language == DEFAULT and not own:
            return ()
        digest = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:8] if own else ""
        return (("words", f"{language} {digest}".rstrip()),)
