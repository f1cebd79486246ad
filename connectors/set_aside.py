"""Rows of a reply that do not decode are set aside one by one, so that one of them does not hide all the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec.json import Decoder

from config.text.figures import ENGLISH
from config.text.redaction import shorten
from config.wording import counted
from connectors.errors import BadReply
from connectors.model import SetAside

T = TypeVar("T", covariant=True)
R = TypeVar("R")

MOST_SHARE = 0.01
"""Of what is read; beyond it the fault is not that of single items. One alone is too many only where it is all."""
FEW = 3
"""How many items an error names."""
_MOST_WORDS = 150


class Reply(Protocol[T]):
    """What makes a value of the body of a reply; raises as `msgspec.json.Decoder.decode` does."""

    def decode(self, body: Any, /) -> T:
        """The value."""
        ...


class _Named(msgspec.Struct):
    """What every row says of itself; Jira and Linear call a key otherwise, and projects have none."""

    id: str
    key: str = ""
    identifier: str = ""
    name: str = ""


_NAMED = Decoder(_Named)
_LACKING = re.compile(
    r"Object missing required field `([^`]+)`|Expected `\w+`, got `null` - at `\$\.(?:fields\.)?(\w+)`"
)


def sift(rows: Iterable[msgspec.Raw], decoder: Decoder[R]) -> tuple[list[R], list[SetAside]]:
    """The rows that decode, and the others. Raises ValidationError for one that does not even say which it is."""
    good: list[R] = []
    bad: list[SetAside] = []
    for row in rows:
        try:
            good.append(decoder.decode(row))
        except msgspec.ValidationError as error:
            named = _NAMED.decode(row)
            key = named.key or named.identifier or named.name or named.id
            bad.append(SetAside(named.id, key, _words(error)))
    return good, bad


def _words(error: msgspec.ValidationError) -> str:
    lacking = _LACKING.match(str(error))
    return f"it has no {lacking[1] or lacking[2]}" if lacking else shorten(str(error), _MOST_WORDS)


def whole_or_sifted(strict: Callable[[], R], sifted: Callable[[], R]) -> R:
    """What `strict` decodes, or where it does not, what `sifted` does: reading rows one by one costs more."""
    try:
        return strict()
    except msgspec.ValidationError:
        return sifted()


def check_share(tracker: str, aside: Collection[SetAside], read: int) -> None:
    """Raise BadReply where too much of all that was to be read had to be set aside; `read` counts both."""
    if aside and (len(aside) > max(1.0, read * MOST_SHARE) or len(aside) == read):
        what = f"cannot read {ENGLISH.count(len(aside))} of {counted(read, 'item')}: {named(aside)}."
        raise BadReply(tracker, what, "Correct them in the tracker, or report the replies as a bug.")


def named(aside: Collection[SetAside]) -> str:
    """The first few by their keys, with what is wrong with each."""
    first = sorted(aside, key=lambda one: (len(one.key), one.key))[:FEW]
    more = len(aside) - len(first)
    return ", ".join(f"{one.key} ({one.why})" for one in first) + (
        f", and {ENGLISH.count(more)} more" if more else ""
    )
