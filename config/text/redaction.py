"""Secrets out of texts: the one place that knows them, and the one way to cut a text. Pure but for what it has learned.

A secret is looked for as it is and in the spellings that it takes on its way: escaped for JSON, Markdown, HTML or an
address, in base64, in another case, with invisible characters within. So it does not matter who escaped a text
before us; what we escape or cut ourselves goes through here first.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from html.entities import html5
from typing import Any

from config.text.characters import clean

REDACTED = "[redacted]"
_BLANKS = "\0" * len(REDACTED)

SHORTEST = 8
"""Characters of the shortest secret that is taken out. Shorter ones are words or parts of words: everything would be redacted."""

SECRET_NAME = re.compile(
    r"TRUENORTH_(?:.+_(?:TOKEN|HOOK_SECRET)|(?:SOURCE|SINK)_.+(?<!_ORIGIN)(?<!_ORIGINS)|BRIEF_(?:.+_)?URL)"
)
"""Names of the variables, and of the files in the secrets folder, that hold secrets."""

_ESCAPE = re.compile(
    r"\\(?:u00|x)(?P<code>[0-9a-f]{2})|%(?P<percent>[0-7][0-9a-f])|&#(?P<number>[0-9]{1,7});|&#x(?P<hex>[0-9a-f]{1,6});"
    r"|&(?P<name>[a-z]{1,31};)|\\",
    re.IGNORECASE,
)
_MOST_KNOWN, _LONGEST_KNOWN = 50_000, 500
"""How many texts without a secret are remembered, and how long they may be: the same titles, names and words come again and again."""
_ROUNDS = 3
"""How often a text is unescaped before it is looked at: JSON within JSON within an address, and no further."""


class Redactor:
    """Replaces known secrets wherever they stand. Safe to use from several threads."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._forms: tuple[str, ...] = ()
        self._any_form = re.compile("")
        self._harmless: set[str] = set()
        self._learn(frozenset(secrets))

    def add(self, *secrets: str | None) -> None:
        """Learn further secrets; those shorter than `SHORTEST` are left alone."""
        self._learn(self._secrets | {one for one in secrets if one})

    def add_all(self, environment: Mapping[str, str]) -> None:
        """Learn every secret among the variables, by its name: not even an error before its first use shows it."""
        self.add(*(value.strip() for name, value in environment.items() if SECRET_NAME.fullmatch(name)))

    def spare(self, *known: str) -> None:
        """Forget what everybody may know, such as a sandbox's token."""
        self._learn(self._secrets - set(known))

    def _learn(self, secrets: frozenset[str]) -> None:
        long_enough = frozenset(one for one in secrets if len(one) >= SHORTEST)
        if long_enough == self._secrets:
            return
        forms = {form for one in long_enough for form in (one, *_in_base64(one))}
        # One that holds escapes itself is looked for without them, too: they are gone where others are taken off.
        forms |= {meant for one in forms for meant in _readings(one) if len(meant) >= SHORTEST}
        self._forms = tuple({one.lower() for one in forms})
        self._any_form = re.compile("|".join(map(re.escape, self._forms)))
        # A new one, and last: what another thread found by what was known before ends up in the old one.
        self._harmless = set()
        # Last: whoever learns the same at this moment does not return before it is looked for.
        self._secrets = long_enough

    def text(self, text: str) -> str:
        """The text without secrets; as it is where it holds none."""
        if len(text) < SHORTEST or not self._secrets:
            return text
        harmless = self._harmless
        if text in harmless:
            return text
        if not self._holds(text):
            if len(text) <= _LONGEST_KNOWN:
                if len(harmless) >= _MOST_KNOWN:
                    harmless.clear()
                harmless.add(text)
            return text
        for seen in (text, clean(text)):
            found = self._without(seen)
            if not self._holds(found):
                return found
        return REDACTED

    def are_clean(self, texts: Iterable[str]) -> bool:
        """Whether `text` would leave each of these as it is; False where only a closer look can tell.

        Much faster than one by one: most texts hold nothing that could be part of a secret.
        """
        if not self._secrets:
            return True
        # What stands in one of the texts stands here, too; what stands across two of them gets the closer look.
        together = " ".join(texts)
        if REDACTED in together or not together.isprintable():
            return False
        if "\\" in together or "%" in together or "&" in together:
            return False
        low = together.lower()
        for form in self._forms:  # noqa: SIM110  this is asked for every item, and a generator costs more than the looking
            if form in low:
                return False
        return True

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
        rest = text.replace(REDACTED, _BLANKS)
        if not rest.isprintable():
            rest += "\0" + clean(rest)
        if "\\" not in rest and "%" not in rest and "&" not in rest:
            # As most are: there is but one reading.
            return self._any_form.search(rest.lower()) is not None
        return any(self._any_form.search(reading.lower()) for reading in _readings(rest))

    def _without(self, text: str) -> str:
        rest = text.replace(REDACTED, _BLANKS)
        spans = [
            (places[at][0], places[at + length - 1][1])
            for reading, places in _readings_with_places(rest)
            for at, length in _all_in(reading, self._forms)
        ]
        kept, end = [], 0
        for first, last in sorted(spans):
            if first >= end:
                kept += [text[end:first], REDACTED]
            end = max(end, last)
        return "".join((*kept, text[end:]))


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


def _all_in(text: str, forms: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where any of the forms stands, in any case, and how long it is."""
    # Of letters beyond ASCII some change their number with their case, and secrets have none.
    low = (
        text.lower() if text.isascii() else "".join(char.lower() if char.isascii() else char for char in text)
    )
    for form in forms:
        at = low.find(form)
        while at >= 0:
            yield at, len(form)
            at = low.find(form, at + 1)


def _readings(text: str) -> Iterator[str]:
    """The text, and what it means as escapes are taken off it, of any kind and one layer after the other."""
    yield text
    for _ in range(_ROUNDS):
        if not any(sign in text for sign in "\\%&"):
            return
        plain = _ESCAPE.sub(_meaning, text)
        if plain == text:
            return
        yield plain
        text = plain


def _readings_with_places(text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The same, and for each character of a reading from where to where it stands in the text."""
    places = [(at, at + 1) for at in range(len(text))]
    yield text, places
    for _ in range(_ROUNDS):
        parts, kept, end = [], [], 0
        for found in _ESCAPE.finditer(text):
            first, last = found.span()
            char = _meaning(found)
            if char == found[0]:
                continue
            parts += [text[end:first], char]
            kept += [*places[end:first], *([(places[first][0], places[last - 1][1])] if char else [])]
            end = last
        if not end:
            return
        text, places = "".join((*parts, text[end:])), [*kept, *places[end:]]
        yield text, places


def _meaning(found: re.Match[str]) -> str:
    """The character that an escape stands for, "" for a backslash before one; what is no escape stands for itself."""
    if found["name"]:
        char = html5.get(found["name"], "")
        return char if len(char) == 1 and char.isascii() else found[0]
    digits = found["code"] or found["percent"] or found["hex"]
    code = int(digits, 16) if digits else int(found["number"]) if found["number"] else None
    if code is None:
        return ""
    return chr(code) if code < 0x80 else found[0]
