"""The records of one item while it is written: attachments on an issue, links on a project."""

from __future__ import annotations

from connectors.linear.api.effects import Effects, gather, remove
from connectors.linear.marks.targets import CurrentState, MarkTarget
from connectors.model import KeyResultMark, Stamp


class RecordWriter:
    """The records of one item: which should be there, which one carries the stamp, which are stale."""

    def __init__(
        self, target: MarkTarget, state: CurrentState, key_results: tuple[KeyResultMark, ...]
    ) -> None:
        self._target = target
        self._wanted = {target.address(mark): mark for mark in key_results or (None,)}
        self._present = {record.address: record for record in reversed(state.found.records)}
        self._stale = [
            record
            for record in state.found.records
            if record.address not in self._wanted or self._present[record.address] is not record
        ]
        carrier = state.found.carrier
        # The stamp stays where it is as long as that record stays, so that it never exists twice for long.
        stays = carrier is not None and carrier.address in self._wanted
        self._carrier = carrier.address if carrier and stays else next(iter(self._wanted))
        self._written: Stamp | None = None

    def stamp(self, stamp: Stamp) -> Effects[None]:
        """Write the carrier, unless it is just so already."""
        if self._written is None and self._is_so(self._carrier, stamp):
            self._written = stamp
        if self._written != stamp:
            yield from self._put(self._carrier, stamp)
            self._written = stamp

    def put_others(self) -> Effects[None]:
        """Write the records of the other key results where they differ."""
        others = [one for one in self._wanted if one != self._carrier and not self._is_so(one, None)]
        yield from gather(*(self._put(address, None) for address in others))

    def drop_stale(self) -> Effects[None]:
        """Take away what is wanted no more."""
        yield from remove(*(self._target.drop(record) for record in self._stale))

    def _is_so(self, address: str, stamp: Stamp | None) -> bool:
        record = self._present.get(address)
        if record is None or record.copied:
            return False
        return (record.mark, record.stamp) == (self._wanted[address], stamp)

    def _put(self, address: str, stamp: Stamp | None) -> Effects[None]:
        return self._target.put(self._wanted[address], stamp, self._present.get(address))
