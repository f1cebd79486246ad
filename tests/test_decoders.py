"""Decoders are made while modules are loaded, never at their first use, which may be in many threads: ADR 23."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support.product import modules

MAKERS = frozenset({"Decoder", "Converter"})
"""What builds, when it is made, all that msgspec has to know of a type."""

UNPREPARED = frozenset({"decode", "convert"})
"""Functions of msgspec that build it when they are called, unless somebody did before."""

EXCUSED = {
    "connectors.converter": {"__init__", "convert"},  # the one that prepares the type, and then uses it
    "connectors.jira.api.replies": {"issue_on", "issues_on"},  # of types that are made for the one decoder
}
"""Functions that may, by module."""

PRODUCT = [(name, file) for name, file in modules() if not name.startswith("connectors.sandbox")]


def faults(module: str, source: str) -> list[str]:
    """What the module does against the rule, as `line: what`."""
    tree = ast.parse(source)
    return [f"{line}: {what}" for line, what in _faults(tree, _origins(tree), EXCUSED.get(module, set()), "")]


def _origins(tree: ast.AST) -> dict[str, str]:
    """Full name of everything imported, by the name that it has here."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                here = one.asname or one.name.partition(".")[0]
                found[here] = one.name if one.asname else here
        elif isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def _faults(
    node: ast.AST, origins: dict[str, str], excused: set[str], function: str
) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function = node.name
    elif isinstance(node, ast.Lambda):
        function = function or "<lambda>"
    elif isinstance(node, ast.Call) and function not in excused:
        name = _name(node.func, origins)
        last = name.rpartition(".")[2]
        if function and last in MAKERS:
            yield node.lineno, f"makes a {last} in a function"
        if name.startswith("msgspec.") and last in UNPREPARED and _is_typed(node, last):
            yield node.lineno, f"calls msgspec's {last} on a type"
    for inner in ast.iter_child_nodes(node):
        yield from _faults(inner, origins, excused, function)


def _name(node: ast.expr, origins: dict[str, str]) -> str:
    """The full name of what is called, generic or not."""
    if isinstance(node, ast.Subscript):
        return _name(node.value, origins)
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value, origins)}.{node.attr}"
    return origins.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def _is_typed(call: ast.Call, function: str) -> bool:
    # What msgspec makes of JSON without a type is built in.
    return function == "convert" or any(one.arg in ("type", None) for one in call.keywords)


def test_each_module_makes_its_decoders_when_it_is_loaded() -> None:
    found = {module: faults(module, file.read_text(encoding="utf-8")) for module, file in PRODUCT}
    assert {module: wrong for module, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import msgspec\nmsgspec.json.decode(x, type=T)", "2: calls msgspec's decode on a type"),
        ("import msgspec\ndef f():\n    msgspec.json.decode(x, type=T)", "3: calls msgspec's decode on a type"),
        ("import msgspec\nmsgspec.msgpack.decode(x, **how)", "2: calls msgspec's decode on a type"),
        ("import msgspec as m\nm.json.decode(x, type=T)", "2: calls msgspec's decode on a type"),
        ("from msgspec import json\njson.decode(x, type=T)", "2: calls msgspec's decode on a type"),
        ("from msgspec.json import decode as read\nread(x, type=T)", "2: calls msgspec's decode on a type"),
        ("import msgspec.json as mj\nmj.decode(x, type=T)", "2: calls msgspec's decode on a type"),
        ("import msgspec\ndef f():\n    return msgspec.convert(x, T)", "3: calls msgspec's convert on a type"),
        ("from msgspec import convert\nconvert(x, T)", "2: calls msgspec's convert on a type"),
        ("import msgspec\ndef f():\n    msgspec.json.Decoder(T)", "3: makes a Decoder in a function"),
        ("from msgspec.json import Decoder\ndef f():\n    Decoder[T](T)", "3: makes a Decoder in a function"),
        ("from msgspec.json import Decoder as D\nf = lambda: D(T)", "2: makes a Decoder in a function"),
        ("from msgspec.json import Decoder\nclass A:\n    async def f(self):\n        Decoder(T)", "4: makes a Decoder in a function"),
        ("from connectors.converter import Converter\ndef f():\n    Converter(T)", "3: makes a Converter in a function"),
    ],
)  # fmt: skip
def test_the_checker_sees_a_planted_fault(source: str, expected: str) -> None:
    assert faults("sync.store.store", source) == [expected]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("sync.store.store", "from msgspec.json import Decoder\nROWS = Decoder(T)\ndef f():\n    return ROWS.decode(x)"),
        ("sync.store.store", "import msgspec\ndef f():\n    return msgspec.json.decode(x)"),
        ("sync.store.store", "def f():\n    return raw.decode('utf-8')"),
        ("connectors.jira.api.replies", "from msgspec.json import Decoder\ndef issue_on():\n    return Decoder(T)"),
    ],
)  # fmt: skip
def test_the_checker_lets_pass_what_may_be(module: str, source: str) -> None:
    assert faults(module, source) == []
