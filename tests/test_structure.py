"""The house plan of the tests: what several of them use stands in `tests.support`, and they know nothing of each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SHARED = "tests.support"
SUITE = "tests.connectors.conformance"
"""The class of tests that every connector's tests take over."""


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Every name that the source imports, in full, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{one.name}") for one in node.names)


def faults(source: str) -> list[str]:
    """What it imports of the tests that is not there to be shared."""
    return [
        f"{line}: imports {name}, which does not stand in {SHARED}"
        for line, name in imported(source)
        if name.split(".")[0] == "tests"
        and not f"{name}.".startswith(tuple(f"{one}." for one in (SHARED, SUITE)))
    ]


def test_tests_share_through_support_alone() -> None:
    files = sorted(TESTS.rglob("*.py"))
    assert len(files) > 100
    found = {str(file.relative_to(TESTS)): faults(file.read_text(encoding="utf-8")) for file in files}
    assert {name: here for name, here in found.items() if here} == {}


@pytest.mark.parametrize(
    "planted",
    [
        "from tests.sync.test_run import ITEMS",
        "from tests.sync import test_run",
        "from tests import conftest",
        "import tests.connectors.jira.test_read",
        "def test() -> None:\n    from tests.supporting import anything",
    ],
)
def test_a_test_that_imports_another_is_found(planted: str) -> None:
    assert faults(planted) != []


def test_what_is_shared_may_be_imported() -> None:
    assert (
        faults("from tests.support.builders import item\nfrom tests.support import cli\nimport pytest") == []
    )
