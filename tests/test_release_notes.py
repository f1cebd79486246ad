"""The notes of a release: the changelog's section, and what keeps a tag from being released."""

from __future__ import annotations

import runpy
from collections.abc import Callable

import pytest

from tests.support.product import ROOT

SCRIPT = runpy.run_path(str(ROOT / ".ci" / "release_notes.py"))
notes: Callable[..., str] = SCRIPT["notes"]
Unfit: type[Exception] = SCRIPT["Unfit"]

CHANGELOG = """# Changelog

## Unreleased

### Added

- Not yet.

## [1.10.0] - 2026-12-01

### Added

- A thing ([docs/x.md](docs/x.md#y)), by [them](https://example.com).

## [1.1.0] - 2026-11-01

- Older.

## [1.0.0] - 2026-10-01
"""


def test_notes_are_the_section_of_the_tag_alone() -> None:
    assert notes("v1.10.0", "1.10.0", CHANGELOG) == (
        "### Added\n\n- A thing (docs/x.md), by [them](https://example.com)."
    )
    assert notes("v1.1.0", "1.1.0", CHANGELOG) == "- Older."


@pytest.mark.parametrize(
    ("tag", "version", "says"),
    [
        ("v1.1.1", "1.1.0", "pyproject.toml says 1.1.0"),
        ("v1.2.0", "1.2.0", "no section for it"),
        ("v1.0", "1.0", "no section for it"),
        ("v1.0.0", "1.0.0", "is empty"),
    ],
)
def test_a_tag_that_nothing_names_is_not_released(tag: str, version: str, says: str) -> None:
    with pytest.raises(Unfit, match=says):
        notes(tag, version, CHANGELOG)
