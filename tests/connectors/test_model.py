"""Secrets leave an item whichever of its texts they stand in: they are looked for in all of them together first."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.model.items import _NAMES, Ref, WorkItem
from tests.support.secrets import known_secrets

TOKEN = "ATATT3xFfGF0-planted"
DAY = datetime(2026, 11, 1, tzinfo=UTC)
SEVERAL = {
    "labels": (TOKEN,),
    "grouped_labels": (f"Group/{TOKEN}",),
    "other_names": (("type", f"a {TOKEN}"),),
    "components": ("Web", TOKEN),
    "fields": (("Theme", TOKEN),),
    "claims": (TOKEN,),
    "former_keys": (TOKEN,),
    "former_projects": (TOKEN,),
    "parent_former_keys": (TOKEN,),
    "issue_links": (f"https://acme.example/{TOKEN}",),
}


def item(**given: Any) -> WorkItem:
    plain = {
        "key": "WEB-1",
        "url": "https://acme.example/browse/WEB-1",
        "kind": "Story",
        "title": "Shop",
        "status": "Open",
    }
    return WorkItem(
        ref=Ref("jira", "1"), level="issue", category="todo", created=DAY, updated=DAY, **plain | given
    )


@pytest.mark.parametrize("name", ["title", "status", *_NAMES])
def test_a_secret_is_taken_out_of_every_text(name: str) -> None:
    with known_secrets(TOKEN):
        made = item(**{name: SEVERAL.get(name, f"before {TOKEN} after")})
    assert TOKEN not in repr([getattr(made, one.name) for one in fields(made)])
    assert "[redacted]" in repr(getattr(made, name))
