"""The way of one item from what it shows to what it should show: stamp first, the marks, its facts last.

Every step leaves a state from which the next run finds everything of ours: the stamp names labels before
they are put on and until they are taken off, and a comment before it is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from connectors.errors import PermissionDenied, Refused, TrackerError
from connectors.linear.api import mutations
from connectors.linear.api.effects import Steps, attempt, find_comment, remove, send, together
from connectors.linear.api.errors import Conflict, NotFound
from connectors.linear.api.mutations import Write
from connectors.linear.marks.label_groups import children_for, usable
from connectors.linear.marks.labels import LabelShelf
from connectors.linear.marks.targets import GENERATIONS, IssuePlace, Place, ProjectPlace, Sight, own_id
from connectors.model import Comment, KeyResultMark, Marks, Stamp, WorkItem
from connectors.text.document import to_markdown


class Skip(Exception):
    """Nothing may be written to the item, for the reason given."""


class Work:
    """One item on its way."""

    def __init__(
        self,
        tracker: str,
        shelf: LabelShelf,
        owner: str,
        item: WorkItem,
        wanted: Marks,
        voice: Mapping[str, str],
    ) -> None:
        self._tracker = tracker
        self._shelf = shelf
        self._owner = owner
        self._item = item
        self._wanted = wanted
        self._problems: list[str] = []
        self._place: Place = (
            ProjectPlace(tracker, owner, item.ref.id, voice)
            if item.level == "project"
            else IssuePlace(tracker, shelf, owner, item.ref.id, voice)
        )

    def steps(self) -> Steps[list[str]]:
        """Converge; what could not be done, in words, when the rest went on without it.

        Raises Skip, or a TrackerError of this item alone.
        """
        sight = yield from self._look()
        if self._wanted == Marks() and sight.found.stamp is None:
            yield from self._drop_remnant()
        if sight.shown == self._wanted:
            return []
        if sight.shown != self._item.shown:
            raise Skip(f"{self._item.key} changed since it was read; the next run plans it again.")
        if self._wanted == Marks():
            yield from self._unstamp(sight)
        else:
            yield from self._mark(sight)
        return self._problems

    def _look(self) -> Steps[Sight]:
        stamp = self._item.shown.stamp
        guess = stamp.comment_id if stamp and stamp.comment_id else self._comment_id(0)
        sight = yield from self._place.look(guess)
        foreign = sight.found.foreign
        if foreign is not None and sight.found.stamp is None:
            raise Skip(f'{self._item.key} has marks of another workspace, "{foreign.owner}".')
        if sight.read_only:
            raise Skip(f"{self._item.key} is archived and read-only.")
        return sight

    # --- Taking everything away ------------------------------------------------------------------

    def _unstamp(self, sight: Sight) -> Steps[None]:
        """The carrier of the stamp goes last: without it nothing could be removed any more."""
        stamp, carrier = sight.shown.stamp, sight.found.carrier
        ours = (*sight.shown.labels, *(stamp.children if stamp else ()))
        labelling = self._place.labelling(sight, (), ours)
        others = [self._place.drop(trace) for trace in sight.found.traces if trace is not carrier]
        if sight.shown.comment is not None and stamp and stamp.comment_id:
            others.append(_delete_comment(stamp.comment_id))
        yield from together(send(*labelling), remove(*others))
        if carrier is not None:
            yield from remove(self._place.drop(carrier))

    def _drop_remnant(self) -> Steps[None]:
        """A comment whose stamp a person took away, found by its id."""
        stamp = self._item.shown.stamp
        if stamp is not None and stamp.comment_id:
            yield from remove(_delete_comment(stamp.comment_id))

    # --- Marking ---------------------------------------------------------------------------------

    def _mark(self, sight: Sight) -> Steps[None]:
        bearers = _Bearers(self._place, sight, self._wanted.key_results)
        label_ids, labels = self._usable_labels(sight)
        children, known = self._children(sight), sight.shown.stamp
        final = Stamp(
            self._owner, self._wanted.key_results, self._wanted.alignment, labels, children=children
        )
        worn = sight.labels.keys() & set(known.children if known else ())
        announced = replace(
            final,
            labels=tuple(sorted({*labels, *sight.shown.labels})),
            children=tuple(sorted({*children, *worn})),
            comment_id=self._announced_comment(sight),
            comment=known.comment if known and sight.shown.comment is not None else None,
        )
        yield from bearers.stamp(announced)
        _, refused, comment_id = yield from together(
            bearers.put_others(),
            self._set_labels(sight, (*label_ids.values(), *children), worn - {*children}),
            self._comment(sight, bearers, announced),
        )
        final = replace(
            final,
            labels=sight.shown.labels if refused else labels,
            children=tuple(sorted(worn)) if refused else children,
            comment_id=comment_id,
            comment=replace(self._wanted.comment, doc=None) if self._wanted.comment else None,
        )
        yield from bearers.stamp(final)
        yield from bearers.drop_stale()

    def _usable_labels(self, sight: Sight) -> tuple[dict[str, str], tuple[str, ...]]:
        """Ids of the wanted labels by name; one that is missing and cannot be made is left out, aloud."""
        ids: dict[str, str] = {}
        for name in self._wanted.labels if sight.team is not None else ():
            worn = [one for one, worn in sight.labels.items() if worn.casefold() == name.casefold()]
            try:
                ids[name] = worn[0] if worn else self._shelf.need(name, sight.team or "")
            except Refused as error:
                self._problems.append(words_of(error))
        return ids, tuple(sorted(ids))

    def _children(self, sight: Sight) -> tuple[str, ...]:
        """The labels of groups that the issue should bear from us."""
        if sight.team is None:
            return ()
        labels = self._shelf.all
        wanted = children_for(self._wanted.key_results, self._wanted.alignment, labels, self._owner)
        return usable(wanted, sight.labels, sight.shown.stamp, labels)

    def _set_labels(self, sight: Sight, add: Collection[str], drop: Collection[str]) -> Steps[bool]:
        """Whether Linear refused the labels; the other marks go on without them."""
        stale = {*sight.shown.labels, *drop} - set(self._wanted.labels)
        for error in (yield from attempt(*self._place.labelling(sight, add, stale))):
            if error is None:
                continue
            if not isinstance(error, (Refused, PermissionDenied)):
                raise error
            if isinstance(error, NotFound):
                # The issue was there a moment ago, so it is a label that is gone.
                self._shelf.forget()
            self._problems.append(f"cannot set the labels: {words_of(error)}")
            return True
        return False

    # --- The comment -----------------------------------------------------------------------------

    def _comment_id(self, generation: int) -> str:
        return own_id(self._owner, self._item.ref.id, "comment", generation)

    def _announced_comment(self, sight: Sight) -> str | None:
        """The id that the stamp should name before anything is written."""
        stamp = sight.shown.stamp
        if sight.shown.comment is not None and stamp is not None:
            return stamp.comment_id
        return self._comment_id(self._generation(stamp)) if self._wanted.comment is not None else None

    def _generation(self, stamp: Stamp | None) -> int:
        """Which id to try: a comment that landed and is gone was deleted, and its id is used up."""
        if stamp is None or not stamp.comment_id:
            return 0
        ids = (
            generation
            for generation in range(GENERATIONS)
            if self._comment_id(generation) == stamp.comment_id
        )
        at = next(ids, None)
        if at is None:
            return 0
        return at if stamp.comment is None else at + 1

    def _comment(self, sight: Sight, bearers: _Bearers, announced: Stamp) -> Steps[str | None]:
        """Write, edit or delete the comment; its id afterwards."""
        wanted, shown = self._wanted.comment, sight.shown.comment
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
        return (yield from self._create(wanted, bearers, announced))

    def _create(self, wanted: Comment, bearers: _Bearers, announced: Stamp) -> Steps[str]:
        start = self._generation(announced)
        for generation in range(start, start + GENERATIONS):
            identity = self._comment_id(generation)
            yield from bearers.stamp(replace(announced, comment_id=identity, comment=None))
            given = {**self._place.comment_parent, "id": identity, "body": self._body(wanted)}
            try:
                yield from send(Write(mutations.COMMENT_CREATE, {"input": given}))
            except Conflict:
                if not (yield from self._adopt(identity, wanted)):
                    continue
            return identity
        raise Refused(self._tracker, "cannot add another comment to this item: all ids are used.")

    def _adopt(self, identity: str, wanted: Comment) -> Steps[bool]:
        """Take over the comment with our id, which landed although we were not told; False if it is gone."""
        landed = yield from find_comment(identity)
        if landed is None or not self._place.holds(landed):
            return False
        return landed.body == self._body(wanted) or (yield from self._edit(identity, wanted))

    def _edit(self, identity: str, wanted: Comment) -> Steps[bool]:
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


class _Bearers:
    """The traces of one item: which should be there, which one carries the stamp, which are stale."""

    def __init__(self, place: Place, sight: Sight, key_results: tuple[KeyResultMark, ...]) -> None:
        self._place = place
        self._wanted = {place.address(mark): mark for mark in key_results or (None,)}
        self._present = {trace.address: trace for trace in reversed(sight.found.traces)}
        self._stale = [
            trace
            for trace in sight.found.traces
            if trace.address not in self._wanted or self._present[trace.address] is not trace
        ]
        carrier = sight.found.carrier
        # The stamp stays where it is as long as that trace stays, so that it never exists twice for long.
        stays = carrier is not None and carrier.address in self._wanted
        self._carrier = carrier.address if carrier and stays else next(iter(self._wanted))
        self._written: Stamp | None = None

    def stamp(self, stamp: Stamp) -> Steps[None]:
        """Write the carrier, unless it is just so already."""
        if self._written is None and self._is_so(self._carrier, stamp):
            self._written = stamp
        if self._written != stamp:
            yield from self._put(self._carrier, stamp)
            self._written = stamp

    def put_others(self) -> Steps[None]:
        """Write the traces of the other key results where they differ."""
        others = [one for one in self._wanted if one != self._carrier and not self._is_so(one, None)]
        yield from together(*(self._put(address, None) for address in others))

    def drop_stale(self) -> Steps[None]:
        """Take away what is wanted no more."""
        yield from remove(*(self._place.drop(trace) for trace in self._stale))

    def _is_so(self, address: str, stamp: Stamp | None) -> bool:
        trace = self._present.get(address)
        return trace is not None and (trace.mark, trace.stamp) == (self._wanted[address], stamp)

    def _put(self, address: str, stamp: Stamp | None) -> Steps[None]:
        return self._place.put(self._wanted[address], stamp, self._present.get(address))


def _delete_comment(identity: str) -> Write:
    return Write(mutations.COMMENT_DELETE, {"id": identity})


def words_of(error: TrackerError) -> str:
    """What went wrong and what to do about it, for a receipt."""
    return f"{error.what} {error.remedy}".strip()
