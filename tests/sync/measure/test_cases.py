"""Readings that a product person can check by hand: the tables in `cases/`, each line a world and what is read of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from config.workspace import Workspace
from connectors.model import Category, StatusSpan, WorkItem
from sync.align.alignment import align
from sync.measure import (
    DENOMINATOR,
    Past,
    Reading,
    Sample,
    Scorecard,
    collect_values,
    measure,
    to_percent,
)
from tests.support.builders import NOW, item, observed, ref, workspace
from tests.support.rows import check_rows

Case = dict[str, Any]
FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


CASES: list[Case] = [case for file in FILES for case in YAML(typ="safe", pure=True).load(file)]
DECLARED = ("measure", "weight", "pace", "override", "closed")
CATEGORIES: dict[str, Category | None] = {"todo": "todo", "doing": "doing", "done": "done", "?": None}
"""By how the tables write them; "?" is a status that is no longer in use."""
FLAGS: dict[str, dict[str, bool]] = {
    "out of scope": {"in_scope": False},
    "dated by its resolution": {"dated_by_resolution": True},
}
TOLD = {
    "case", "items", "cycles", "also", "read", "objective", "children", "answers", "samples", "past", "zone", "at",
    "percent", "value", "health", "says", "silent", "expected", "whole", "output", "notes", "teams", "found", "found_over", "spans", "coverage", "creep", "at_target", "limits", *DECLARED,
}  # fmt: skip


def test_the_tables_are_whole() -> None:
    assert len(CASES) >= 150
    assert [name for name, count in Counter(case["case"] for case in CASES).items() if count > 1] == []
    assert {name for case in CASES for name in case} <= TOLD


def test_each_case_is_read_as_it_says() -> None:
    check_rows(((case["case"], case) for case in CASES), read_as_it_says)


def read_as_it_says(case: Case) -> None:
    card = read(case)
    reading = card.readings[case.get("read", "A")]
    told: dict[str, Any] = {
        "percent": reading.percent,
        "value": reading.value,
        "health": reading.health,
        "expected": round(reading.expected * 100),
        "output": None if reading.output is None else round(reading.output * 100),
        "coverage": None if reading.coverage is None else to_percent(reading.coverage),
        "creep": None if reading.creep is None else [reading.creep.items, reading.creep.weight],
        "at_target": reading.at_target,
        "limits": [reading.low, reading.high],
        "teams": {team: f"{tally.done} of {tally.leaves}" for team, tally in reading.teams},
    }
    wanted = {name: case[name] for name in told if name in case}
    assert {name: told[name] for name in wanted} == wanted
    assert case.get("says", "") in reading.evidence
    assert "silent" not in case or case["silent"] not in reading.evidence
    if "notes" in case:
        note = str(reading.mismatch or "")
        assert (case["notes"] in note) if case["notes"] else note == ""
    whole = next(one for one in card.objectives if one.objective == "O")
    for name, value in case.get("whole", {}).items():
        assert getattr(whole, name) == value, name


def test_nothing_depends_on_the_order_and_percents_are_percents() -> None:
    check_rows(((case["case"], case) for case in CASES), read_alike_backwards)


def read_alike_backwards(case: Case) -> None:
    card = read(case)
    assert read(case, backwards=True) == card
    told = [(one.percent, one.expected) for one in card.readings.values()]
    told += [(one.percent, one.expected) for one in card.objectives]
    for percent, expected in told:
        assert percent is None or 0 <= percent <= 100
        assert 0 <= expected <= 1


WORDS: list[list[Any]] = YAML(typ="safe", pure=True).load(Path(__file__).parent / "words_of_cases.yaml")


def test_words() -> None:
    check_rows(((row[0], row) for row in WORDS), said_in_these_words)


def said_in_these_words(row: list[Any]) -> None:
    case = next(one for one in CASES if one["case"] == row[0])
    told = read(case).readings[case.get("read", "A")]
    assert [told.value, told.target, told.unit, told.evidence, str(told.mismatch or "")] == row[1:]


def read(case: Case, *, backwards: bool = False) -> Scorecard:
    declared = declared_in(case)
    items = [item_from(line) for line in case.get("items", [])]
    at = datetime.fromisoformat(case["at"]).replace(tzinfo=UTC) if "at" in case else NOW
    samples = {name: Sample(float(value), on) for name, (value, on) in case.get("samples", {}).items()}
    past = {name: Past(*row) for name, row in case.get("past", {}).items()}
    alignment = align(reversed(items) if backwards else items, declared)
    histories = {ref(key): spans_from(lines) for key, lines in case.get("spans", {}).items()}
    counts, drawn = case.get("answers", {}), {}
    if "found" in case:
        found = [item_from(line) for line in case["found"]]
        counts, drawn = (
            {"A": len(found)},
            {"A": collect_values(found, case["measure"]["field"], at, histories)},
        )
        if "over" in case["measure"]:
            whole = [item_from(line) for line in case["found_over"]]
            drawn |= {"A" + DENOMINATOR: collect_values(whole, case["measure"]["field"], at, histories)}
    sections: dict[str, Any] = {"samples": samples, "field_values": drawn, "histories": histories}
    return measure(alignment, observed(counts=counts, **sections), declared, at, past)


def spans_from(lines: list[str]) -> tuple[StatusSpan, ...]:
    """Such as "2026-11-03 doing In Review", from the beginning of that day until the next line's."""
    rows = [line.split(" ", 2) for line in lines]
    begins = [datetime.fromisoformat(row[0]).replace(tzinfo=UTC) for row in rows]
    ends: list[datetime | None] = [*begins[1:], None]
    return tuple(
        StatusSpan(CATEGORIES[row[1]], row[2] if len(row) > 2 else row[1], begin, end)
        for row, begin, end in zip(rows, begins, ends, strict=True)
    )


def declared_in(case: Case) -> Workspace:
    own = {"id": "A", "title": "A", **{name: case[name] for name in DECLARED if name in case}}
    also = [{"title": one["id"], **one} for one in case.get("also", [])]
    cycle = {"cycle": "2026-Q4"}
    objectives = [
        {"id": "O", "title": "O", **cycle, "key_results": [own, *also], **case.get("objective", {})}
    ]
    for child in case.get("children", []):
        results = [{"title": one["id"], **one} for one in child["key_results"]]
        objectives.append({"title": child["id"], "parent": "O", **cycle, **child, "key_results": results})
    cycles = {"cycles": case["cycles"]} if "cycles" in case else {}
    return workspace(objectives=objectives, time_zone=case.get("zone", "UTC"), **cycles)


def item_from(line: str) -> WorkItem:
    """Such as "WEB-2 done, 8 points, under WEB-1, serves A and B"."""
    head, *rest = line.split(", ")
    key, category = head.split(" ")
    changes: dict[str, Any] = {"category": category}
    parent = None
    claims: tuple[str, ...] | None = None
    for words in rest:
        name, _, value = words.partition(" ")
        if value in ("points", "hours") and name != "with":
            changes["estimate" if value == "points" else "hours"] = float(name)
        elif name in ("created", "started", "completed", "dropped", "updated"):
            changes[name] = moment_in(value)
        elif words in FLAGS:
            changes |= FLAGS[words]
        elif name == "under":
            parent = value
        elif name == "serves":
            claims = tuple(value.split(" and "))
        elif name == "labelled":
            changes["labels"] = tuple(value.split(" and "))
        elif name == "with":
            field, _, text = value.partition("=")
            changes["fields"] = (*changes.get("fields", ()), (field, text))
        elif name in ("a", "an"):
            changes |= {"kind": value, "level": "epic" if value == "Epic" else "issue"}
        elif name == "project":
            found = re.fullmatch(r"(.+?)(?: at ([\d.]+))?", value)
            assert found is not None
            changes |= {"level": "project", "title": found[1]}
            changes["progress"] = float(found[2]) if found[2] else None
        else:
            raise AssertionError(f"{words!r} in {line!r} is not understood")
    if claims is None:
        claims = () if parent else ("A",)
    return replace(item(key, parent, **changes), claims=claims)


def moment_in(words: str) -> datetime | None:
    """Such as "2026-11-03", or "on an unknown day"."""
    return None if words == "on an unknown day" else datetime.fromisoformat(words).replace(tzinfo=UTC)


def test_a_case_is_read_as_written() -> None:
    found = item_from("WEB-2 done, 8 points, under WEB-1, serves A and B")
    assert (found.estimate, found.category, found.claims) == (8, "done", ("A", "B"))
    assert isinstance(read({"measure": {"kind": "binary"}}).readings["A"], Reading)
