"""Checks of JQL as it is written: characters that look like a space, and are none to Jira."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from config.checks.finding import ConfigFinding, Path
from config.trackers import NativeQuery


def check_jql(path: Path, query: NativeQuery) -> Iterator[ConfigFinding]:
    """The first blank of the query at a path that Jira reads as a letter. Only space, tab and new lines part words."""
    if query.language != "jql":
        return
    odd = next((one for one in query.text if _looks_blank(one)), None)
    if odd is not None:
        escape = f"\\u{ord(odd):04x}"
        name = f"{unicodedata.name(odd, 'blank').lower()} (U+{ord(odd):04X})"
        hint = f"replace it with a space, or write {escape} if it belongs to a quoted name"
        yield ConfigFinding((*path, "jql"), f"{name} in JQL, which Jira reads as a letter", hint, letter=odd)


def _looks_blank(character: str) -> bool:
    return character != " " and unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cf")
