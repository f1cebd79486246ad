"""The house plan: imports go down only and never in a circle, and what decides touches nothing outside."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

from tests.support.product import FLOORS, ROOT, modules

NEIGHBOURS = ("jira", "linear", "sandbox")
"""Folders of `connectors` that know nothing of each other."""

STOREYS: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "garbage installation log_events files observation stages",
        "logs",
        "align",
        "measure",
        "flow",
        "history forecast",
        "capacity",
        "indicators",
        "signals",
        "marks",
        "memory",
        "plan",
        "store",
        "collect apply",
        "decide",
        "run settled kept",
        "against brief explain impact_map remember starter unchanged",
        "review",
        "report",
        "metrics",
        "jobs",
        "mcp serving",
        "cli",
        "__main__",
    )
)
"""Packages and modules of `sync`, from the bottom up: each may import those below it, and its own storey's never."""

PURE_FOLDERS = (
    "config.checks",
    "config.text",
    "connectors.model",
    "connectors.text",
    "sync.align",
    "sync.measure",
    "sync.flow",
    "sync.history",
    "sync.forecast",
    "sync.capacity",
    "sync.indicators",
    "sync.signals",
    "sync.marks",
    "sync.plan",
    "sync.against",
    "sync.brief",
    "sync.explain",
    "sync.impact_map",
    "sync.review",
    "sync.report",
    "sync.starter",
)
"""Folders that take values and give values: no client, clock, chance, environment, disk, store or log inside."""

PURE_MODULES = frozenset(
    {
        "config.conditions",
        "config.errors",
        "config.fields",
        "config.link_rules",
        "config.measures",
        "config.messages",
        "config.okrs",
        "config.policy",
        "config.trackers",
        "config.workspace",
        "connectors.errors",
        "connectors.model",
        "connectors.stamp",
        "sync.decide",
        "sync.memory",
        "sync.observation",
    }
)
"""Modules of the same kind whose neighbours are not. Any module whose docstring says "Pure." is held to it too."""

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
    }
)
"""Modules through which the clock, the disk, the network, the terminal or a log come in."""

TERMINAL = frozenset({"typer", "rich"})
"""What only the command line may import."""

OUTSIDE_PARTS = frozenset({"urllib.request"})
CALLS = frozenset({"open", "print", "input", "breakpoint", "exec", "eval", "__import__"})
CLOCKS = frozenset({"now", "utcnow", "today"})
SEEDED = frozenset({"random.Random", "uuid.uuid5", "uuid.UUID"})
"""What `random` and `uuid` give that is the same for the same seed; everything else of them is chance."""

FULLEST = 16
"""Modules in one folder, at most; the sandbox excepted. A larger one hides two things in one room."""


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, also inside functions and under TYPE_CHECKING."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}"


def is_pure(module: str, source: str = "") -> bool:
    """Whether a module is to touch nothing outside: by its folder, by its name, or by its own word."""
    if module in PURE_MODULES or any(module == one or module.startswith(f"{one}.") for one in PURE_FOLDERS):
        return True
    said = ast.get_docstring(ast.parse(source)) if source else None
    return said is not None and "Pure." in said


def faults(module: str, source: str) -> list[str]:
    """What the module does against the house plan, as `line: what`."""
    tree = ast.parse(source)
    pure = is_pure(module, source)
    found = [f"{line}: {what}" for line, name in imports(tree) if (what := _import_fault(module, name, pure))]
    if pure:
        found += [f"{line}: {what}" for line, what in _impure_calls(tree)]
    return found


def _import_fault(module: str, name: str, pure: bool) -> str | None:
    parts, own = name.split("."), module.split(".")
    if name.startswith("."):
        return f"relative import of {name}"
    if parts[0] == "tests":
        return "the product imports its tests"
    if parts[0] in FLOORS:
        return _direction_fault(own, parts) or _own_purity_fault(parts, pure)
    if pure and (parts[0] in OUTSIDE or name in OUTSIDE_PARTS):
        return f"a pure module imports {name}"
    if parts[0] in TERMINAL and own[:2] != ["sync", "cli"]:
        return f"only sync.cli prints, so {module} has no use for {name}"
    return None


def _direction_fault(own: list[str], parts: list[str]) -> str | None:
    name = ".".join(parts)
    if FLOORS.index(parts[0]) > FLOORS.index(own[0]):
        return f"{own[0]} imports {name}, a floor above it"
    here, there = (*own, "")[1], (*parts, "")[1]
    if own[0] == parts[0] == "connectors" and here != there and {here, there} <= set(NEIGHBOURS):
        return f"{here} imports its neighbour {there}"
    if own[0] == parts[0] == "sync" and here != there and _storey(there) >= _storey(here):
        return f"{here} imports {name}, which does not stand below it"
    return None


def _storey(package: str) -> int:
    return next((number for number, names in enumerate(STOREYS) if package in names), len(STOREYS))


def _own_purity_fault(parts: list[str], pure: bool) -> str | None:
    """Pure modules stand on modules that touch nothing outside: what is imported is loaded with all that it does."""
    if pure and not _touches_nothing(_module_of(parts)):
        return f"a pure module imports {'.'.join(parts)}"
    return None


@functools.cache
def _touches_nothing(module: str) -> bool:
    """Whether neither the module nor anything of ours that it imports reaches outside."""
    if not module:
        return True
    tree = ast.parse((ROOT / _file_of(module)).read_text(encoding="utf-8"))
    names = [name for _, name in imports(tree)]
    if any(name.split(".")[0] in OUTSIDE or name in OUTSIDE_PARTS for name in names):
        return False
    if any(True for _ in _impure_calls(tree)):
        return False
    own = {_module_of(name.split(".")) for name in names if name.split(".")[0] in FLOORS}
    return all(_touches_nothing(one) for one in own - {module})


def _file_of(module: str) -> str:
    place = module.replace(".", "/")
    return next(
        (one for one in (f"{place}.py", f"{place}/__init__.py") if module and (ROOT / one).is_file()), ""
    )


def _module_of(parts: list[str]) -> str:
    """The longest beginning of the dotted name that is a module."""
    return next((name for n in range(len(parts), 0, -1) if _file_of(name := ".".join(parts[:n]))), "")


def _impure_calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    chances = {f"{one}" for _, one in imports(tree) if one.split(".")[0] in ("random", "uuid")}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield node.lineno, f"a pure module calls {node.func.id}"
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield node.lineno, f"a pure module reads the clock by {node.func.attr}"
        if (name := _chance(node.func, chances)) is not None and not (name in SEEDED and node.args):
            yield node.lineno, f"a pure module takes a chance by {name}"


def _chance(func: ast.expr, chances: set[str]) -> str | None:
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in chances:
        return f"{func.value.id}.{func.attr}"
    if isinstance(func, ast.Name):
        return next((one for one in chances if one.split(".")[-1] == func.id and "." in one), None)
    return None


def circles(graph: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    """Groups of modules that import each other in a ring, sorted. `graph`: what each module imports."""
    reach: dict[str, set[str]] = {}
    for start in graph:
        seen: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += graph.get(one, ())
        reach[start] = seen
    rings = {tuple(sorted(two for two in reach[one] if one in reach.get(two, ()))) for one in graph}
    return sorted(ring for ring in rings if ring)


def import_graph() -> dict[str, set[str]]:
    graph: dict[str, set[str]] = defaultdict(set)
    for name, file in modules():
        for _, wanted in imports(ast.parse(file.read_text(encoding="utf-8"))):
            if wanted.split(".")[0] in FLOORS and (target := _module_of(wanted.split("."))) != name:
                graph[name].add(target)
    return graph


def test_each_module_keeps_to_its_floor() -> None:
    found = {module: faults(module, file.read_text(encoding="utf-8")) for module, file in modules()}
    assert {module: wrong for module, wrong in found.items() if wrong} == {}


def test_every_folder_of_the_plan_is_there() -> None:
    names = {name for name, _ in modules()}
    planned = {*PURE_FOLDERS, *PURE_MODULES, *(f"sync.{one}" for storey in STOREYS for one in storey)}
    assert planned - names == set()


def test_every_package_of_sync_has_its_storey() -> None:
    found = {name.split(".")[1] for name, _ in modules() if name.startswith("sync.")}
    assert {name for name in found if _storey(name) == len(STOREYS)} == set()


def test_nothing_imports_in_a_circle() -> None:
    assert circles(import_graph()) == []


def test_no_folder_is_crowded() -> None:
    counts: dict[str, int] = defaultdict(int)
    for _, file in modules():
        if "sandbox" not in file.parts and file.name != "__init__.py":
            counts[str(file.parent.relative_to(ROOT))] += 1
    assert {folder: count for folder, count in counts.items() if count > FULLEST} == {}


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("config.load", "import connectors.model", "1: config imports connectors.model, a floor above it"),
        ("config.load", "from sync import plan", "1: config imports sync.plan, a floor above it"),
        ("connectors.base", "def f():\n    from sync.plan import Plan", "2: connectors imports sync.plan.Plan, a floor above it"),
        ("connectors.jira.read", "from connectors.linear import api", "1: jira imports its neighbour linear"),
        ("connectors.linear.read", "from connectors.sandbox.world import World", "1: linear imports its neighbour sandbox"),
        ("connectors.sandbox.server", "import connectors.jira.api", "1: sandbox imports its neighbour jira"),
        ("connectors.jira.read", "from .client import get", "1: relative import of .client.get"),
        ("sync.cli.app", "from tests.support.builders import item", "1: the product imports its tests"),
        ("sync.align.rule_book", "from sync.measure.pieces import fold", "1: align imports sync.measure.pieces.fold, which does not stand below it"),
        ("sync.plan.guards", "from sync.store.store import Store", "1: plan imports sync.store.store.Store, which does not stand below it"),
        ("sync.forecast.health", "import sync.signals.orphans", "1: forecast imports sync.signals.orphans, which does not stand below it"),
        ("sync.jobs.sync", "from sync.cli.output import Output", "1: jobs imports sync.cli.output.Output, which does not stand below it"),
        ("sync.store.store", "from sync.somewhere import new", "1: store imports sync.somewhere.new, which does not stand below it"),
        ("sync.report.data", "from sync.store.store import Store", "1: a pure module imports sync.store.store.Store"),
        ("config.checks.measures", "from config.settings import Settings", "1: a pure module imports config.settings.Settings"),
        ("sync.align.alignment", "import os.path", "1: a pure module imports os.path"),
        ("sync.measure.values", "import os", "1: a pure module imports os"),
        ("sync.marks.comments", "import socket", "1: a pure module imports socket"),
        ("sync.signals.findings", "def f():\n    return open('x')", "2: a pure module calls open"),
        ("sync.plan.plan", "from pathlib import Path", "1: a pure module imports pathlib.Path"),
        ("connectors.model", "import structlog", "1: a pure module imports structlog"),
        ("sync.signals.orphans", "from urllib import request", "1: a pure module imports urllib.request"),
        ("sync.marks.desired", "from datetime import datetime\nx = datetime.now(tz)", "2: a pure module reads the clock by now"),
        ("sync.measure.values", "import datetime\nx = datetime.date.today()", "2: a pure module reads the clock by today"),
        ("sync.jobs.sync", "import typer", "1: only sync.cli prints, so sync.jobs.sync has no use for typer"),
        ("connectors.jira.connector", "from rich.table import Table", "1: only sync.cli prints, so connectors.jira.connector has no use for rich.table.Table"),
        ("sync.forecast.simulation", "import random\nx = random.random()", "2: a pure module takes a chance by random.random"),
        ("sync.forecast.simulation", "import random\nx = random.Random()", "2: a pure module takes a chance by random.Random"),
        ("sync.forecast.simulation", "from uuid import uuid4\nx = uuid4()", "2: a pure module takes a chance by uuid.uuid4"),
        ("connectors.linear.anything", '"""Nice and Pure."""\nimport os', "2: a pure module imports os"),
        ("config.okrs", "print('x')", "1: a pure module calls print"),
    ],
)  # fmt: skip
def test_the_checker_sees_a_planted_fault(module: str, source: str, expected: str) -> None:
    assert faults(module, source) == [expected]


def test_the_checker_sees_faults_planted_in_any_pure_module() -> None:
    """At the end of the module as it is, so that nothing in it hides them."""
    planted = ("import os", "import socket", "open('x')")
    sources = ((name, file.read_text(encoding="utf-8")) for name, file in modules())
    pure = {name: source for name, source in sources if is_pure(name, source)}
    assert len(pure) > 200
    seen = {
        name: len(faults(name, "\n".join((source, *planted, "")))) - len(faults(name, source))
        for name, source in pure.items()
    }
    assert {name: count for name, count in seen.items() if count != len(planted)} == {}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("sync.collect.pull", "from connectors.base import Connector\nfrom config.workspace import Workspace"),
        ("connectors.jira.read", "import jira\nfrom connectors.jira.api import client\nimport os"),
        ("connectors.registry", "from connectors.jira import read\nfrom connectors.linear import read as other"),
        ("sync.align.alignment", "from datetime import datetime\nfrom urllib.parse import quote\nimport json"),
        ("sync.forecast.simulation", "import random\nx = random.Random(7)"),
        ("sync.cli.app", "import os\nprint(open('x'))"),
    ],
)  # fmt: skip
def test_the_checker_lets_pass_what_may_be(module: str, source: str) -> None:
    assert faults(module, source) == []


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, [("a", "b", "c")]),
        ({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, [("a", "b"), ("c", "d")]),
    ],
)
def test_a_circle_is_seen(graph: dict[str, set[str]], expected: list[tuple[str, ...]]) -> None:
    assert circles(graph) == expected


def loaded_by(module: str, *names: str) -> list[str]:
    """Which of the named modules a fresh interpreter has loaded after importing `module`."""
    code = f"import sys, {module}; print(*[name for name in {names!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603  our own code
    return told.stdout.split()


def test_what_asks_no_tracker_loads_no_client() -> None:
    assert loaded_by("sync.cli.app", "jira", "aiohttp") == []


def test_no_use_case_loads_the_command_line() -> None:
    # `rich` is not asked for here: structlog loads it by itself. That nobody imports it is checked above.
    assert loaded_by("sync.run", "typer", "sync.cli") == []
    use_cases = ", ".join(name for name, _ in modules() if name.startswith("sync.jobs"))
    assert loaded_by(use_cases, "typer", "sync.cli") == []
