"""The way of one item from what it shows to what it should show: stamp first, the marks, its facts last.

Every step leaves a state from which the next run finds everything of ours: the stamp names labels before
they are put on and until they are taken off, and a comment before it is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from config.text.texts import Texts
from connectors.errors import PermissionDenied, Refused, SkipItem, TrackerError
from connectors.linear.api import mutations
from connectors.linear.api.effects import (
    Effects,
    ListComments,
    attempt,
    find_comment,
    gather,
    list_comments,
    remove,
    send,
)
from connectors.linear.api.errors import Conflict, NotFound
from connectors.linear.api.mutations import Write
from connectors.linear.marks.labels import LabelCatalog
from connectors.linear.marks.own_ids import is_own_comment
from connectors.linear.marks.random_ids import new_comment_id
from connectors.linear.marks.targets import CurrentState, IssueTarget, MarkTarget, ProjectTarget
from connectors.linear.write.record_writer import RecordWriter
from connectors.model import Comment, Marks, Stamp, WorkItem
from connectors.text.document import to_markdown

_TRIES = 3
"""Ids for a new comment: an announced one that is used up, and new ones."""


class ItemWrite:
    """One item on its way."""

    def __init__(
        self,
        tracker: str,
        catalog: LabelCatalog,
        owner: str,
        item: WorkItem,
        wanted: Marks,
        author: Mapping[str, str],
        texts: Texts,
    ) -> None:
        self._tracker = tracker
        self._catalog = catalog
        self._owner = owner
        self._item = item
        self._wanted = wanted
        self._problems: list[str] = []
        page = wanted.page or item.shown.page or item.url
        self._target: MarkTarget = (
            ProjectTarget(tracker, owner, item.ref.id, author, page, texts)
            if item.level == "project"
            else IssueTarget(tracker, catalog, owner, item.ref.id, author, page, texts)
        )

    def effects(self) -> Effects[list[str]]:
        """Converge; what could not be done, in words, when the rest went on without it.

        Raises SkipItem, or a TrackerError of this item alone.
        """
        state = yield from self._look()
        known = self._item.shown
        if self._wanted == Marks() and state.found.stamp is None:
            yield from self._drop_remnant()
            # Such a comment is seen where the whole workspace is read, and not by a look at the item.
            known = replace(known, comment=state.shown.comment)
        if state.shown == self._wanted and self._wanted.page in ("", state.shown.page):
            return []
        if state.shown != known:
            raise SkipItem(f"{self._item.key} changed since it was read; the next run plans it again.")
        if self._wanted == Marks():
            yield from self._unstamp(state)
        else:
            yield from self._mark(state)
        return self._problems

    def _look(self) -> Effects[CurrentState]:
        stamp = self._item.shown.stamp
        # Where no comment is known, an id that no comment has.
        guess = stamp.comment_id if stamp and stamp.comment_id else self._item.ref.id
        state = yield from self._target.look(guess)
        foreign = state.found.foreign
        if foreign is not None and state.found.is_of_others:
            raise SkipItem(f'{self._item.key} has marks of another workspace, "{foreign.owner}".')
        if state.read_only:
            raise SkipItem(f"{self._item.key} is archived and read-only.")
        return state

    # --- Taking everything away ------------------------------------------------------------------

    def _unstamp(self, state: CurrentState) -> Effects[None]:
        """The carrier of the stamp goes last: without it nothing could be removed any more."""
        stamp, carrier = state.found.stamp, state.found.carrier
        labelling = self._target.labelling(state, (), state.own.ids)
        others = [self._target.drop(record) for record in state.found.records if record is not carrier]
        if state.shown.comment is not None and stamp and stamp.comment_id:
            others.append(_delete_comment(stamp.comment_id))
        yield from gather(send(*labelling), remove(*others))
        if carrier is not None:
            yield from remove(self._target.drop(carrier))

    def _drop_remnant(self) -> Effects[None]:
        """A comment whose stamp a person took away, found by its id."""
        stamp = self._item.shown.stamp
        if stamp is not None and stamp.comment_id:
            yield from remove(_delete_comment(stamp.comment_id))

    # --- Marking ---------------------------------------------------------------------------------

    def _mark(self, state: CurrentState) -> Effects[None]:
        writer = RecordWriter(self._target, state, self._wanted.key_results)
        children, proof = self._children(state), state.found.stamp
        label_ids = self._usable_labels(state, children)
        current = {*state.own.children}
        final = Stamp(
            self._owner,
            self._wanted.key_results,
            self._wanted.alignment,
            tuple(sorted(label_ids)),
            children=children,
            label_ids=tuple(sorted(label_ids.items())),
            item=self._item.ref.id,
            rules=self._wanted.rules,
        )
        announced = replace(
            final,
            labels=tuple(sorted({*label_ids, *state.own.borne})),
            label_ids=tuple(sorted({*label_ids.items(), *state.own.labels})),
            children=tuple(sorted({*children, *current})),
            comment_id=self._announced_comment(state),
            comment=proof.comment if proof and state.shown.comment is not None else None,
        )
        yield from writer.stamp(announced)
        wanted = (*label_ids.values(), *children)
        _, refused, comment_id = yield from gather(
            writer.put_others(), self._set_labels(state, wanted), self._comment(state, writer, announced)
        )
        if refused:
            kept = state.own.labels
            final = replace(
                final, labels=state.own.borne, label_ids=tuple(sorted(kept)), children=state.own.children
            )
        final = replace(
            final,
            comment_id=comment_id,
            comment=replace(self._wanted.comment, doc=None) if self._wanted.comment else None,
        )
        yield from writer.stamp(final)
        yield from writer.drop_stale()

    def _usable_labels(self, state: CurrentState, children: Collection[str]) -> dict[str, str]:
        """Ids of the wanted labels by name; one that is missing and cannot be made is left out, aloud.

        What one of the `children` of groups says is said once.
        """
        ids: dict[str, str] = {}
        there = dict(state.own.labels)
        for name in self._wanted.labels if state.team is not None else ():
            if self._catalog.own.stands_in_for(name, self._wanted.alignment, children):
                continue
            try:
                ids[name] = there[name] if name in there else self._catalog.need(name, state.team or "")
            except Refused as error:
                self._problems.append(words_of(error))
        return ids

    def _children(self, state: CurrentState) -> tuple[str, ...]:
        """The labels of groups that the issue should bear from us."""
        if state.team is None:
            return ()
        wanted = self._wanted
        return self._catalog.own.children_for(
            wanted.key_results, wanted.alignment, state.labels, state.own.children
        )

    def _set_labels(self, state: CurrentState, wanted: Collection[str]) -> Effects[bool]:
        """Whether Linear refused the labels; the other marks go on without them."""
        stale = state.own.ids.difference(wanted)
        for error in (yield from attempt(*self._target.labelling(state, wanted, stale))):
            if error is None:
                continue
            if not isinstance(error, (Refused, PermissionDenied)):
                raise error
            if isinstance(error, NotFound):
                # The issue was there a moment ago, so it is a label that is gone.
                self._catalog.forget()
            self._problems.append(f"cannot set the labels: {words_of(error)}")
            return True
        return False

    # --- The comment -----------------------------------------------------------------------------

    def _announced_comment(self, state: CurrentState) -> str | None:
        """The id that the stamp should name before anything is written."""
        stamp = state.found.stamp
        if state.shown.comment is not None and stamp is not None:
            return stamp.comment_id
        return self._next_id(stamp) if self._wanted.comment is not None else None

    def _next_id(self, stamp: Stamp | None) -> str:
        """The id of a new comment: the announced one, which may be under way, or one that was never used, where what
        it stated is known: then it landed, and whoever deleted it used the id up.
        """
        if stamp is not None and stamp.comment_id and stamp.comment is None:
            return stamp.comment_id
        return new_comment_id(self._owner, self._item.ref.id)

    def _comment(self, state: CurrentState, writer: RecordWriter, announced: Stamp) -> Effects[str | None]:
        """Write, edit or delete the comment; its id afterwards."""
        wanted, shown = self._wanted.comment, state.shown.comment
        if shown is not None and announced.comment_id is not None:
            if wanted == shown:
                return announced.comment_id
            if wanted is None:
                yield from remove(_delete_comment(announced.comment_id))
                return None
            if (yield from self._edit(announced.comment_id, wanted)):
                return announced.comment_id
        if wanted is None:
            return None
        if state.found.stamp is None and (found := (yield from self._own_comments())):
            # The stamp was lost, and the comment that it named still stands.
            yield from writer.stamp(replace(announced, comment_id=found[0], comment=None))
            if (yield from self._edit(found[0], wanted)):
                return found[0]
        return (yield from self._create(wanted, writer, announced))

    def _create(self, wanted: Comment, writer: RecordWriter, announced: Stamp) -> Effects[str]:
        identity = self._next_id(announced)
        for _ in range(_TRIES):
            yield from writer.stamp(replace(announced, comment_id=identity, comment=None))
            given = {**self._target.comment_parent, "id": identity, "body": self._body(wanted)}
            try:
                yield from send(Write(mutations.COMMENT_CREATE, {"input": given}))
            except Conflict:
                if not (yield from self._adopt(identity, wanted)):
                    identity = new_comment_id(self._owner, self._item.ref.id)
                    continue
            return (yield from self._without_twins(identity, wanted))
        raise Refused(self._tracker, "cannot add a comment to this item: its ids are refused.")

    def _without_twins(self, identity: str, wanted: Comment) -> Effects[str]:
        """The id of the one comment of ours that stays.

        There are two where two runs are at work on two stores. Whichever of them comes last sees both comments, and
        both keep the same one: the lowest id.
        """
        ours = {identity, *(yield from self._own_comments())}
        kept = min(ours)
        if kept != identity and not (yield from self._edit(kept, wanted)):
            kept = identity
        yield from remove(*(_delete_comment(one) for one in sorted(ours - {kept})))
        return kept

    def _own_comments(self) -> Effects[list[str]]:
        """Ids of the comments of ours on the item, lowest first."""
        item = self._item.ref.id
        there = yield from list_comments(ListComments(item, self._item.level == "project"))
        return sorted(one.id for one in there if is_own_comment(one.id, self._owner, item))

    def _adopt(self, identity: str, wanted: Comment) -> Effects[bool]:
        """Take over the comment with our id, which landed although no reply came; False if it is gone."""
        landed = yield from find_comment(identity)
        if landed is None or not self._target.holds(landed):
            return False
        return landed.body == self._body(wanted) or (yield from self._edit(identity, wanted))

    def _edit(self, identity: str, wanted: Comment) -> Effects[bool]:
        """Edit in place, without the mark of an edit and without a notification; False if it is gone."""
        given = {"id": identity, "input": {"body": self._body(wanted)}}
        try:
            yield from send(Write(mutations.COMMENT_UPDATE, given))
        except NotFound:
            return False
        return True

    def _body(self, wanted: Comment) -> str:
        if wanted.doc is None:
            raise Refused(self._tracker, "the comment is empty.")
        return to_markdown(wanted.doc)


def _delete_comment(identity: str) -> Write:
    return Write(mutations.COMMENT_DELETE, {"id": identity})


def words_of(error: TrackerError) -> str:
    """What went wrong and what to do about it, for a receipt."""
    return f"{error.what} {error.remedy}".strip()
