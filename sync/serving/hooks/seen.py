"""Which deliveries came before, as far as memory goes."""

from __future__ import annotations

from collections import OrderedDict


class SeenDeliveries:
    """The last so many deliveries by what identifies them; what is forgotten by then only costs one more look."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def is_new(self, tracker: str, delivery: str) -> bool:
        """Whether this one did not come before; from now on it did."""
        key = tracker, delivery
        if key in self._known:
            self._known.move_to_end(key)
            return False
        self._known[key] = None
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return True
