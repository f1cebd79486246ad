"""What reading changes had left otherwise than a whole read found it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.phrases import phrase
from sync.observation import Observation
from sync.signals.findings.finding import Finding, finding


def find_drift(observation: Observation) -> Iterator[Finding]:
    """One finding for all of it: it is about the reading, and not about what is read."""
    found = [(ref, one) for ref, one in observation.drift.items() if ref.tracker in observation.as_of]
    if not found:
        return
    there = {item.ref for item in observation.items}
    names = tuple(f"{one.key} ({', '.join(one.facts)})" for _, one in found)
    said = phrase("signals.drift.message", "items", items=len(found), names=names)
    yield finding(
        "drift", tuple(ref for ref, _ in found if ref in there), said, phrase("signals.drift.remedy")
    )
