"""What reading changes had left otherwise than a whole read found it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.wording import agree, counted
from sync.observation import Observation
from sync.signals.findings.finding import FEW, Finding


def find_drift(observation: Observation) -> Iterator[Finding]:
    """One finding for all of it: it is about the reading, and not about what is read."""
    found = [(ref, one) for ref, one in observation.drift.items() if ref.tracker in observation.as_of]
    if not found:
        return
    there = {item.ref for item in observation.items}
    named = ", ".join(f"{one.key} ({', '.join(one.facts)})" for _, one in found[:FEW])
    more = f" and {len(found) - FEW} more" if len(found) > FEW else ""
    message = (
        f"{counted(len(found), 'item')} {agree(len(found), 'was', 'were')} not as reading changes had left "
        f"{agree(len(found), 'it', 'them')} when all was read: {named}{more}"
    )
    remedy = "It is put right. If it comes back, set policy.full_hours lower and report it with what changed these items"
    yield Finding("drift", tuple(ref for ref, _ in found if ref in there), message, remedy)
