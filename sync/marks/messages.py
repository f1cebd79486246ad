"""Templates filled in: what stands on tickets, in the language of the tracker's policy. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from config.messages import DEFAULT, SHIPPED, pieces
from config.text.figures import figures_for
from config.workspace import Workspace
from connectors.text.document import Inline, Line, Text

RENDERING = 4
"""The version of how texts are put together. A test holds what each version gives: change the one with the other."""

_LARGE = 100_000
"""From here on the six digits of a short number would lose some."""


class Messages:
    """The texts of one language, those of the workspace before the shipped ones, English where there is none.

    `wording` is their version: equal facts and details give equal texts as long as it is the same.
    """

    def __init__(self, language: str, own: Mapping[str, str]) -> None:
        self.language = language
        self.figures = figures_for(language)
        self._texts = {**SHIPPED[DEFAULT], **SHIPPED.get(language, {}), **own}
        texts = json.dumps(self._texts, sort_keys=True).encode()
        self.wording = f"{RENDERING}-{hashlib.sha256(texts).hexdigest()[:8]}"

    def line(self, key: str, /, **values: Inline | Line | str) -> Line:
        """The template as rich text; what is put in stays what it is, strings become literal text."""
        parts: list[Inline] = []
        for literal, name in pieces(self._texts[key]):
            if literal:
                parts.append(Text(literal))
            if name is not None:
                value = values[name]
                parts += (
                    value if isinstance(value, tuple) else [Text(value) if isinstance(value, str) else value]
                )
        return tuple(parts)

    def text(self, key: str, /, **values: object) -> str:
        """The template as plain text."""
        return "".join(
            literal + ("" if name is None else str(values[name]))
            for literal, name in pieces(self._texts[key])
        )

    def number(self, value: float) -> str:
        """A number as the language writes it, without digits that say nothing."""
        return self.figures.number(value)

    def counted(self, key: str, count: int, /, **values: object) -> str:
        """The template of the plural that the count takes: `key.one`, `key.other`, with `{count}` in it."""
        return self.plural(key, count, count=self.figures.count(count), **values)

    def plural(self, key: str, number: float, /, **values: object) -> str:
        """The template of the plural that a number takes, which is not put in by itself."""
        return self.text(self.plural_key(key, number), **values)

    def plural_key(self, key: str, number: float) -> str:
        """The name of that template."""
        form = f"{key}.{self.figures.plural(number)}"
        return form if form in self._texts else f"{key}.other"


def figure(value: float) -> str:
    """A number as records keep and compare it: like Python's shortest, but never in powers of ten."""
    return f"{value:.0f}" if abs(value) >= _LARGE else f"{value:g}"


def messages_for(workspace: Workspace, tracker: str) -> Messages:
    """The texts for comments on a tracker."""
    language = workspace.policy_of(tracker).language
    return Messages(language, workspace.words.get(language, {}))
