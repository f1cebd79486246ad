"""The floors of the house: imports go down only, and the pure modules touch nothing outside."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = ("config", "connectors", "sync")
"""From the ground up; a floor may import those before it, and tests import all."""

NEIGHBOURS = ("jira", "linear", "sandbox")
"""Folders of `connectors` that know nothing of each other."""

PURE = frozenset(
    f"{floor}.{name}"
    for floor, names in {
        "config": ("declared", "linking", "okrs", "workspace", "checks", "address"),
        "connectors": ("model", "document", "stamp"),
        "sync": ("align", "rules", "suggest", "measure", "signals", "marks", "plan"),
    }.items()
    for name in names
)

OUTSIDE = frozenset(
    {
        "aiohttp",
        "asyncio",
        "concurrent",
        "glob",
        "http",
        "httpx",
        "io",
        "jira",
        "locale",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "platform",
        "pydantic_settings",
        "random",
        "requests",
        "rich",
        "ruamel",
        "secrets",
        "select",
        "shutil",
        "signal",
        "socket",
        "sqlalchemy",
        "sqlite3",
        "ssl",
        "structlog",
        "subprocess",
        "sys",
        "tempfile",
        "tenacity",
        "threading",
        "time",
        "typer",
        "urllib3",
        "uuid",
    }
)
"""Modules through which the clock, chance, the disk, the network or a log come in."""

OUTSIDE_PARTS = frozenset({"urllib.request"})
CALLS = frozenset({"open", "print", "input", "breakpoint", "exec", "eval", "__import__"})
CLOCKS = frozenset({"now", "utcnow", "today"})


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, also inside functions and under TYPE_CHECKING."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}"


def faults(module: str, source: str) -> list[str]:
    """What the module does against the house plan, as `line: what`."""
    tree = ast.parse(source)
    found = [f"{line}: {what}" for line, name in imports(tree) if (what := _import_fault(module, name))]
    if module in PURE:
        found += [f"{line}: {what}" for line, what in _impure_calls(tree)]
    return found


def _import_fault(module: str, name: str) -> str | None:
    parts, own = name.split("."), module.split(".")
    if name.startswith("."):
        return f"relative import of {name}"
    if parts[0] == "tests":
        return "the product imports its tests"
    if parts[0] in FLOORS:
        if FLOORS.index(parts[0]) > FLOORS.index(own[0]):
            return f"{own[0]} imports {name}, a floor above it"
        here, there = (*own, "")[1], (*parts, "")[1]
        if own[0] == parts[0] == "connectors" and here != there and {here, there} <= set(NEIGHBOURS):
            return f"{here} imports its neighbour {there}"
        if module in PURE and f"{parts[0]}.{there}" in _IMPURE_OWN:
            return f"a pure module imports {name}"
    elif module in PURE and (parts[0] in OUTSIDE or name in OUTSIDE_PARTS):
        return f"a pure module imports {name}"
    return None


_IMPURE_OWN = frozenset(
    {"config.load", "config.loading.files", "config.settings", "sync.store.store", "sync.apply", "sync.run"}
)


def _impure_calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield node.lineno, f"a pure module calls {node.func.id}"
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield node.lineno, f"a pure module reads the clock by {node.func.attr}"


def modules() -> list[tuple[str, Path]]:
    found = []
    for floor in FLOORS:
        for file in sorted((ROOT / floor).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            found.append((name.removesuffix(".__init__"), file))
    return found


@pytest.mark.parametrize(("module", "file"), modules(), ids=[name for name, _ in modules()])
def test_a_module_keeps_to_its_floor(module: str, file: Path) -> None:
    assert faults(module, file.read_text(encoding="utf-8")) == []


def test_every_floor_is_looked_at() -> None:
    names = {name for name, _ in modules()}
    assert {"config.okrs", "config.workspace", "connectors.model", "connectors.text.document"} <= names
    assert any(name.startswith("sync.") for name in names)


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("config.load", "import connectors.model", "1: config imports connectors.model, a floor above it"),
        ("config.load", "from sync import plan", "1: config imports sync.plan, a floor above it"),
        ("connectors.base", "def f():\n    from sync.plan import Plan", "2: connectors imports sync.plan.Plan, a floor above it"),
        ("connectors.jira.read.reader", "from connectors.linear import client", "1: jira imports its neighbour linear"),
        ("connectors.linear.read.reader", "from connectors.sandbox.world import World", "1: linear imports its neighbour sandbox"),
        ("connectors.sandbox.server", "import connectors.jira.client", "1: sandbox imports its neighbour jira"),
        ("connectors.jira.read.reader", "from .client import get", "1: relative import of .client.get"),
        ("sync.cli.app", "from tests.sync.build import item", "1: the product imports its tests"),
        ("sync.align.alignment", "import os.path", "1: a pure module imports os.path"),
        ("sync.plan.plan", "from pathlib import Path", "1: a pure module imports pathlib.Path"),
        ("sync.plan.plan", "from sync.store import Store", "1: a pure module imports sync.store.Store"),
        ("connectors.model", "import structlog", "1: a pure module imports structlog"),
        ("sync.signals.orphans", "from urllib import request", "1: a pure module imports urllib.request"),
        ("sync.marks.desired", "from datetime import datetime\nx = datetime.now(tz)", "2: a pure module reads the clock by now"),
        ("sync.measure", "import datetime\nx = datetime.date.today()", "2: a pure module reads the clock by today"),
        ("connectors.stamp", "def f():\n    return open('x')", "2: a pure module calls open"),
        ("config.okrs", "print('x')", "1: a pure module calls print"),
    ],
)  # fmt: skip
def test_the_checker_sees_a_planted_fault(module: str, source: str, expected: str) -> None:
    assert faults(module, source) == [expected]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("sync.run", "from connectors.base import Connector\nfrom config.workspace import Workspace"),
        ("connectors.jira.read.reader", "import jira\nfrom connectors.jira.client import get\nimport os"),
        (
            "connectors.registry",
            "from connectors.jira import read\nfrom connectors.linear import read as other",
        ),
        (
            "sync.align.alignment",
            "from datetime import datetime\nfrom urllib.parse import quote\nimport json",
        ),
        ("sync.cli.app", "import os\nprint(open('x'))"),
    ],
)
def test_the_checker_lets_pass_what_may_be(module: str, source: str) -> None:
    assert faults(module, source) == []


def test_what_asks_no_tracker_loads_no_client() -> None:
    code = "import sys, sync.cli; print([name for name in ('jira', 'aiohttp') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603  our own code
    assert told.stdout.strip() == "[]"
