"""A first look over HTTP: what it finds is what there is, whatever the size of the site, in a few requests."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from config.load import load
from config.text.redaction import redactor
from connectors.base import Discovers
from connectors.discovery import Candidate, Estimates, best_first
from connectors.errors import ScopeError
from connectors.sandbox.jira.state import Project
from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples, sandbox_session
from tests.support.cli import AS_OF, Cli


def add_projects(sandbox: Sandbox, count: int) -> None:
    """Projects without any work, before all others in order of their keys."""
    model: Project = sandbox.world.jira.projects["WEB"]
    for nr in range(count):
        key = f"A{nr:03}"
        sandbox.world.jira.projects[key] = replace(
            model, id=90_000 + nr, key=key, name=f"Empty {nr}", former_keys=set()
        )


@pytest.mark.parametrize(("many", "pages"), [(0, 1), (60, 2), (420, 8)])
def test_jira_lists_projects_in_pages_and_counts_the_lively_ones(
    sandbox: Sandbox, many: int, pages: int
) -> None:
    add_projects(sandbox, many)
    with sandbox_session(sandbox, load(examples())) as session:
        jira = session.connectors["jira"]
        assert isinstance(jira, Discovers)
        before = len(sandbox.requests)
        site = jira.places()
        asked = Counter(one.path.rpartition("/rest/api/3/")[2] for one in sandbox.requests[before:])
        assert asked["project/search"] == pages
        assert asked["search/approximate-count"] <= 20
        assert asked["search/jql"] == (1 if many else 0)
        counted = {one.key: one.open_items for one in site.places if one.open_items is not None}
        open_ = Counter(
            one.project.key for one in sandbox.world.jira.issues.values() if one.status.category != "done"
        )
        assert len(counted) == (20 if many else len(site.places))
        if many < 420:
            assert counted["WEB"] == open_["WEB"]
            assert counted["OPS"] == open_["OPS"]
        assert site.unlisted == (many == 420)
        # One that is asked for is there, wherever it stands.
        found = jira.places(["ops", "A001"] if many else ["ops"]).places
        assert [(one.key, one.open_items) for one in found[:2]][: 2 if many else 1] == [
            ("OPS", open_["OPS"]),
            ("A001", 0),
        ][: 2 if many else 1]
        assert jira.requests > 0


def test_a_project_or_team_that_is_not_there_is_told(sandbox: Sandbox) -> None:
    with sandbox_session(sandbox, load(examples())) as session:
        for connector in session.connectors.values():
            assert isinstance(connector, Discovers)
            with pytest.raises(ScopeError, match="NOPE does not exist, or the credential cannot see it"):
                connector.places(["NOPE"])


def test_a_survey_is_a_sample_of_open_work(sandbox: Sandbox) -> None:
    with sandbox_session(sandbox, load(examples())) as session:
        jira, linear = session.connectors["jira"], session.connectors["linear"]
        assert isinstance(jira, Discovers)
        assert isinstance(linear, Discovers)
        jira.places()
        items = [one for one in jira.pull().items if one.category in ("todo", "doing")]
        before = jira.requests
        seen = jira.survey(["WEB", "OPS"])
        assert jira.requests - before == 4
        epics = {one.key: one.title for one in items if one.level == "epic"}
        assert {one.name: one.title for one in seen.candidates} == epics
        below = Counter(one.parent.id for one in items if one.parent is not None and one.level == "issue")
        by_key = {one.key: one.ref.id for one in items}
        assert {one.name: one.open_items for one in seen.candidates} == {
            key: below[by_key[key]] for key in epics
        }
        assert seen.types["Bug"] == sum(1 for one in items if one.kind == "Bug")
        linear.places()
        projects = {one.title for one in linear.pull().items if one.level == "project"}
        found = linear.survey(["ENG", "MOB"])
        assert {one.name for one in found.candidates} <= projects
        assert found.candidate_noun == "project"
        assert 0 < len(found.estimates.points) < found.estimates.sampled


def test_nothing_is_surveyed_of_no_team(sandbox: Sandbox) -> None:
    with sandbox_session(sandbox, load(examples())) as session:
        linear = session.connectors["linear"]
        assert isinstance(linear, Discovers)
        linear.places()
        assert linear.survey([]).candidates == ()


def test_a_secret_in_a_name_comes_no_further(
    sandbox: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "s3cret-token-of-somebody"
    sandbox.world.jira.projects["WEB"].name = f"Web {secret}"
    monkeypatch.setenv("TRUENORTH_SOURCE_OTHER", secret)
    redactor.add(secret)
    for name, value in {
        "URL": f"{sandbox.url}/jira",
        "EMAIL": "truenorth@acme.example",
        "TOKEN": "sandbox-jira-token",
    }.items():
        monkeypatch.setenv(f"TRUENORTH_JIRA_{name}", value)
    made = run("init", "--print", *AS_OF)
    assert made.code == 0
    assert "Web [redacted]" in made.out
    assert secret not in made.out + made.err


@pytest.mark.parametrize(
    ("estimates", "unit", "usual"),
    [
        (Estimates(), None, 1.0),
        (Estimates(4, (3, 5)), "points", 4.0),
        (Estimates(5, (3, 5)), None, 4.0),
        (Estimates(4, (3,), (2, 4, 9)), "hours", 4.0),
        (Estimates(2, (0, 0)), "points", 1.0),
    ],
)  # fmt: skip
def test_work_is_weighed_by_what_most_of_it_has(estimates: Estimates, unit: str | None, usual: float) -> None:
    assert (estimates.unit, estimates.usual) == (unit, usual)


def test_projects_of_one_name_are_no_candidates() -> None:
    twins = [Candidate("project", name, name, "ENG", nr) for nr, name in enumerate(["A", "b", "B", "C"])]
    assert [one.name for one in best_first(twins)] == ["C", "A"]
