"""Secrets out of texts: the one place that knows them, and the one way to cut a text. Pure but for what it has learned.

A secret is looked for as it is and in the spellings that it takes on its way: escaped for JSON, Markdown, HTML or an
address, in base64, in another case, with invisible characters within. So it does not matter who escaped a text
before us; what we escape or cut ourselves goes through here first.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from html import unescape
from html.entities import html5
from typing import Any
from urllib.parse import unquote

from config.text.characters import clean

REDACTED = "[redacted]"

SHORTEST = 8
"""Characters of the shortest secret that is taken out. Shorter ones are words or parts of words: everything would be redacted."""

_ESCAPES = re.compile(r"\\(?:u00|x)([0-9a-fA-F]{2})")
_ROUNDS = 3
"""How often a text is unescaped before it is looked at: JSON within JSON within an address, and no further."""


class Redactor:
    """Replaces known secrets wherever they stand. Safe to use from several threads."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._learn(frozenset(secrets))

    def add(self, *secrets: str | None) -> None:
        """Learn further secrets; those shorter than `SHORTEST` are left alone."""
        self._learn(self._secrets | {one for one in secrets if one})

    def spare(self, *known: str) -> None:
        """Forget what everybody may know, such as a sandbox's token."""
        self._learn(self._secrets - set(known))

    def _learn(self, secrets: frozenset[str]) -> None:
        if secrets == self._secrets:
            return
        self._secrets = frozenset(one for one in secrets if len(one) >= SHORTEST)
        forms = {form for one in self._secrets for form in (one, *_in_base64(one))}
        self._pattern: re.Pattern[str] | None = None
        self._plain = tuple({form for one in forms if len(form := _unescaped(one).lower()) >= SHORTEST})
        self._longest_first = sorted(forms, key=len, reverse=True)
        self._forms = tuple({one.lower() for one in forms})

    def text(self, text: str) -> str:
        """The text without secrets; as it is where it holds none."""
        if not self._secrets or not self._holds(text):
            return text
        for seen in (text, clean(text)):
            found = self._spellings().sub(REDACTED, seen)
            if not self._holds(found):
                return found
        return REDACTED

    def value(self, value: Any) -> Any:
        """Builtin values without secrets: in texts, keys and numbers, however deep. The texts of other objects stand for them."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(key): self.value(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one) for one in value]
        if value is None or isinstance(value, bool):
            return value
        text = str(value)
        if isinstance(value, int | float):
            return REDACTED if self._secrets and self._holds(text) else value
        return self.text(text)

    def _holds(self, text: str) -> bool:
        rest = text.replace(REDACTED, "\0")
        if not rest.isprintable():
            rest += "\0" + clean(rest)
        low = rest.lower()
        if any(form in low for form in self._forms):
            return True
        if not any(sign in rest for sign in "\\%&"):
            return False
        plain = _unescaped(rest).lower()
        return any(form in plain for form in self._plain)

    def _spellings(self) -> re.Pattern[str]:
        # Made where a secret was found, which is rare: it is long.
        if self._pattern is None:
            spellings = (re.escape(REDACTED), *(_any_spelling(one) for one in self._longest_first))
            self._pattern = re.compile("|".join(spellings), re.IGNORECASE)
        return self._pattern


redactor = Redactor()
"""The process's redactor: credentials are added to it as they are read."""


def shown(text: str) -> str:
    """The text as it may be shown: on one line, without what cannot be seen, without secrets."""
    return redactor.text(clean(text))


def shown_lines(text: str) -> str:
    """The same line by line, as for a traceback."""
    return "\n".join(map(shown, text.splitlines()))


def shorten(text: str, most: int) -> str:
    """The text as it may be shown, cut to `most` characters. Nothing else may cut a text: half a secret is not found."""
    text = shown(text)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _in_base64(secret: str) -> Iterator[str]:
    """What is always the same of it in base64, wherever it begins in what was encoded, as behind `user:`."""
    raw = secret.encode()
    for ahead, unsure in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(b"\0" * ahead + raw).decode().rstrip("=")
        end = len(encoded) - (1 if (ahead + len(raw)) % 3 else 0)
        if end - unsure >= SHORTEST:
            yield encoded[unsure:end]
            yield encoded[unsure:end].replace("+", "-").replace("/", "_")


def _unescaped(text: str) -> str:
    for _ in range(_ROUNDS):
        plain = _ESCAPES.sub(lambda found: chr(int(found[1], 16)), text).replace("\\", "")
        plain = unescape(unquote(plain))
        if plain == text:
            break
        text = plain
    return text


def _any_spelling(secret: str) -> str:
    """A pattern for the secret in which each character may be escaped in any way, with backslashes in between."""
    runs = re.findall(r"\\+|[^\\]+", secret)
    return "".join(
        r"(?:\\(?:u00|x)5c|\\|%(?:25){0,3}5c|&(?:amp;){0,3}#0*92;|&(?:amp;){0,3}#x0*5c;|&(?:amp;){0,3}bsol;)+"
        if run[0] == "\\"
        else r"\\*" + r"\\*".join(map(_any_form, run))
        for run in runs
    )


def _any_form(char: str) -> str:
    code = ord(char)
    entity = "&(?:amp;){0,3}"
    forms = [
        re.escape(char),
        rf"%(?:25){{0,3}}{code:02x}",
        rf"u00{code:02x}",
        rf"x{code:02x}",
        f"{entity}#0*{code};",
        f"{entity}#x0*{code:x};",
        *(f"{entity}{name}" for name in _ENTITIES.get(char, ())),
    ]
    # An escape before the bare character, which may begin it: `%` of `%25`.
    return f"(?:{'|'.join((*forms[1:], forms[0]))})"


_ENTITIES: dict[str, tuple[str, ...]] = {}
for _name, _char in html5.items():
    if len(_char) == 1 and _char.isascii():
        _ENTITIES[_char] = (*_ENTITIES.get(_char, ()), re.escape(_name))
