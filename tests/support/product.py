"""The product's modules as files, for tests that read them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]

FLOORS = ("config", "connectors", "sync")
"""From the ground up; a floor may import those before it, and tests import all."""


def modules() -> list[tuple[str, Path]]:
    """Every module of the product by its dotted name, sandbox included."""
    found = []
    for floor in FLOORS:
        for file in sorted((ROOT / floor).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            found.append((name.removesuffix(".__init__"), file))
    return found
