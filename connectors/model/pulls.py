"""What a read gives, and what a write is and leaves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from config.text.redaction import shown
from connectors.model.cleaning import show
from connectors.model.items import Ref, WorkItem
from connectors.model.marks import Mark


@dataclass(frozen=True, slots=True)
class SetAside:
    """An item that is there and cannot be read, by its key, or the name of what has none; `why` is for people."""

    id: str
    key: str
    why: str

    def __post_init__(self) -> None:
        show(self, "key", "why")


@dataclass(frozen=True, slots=True)
class Owned:
    """The items of a tracker that bear anything of ours, and those that may, but could not be read."""

    items: tuple[WorkItem, ...]
    set_aside: tuple[SetAside, ...] = ()


KEY_RESULT_HERE = "{key_result}"
"""Stands in an address of `Pages` for the id of a key result, percent-encoded."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Where people see on a tracker what serves a key result, as addresses that stand there now; "" where there is none.

    - `key_result`: what shows a key result; `labelled`: what bears the label by which people claim one. In both
      `KEY_RESULT_HERE` may stand for its id.
    - `unaligned`: the work that serves none.
    """

    key_result: str = ""
    labelled: str = ""
    unaligned: str = ""


@dataclass(frozen=True, slots=True)
class Pull:
    """A whole and consistent read of one tracker's scope.

    `as_of` is taken from the tracker's clock where it tells it. `notes` are sentences for the operator
    about what was read but could not be used. The few items of `set_aside` are there, but could not be read; many are
    an error. `pages` are never stored: marks compare by what is declared, whatever the address. `bookmark`: where a later
    read of changes goes on, opaque to all but the connector (`connectors.changes`); "" where there can be none.
    """

    tracker: str
    items: tuple[WorkItem, ...]
    as_of: datetime
    requests: int = 0
    notes: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    pages: Pages = Pages()
    bookmark: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(map(shown, self.notes)))


@dataclass(frozen=True, slots=True)
class Change:
    """One mark on one item, before and after. `key` and `title` are there to be read by people."""

    item: Ref
    key: str
    title: str
    mark: Mark
    before: object
    after: object


Outcome = Literal["written", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the changes to one item. `error` is set unless the outcome is "written"."""

    item: Ref
    key: str
    outcome: Outcome
    requests: int = 0
    error: str | None = None

    def __post_init__(self) -> None:
        show(self, "error")
