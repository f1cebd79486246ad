"""What was probably meant by an id or a key that nobody knows. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.signals.declared.names import Names

MOST = 3
"""Names that a message offers."""
_LIKE = 0.6
"""How much of two names must be alike, 0 to 1."""


def near_names(asked: str, items: Iterable[WorkItem], workspace: Workspace) -> list[str]:
    """Ids of key results and objectives and keys of items that are like it, the likest first, at most `MOST`."""
    ids = [one.id for one in workspace.objectives]
    ids += [key_result.id for _, key_result in workspace.key_results()]
    keys = Names(item.key for item in items).close(asked)
    known = {name.casefold(): name for name in (*keys, *ids)}
    found = difflib.get_close_matches(asked.strip()[:100].casefold(), known, n=MOST, cutoff=_LIKE)
    return [known[one] for one in found]


def did_you_mean(asked: str, items: Iterable[WorkItem], workspace: Workspace) -> str:
    """The question, with a space before it; "" where nothing is like it."""
    *others, last = near_names(asked, items, workspace) or [""]
    words = f"{', '.join(others)} or {last}" if others else last
    return f" Did you mean {words}?" if words else ""
