"""Templates filled in: what stands on tickets, in the language of the tracker's policy. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from config.messages import pieces
from config.text.texts import Texts
from config.workspace import Workspace
from connectors.text.document import Inline, Line, Text

RENDERING = 4
"""The version of how texts are put together. A test holds what each version gives: change the one with the other."""

_LARGE = 100_000
"""From here on the six digits of a short number would lose some."""


class Messages(Texts):
    """The texts of one language, as plain text and as rich text; see `Texts`.

    `wording` is their version: equal facts and details give equal texts as long as it is the same.
    """

    def __init__(self, language: str, own: Mapping[str, str]) -> None:
        super().__init__(language, own)
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

    def number(self, value: float) -> str:
        """A number as the language writes it, without digits that say nothing."""
        return self.figures.number(value)


def figure(value: float) -> str:
    """A number as records keep and compare it: like Python's shortest, but never in powers of ten."""
    return f"{value:.0f}" if abs(value) >= _LARGE else f"{value:g}"


def messages_for(workspace: Workspace, tracker: str) -> Messages:
    """The texts for comments on a tracker."""
    language = workspace.policy_of(tracker).language
    return Messages(language, workspace.words.get(language, {}))
