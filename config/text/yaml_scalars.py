"""Texts as YAML writes them on one line. Pure."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*", re.ASCII)
_WORDS = frozenset(("y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf"))
"""What one version of YAML or another reads as something else than text."""


def yaml_text(text: str) -> str:
    """The text as a scalar that every version of YAML reads as that text, in block and in flow style.

    Plain where that is safe, else in double quotes, with what cannot be seen in escapes.
    """
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return "".join(map(_seen, json.dumps(text, ensure_ascii=False)))


def _seen(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
