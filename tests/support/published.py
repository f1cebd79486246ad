"""What commands print with `--format json` is judged by its published schema, in every test that types one."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from sync.cli.output import Format, Output
from sync.report.schemas.names import Document
from sync.report.schemas.published import schema_of

_BREACHES: list[str] = []


@functools.cache
def validator(document: Document) -> Any:
    """What judges a document strictly: a key that its schema does not tell is a breach."""
    return jsonschema_rs.Draft202012Validator(schema_of(document, strict=True), validate_formats=True)


def breaches(printed: Any) -> list[str]:
    """What in a document is against the schema that it names: where, and what; nothing of one that names none. report.json has a `format`."""
    if "schema" not in printed and "format" not in printed:
        return []
    document = printed["schema"].split("/")[1] if "schema" in printed else "report"
    found = []
    for error in validator(document).iter_errors(printed):
        inner = error.kind.as_dict() if hasattr(error.kind, "as_dict") else {}
        found.append(f"{document}{list(error.instance_path)}: {error.message[:300]} {str(inner)[:2000]}")
    return found


def pytest_configure(config: pytest.Config) -> None:
    """Look at each document when it is printed."""
    assert config
    finish = Output.finish

    @functools.wraps(finish)
    def judged(self: Output) -> None:
        finish(self)
        if self.style is Format.JSON and "schema" in self._data:
            _BREACHES.extend(breaches(json.loads(json.dumps(self._data))))

    Output.finish = judged  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _valid_documents() -> Iterator[None]:
    """A test fails when a command printed in it what its schema does not allow."""
    yield
    if _BREACHES:
        told = "\n".join(_BREACHES)
        _BREACHES.clear()
        pytest.fail(f"against the published schema:\n{told}", pytrace=False)
