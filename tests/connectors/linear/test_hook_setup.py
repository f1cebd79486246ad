"""Setup of a workspace's webhooks, against a running sandbox: one for each team in scope."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import pytest
from pydantic import SecretStr

from config.hooks.hook import Hook
from connectors.linear.setup.hooks import TYPES, HookSetup
from connectors.made_names import signature
from connectors.setup import Need, SetupProblem
from tests.support.linear_workspace import LinearWorkspace

ADMIN = "sandbox-person-token:ines.duarte@acme.example"
HOOK = Hook(
    "linear", SecretStr("0123456789abcdef"), "https://okr.acme.example", "TRUENORTH_LINEAR_HOOK_SECRET"
)
NEED = Need("acme", {}, None, None, None, hook=HOOK)


@pytest.fixture(scope="module")
def running() -> Iterator[LinearWorkspace]:
    workspace = LinearWorkspace(60)
    yield workspace
    workspace.close()


@pytest.fixture
def workspace(running: LinearWorkspace) -> LinearWorkspace:
    running.do(lambda space: space.webhooks.clear())
    return running


def setup(
    workspace: LinearWorkspace, token: str = ADMIN, teams: tuple[str, ...] = ("ENG", "MOB")
) -> HookSetup:
    return HookSetup(workspace.connector(token)._client, teams)


def apply(
    found: HookSetup, made: dict[str, str], need: Need = NEED, problems: list[SetupProblem] | None = None
) -> list[str]:
    """Carry out what is planned, as setup does with the store."""
    done = []
    for action in list(found.plan(need, made, problems if problems is not None else [], {})):
        id_ = found.carry(action)
        made |= {action.what: id_} if id_ is not None else {}
        made |= found.places
        done.append(f"{action.verb} {action.name}: {action.reason}")
    return done


def test_each_team_has_one_and_a_second_setup_changes_nothing(workspace: LinearWorkspace) -> None:
    made: dict[str, str] = {}
    assert apply(setup(workspace), made) == ["create ENG: does not exist", "create MOB: does not exist"]
    rows = list(workspace.space.webhooks.values())
    assert [(one.team.key, one.url, one.secret) for one in rows if one.team] == [
        (team, HOOK.signed_url, HOOK.secret.get_secret_value()) for team in ("ENG", "MOB")
    ]
    assert {tuple(one.resource_types) for one in rows} == {TYPES}
    assert all((one.label or "").endswith(signature("acme")) for one in rows)
    assert apply(setup(workspace), made) == []
    assert apply(setup(workspace), {}) == [], "a lost store knows them by their labels"


def test_what_differs_is_mended(workspace: LinearWorkspace) -> None:
    made: dict[str, str] = {}
    apply(setup(workspace), made)
    eng, mob = workspace.space.webhooks.values()

    def spoil(_: object) -> None:
        eng.enabled, mob.url, mob.label = False, "https://elsewhere.example", "Renamed"

    workspace.do(spoil)
    assert apply(setup(workspace), made) == ["change ENG: disabled", "change MOB: another address"]
    assert (eng.enabled, mob.url) == (True, HOOK.signed_url)
    other = dataclasses.replace(HOOK, secret=SecretStr("fedcba9876543210"))
    changed = apply(setup(workspace), made, dataclasses.replace(NEED, hook=other))
    assert changed == ["change ENG: another secret", "change MOB: another secret"]
    assert {eng.secret, mob.secret} == {"fedcba9876543210"}
    assert apply(setup(workspace, teams=("ENG",)), made, dataclasses.replace(NEED, hook=other)) == [
        "remove MOB: its team is not in scope"
    ]


def test_exactly_ours_are_removed(workspace: LinearWorkspace) -> None:
    made: dict[str, str] = {}
    apply(setup(workspace), made)
    others = dataclasses.replace(NEED, owner="other")
    apply(setup(workspace, teams=("ENG",)), {}, others)
    found = setup(workspace)
    for action in list(found.removal(NEED, made, [])) * 2:
        assert found.carry(action) is None, "one that is gone already is gone"
    assert [(one.label or "").endswith(signature("other")) for one in workspace.space.webhooks.values()] == [
        True
    ]


@pytest.mark.parametrize("known", [{}, {"webhook ENG": "7"}], ids=["none known", "one known"])
def test_who_is_no_admin_hears_what_an_admin_does(
    workspace: LinearWorkspace, known: Mapping[str, str]
) -> None:
    plain = "sandbox-person-token:ann.lee@acme.example"
    problems: list[SetupProblem] = []
    assert apply(setup(workspace, plain), {}, problems=problems) == []
    (problem,) = problems
    assert problem.why == "needs a workspace admin's API key"
    assert HOOK.signed_url in problem.remedy
    assert "TRUENORTH_LINEAR_HOOK_SECRET" in problem.remedy
    left: list[SetupProblem] = []
    assert list(setup(workspace, plain).removal(NEED, known, left)) == []
    assert len(left) == len(known)


def test_without_an_address_nothing_is_asked(workspace: LinearWorkspace) -> None:
    before = len(workspace.box.requests)
    assert (
        apply(setup(workspace), {}, dataclasses.replace(NEED, hook=dataclasses.replace(HOOK, address="")))
        == []
    )
    assert len(workspace.box.requests) == before
