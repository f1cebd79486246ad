"""Edits of YAML by position: the line goes where it belongs, and nothing else changes."""

from __future__ import annotations

import pytest

from config.loading.yaml_edit import NotEditable, add_to_list, set_in_list, set_key
from config.loading.yaml_nodes import YamlNode, parse

ENTRY = [("on", "2026-11-30"), ("value", "31")]
NEW = "{on: 2026-11-30, value: 31}"


def mapping(text: str) -> tuple[int, int]:
    """Where the mapping under `measure` begins."""
    node, problems = parse(text, "f")
    assert problems == []
    assert node is not None
    assert isinstance(node.value, dict)
    mark = node.value["measure"].mark
    return mark.line, mark.column


def plain(text: str) -> object:
    node, problems = parse(text, "f")
    assert problems == []
    assert isinstance(node, YamlNode)
    return node.plain()


def added(text: str, at: int = 9) -> str:
    return add_to_list(text, mapping(text), "checkins", ENTRY, at)


BLOCK = """\
# above
measure:   # behind the key
  kind: metric
  checkins:   # those of people
    # the first
    - {on: 2026-10-01, value: 1}   # one
    # about the second
    - {on: 2026-12-01, value: 2, note: "a # b"}   # two

  unit: "%"   # unit
after: 1
"""


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        pytest.param(BLOCK, 0, BLOCK.replace("    - {on: 2026-10-01", f"    - {NEW}\n    - {{on: 2026-10-01"), id="block, first"),
        pytest.param(BLOCK, 1, BLOCK.replace("# one\n", f"# one\n    - {NEW}\n"), id="block, between"),
        pytest.param(BLOCK, 2, BLOCK.replace("# two\n", f"# two\n    - {NEW}\n"), id="block, last"),
        pytest.param(
            "measure:\n  checkins:\n  - on: 2026-10-01\n    value: 1   # one\n  - on: 2026-12-01\n    value: 2\n",
            1,
            "measure:\n  checkins:\n  - on: 2026-10-01\n    value: 1   # one\n  - on: 2026-11-30\n    value: 31\n  - on: 2026-12-01\n    value: 2\n",
            id="block of blocks, dashes below the key",
        ),
        pytest.param(
            "measure:\n  checkins:\n      -   on: 2026-10-01\n          value: 1",
            1,
            "measure:\n  checkins:\n      -   on: 2026-10-01\n          value: 1\n      -   on: 2026-11-30\n          value: 31",
            id="wide dashes, no end of line at the end",
        ),
        pytest.param(
            "measure:\n  checkins:\n    - on: 2026-10-01\n      note: |\n        two\n        lines\n\nafter: 1\n",
            1,
            "measure:\n  checkins:\n    - on: 2026-10-01\n      note: |\n        two\n        lines\n    - on: 2026-11-30\n      value: 31\n\nafter: 1\n",
            id="behind a block of text",
        ),
        pytest.param("measure: {checkins: [{on: 2026-10-01, value: 1}]}   # c\n", 1, f"measure: {{checkins: [{{on: 2026-10-01, value: 1}}, {NEW}]}}   # c\n", id="flow, last"),
        pytest.param("measure: {checkins: [{on: 2026-12-01, value: 1}]}\n", 0, f"measure: {{checkins: [{NEW}, {{on: 2026-12-01, value: 1}}]}}\n", id="flow, first"),
        pytest.param("measure: {checkins: [{on: 2026-10-01, value: 1},]}\n", 1, f"measure: {{checkins: [{{on: 2026-10-01, value: 1}}, {NEW},]}}\n", id="flow, comma behind the last"),
        pytest.param(
            "measure:\n  checkins: [\n    {on: 2026-10-01, value: 1},  # one\n    {on: 2026-10-02, value: 2}  # two\n  ]\n",
            2,
            f"measure:\n  checkins: [\n    {{on: 2026-10-01, value: 1}},  # one\n    {{on: 2026-10-02, value: 2}},  # two\n    {NEW}\n  ]\n",
            id="flow on lines",
        ),
        pytest.param(
            "measure:\n  checkins: [\n    {on: 2026-10-01, value: 1},  # one\n  ]\n",
            1,
            f"measure:\n  checkins: [\n    {{on: 2026-10-01, value: 1}},  # one\n    {NEW},\n  ]\n",
            id="flow on lines, comma behind the last",
        ),
        pytest.param("measure: {kind: metric, checkins: []}\n", 0, f"measure: {{kind: metric, checkins: [{NEW}]}}\n", id="empty list"),
        pytest.param("measure:\n  checkins:   # none yet\n  unit: x\n", 0, f"measure:\n  checkins: [{NEW}]   # none yet\n  unit: x\n", id="nothing behind the key"),
        pytest.param("measure:\n  checkins: ~   # none yet\n", 0, f"measure:\n  checkins: [{NEW}]   # none yet\n", id="null"),
        pytest.param("measure: {kind: metric, unit: '%'}   # c\nafter: 1\n", 0, f"measure: {{kind: metric, unit: '%', checkins: [{NEW}]}}   # c\nafter: 1\n", id="no list, flow"),
        pytest.param("measure: {kind: metric, unit: }\n", 0, f"measure: {{kind: metric, unit:, checkins: [{NEW}] }}\n", id="no list, flow, last without a value"),
        pytest.param("measure:\n  kind: metric\n  unit: '%'   # c\n\n# of what follows\nafter: 1\n", 0, f"measure:\n  kind: metric\n  unit: '%'   # c\n  checkins:\n    - {NEW}\n\n# of what follows\nafter: 1\n", id="no list, block"),
        pytest.param("measure:\n  kind: metric\n  file: {path: a.csv,\n         at: b}\nafter: 1", 0, f"measure:\n  kind: metric\n  file: {{path: a.csv,\n         at: b}}\n  checkins:\n    - {NEW}\nafter: 1", id="no list, block that ends in flow"),
        pytest.param("measure: &m\n  kind: metric\n  unit: x\nafter: 1\n", 0, f"measure: &m\n  kind: metric\n  unit: x\n  checkins:\n    - {NEW}\nafter: 1\n", id="an anchor that nobody refers to"),
        pytest.param("measure:\r\n  kind: metric\r\nafter: ü\r\n", 0, f"measure:\r\n  kind: metric\r\n  checkins:\r\n    - {NEW}\r\nafter: ü\r\n", id="ends of lines of Windows"),
        pytest.param("über: '𝄞'\nmeasure: {kind: metric}\n", 0, f"über: '𝄞'\nmeasure: {{kind: metric, checkins: [{NEW}]}}\n", id="behind other scripts"),
    ],
)  # fmt: skip
def test_an_entry_is_added(text: str, at: int, expected: str) -> None:
    assert added(text, at) == expected
    found = plain(expected)
    assert isinstance(found, dict)
    assert {"on": "2026-11-30", "value": 31} in found["measure"]["checkins"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("other: &m {kind: metric}\nmeasure: *m\n", "alias"),
        ("measure: &m {kind: metric}\nother: *m\n", "alias"),
        ("list: &l [{on: 2026-10-01, value: 1}]\nmeasure: {checkins: *l}\n", "alias"),
        ("one: &o {on: 2026-10-01, value: 1}\nmeasure: {checkins: [*o]}\n", "alias"),
        ("unit: &u x\nmeasure: {kind: metric, unit: *u}\n", "alias"),
        ("measure:\n  checkins:\n    -\n      on: 2026-10-01\n      value: 1\n", "form that is not edited"),
        ("measure:\n  checkins: text\n", "not a list"),
    ],
)
def test_what_would_change_more_is_not_edited(text: str, why: str) -> None:
    with pytest.raises(NotEditable, match=why):
        added(text)


def test_a_file_that_has_changed_is_not_edited() -> None:
    with pytest.raises(NotEditable, match="has changed"):
        add_to_list("measure: {kind: metric}\n", (1, 5), "checkins", ENTRY, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("measure: {checkins: [{on: 2026-11-30, value: 1, note: a}]}   # c\n", "measure: {checkins: [{on: 2026-11-30, value: 31, note: \"b\"}]}   # c\n"),
        ("measure: {checkins: [{on: 2026-11-30, value: 1}]}\n", "measure: {checkins: [{on: 2026-11-30, value: 31, note: \"b\"}]}\n"),
        ("measure:\n  checkins:\n    - on: 2026-11-30\n      value: 1   # c\n    - on: 2026-12-01\n      value: 2\n", "measure:\n  checkins:\n    - on: 2026-11-30\n      value: 31   # c\n      note: \"b\"\n    - on: 2026-12-01\n      value: 2\n"),
    ],
    ids=["flow", "flow, a new key", "block, a new key"],
)  # fmt: skip
def test_an_entry_is_set(text: str, expected: str) -> None:
    assert set_in_list(text, mapping(text), "checkins", 0, [("value", "31"), ("note", '"b"')]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("measure: {kind: binary}  # c\n", "measure: {kind: binary, done: 2026-11-30}  # c\n"),
        ("measure:\n  kind: binary  # c\nafter: 1\n", "measure:\n  kind: binary  # c\n  done: 2026-11-30\nafter: 1\n"),
        ("measure: {done: 2026-10-01, kind: binary}\n", "measure: {done: 2026-11-30, kind: binary}\n"),
    ],
    ids=["flow", "block", "there already"],
)  # fmt: skip
def test_a_key_is_set(text: str, expected: str) -> None:
    assert set_key(text, mapping(text), "done", "2026-11-30") == expected
