"""Work that both trackers know, through the commands that people type, with Jira Cloud and with Data Center."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.company import NOW
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.pairs import Pair
from connectors.sandbox.planted_pairs import FORMER_SITE, JIRA_SITE, JiraSide
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment, examples
from tests.support.cli import AS_OF, Cli, writes


@pytest.fixture(params=["cloud", "data_center"])
def company(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Sandbox]:
    """The example company; on Data Center at an address with a context path, to which its attachments lead."""
    shutil.copytree(examples(), tmp_path / "okrs")
    with Sandbox(generate(items=60, seed=5)) as sandbox:
        declared = tmp_path / "okrs" / "truenorth.yaml"
        text = declared.read_text().replace("share: 0.3", "share: 1")
        values = environment(sandbox) | {"TRUENORTH_CONFIG": str(tmp_path / "okrs")}
        values["TRUENORTH_STORE"] = f"sqlite:///{tmp_path}/store.db"
        if request.param == "data_center":
            text = text.replace("kind: jira,", "kind: jira, deployment: data_center,").replace(
                JIRA_SITE, FORMER_SITE
            )
            values |= {"TRUENORTH_JIRA_URL": f"{sandbox.url}/jira-dc", "TRUENORTH_JIRA_TOKEN": SERVER_TOKEN}
            del values["TRUENORTH_JIRA_EMAIL"]
            sandbox.call(lambda: _lead_to(sandbox, FORMER_SITE))
        declared.write_text(text)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        yield sandbox


def _lead_to(sandbox: Sandbox, site: str) -> None:
    for one in sandbox.world.linear.attachments.values():
        for spelling in (JIRA_SITE, JIRA_SITE.replace("acme.", "ACME.")):
            one.url = one.url.replace(spelling, site)


def told(run: Cli, *arguments: str) -> Any:
    """What a command tells programs, of what was read last."""
    ran = run(*arguments, "--format", "json")
    assert ran.code == 0, ran.out[-1000:] + ran.err
    return json.loads(ran.out)


def explained(run: Cli, key: str) -> Any:
    return told(run, "explain", key)


def pair_of(sandbox: Sandbox, name: str) -> Pair:
    return next(pair for pair in sandbox.world.pairs if pair.plan.name == name)


def served(data: Any) -> set[str]:
    return {link["key_result"] for link in data["links"]}


def sync(run: Cli) -> None:
    ran = run("sync", *AS_OF, "--first-run")
    assert ran.code == 0, ran.out[-1000:] + ran.err


def test_each_pair_is_explained_as_it_was_planted(run: Cli, company: Sandbox) -> None:
    sync(run)
    for pair in company.world.pairs:
        ours = explained(run, pair.keys[0])
        right = {name for name, _ in pair.plan.linear.serves.serves}
        assert served(ours) == right, pair.plan.name
        if pair.keys[1].startswith("HR"):
            assert (ours["mirrors"], ours["counted_as"]) == ([], None)
            continue
        theirs = explained(run, pair.keys[1])
        names = [f"linear:{pair.keys[0]}", f"jira:{pair.keys[1]}"]
        if isinstance(pair.plan.jira, JiraSide):
            assert served(theirs) == {name for name, _ in pair.plan.jira.serves.serves}, pair.plan.name
        if pair.plan.kind == "linked":
            assert names[1] in ours["linked"]
            assert names[0] in theirs["linked"]
            heir = ours if pair.plan.inherits == "linear" else theirs
            assert heir["links"][0]["inherited"]
            assert heir["links"][0]["path"] == list(pair.keys if heir is ours else pair.keys[::-1])
            continue
        counted = names[0] if pair.plan.counts == "linear" else names[1]
        assert ours["counted_as"] == theirs["counted_as"] == counted
        assert (ours["mirrors"], theirs["mirrors"]) == ([names[1]], [names[0]])
        assert ours["verdict"] == theirs["verdict"] == ("aligned" if right else "orphaned")


def test_a_mirrored_pair_counts_once_and_by_the_state_of_one_side(run: Cli, company: Sandbox) -> None:
    sync(run)
    for pair in company.world.pairs:
        for name, _ in pair.plan.linear.serves.serves:
            rows = {row["key"] for row in told(run, "explain", name)["items"]}
            both = {pair.keys[0], pair.keys[1]} & rows
            if pair.plan.counts is not None:
                assert both == {pair.keys[0 if pair.plan.counts == "linear" else 1]}, pair.plan.name
            elif isinstance(pair.plan.jira, JiraSide):
                assert both == set(pair.keys), "two pieces of work"

    pair = pair_of(company, "estimated in Linear")

    def done() -> float:
        return float(told(run, "explain", "GROWTH-KR2", *AS_OF)["value"])

    before = done()

    def close_in_jira() -> None:
        issue = company.world.jira.issues[int(pair.jira[1])]
        issue.status = next(one for one in issue.project.statuses if one.category == "done")
        issue.category_changed = issue.updated = NOW - timedelta(minutes=1)

    def close_in_linear() -> None:
        issue = company.world.linear.issues[pair.linear[1]]
        issue.state = issue.team.state("completed")
        issue.completed_at = issue.updated_at = NOW - timedelta(minutes=1)

    company.call(close_in_jira)
    assert done() == before
    company.call(close_in_linear)
    assert done() == before + 5


def test_pairs_whose_states_differ_are_named(run: Cli, company: Sandbox) -> None:
    sync(run)
    findings = told(run, "orphans")["findings"]
    found = {frozenset(one["items"]): one for one in findings if one["kind"] == "mirrors_differ"}
    assert set(found) == {frozenset(pair.keys) for pair in company.world.pairs if pair.plan.differs}
    one = found[frozenset(pair_of(company, "estimated in both, done in Linear").keys)]
    assert "counts as done" in one["message"]
    assert one["remedy"]


def test_an_orphan_is_accused_on_one_side_alone(run: Cli, company: Sandbox) -> None:
    pair = pair_of(company, "an orphan in both")
    sync(run)
    orphans = {one["key"] for one in told(run, "orphans")["orphans"]}
    assert orphans & set(pair.keys) == {pair.keys[0]}
    ours, theirs = company.world.linear.issues[pair.linear[1]], company.world.jira.issues[int(pair.jira[1])]
    assert "okr-orphaned" in {label.name for label in ours.labels}
    assert any("Truenorth" in str(comment.user and comment.user.name) for comment in ours.comments)
    assert "okr-orphaned" not in theirs.labels
    assert not theirs.comments


def test_both_sides_bear_the_marks_and_the_second_run_writes_nothing(run: Cli, company: Sandbox) -> None:
    sync(run)
    for pair in company.world.pairs:
        right = [name for name, _ in pair.plan.linear.serves.serves]
        issue = company.world.jira.issues[int(pair.jira[1])]
        is_open = isinstance(pair.plan.jira, JiraSide) and pair.plan.jira.state == "doing"
        if right and is_open and issue.project.key != "HR":
            marks = issue.properties["truenorth"]["key_results"]
            assert [mark["id"] for mark in marks] == right, pair.plan.name
    company.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(company) == []
    assert not [one for one in company.requests if one.operation == "mutation"]


def test_remote_links_are_asked_for_one_ticket_and_only_when_it_is_fresh(run: Cli, company: Sandbox) -> None:
    pair = pair_of(company, "equals, claimed in Linear")

    def links() -> list[str]:
        return [one.path for one in company.requests if one.path.endswith("/remotelink")]

    sync(run)
    company.forget_requests()
    assert "remote_links" not in json.loads(run("explain", pair.keys[1], "--format", "json").out)
    assert company.requests == []
    fresh = run("explain", pair.keys[1], "--fresh", "--format", "json")
    assert json.loads(fresh.out)["remote_links"] == [f"linear:{pair.keys[0]}"]
    assert len(links()) == 1
    assert f"leads to {pair.keys[0]}." in run("explain", pair.keys[1], "--fresh").out
    # Linear has no such links, and nothing is asked.
    before = len(links())
    assert "remote_links" not in json.loads(run("explain", pair.keys[0], "--fresh", "--format", "json").out)
    assert len(links()) == before


def test_remote_links_that_link_nothing_are_named_with_a_remedy(run: Cli, company: Sandbox) -> None:
    pair = pair_of(company, "equals, claimed in Linear")

    def detach() -> None:
        issue = company.world.linear.issues[pair.linear[1]]
        for one in issue.attachments:
            del company.world.linear.attachments[one.id]
        issue.attachments.clear()

    company.call(detach)
    text = run("explain", pair.keys[1], "--fresh", *AS_OF).out
    assert f"{pair.keys[1]} is orphaned" in text
    assert f"attach the address of {pair.keys[1]} to {pair.keys[0]}." in " ".join(text.split())


def test_remote_links_that_cannot_be_read_leave_the_rest_of_the_explanation(
    run: Cli, company: Sandbox
) -> None:
    pair = pair_of(company, "equals, claimed in Linear")
    company.fault("GET .*/remotelink", "status", status=403, body="{}")
    ran = run("explain", pair.keys[1], "--fresh", *AS_OF)
    assert ran.code == 0
    assert f"{pair.keys[1]} serves SPEED-KR1" in ran.out
    assert "Its remote links could not be read" in ran.out
