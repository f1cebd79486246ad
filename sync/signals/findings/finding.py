"""A finding: something that people should look at, and the kinds of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from config.analysis.signals import FindingId
from config.text.phrases import Phrase, Value, phrase, say
from config.text.texts import ENGLISH_TEXTS
from connectors.model import Ref, WorkItem

Kind = FindingId
KINDS: tuple[Kind, ...] = get_args(Kind)
"""From the most to the least pressing. One of tickets asks for something that can still be done: it is about open work, or,
as `lost_work`, about what has to be brought back; one of a key result, about one that runs."""
FEW = 5
"""How many items a message names; the finding itself holds them all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that people should look at: what, on which items, and a remedy; of a declaration its `file:line`.

    `said`, `todo`: message and remedy in words of every language, where there are any. `key_result`: the one that it is
    about. `threshold`: what was exceeded, as people declared it.
    """

    kind: Kind
    items: tuple[Ref, ...]
    message: str
    remedy: str
    place: str = ""
    said: Phrase | None = field(default=None, compare=False)
    todo: Phrase | None = field(default=None, compare=False)
    key_result: str = field(default="", compare=False)
    threshold: str = field(default="", compare=False)


def finding(
    kind: Kind,
    items: tuple[Ref, ...],
    said: Phrase,
    todo: Phrase,
    place: str = "",
    *,
    key_result: str = "",
    threshold: str = "",
) -> Finding:
    """A finding by its phrases, in English for tables and JSON; of a declaration with its place in front."""
    message = say(said, ENGLISH_TEXTS)
    placed = f"{place}: {message}" if place else message
    return Finding(kind, items, placed, say(todo, ENGLISH_TEXTS), place, said, todo, key_result, threshold)


def refs_of(items: Iterable[WorkItem]) -> tuple[Ref, ...]:
    """The items as evidence."""
    return tuple(item.ref for item in items)


def names_of(items: Iterable[WorkItem]) -> tuple[str, ...]:
    """The items as a sentence names them: the first few, and how many more there are."""
    return tuple(item.name for item in items)


def joined(word: Literal["and", "or"], parts: Sequence[str | Phrase]) -> Value:
    """Parts with a word between each two."""
    found: Value = parts[0]
    for part in parts[1:]:
        found = phrase(f"signals.names.{word}", left=found, right=part)
    return found
