"""Done work that a tracker shows no more leaves the count, and every command that shows findings says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli

COMMANDS = (("orphans",), ("orphans", "--fresh", *AS_OF))


def losses(run: Cli, *command: str) -> list[str]:
    told = json.loads(run(*command, "--format", "json").out)
    return [one["message"] for one in told["findings"] if one["kind"] == "lost_work"]


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    return box


def serving(run: Cli, keys: list[str]) -> str:
    """The first of these done issues that counts for a key result."""
    for key in keys:
        told = run("explain", key, "--format", "json")
        if told.code == 0 and json.loads(told.out).get("links"):
            return key
    raise AssertionError("no done work serves anything")


def check(
    run: Cli, key: str, hide: Callable[[], object], show: Callable[[], object], *, late: Iterable[str] = ()
) -> None:
    """`late`: what makes the next plan notice that it is hidden, where the tracker does not tell that."""
    assert losses(run, "plan", *AS_OF) == []
    hide()
    for command in (("plan", *late, *AS_OF), *COMMANDS):
        (told, *_) = losses(run, *command)
        assert "1 done item can no longer be seen and no longer counts: " + key in told, command
    assert key in run("orphans").out
    show()
    # Neither tracker tells for certain that something is there again.
    assert losses(run, "plan", "--full", *AS_OF) == []


def test_on_jira(site: Sandbox, run: Cli) -> None:
    jira = site.world.jira
    assert run("plan", *AS_OF).code == 0
    done = [one for one in jira.issues.values() if one.status.category == "done" and not one.children]
    recent = sorted(done, key=lambda one: one.category_changed, reverse=True)
    key = serving(run, [one.key for one in recent])
    id_ = jira.keys[key]
    check(
        run,
        key,
        lambda: site.call(lambda: jira.archived.add(id_)),
        lambda: site.call(lambda: jira.archived.discard(id_)),
        late=["--full"],
    )


def test_on_linear(pointed: Sandbox, run: Cli) -> None:
    space = pointed.world.linear
    assert run("plan", *AS_OF).code == 0
    done = [one for one in space.issues.values() if one.state.type == "completed" and not one.children]
    recent = sorted(done, key=lambda one: str(one.completed_at), reverse=True)
    key = serving(run, [one.identifier for one in recent])
    issue = next(one for one in space.issues.values() if one.identifier == key)

    def trash(value: bool | None) -> None:
        issue.archived_at, issue.trashed = (pointed.world.clock.now() if value else None), value

    check(run, key, lambda: pointed.call(lambda: trash(True)), lambda: pointed.call(lambda: trash(None)))
