"""A language that marks every text, and what of a request people read on a tracker: so that words from elsewhere stand out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from config.messages import ENGLISH, FORMATS, SHIPPED, pieces
from connectors.sandbox.recorder import Exchange
from connectors.sandbox.server import Sandbox

MARKED = "xx"
"""The language whose every literal stands in brackets. Its days and numbers have no Latin letters."""

_FORMAT = {"locale": "ja"}
_READ = frozenset(("text", "title", "summary", "relationship", "name", "description", "value", "body", "label", "subtitle"))  # fmt: skip
_UNREAD = frozenset(
    ("properties", "metadata", "filterData", "projectFilterData", "sharePermissions", "application")
)
_MACHINES = re.compile(r"/properties/|/search|/bulkfetch|/mypermissions|/jql|/permission$")
_FIELD = re.compile(r"customfield_\d+")
_NOT_WORDS = re.compile(
    r"https?://[^\s)\]|]+"  # addresses
    r"|\{(?:panel|color|status|code|quote|noformat)[^}]*\}"  # wiki markup
    r"|\b[A-Z]+-\d+\b"  # keys of items
    r"|\bkr:\S+|\bokr-[\w-]+"  # labels
    r"|\b\d\d:\d\d [A-Z]{3,4}\b"  # zones of time
)
_MARKS = re.compile(r"⟦[^⟧]*(?:⟧|…|$)")
_SHARED = re.compile(r"⟦shares the words? ⟧[^⟦;]*")
"""Words of people's titles, by which work looks close to a key result."""

_THEIR_GROUP = re.compile(
    r"(?<=⟦ in the label group ⟧)Key result\b|(?<= dans le groupe d'étiquettes )Key result\b"
)
"""The label group that people made in the sandbox's workspace: setup fills it, and leaves it the name they gave it."""

_WORD = re.compile(r"[^\W\d_]{2,}")


def marked(template: str) -> str:
    """The text with every literal of it in brackets."""
    return "".join(
        (f"⟦{_escaped(literal)}⟧" if literal.strip() else _escaped(literal)) + (f"{{{name}}}" if name else "")
        for literal, name in pieces(template)
    )


def _escaped(literal: str) -> str:
    return literal.replace("{", "{{").replace("}", "}}")


def add_marked_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ship the language, as one more file in config/languages would."""
    monkeypatch.setitem(SHIPPED, MARKED, {key: marked(text) for key, text in ENGLISH.items()})
    monkeypatch.setitem(FORMATS, MARKED, _FORMAT)


class Heard:
    """The exchanges of every sandbox that starts from now on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.exchanges: list[Exchange] = []
        monkeypatch.setattr(Sandbox, "watchers", [*Sandbox.watchers, self.exchanges.append])

    def texts(self) -> list[tuple[str, str]]:
        """What was sent to be read by people, each with where it was sent; what was refused counts, too."""
        return [found for one in self.exchanges for found in texts_in(one)]


def texts_in(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """The texts that a request writes for people, with the place of each."""
    if exchange.method not in ("POST", "PUT") or _MACHINES.search(exchange.path) or not exchange.body:
        return
    sent = json.loads(exchange.body)
    if exchange.path == "/linear/graphql":
        if "mutation" not in str(sent.get("query")):
            return
        sent = sent.get("variables")
    path = re.sub(r"\d+", "0", exchange.path.partition("/rest/")[2] or exchange.path)
    for key, text in _texts(sent, ""):
        yield f"{path} {key}", text


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, one in value.items():
                if name not in _UNREAD:
                    yield from _texts(one, name)
        case list():
            for one in value:
                yield from _texts(one, key)
        case str() if key in _READ or _FIELD.fullmatch(key):
            yield key, value


def strange_words(text: str, data: Iterable[str]) -> list[str]:
    """The words in a text that are neither of the marked language nor any of the data."""
    ours = _SHARED.sub(" ", _THEIR_GROUP.sub(" ", text))
    return _WORD.findall(without_data(_MARKS.sub(" ", ours), data))


def without_data(text: str, data: Iterable[str]) -> str:
    """The text without what is no word of ours: addresses, keys, markup, and the data, longest first."""
    left = _NOT_WORDS.sub(" ", _THEIR_GROUP.sub(" ", text.replace("\\", "")))
    left = left.replace("_", " ")  # emphasis, now that addresses are gone
    for one in sorted(data, key=len, reverse=True):
        left = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", " ", left)
    return left


def data_of(declared: Mapping[str, Any]) -> set[str]:
    """Every text that people wrote into a configuration, the names of its keys left out."""
    found: set[str] = set()

    def take(value: Any, key: str = "") -> None:
        match value:
            case dict():
                found.update(value if key == "trackers" else ())
                for name, one in value.items():
                    take(one, name)
            case list():
                for one in value:
                    take(one, key)
            case str() if key in _OF_PEOPLE:
                found.add(value)

    take(declared)
    return found


_OF_PEOPLE = frozenset(("id", "title", "owner", "unit", "label", "labels", "type", "types", "project", "workspace", "name", "key", "team", "teams", "aligned", "orphaned", "dangling", "at_risk"))  # fmt: skip
