"""Templates filled in: what stands on tickets, in the language of the tracker's policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from config.messages import DEFAULT, SHIPPED, pieces
from config.workspace import Workspace
from connectors.text.document import Inline, Line, Text


class Messages:
    """The texts of one language, those of the workspace before the shipped ones, English where there is none."""

    def __init__(self, language: str, own: Mapping[str, str]) -> None:
        self.language = language
        self._texts = {**SHIPPED[DEFAULT], **SHIPPED.get(language, {}), **own}

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
        """A number with the language's decimal sign, without digits that say nothing."""
        return f"{value:g}".replace(".", self._texts["decimal"])

    def moment(self, moment: datetime) -> str:
        """A moment to the minute, with the name of its zone."""
        return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


def messages_for(workspace: Workspace, tracker: str) -> Messages:
    """The texts for comments on a tracker."""
    language = workspace.policy_of(tracker).language
    return Messages(language, workspace.words.get(language, {}))
