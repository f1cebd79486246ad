"""What could not be read, in one sentence for people and as plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sync.observation import Unread


def sentence_of(found: Iterable[Unread], when: str = "") -> str:
    """All of it in one line, each with what stands in its place. `when`: where it was not now."""
    return f"Not read{when}: {'; '.join(map(_words, found))}."


def _words(one: Unread) -> str:
    what = one.what.strip().rstrip(".")
    match one.kind:
        case "tracker" if one.as_of is not None:
            return f"{one.subject}, shown as of {one.as_of:%Y-%m-%d %H:%M} UTC ({what})"
        case _:
            return f"{one.subject} ({what})"


def data_of(found: Iterable[Unread]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "kind": one.kind,
            "name": one.subject,
            "cause": one.cause,
            "permanent": one.permanent,
            "what": one.what,
            "remedy": one.remedy,
            "as_of": one.as_of.isoformat() if one.as_of else None,
        }
        for one in found
    ]
