"""What marks say in words, as identities that no wording touches: records hold them, and plans compare them. Pure.

What is given here for a reason, a goal or a page stands on trackers, beside the words of whatever release wrote it. So
it must stay as it is: where one of these changes, an upgrade writes to every marked item.
"""

from __future__ import annotations

import hashlib
import json

from sync.align.alignment import LinkReason
from sync.marks.details import Goal

HIDDEN_REASON = "hidden"
"""Of an item above that not everybody may see: nothing of it, also not whether it changed, is told below it."""


def reason_id(because: LinkReason) -> str:
    """Why an item is linked: by a claim or by which rule, and on what. How the rule ranks among others, and the way up to
    where it held, are no part of it."""
    kind = "claim" if because.rank == "claim" else "rule"
    return _digest(kind, because.identity, because.place)


def basis_id(goal: Goal, *, is_shown: bool, page: str) -> str:
    """What is declared of a key result and shown on items beside its title and day: where it is to come, as far as
    `is_shown`, and the address declared for its page."""
    figures = (goal.start, goal.target, goal.low, goal.high) if is_shown else ()
    numbers = ("" if one is None else repr(float(one)) for one in figures)
    return _digest(*numbers, goal.unit if is_shown else "", page)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
