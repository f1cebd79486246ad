"""What an upgrade changes: how many tickets that an older version marked the first plans of this one change. Pure.

Stamps say by which version of the rules their marks were decided, and the store by which the last whole sync was.
Words, notation and addresses are no rules: where they change, nothing is written (`connectors.meaning`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.wording import agree, counted
from sync.memory import Memory
from sync.plan.plan import RULES, Edit

SUMMARY = "rules"
"""Under which name the summary of a sync tells the version of the rules that it went by."""


def upgrade_notes(edits: Sequence[Edit], memory: Memory) -> Iterator[str]:
    """One sentence on the first plans after an upgrade that has new rules, none on any other.

    What else changed since is among the count: a number that old rules gave is not computed again.
    """
    if not is_first_by_rules(memory):
        return
    count = sum(map(is_of_older_rules, edits))
    if not count:
        return
    yield (
        f"{counted(count, 'item')} {agree(count, 'changes', 'change')} because this version links, measures or warns by "
        f"other rules than the one that marked {agree(count, 'it', 'them')}, or because of what people changed since."
    )


def is_first_by_rules(memory: Memory) -> bool:
    """Whether no sync by today's rules went through yet, as far as the store knows."""
    return memory.last_sync is None or rules_of(memory.last_sync.summary) < RULES


def rules_of(summary: Mapping[str, Any]) -> int:
    """The version of the rules that a run went by; 0 where it is older than versions."""
    found = summary.get(SUMMARY)
    return found if isinstance(found, int) else 0


def is_of_older_rules(edit: Edit) -> bool:
    """Whether the edit changes marks that older rules decided: ours, and no copies, which say nothing of their own."""
    stamp = edit.item.shown.stamp
    return stamp is not None and not stamp.copied and stamp.rules < RULES
