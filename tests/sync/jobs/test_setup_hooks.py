"""Webhooks as setup makes them and undo takes them away; the cases of each tracker are in tests/connectors."""

from __future__ import annotations

import json

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import Cli

SECRETS = {"jira": "0123456789abcdef0123", "linear": "fedcba98765432100123"}
ADMIN = "sandbox-person-token:ines.duarte@acme.example"


@pytest.fixture
def hooked(pointed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(f"TRUENORTH_{name.upper()}_HOOK_SECRET", secret)
    monkeypatch.setenv("TRUENORTH_HOOKS_ADDRESS", "https://okr.acme.example/")
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", ADMIN)
    return pointed


def test_setup_makes_them_and_undo_takes_them_away(
    run: Cli, hooked: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = run("setup", "--apply")
    assert applied.code == 0, applied.err
    assert "jira: created webhook for WEB, OPS" in applied.out
    (made,), teams = hooked.world.jira.webhooks.values(), hooked.world.linear.webhooks
    assert (made.url, made.secret) == ("https://okr.acme.example/hooks/jira", SECRETS["jira"])
    assert {one.url for one in teams.values()} == {"https://okr.acme.example/hooks/linear"}
    assert {one.secret for one in teams.values()} == {SECRETS["linear"]}
    assert sorted(one.team.key for one in teams.values() if one.team) == ["ENG", "MOB"]
    shown = run("setup", "--format", "json").out
    told = json.loads(shown)
    assert [plan["actions"] for plan in told["setup"].values()] == [[], []], "a second setup changes nothing"
    assert (told["in_place"]["jira"]["webhook"], told["in_place"]["linear"]["webhook"]) == (1, 2)
    assert not any(secret in applied.out + applied.err + shown for secret in SECRETS.values())
    # What is no longer declared is known by the store, and goes all the same.
    for name in ("JIRA_HOOK_SECRET", "LINEAR_HOOK_SECRET", "HOOKS_ADDRESS"):
        monkeypatch.delenv(f"TRUENORTH_{name}")
    undone = run("undo", "--all", "--apply")
    assert "jira: removed webhook for WEB, OPS" in undone.out, undone.err
    assert (hooked.world.jira.webhooks, hooked.world.linear.webhooks) == ({}, {})
