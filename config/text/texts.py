"""The texts of one language as they are written on trackers, and all the ways in which a text may stand there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from config.messages import DEFAULT, SHIPPED, pieces
from config.text.figures import Number, figures_for

if TYPE_CHECKING:
    from config.workspace import Workspace


class Texts:
    """The texts of one language: those of the workspace, `own`, before the shipped ones, English where there is none."""

    def __init__(self, language: str = DEFAULT, own: Mapping[str, str] = MappingProxyType({})) -> None:
        self.language = language
        self.figures = figures_for(language)
        self._texts = {**SHIPPED[DEFAULT], **SHIPPED.get(language, {}), **own}

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def template(self, key: str) -> str:
        """The text with its names in braces."""
        return self._texts[key]

    def text(self, key: str, /, **values: object) -> str:
        """The text, with these values put in."""
        return filled(self._texts[key], values)

    def counted(self, key: str, count: Number, /, **values: object) -> str:
        """The text of the plural that the count takes: `key.one`, `key.other`, with `{count}` in it."""
        return self.plural(key, count, **({"count": self.figures.number(count)} | values))

    def plural(self, key: str, count: Number, /, **values: object) -> str:
        """The text of the plural that a count takes, which is not put in by itself."""
        return self.text(self.plural_key(key, count), **values)

    def plural_key(self, key: str, count: Number) -> str:
        """The key of that text; that of all others where the language has no text in it."""
        form = f"{key}.{self.figures.plural(count)}"
        return form if form in self._texts else f"{key}.other"

    def spellings(self, key: str) -> tuple[str, ...]:
        """The text, then the English one: under that something may stand which was written before there were languages."""
        return tuple(dict.fromkeys((self._texts[key], SHIPPED[DEFAULT][key])))

    def every_spelling(self, key: str) -> tuple[str, ...]:
        """The text, and that of every shipped language: what was written before the workspace changed its language."""
        shipped = (texts[key] for texts in SHIPPED.values() if key in texts)
        return tuple(dict.fromkeys((*self.spellings(key), *shipped)))


def filled(template: str, values: Mapping[str, object]) -> str:
    """The template with these values in place of its names."""
    return "".join(
        literal + ("" if name is None else str(values[name])) for literal, name in pieces(template)
    )


def texts_for(workspace: Workspace, tracker: str) -> Texts:
    """The texts that a workspace writes on one of its trackers."""
    language = workspace.policy_of(tracker).language
    return Texts(language, workspace.words.get(language, {}))


ENGLISH_TEXTS = Texts()
