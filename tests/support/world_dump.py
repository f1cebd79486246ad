"""A world of the sandbox as data that two runs can be compared by."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
import zlib
from typing import Any

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback

NEW = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f-]{27}|1\d{4,5})\b")
"""Ids as trackers give them: of Linear, and of Jira's comments and links."""

PACKED = re.compile(r"#([A-Za-z0-9_-]{16,})")
"""A record of ours in the fragment of an address."""


def dump(sandbox: Sandbox) -> Any:
    """All rows of the world, without what trackers choose by themselves: moments, and ids of what is new."""
    dumped = json.loads(loopback.get(f"{sandbox.url}/__world").content)
    return {
        tracker: {
            name: sorted(json.dumps(plain(row), sort_keys=True) for row in rows)
            for name, rows in tables.items()
        }
        for tracker, tables in dumped.items()
    }


@functools.cache
def known() -> frozenset[str]:
    """Ids of the world before anything was written."""
    with Sandbox(generate(items=50, seed=4)) as sandbox:
        dumped = loopback.get(f"{sandbox.url}/__world").text
    return frozenset(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=\"id\":)\d+", dumped))


def plain(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {plain(key): plain(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if name == "comment_id" and value == "":
        # Announced: it landed, and every run finds it by its own property, but the record never learnt its id.
        return "new"
    if isinstance(value, int) and name == "id" and str(value) not in known():
        return "new"
    if isinstance(value, str):
        value = PACKED.sub(_unpacked, value)
        value = re.sub(r"2026-11-16T09:[0-9:.]*(Z|[+]00:00)?", "now", value)
        return NEW.sub(lambda found: found[0] if found[0] in known() else "new", value)
    return value


def _unpacked(found: re.Match[str]) -> str:
    packed = found[1]
    try:
        return f"#{zlib.decompress(base64.urlsafe_b64decode(packed + '=' * (-len(packed) % 4))).decode()}"
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        return found[0]
