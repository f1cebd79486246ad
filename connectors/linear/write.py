"""Making one item show what it should: stamp first, then the marks, the stamp's facts last.

Every step leaves a state from which the next run finds everything of ours: the stamp names labels before
they are put on and until they are taken off, and a comment before it is made.
"""

from __future__ import annotations

from dataclasses import replace

from connectors.base import BadReply, PermissionDenied, Refused, TrackerError
from connectors.document import to_markdown
from connectors.linear import queries
from connectors.linear.client import LinearClient
from connectors.linear.faults import Conflict, NotFound
from connectors.linear.labels import LabelShelf
from connectors.linear.places import (
    GENERATIONS,
    IssuePlace,
    Place,
    ProjectPlace,
    Sight,
    own_id,
    send,
    send_delete,
)
from connectors.model import MARKS, Comment, KeyResultMark, Marks, Outcome, Receipt, Stamp, WorkItem


def write(client: LinearClient, shelf: LabelShelf, owner: str, item: WorkItem, wanted: Marks) -> Receipt:
    """Make the item show `wanted` in place of `item.shown`; see connectors.base.Connector.write."""
    differing = [mark for mark in MARKS if getattr(item.shown, mark) != getattr(wanted, mark)]
    if not differing:
        return Receipt(item.ref, item.key, "written")
    before = client.requests

    def receipt(outcome: Outcome, error: str | None = None) -> Receipt:
        return Receipt(item.ref, item.key, outcome, client.requests - before, error)

    cannot = [mark for mark in differing if mark not in item.writable]
    if cannot:
        return receipt("skipped", f"{item.key} is read-only or cannot carry {', '.join(cannot)}.")
    try:
        problems = _Edit(client, shelf, owner, item, wanted).run()
    except _Skip as skip:
        return receipt("skipped", str(skip))
    except NotFound:
        return receipt("skipped", f"{item.key} is gone, or the credential can no longer see it.")
    except (Refused, PermissionDenied, BadReply) as error:
        return receipt("failed", _words(error))
    return receipt("failed", " ".join(problems)) if problems else receipt("written")


class _Skip(Exception):
    """Nothing may be written to the item, for the reason given."""


class _Edit:
    """One item on its way from what it shows to what it should show."""

    def __init__(
        self, client: LinearClient, shelf: LabelShelf, owner: str, item: WorkItem, wanted: Marks
    ) -> None:
        self._client = client
        self._shelf = shelf
        self._owner = owner
        self._item = item
        self._wanted = wanted
        self._problems: list[str] = []
        self._place: Place = (
            ProjectPlace(client, owner, item.ref.id)
            if item.level == "project"
            else IssuePlace(client, shelf, owner, item.ref.id)
        )

    def run(self) -> list[str]:
        """Converge; what could not be done, in words, when the rest went on without it."""
        sight = self._look()
        if self._wanted == Marks() and sight.found.stamp is None:
            self._drop_remnant()
        if sight.shown == self._wanted:
            return []
        if sight.shown != self._item.shown:
            raise _Skip(f"{self._item.key} was changed since it was read; the next run plans it anew.")
        if self._wanted == Marks():
            self._unstamp(sight)
        else:
            self._mark(sight)
        return self._problems

    def _look(self) -> Sight:
        stamp = self._item.shown.stamp
        guess = stamp.comment_id if stamp and stamp.comment_id else self._comment_id(0)
        sight = self._place.look([guess])
        foreign = sight.found.foreign
        if foreign is not None and sight.found.stamp is None:
            raise _Skip(f"{self._item.key} bears marks of {foreign.owner!r}, which are not ours to change.")
        if sight.read_only:
            raise _Skip(f"{self._item.key} is archived, and so read-only.")
        return sight

    # --- Taking everything away ------------------------------------------------------------------

    def _unstamp(self, sight: Sight) -> None:
        """The carrier of the stamp goes last: without it nothing could be removed any more."""
        self._place.set_labels(sight, (), sight.shown.labels)
        if sight.shown.comment is not None and sight.shown.stamp and sight.shown.stamp.comment_id:
            send_delete(self._client, queries.COMMENT_DELETE, sight.shown.stamp.comment_id)
        carrier = sight.found.carrier
        for trace in sorted(sight.found.traces, key=lambda one: one is carrier):
            self._place.drop(trace)

    def _drop_remnant(self) -> None:
        """A comment whose stamp a person took away, found by its id."""
        stamp = self._item.shown.stamp
        if stamp is not None and stamp.comment_id:
            send_delete(self._client, queries.COMMENT_DELETE, stamp.comment_id)

    # --- Marking ---------------------------------------------------------------------------------

    def _mark(self, sight: Sight) -> None:
        bearers = _Bearers(self._place, sight, self._wanted.key_results)
        label_ids, labels = self._usable_labels(sight)
        final = Stamp(self._owner, self._wanted.key_results, self._wanted.alignment, labels)
        known = sight.shown.stamp
        announced = replace(
            final,
            labels=tuple(sorted({*labels, *sight.shown.labels})),
            comment_id=self._announced_comment(sight),
            comment=known.comment if known and sight.shown.comment is not None else None,
        )
        bearers.stamp(announced)
        bearers.put_others()
        refused = self._set_labels(sight, label_ids)
        comment_id = self._comment(sight, bearers, announced)
        final = replace(
            final,
            labels=sight.shown.labels if refused else labels,
            comment_id=comment_id,
            comment=replace(self._wanted.comment, doc=None) if self._wanted.comment else None,
        )
        bearers.stamp(final)
        bearers.drop_stale()

    def _usable_labels(self, sight: Sight) -> tuple[dict[str, str], tuple[str, ...]]:
        """Ids of the wanted labels by name; one that is missing and cannot be made is left out, aloud."""
        ids: dict[str, str] = {}
        for name in self._wanted.labels if sight.team is not None else ():
            worn = [one for one, worn in sight.labels.items() if worn.casefold() == name.casefold()]
            try:
                ids[name] = worn[0] if worn else self._shelf.need(name, sight.team or "")
            except Refused as error:
                self._problems.append(_words(error))
        return ids, tuple(sorted(ids))

    def _set_labels(self, sight: Sight, ids: dict[str, str]) -> bool:
        """Whether Linear refused the labels; the other marks go on without them."""
        stale = set(sight.shown.labels) - set(self._wanted.labels)
        try:
            self._place.set_labels(sight, ids.values(), stale)
        except (Refused, PermissionDenied) as error:
            if isinstance(error, NotFound):
                # The issue was there a moment ago, so it is a label that is gone.
                self._shelf.forget()
            self._problems.append(f"the labels could not be set: {_words(error)}")
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

    def _comment(self, sight: Sight, bearers: _Bearers, announced: Stamp) -> str | None:
        """Write, edit or delete the comment; its id afterwards."""
        wanted, shown = self._wanted.comment, sight.shown.comment
        if shown is not None and announced.comment_id is not None:
            if wanted == shown:
                return announced.comment_id
            if wanted is None:
                send_delete(self._client, queries.COMMENT_DELETE, announced.comment_id)
                return None
            if self._edit(announced.comment_id, wanted):
                return announced.comment_id
        if wanted is None:
            return None
        return self._create(wanted, bearers, announced)

    def _create(self, wanted: Comment, bearers: _Bearers, announced: Stamp) -> str:
        start = self._generation(announced)
        for generation in range(start, start + GENERATIONS):
            identity = self._comment_id(generation)
            bearers.stamp(replace(announced, comment_id=identity, comment=None))
            given = {**self._place.comment_parent, "id": identity, "body": self._body(wanted)}
            try:
                send(self._client, queries.COMMENT_CREATE, input=given)
            except Conflict:
                if not self._adopt(identity, wanted):
                    continue
            return identity
        raise Refused(self._client.tracker, "no id is left for another comment on this item.")

    def _adopt(self, identity: str, wanted: Comment) -> bool:
        """Take over the comment with our id, which landed although we were not told; False if it is gone."""
        try:
            landed = self._client.execute(queries.COMMENT, id=identity).comment
        except NotFound:
            return False
        if not self._place.holds(landed):
            return False
        return landed.body == self._body(wanted) or self._edit(identity, wanted)

    def _edit(self, identity: str, wanted: Comment) -> bool:
        """Edit in place, without the mark of an edit and without a notification; False if it is gone."""
        try:
            send(self._client, queries.COMMENT_UPDATE, id=identity, input={"body": self._body(wanted)})
        except NotFound:
            return False
        return True

    def _body(self, wanted: Comment) -> str:
        if wanted.doc is None:
            raise Refused(self._client.tracker, "the comment to write has no text.")
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

    def stamp(self, stamp: Stamp) -> None:
        """Write the carrier, unless it is just so already."""
        if self._written is None and self._is_so(self._carrier, stamp):
            self._written = stamp
        if self._written != stamp:
            self._put(self._carrier, stamp)
            self._written = stamp

    def put_others(self) -> None:
        """Write the traces of the other key results where they differ."""
        for address in self._wanted:
            if address != self._carrier and not self._is_so(address, None):
                self._put(address, None)

    def drop_stale(self) -> None:
        """Take away what is wanted no more."""
        for trace in self._stale:
            self._place.drop(trace)

    def _is_so(self, address: str, stamp: Stamp | None) -> bool:
        trace = self._present.get(address)
        return trace is not None and (trace.mark, trace.stamp) == (self._wanted[address], stamp)

    def _put(self, address: str, stamp: Stamp | None) -> None:
        self._place.put(self._wanted[address], stamp, self._present.get(address))


def _words(error: TrackerError) -> str:
    return f"{error.what} {error.remedy}".strip()
