"""A token that may not read initiatives: they are left out where nothing uses them, and named where something does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from config.settings import Credentials
from config.trackers import LinearScope, LinearTracker
from connectors.base import InitiativeUse
from connectors.errors import MissingScope
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.linear import LinearConnector
from connectors.linear.read.initiatives import LEFT_OUT
from connectors.sandbox.linear.state import APP_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate

NOTHING = InitiativeUse()
RULE = InitiativeUse('initiative "Growth" in a rule of KR1')
NARROW, WIDE = f"{APP_TOKEN}:read,write", f"{APP_TOKEN}:read,write,initiative:read"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(generate(50, 1)) as running:
        yield running


def connector(box: Sandbox, token: str, use: InitiativeUse) -> LinearConnector:
    tracker = LinearTracker(kind="linear", scope=LinearScope(teams=("ENG", "MOB")))
    credentials = Credentials(token=SecretStr(token), url=f"{box.url}/linear/graphql")
    throttle = Throttle(RetryPolicy(attempts=1))
    made = LinearConnector("linear", tracker, credentials, "acme", throttle=throttle, initiatives=use)
    OPEN.append(made)
    return made


OPEN: list[LinearConnector] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture(params=[False, True], ids=["root guarded", "nested guarded too"])
def guarded(request: pytest.FixtureRequest, box: Sandbox) -> Sandbox:
    box.call(lambda: setattr(box.world.linear, "guards_nested", request.param))
    return box


def test_they_are_left_out_and_all_else_is_as_ever(guarded: Sandbox) -> None:
    whole = connector(guarded, WIDE, RULE).pull()
    found = connector(guarded, NARROW, NOTHING).pull()
    assert found.notes == (*whole.notes, LEFT_OUT) or set(found.notes) == {*whole.notes, LEFT_OUT}
    expected = {
        one.ref: replace(one, parent=None) if one.level == "project" else one
        for one in whole.items
        if one.level != "initiative"
    }
    assert {one.ref: one for one in found.items} == expected
    assert any(one.level == "initiative" for one in whole.items)


def test_a_rule_that_names_one_needs_them(guarded: Sandbox) -> None:
    with pytest.raises(MissingScope) as caught:
        connector(guarded, NARROW, RULE).pull()
    assert "lacks the scope initiative:read or initiative:write" in caught.value.what
    assert 'needs it for initiative "Growth" in a rule of KR1' in caught.value.remedy


@pytest.mark.parametrize(("name", "reads"), [("faster api", True), ("self-serve growth", False)])
def test_a_name_that_is_a_projects_needs_none(guarded: Sandbox, name: str, reads: bool) -> None:
    use = InitiativeUse("", frozenset({name}))
    (check,) = [one for one in connector(guarded, NARROW, use).preflight(()) if one.about == "initiatives"]
    assert check.verdict == ("ok" if reads else "wrong")
    if reads:
        assert connector(guarded, NARROW, use).pull().items
        return
    assert name in check.found
    with pytest.raises(MissingScope, match=name):
        connector(guarded, NARROW, use).pull()


def test_who_may_read_them_asks_no_more_than_before(guarded: Sandbox) -> None:
    counts = []
    for use in (RULE, NOTHING):
        guarded.forget_requests()
        connector(guarded, WIDE, use).pull()
        counts.append(sorted(one.operation_name for one in guarded.requests))
    assert counts[0] == counts[1]
    assert counts[0].count("Initiatives") == 1


def test_undo_names_what_it_cannot_look_for(guarded: Sandbox) -> None:
    """What was written to once, and is no issue and no project, may be an initiative with an update of ours."""
    written = {next(iter(guarded.world.linear.initiatives))}
    owned = connector(guarded, NARROW, NOTHING).owned_items(written)
    assert [one.id for one in owned.set_aside] == sorted(written)
    assert "initiative:read" in owned.set_aside[0].why
    assert connector(guarded, NARROW, NOTHING).owned_items(()).set_aside == ()
    assert connector(guarded, WIDE, NOTHING).owned_items(written).set_aside == ()
