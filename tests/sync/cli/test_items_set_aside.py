"""What commands say of one item that cannot be read, while all the others count."""

from __future__ import annotations

import json

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli, writes


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    return box


def spoil(site: Sandbox, key: str = "WEB-3", summary: str = "") -> None:
    jira = site.world.jira
    site.call(lambda: setattr(jira.issues[jira.keys[key]], "summary", summary))


@pytest.mark.parametrize("command", [("plan",), ("status", "--fresh"), ("orphans", "--fresh")])
def test_it_is_named_wherever_a_tracker_is_read(site: Sandbox, run: Cli, command: tuple[str, ...]) -> None:
    spoil(site)
    ran = run(*command, *AS_OF, "--format", "json")
    (unread,) = json.loads(ran.out)["unread"]
    assert (ran.code, unread["kind"], unread["name"], unread["as_of"]) == (1, "items", "jira", None)
    assert unread["what"] == "cannot read 1 item: WEB-3 (it has no summary)."
    assert "WEB-3" in ran.err
    text = run(*command, *AS_OF)
    assert "Not read: jira (cannot read 1 item: WEB-3 (it has no summary))." in text.out.split("\n", 2)[0]


def test_the_others_are_written_to_and_it_keeps_its_marks(site: Sandbox, run: Cli) -> None:
    jira = site.world.jira
    assert run("sync", *AS_OF, "--first-run").code == 0
    marked = next(one for one in jira.issues.values() if "truenorth" in one.properties)
    summary, stamp = marked.summary, dict(marked.properties)
    labels = list(marked.labels)
    spoil(site, marked.key)
    site.forget_requests()
    ran = run("sync", *AS_OF)
    assert (ran.code, writes(site)) == (1, [])
    assert (marked.properties, marked.labels) == (stamp, labels)
    # Once it can be read again, nothing has to be put right.
    spoil(site, marked.key, summary)
    site.forget_requests()
    assert (run("sync", *AS_OF).code, writes(site)) == (0, [])


def test_undo_says_what_it_could_not_look_at_and_takes_the_rest_away(site: Sandbox, run: Cli) -> None:
    jira = site.world.jira
    assert run("sync", *AS_OF, "--first-run").code == 0
    marked = next(one for one in jira.issues.values() if "truenorth" in one.properties)
    summary = marked.summary
    spoil(site, marked.key)
    ran = run("undo", "--all", "--apply")
    assert ran.code == 1
    assert f"{marked.key} (it has no summary)" in ran.out.split("\n", 2)[0]
    assert [one.key for one in jira.issues.values() if "truenorth" in one.properties] == [marked.key]
    spoil(site, marked.key, summary)
    assert run("undo", "--all", "--apply").code == 0
    assert not [one for one in jira.issues.values() if "truenorth" in one.properties]
