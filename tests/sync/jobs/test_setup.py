"""Setup as the operator runs it: plan, apply, again, remove."""

from __future__ import annotations

import json

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import Cli

VIEWS = {"Unaligned work", "Work by key result", "At-risk key results", "Dangling links"}


def names(pointed: Sandbox) -> tuple[set[str], set[str], set[str]]:
    jira, linear = pointed.world.jira, pointed.world.linear
    fields = {one.name for one in jira.fields.values() if one.id not in jira.trashed_fields}
    filters = {one.name for one in jira.filters.values()}
    views = {one.name for one in linear.custom_views.values()}
    return fields, filters, views | {one.name for one in linear.labels.values()}


def test_a_plan_makes_nothing(run: Cli, pointed: Sandbox) -> None:
    before = names(pointed)
    ran = run("setup")
    assert (ran.code, "create field KR health" in ran.out, names(pointed)) == (0, True, before)


def test_twice_and_away_again(run: Cli, pointed: Sandbox) -> None:
    before = names(pointed)
    first = run("setup", "--apply")
    assert (first.code, "failed" in first.out) == (0, False), first.out + first.err
    fields, filters, shown = names(pointed)
    assert fields >= {"KR health", "Alignment", "Objective"}
    assert filters >= VIEWS
    assert shown >= VIEWS | {"aligned", "orphaned", "exempt"}
    second = run("setup", "--apply")
    assert (second.code, "Nothing to do." in second.out) == (0, True), second.out
    fields, labels = fields - before[0], len(shown - before[2])
    assert (
        f"jira: {len(fields)} fields, {len(filters - before[1])} filters, 1 dashboard and 5 gadgets are in place"
        in second.out
    )
    assert f"linear: {labels - 6} labels and 6 views are in place" in second.out
    kinds = json.loads(run("setup", "--format", "json").out)["in_place"]
    assert (kinds["jira"]["field"], kinds["linear"]) == (len(fields), {"label": labels - 6, "view": 6})
    assert run("setup", "--remove", "--apply").code == 0
    assert names(pointed) == before


def test_a_lost_store_finds_all_again(run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("setup", "--apply").code == 0
    assert pointed.requests
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///other.db")
    told = json.loads(run("setup", "--format", "json").out)["setup"]
    assert [one["actions"] for one in told.values()] == [[], []]


def test_a_renamed_child_is_renamed_back_and_not_doubled(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    labels = pointed.world.linear.labels
    child = next(one for one in labels.values() if one.name.startswith("GROWTH-KR1 · "))
    right, child.name = child.name, "Something else"
    count = len(labels)
    assert run("setup", "--apply").code == 0
    assert (child.name, len(labels)) == (right, count)
