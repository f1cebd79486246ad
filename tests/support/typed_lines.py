"""What the documentation tells people to type: the lines of its blocks of shell, ready to be typed in a test."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^ *```(?P<language>\w*)\n(?P<body>.*?)^ *```", re.DOTALL | re.MULTILINE)
_SHELLS = frozenset({"sh", "bash", "console", "shell"})
_CRON = re.compile(r"^[\d*/,-]+(?: +[\d*/,A-Za-z-]+){4} +")
_SETTING = re.compile(r"[A-Z_][A-Z0-9_]*=")


@dataclass(frozen=True, slots=True)
class Typed:
    """One command of a page, without its comment, its prompt and where its output goes."""

    page: str
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        return self.words[0]

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


def typed_lines(page: Path, name: str) -> Iterator[Typed]:
    """Every command in the page's blocks of shell, and those of crontabs in blocks without a language."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        lines = block["body"].replace("\\\n", " ").splitlines()
        prompted = any(line.startswith("$ ") for line in lines)
        for line in lines:
            text = line.strip()
            if prompted:
                if not text.startswith("$ "):
                    continue  # what was answered
                text = text[2:]
            scheduled = _CRON.match(text)
            if scheduled or block["language"] in _SHELLS or text.startswith("truenorth "):
                yield from _commands(text[scheduled.end() :] if scheduled else text, name)


def _commands(text: str, name: str) -> Iterator[Typed]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="&|;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    quiet = False
    for word in [*lexer, ";"]:
        if set(word) <= set("&|;"):
            while words and _SETTING.match(words[0]):
                words.pop(0)
            if words:
                yield Typed(name, tuple(words))
            words, quiet = [], False
        elif set(word) <= set("<>"):
            quiet = True  # the rest says where output goes
        elif not quiet:
            words.append(word)
