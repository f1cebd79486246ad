"""Bad configurations by the hundred: one sound declaration, broken in every way that people and tools break one.

Each is refused by rule, not by trial: a key that no schema knows, a value of a type that its place cannot take, a
reference to nothing, bytes that are no text.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

Step = str | int
Path = tuple[Step, ...]

SOUND: dict[str, Any] = {
    "workspace": "acme",
    "site": "https://okrs.example.com",
    "time_zone": "Europe/Paris",
    "trackers": {
        "jira": {
            "kind": "jira",
            "url": "https://acme.atlassian.net",
            "scope": {"projects": ["WEB", "OPS"]},
            "estimate_field": "Story Points",
            "policy": {"mode": "label", "levels": ["epic", "issue"]},
        },
        "linear": {"kind": "linear", "scope": {"teams": ["ENG"]}, "dropped_states": ["Parked"]},
    },
    "cycles": {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-31"}},
    "objectives": [
        {
            "id": "GROWTH",
            "title": "Grow",
            "cycle": "2026-Q4",
            "key_results": [
                {
                    "id": "KR1",
                    "title": "One",
                    "measure": {
                        "kind": "metric",
                        "start": 1,
                        "target": 3,
                        "unit": "ms",
                        "stale_days": 14,
                        "checkins": [{"on": "2026-10-14", "value": 2, "note": "by hand"}],
                        "phases": [{"by": "2026-11-01", "target": 2}],
                    },
                },
                {
                    "id": "KR2",
                    "title": "Two",
                    "measure": {"kind": "work", "weigh": "points", "started": 0.5},
                    "links": [
                        {"label": "onboarding", "project": "WEB", "share": 0.5},
                        {"any": [{"key": "WEB-1"}, {"not": {"title": "^Chore"}}], "inherit": False},
                    ],
                },
                {
                    "id": "KR3",
                    "title": "Three",
                    "measure": {"kind": "query", "jql": "project = WEB", "start": 9, "target": 2},
                },
                {"id": "KR4", "title": "Four", "measure": {"kind": "composite", "of": {"KR1": 1, "KR2": 2}}},
                {"id": "KR5", "title": "Five", "measure": {"kind": "keep", "below": 5}},
            ],
        },
        {
            "id": "BELOW",
            "title": "Below",
            "cycle": "2026-Q4",
            "parent": "GROWTH",
            "key_results": [
                {"id": "KR6", "title": "Six", "measure": {"kind": "binary", "done": "2026-11-01"}},
            ],
        },
    ],
    "calendar": {
        "closed": ["2026-12-24/2027-01-01"],
        "weekend": ["sat"],
        "trackers": {"jira": {"weekend": ["fri"]}},
        "teams": {"ENG": {"closed": []}},
    },
    "exempt": [{"name": "upkeep", "labels": ["ktlo"], "budget": 30}],
    "policy": {
        "mode": "full",
        "grace_days": 7,
        "step": 5,
        "quiet_hours": {"begin": "19:00", "end": "07:00"},
        "health": {"at_risk": 10, "off_track": 25, "chance": 0.2},
        "labels": {"aligned": "okr-aligned"},
        "guards": {"share": 0.3, "floor": 50},
    },
}

FREE = {
    ("trackers",),
    ("cycles",),
    ("calendar", "trackers"),
    ("calendar", "teams"),
    ("objectives", 0, "key_results", 3, "measure", "of"),
}
"""Mappings whose keys are names of people's choice."""

PLAIN_TEXT = {"workspace", "title", "note", "unit", "id", "name"}
"""Keys whose values may be any text, or nearly."""


@dataclass(frozen=True, slots=True)
class InvalidConfig:
    """One bad configuration: what was done to it, and its bytes."""

    what: str
    raw: bytes


def configurations() -> Iterator[InvalidConfig]:
    """All of them."""
    yield from _by_tree()
    yield from _by_value()
    yield from _by_text()


def shown(tree: Any) -> bytes:
    """The tree as YAML that every reader takes: JSON, a value to a line."""
    return json.dumps(tree, indent=1, ensure_ascii=False).encode()


def _nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, inner in entries:
        yield from _nodes(inner, (*path, step))


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _with(path: Path, value: Any) -> Any:
    tree = copy.deepcopy(SOUND)
    _at(tree, path[:-1])[path[-1]] = value
    return tree


def _renamed(path: Path, key: str) -> Any:
    tree = copy.deepcopy(SOUND)
    parent = _at(tree, path[:-1])
    items = [(key if step == path[-1] else step, value) for step, value in parent.items()]
    parent.clear()
    parent.update(items)
    return tree


def _named(path: Path) -> str:
    return ".".join(map(str, path))


def _by_tree() -> Iterator[InvalidConfig]:
    """What is wrong wherever it stands: keys nobody knows, misspelt in five ways in turn, and values of the wrong shape."""
    turn = count()
    for path, value in _nodes(SOUND):
        if not path:
            continue
        step = path[-1]
        if isinstance(step, str) and path[:-1] not in FREE:
            swapped = step[1] + step[0] + step[2:] if step[:1] != step[1:2] else step[1:]
            key = (swapped, f"{step}x", step.upper(), f" {step}_", f"{step}\u200b")[next(turn) % 5]
            yield InvalidConfig(f"{_named(path)} called {key!r}", shown(_renamed(path, key)))
        if isinstance(value, dict):
            yield InvalidConfig(f"{_named(path)} a number", shown(_with(path, 7)))
            yield InvalidConfig(f"{_named(path)} a list", shown(_with(path, [1, 2])))
        elif isinstance(value, list):
            yield InvalidConfig(f"{_named(path)} a number", shown(_with(path, 7)))
            yield InvalidConfig(f"{_named(path)} a mapping", shown(_with(path, {"a": {"b": 1}})))
        else:
            yield InvalidConfig(f"{_named(path)} a mapping", shown(_with(path, {"a": {"b": 1}})))
            yield InvalidConfig(f"{_named(path)} lists in lists", shown(_with(path, [[["x"]]])))
        if isinstance(value, int | float) and not isinstance(value, bool):
            for wrong in ("seven", "1e400", True, -(10**40)):
                yield InvalidConfig(f"{_named(path)} {wrong!r:.20}", shown(_with(path, wrong)))
            yield InvalidConfig(f"{_named(path)} nan", shown(_with(path, "@@")).replace(b'"@@"', b".nan"))


def _by_value() -> Iterator[InvalidConfig]:
    """What is wrong in its place: names, dates, choices, references, ranges."""
    kr = ("objectives", 0, "key_results")
    cases: list[tuple[Path, tuple[Any, ...]]] = [
        (("workspace",), ("", "a b", "x" * 10_000, "\u0007")),
        (("site",), ("ftp://x", "okrs.example.com", "https://", "javascript:alert(1)")),
        (("time_zone",), ("Paris", "UTC+1", "../../etc/passwd", "")),
        (("trackers", "jira", "kind"), ("Jira", "github", "", "linear")),
        (("trackers", "jira", "deployment"), ("server", "datacenter", "Cloud", "")),
        (("trackers", "jira", "url"), ("acme", "http//acme", "https://", "file:///etc/passwd")),
        (("trackers", "jira", "scope", "projects"), ([], [""], [None])),
        (("trackers", "linear", "scope", "teams"), ([], [None])),
        (("trackers", "jira", "policy", "mode"), ("on", "read", "Full")),
        (("trackers", "jira", "policy", "levels"), (["story"], ["epics"])),
        (("trackers", "jira", "policy", "step"), (0, 51, 2.5)),
        (("trackers",), ({},)),
        (("cycles",), ({},)),
        (
            ("cycles", "2026-Q4", "start"),
            ("2026-13-01", "2026-02-30", "tomorrow", "2027-01-01", "10/01/2026"),
        ),
        (("cycles", "2026-Q4", "end"), ("2026-09-30", "2026-12-32", "")),
        (("objectives", 0, "cycle"), ("2026-Q3", "2026-q4", "", "Q4")),
        (("objectives", 0, "id"), ("", "a b", "KR1")),
        (("objectives", 1, "id"), ("GROWTH",)),
        (("objectives", 1, "parent"), ("BELOW", "GROWHT", "KR1")),
        (("objectives", 0, "parent"), ("BELOW", "GROWTH")),
        (("objectives",), ([],)),
        ((*kr, 1, "id"), ("KR1", "", "a/b c")),
        ((*kr, 0, "measure", "kind"), ("metrics", "Metric", "")),
        ((*kr, 0, "measure", "target"), (1,)),
        ((*kr, 0, "measure", "stale_days"), (0, -1, 4000)),
        ((*kr, 0, "measure", "checkins", 0, "on"), ("2026-10-32", "yesterday", "2026")),
        ((*kr, 0, "measure", "phases", 0, "by"), ("2027-02-01", "never")),
        ((*kr, 1, "measure", "weigh"), ("point", "size", "")),
        ((*kr, 1, "measure", "started"), (1, -0.1, 2)),
        ((*kr, 1, "measure", "since"), ("quarter", "", "2027-01-01", 2026, True, None, ["ever"])),
        ((*kr, 3, "measure", "since"), ("ever",)),
        ((*kr, 1, "links", 0, "share"), (0, 1.5, -1)),
        ((*kr, 1, "links", 1, "any"), ([],)),
        ((*kr, 1, "links", 1, "any", 1, "not", "title"), ("", ["a"], 5)),
        ((*kr, 2, "measure", "jql"), ("", 5)),
        ((*kr, 3, "measure", "of"), ({}, {"KR9": 1}, {"KR4": 1}, {"KR1": -1})),
        (("exempt", 0, "budget"), (101, -1)),
        (("policy", "mode"), ("Full", "write", "")),
        (("policy", "grace_days"), (-1, 366, 1.5)),
        (("policy", "warn"), ("backlog", "Started", 1)),
        (("policy", "quiet_hours", "begin"), ("25:00", "7pm", "")),
        (("policy", "health", "at_risk"), (-1, 101)),
        (("policy", "health", "chance"), (-0.1, 1.01, "likely", True)),
        (
            ("calendar", "closed", 0),
            ("2027-01-01/2026-12-24", "2026-12-24/", "24.12.2026", "Christmas", 20261224, "0001-01-01"),
        ),
        (("calendar", "weekend", 0), ("saturday", "Sat", 6, "")),
        (("calendar", "weekend"), (["mon", "tue", "wed", "thu", "fri", "sat", "sun"],)),
        (("calendar", "trackers"), ({"jiira": {}}, {"ENG": {}})),
        (("calendar", "teams"), ({"ENGG": {}}, {"jira": {}}, {"ENG": {}, "eng": {}})),
        (("policy", "labels", "aligned"), ("two words", "")),
        (("policy", "guards", "share"), (0, 1.01)),
    ]
    for path, values in cases:
        for value in values:
            yield InvalidConfig(f"{_named(path)} = {value!r:.40}", shown(_with(path, value)))


def _by_text() -> Iterator[InvalidConfig]:
    """What is no YAML, or YAML that asks for too much."""
    text = shown(SOUND)
    yield InvalidConfig("empty", b"")
    yield InvalidConfig("a comment", b"# nothing yet\n")
    yield InvalidConfig("a list", b"- a\n- b\n")
    yield InvalidConfig("a word", b"okrs\n")
    yield InvalidConfig("a null", b"~\n")
    for at in range(1, 20):
        place = len(text) * at // 20
        yield InvalidConfig(f"cut at byte {place}", text[:place])
        yield InvalidConfig(f"no UTF-8 at byte {place}", text[:place] + b"\xff\xfe\xfa" + text[place:])
        yield InvalidConfig(f"a NUL at byte {place}", text[:place] + b"\0" + text[place:])
        yield InvalidConfig(
            f"a control character at byte {place}", text[:place] + b"\x1b[31m\x08" + text[place:]
        )
    yield InvalidConfig("Latin-1", b"workspace: caf\xe9\n" + text)
    yield InvalidConfig("UTF-16", text.decode().encode("utf-16"))
    yield InvalidConfig("UTF-32", text.decode().encode("utf-32"))
    yield InvalidConfig("bytes of a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    yield InvalidConfig("a tab for a space", b"workspace: acme\ntrackers:\n\tjira: {}\n")
    yield InvalidConfig("the same key twice", b"workspace: acme\nworkspace: other\n")
    yield InvalidConfig("two documents", b"workspace: acme\n---\nworkspace: acme\n")
    yield InvalidConfig("an alias to nothing", b"workspace: *nowhere\n")
    yield InvalidConfig("a cycle", b"workspace: &a [*a]\n")
    yield InvalidConfig("a cycle of mappings", b"trackers: &a {jira: *a}\n")
    yield InvalidConfig("a tag", b"workspace: !!python/object/apply:os.system ['true']\n")
    yield InvalidConfig("a tag of our own", b"workspace: !secret acme\n")
    yield InvalidConfig("a merge key", b"a: &a {kind: jira}\ntrackers: {jira: {<<: *a}}\n")
    for depth in (41, 100, 1_000, 20_000):
        yield InvalidConfig(f"{depth} lists deep", b"objectives: " + b"[" * depth + b"]" * depth)
        yield InvalidConfig(f"{depth} mappings deep", b"policy: " + b"{a: " * depth + b"1" + b"}" * depth)
        yield InvalidConfig(f"{depth} open brackets", b"objectives: " + b"[" * depth)
    bomb = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for n in range(1, 10):
        bomb += b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9))
    yield InvalidConfig("an alias bomb", bomb)
    yield InvalidConfig("more than five megabytes", b"# " + b"x" * 5_000_001)
    yield InvalidConfig("a key of a megabyte", b"x" * 1_000_000 + b": 1\n")
    yield InvalidConfig("a value of a megabyte", b"workspace: " + b"y" * 1_000_000 + b"\n")
    yield InvalidConfig("four thousand unknown keys", b"".join(b"k%d: 1\n" % n for n in range(4_000)))
    yield InvalidConfig("an unclosed quote", b'workspace: "acme\n')
    yield InvalidConfig("a stray bracket", b"workspace: acme]\ntrackers: ]\n")
