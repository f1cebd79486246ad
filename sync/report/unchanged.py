"""A run that found nothing changed, in one sentence and what stands all the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.wording import counted


def unchanged(since: datetime, standing: Mapping[str, Any]) -> str:
    """That there is nothing to write, and what still asks for somebody's attention."""
    warned, findings = int(standing.get("warned", 0)), len(standing.get("findings", ()))
    said = f"Nothing changed since {since:%Y-%m-%d %H:%M} UTC; nothing to write."
    parts = [
        f"{counted(warned, 'item')} warned (`truenorth orphans`)" if warned else "",
        f"{counted(findings, 'finding')} (`truenorth status`)" if findings else "",
    ]
    stands = " and ".join(part for part in parts if part)
    return f"{said} Still open: {stands}." if stands else said
