"""A field that could not be set, and later can: the next whole read fills it, and the run after is quiet."""

from __future__ import annotations

from functools import partial

import pytest

from connectors.sandbox.jira.layout import put_on, take_off
from connectors.sandbox.server import Sandbox
from tests.support.cli import Cli

AT = ("--as-of", "2026-11-16T09:00Z")


def field(pointed: Sandbox, name: str) -> str:
    return next(one.id for one in pointed.world.jira.fields.values() if one.name == name)


def filled(pointed: Sandbox, id_: str) -> set[str]:
    issues = pointed.world.jira.issues.values()
    return {one.key for one in issues if one.custom.get(id_) is not None and one.project.key == "WEB"}


def writes(pointed: Sandbox) -> list[str]:
    return [one.path for one in pointed.requests if one.method == "PUT" or "bulk/issues" in one.path]


@pytest.mark.parametrize("name", ["Key result", "KR progress", "KR health", "Alignment", "Objective"])
def test_what_was_left_out_is_filled_once_it_can_be(run: Cli, pointed: Sandbox, name: str) -> None:
    assert run("setup", "--apply").code == 0
    jira, id_ = pointed.world.jira, field(pointed, name)
    screen = next(one for one in jira.screens.values() if one.name.startswith("WEB: "))
    by_people = filled(pointed, id_)
    pointed.call(lambda: take_off(jira, screen, id_))
    assert run("sync", "--first-run", *AT).code == 0
    assert filled(pointed, id_) == by_people

    pointed.forget_requests()
    still = run("sync", *AT)
    assert (still.code, writes(pointed)) == (0, []), still.out
    asked = [one for one in pointed.requests if one.path.endswith("/editmeta")]
    assert 0 < len(asked) <= 2 * 5  # projects and types, not issues

    pointed.call(partial(put_on, jira, screen, screen.tabs[0], id_))
    # No issue says that a screen was changed: the daily whole read finds it out.
    assert run("sync", "--full", *AT).code == 0
    now = filled(pointed, id_)
    assert now > by_people
    stamped = [
        one for one in jira.issues.values() if one.project.key == "WEB" and "truenorth" in one.properties
    ]
    assert {one.key for one in stamped if _says(one.properties["truenorth"], name)} <= now

    pointed.forget_requests()
    assert run("sync", *AT).code == 0
    assert writes(pointed) == []
    assert not [one for one in pointed.requests if one.path.endswith("/editmeta")]


def _says(stamp: dict[str, object], name: str) -> bool:
    """Whether the stamp of an issue has something to say in a field."""
    return bool(stamp.get("alignment") if name == "Alignment" else stamp.get("key_results"))


def test_a_persons_value_in_the_field_is_no_reason_to_ask(run: Cli, pointed: Sandbox) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AT).code == 0
    pointed.forget_requests()
    assert run("sync", *AT).code == 0
    assert not [one for one in pointed.requests if one.path.endswith("/editmeta")]
