"""Items that are made quickly are items as any other."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from config.text.redaction import REDACTED, redactor
from connectors.model import Ref, WorkItem
from connectors.quick_items import quick_item

NOW = datetime(2026, 11, 30, tzinfo=UTC)
LEAST: dict[str, Any] = {
    "ref": Ref("jira", "10001"),
    "key": "APP-1",
    "url": "https://acme.example/browse/APP-1",
    "level": "issue",
    "kind": "Bug",
    "title": "A title\u200b\nof two lines",
    "category": "todo",
    "status": "Open",
    "created": NOW,
    "updated": NOW,
}
MORE = {"labels": ("a",), "estimate": 3.0, "told_keys": ("OLD-1",), "former_keys": ("OLD-2",)}


@pytest.mark.parametrize("given", [LEAST, LEAST | MORE], ids=["least", "more"])
def test_it_is_an_equal_work_item(given: dict[str, Any]) -> None:
    quick, plain = quick_item(**given), WorkItem(**given)
    assert type(quick) is WorkItem
    assert [getattr(quick, one.name) for one in fields(WorkItem)] == [
        getattr(plain, one.name) for one in fields(WorkItem)
    ]
    assert (quick, hash(quick), repr(quick)) == (plain, hash(plain), repr(plain))
    assert pickle.loads(pickle.dumps(quick)) == plain  # noqa: S301  our own
    assert replace(quick, title="Other").title == "Other"


def test_nobody_changes_it() -> None:
    with pytest.raises(FrozenInstanceError):
        quick_item(**LEAST).key = "APP-2"  # type: ignore[misc]


def test_what_is_missing_is_refused() -> None:
    with pytest.raises(TypeError, match="updated"):
        quick_item(**{name: one for name, one in LEAST.items() if name != "updated"})


def test_secrets_are_taken_out() -> None:
    redactor.add("a-secret-of-this-test")
    assert quick_item(**LEAST | {"labels": ("x a-secret-of-this-test",)}).labels == (f"x {REDACTED}",)
