"""The example company's rules said in other ways, by the trackers' own queries and by logic: the truth stays."""

from __future__ import annotations

from typing import Any

import pytest

from config.load import load
from config.workspace import Workspace
from connectors.sandbox.company import NOW, team_of
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.align.alignment import align
from sync.align.native_queries import rule_queries
from sync.collect.pull import pull
from sync.jobs.sandbox import examples, sandbox_session


def labelled(label: str) -> list[dict[str, Any]]:
    """A label as each tracker is asked for it: JQL minds upper and lower case, and a Linear filter of issues
    finds no projects.
    """
    return [
        {"jql": f"labels in ({label}, {label.title()})"},
        {"filter": {"labels": {"name": {"eqIgnoreCase": label}}}},
        {"level": "project", "label": label},
    ]


def project(name: str) -> dict[str, Any]:
    """Said by logic alone: a query would be what the work carries, and come before its place."""
    return {"any": [{"all": [{"tracker": "linear"}, {"project": name}]}]}


ASKED: dict[str, list[dict[str, Any]]] = {
    "GROWTH-KR1": [{"any": labelled("activation")}],
    "GROWTH-KR2": [
        {"key": "WEB-1"},
        {"jql": "project = WEB AND labels in (onboarding, Onboarding)"},
        project("Onboarding v2"),
    ],
    "GROWTH-KR3": [{"key": "WEB-2"}],
    "SPEED-KR1": [project("Continuous delivery"), {"any": labelled("deploy-pipeline"), "share": 0.5}],
    "SPEED-KR2": [
        {"filter": {"team": {"key": {"eq": "ENG"}}, "labels": {"name": {"eq": "flaky-test"}}}},
        {"level": "project", "team": "ENG", "label": "flaky-test"},
    ],
    "TRUST-KR1": [{"all": [{"project": "OPS"}], "not": {"not": {"type": "Bug"}}}],
    "TRUST-KR2": [{"key": "OPS-1"}, {"any": labelled("failover")}],
    "TRUST-KR3": [project("Faster API")],
}


def asking(workspace: Workspace) -> Workspace:
    """The workspace with `ASKED` in place of its rules."""
    plain = workspace.model_dump(mode="json", by_alias=True)
    for objective in plain["objectives"]:
        for key_result in objective["key_results"]:
            key_result["links"] = ASKED[key_result["id"]]
    return Workspace.model_validate(plain)


def test_a_group_kept_in_jira_is_the_group_declared_by_names() -> None:
    straight = load(examples())
    people = [one.name for one in team_of("operations")]
    placed = []
    for rule in ({"group": "ops", "tracker": "jira"}, {"jql": "assignee in membersOf(operations)"}):
        plain = straight.model_dump(mode="json", by_alias=True) | {"groups": {"ops": people}, "exempt": []}
        for objective in plain["objectives"]:
            for key_result in objective["key_results"]:
                key_result["links"] = []
        plain["objectives"][0]["key_results"][0]["links"] = [rule]
        declared = Workspace.model_validate(plain)
        with Sandbox(generate(200, 3)) as sandbox, sandbox_session(sandbox, declared) as session:
            observed = pull(declared, session.connectors, NOW)
        placements = align(observed.items, declared, observed.answers, NOW.date()).placements
        placed.append({ref: [link.key_result for link in one.links] for ref, one in placements.items()})
    assert placed[0] == placed[1]
    assert sum(map(bool, placed[0].values())) > 10


@pytest.mark.parametrize(("seed", "items"), [(1, 900), (2, 300), (3, 300)])
def test_every_item_is_placed_as_it_was_planted(seed: int, items: int) -> None:
    straight = load(examples())
    declared = asking(straight)
    assert {rule.id for _, rule in straight.key_results()} == set(ASKED)
    world = generate(items, seed)
    with Sandbox(world) as sandbox, sandbox_session(sandbox, declared) as session:
        observed = pull(declared, session.connectors, NOW)
    assert set(observed.answers) == set(rule_queries(declared))
    placed = align(observed.items, declared, observed.answers, NOW.date()).placements
    found = {
        (ref.tracker, ref.id): (one.state, {link.key_result: link.share for link in one.links})
        for ref, one in placed.items()
        if one.state != "out_of_scope"
    }
    right = {
        (one.tracker, one.id): (one.state, dict(one.key_results))
        for one in world.truth.items()
        if (one.tracker, one.id) in found
    }
    assert {key: (found[key], right[key]) for key in found if found[key] != right[key]} == {}
    assert sum(state == "aligned" for state, _ in found.values()) > 50


def test_a_project_asked_as_a_query_links_what_lives_in_it() -> None:
    """And comes before a claim above, and beside what else the work carries, as the project's name alone does not."""
    straight = load(examples())
    plain = straight.model_dump(mode="json", by_alias=True)
    rules = {
        "GROWTH-KR2": [{"key": "WEB-1"}, {"label": "onboarding", "project": "WEB"}, asked("Onboarding v2")],
        "SPEED-KR1": [asked("Continuous delivery"), {"label": "deploy-pipeline", "share": 0.5}],
    }
    for objective in plain["objectives"]:
        for key_result in objective["key_results"]:
            key_result["links"] = rules.get(key_result["id"], key_result["links"])
    declared = Workspace.model_validate(plain)
    world = generate(900, 2)
    with Sandbox(world) as sandbox, sandbox_session(sandbox, declared) as session:
        observed = pull(declared, session.connectors, NOW)
    placed = align(observed.items, declared, observed.answers, NOW.date()).placements
    found = {(ref.tracker, ref.id): {link.key_result for link in one.links} for ref, one in placed.items()}
    lives = {key: some[0] for key, some in world.planted.answers.items() if some[0].source == "place"}
    issues = {key: one for key, one in lives.items() if key[1] in world.linear.issues and key in found}
    assert {key for key, one in issues.items() if not set(dict(one.serves)) <= found[key]} == set()
    assert len(issues) > 50


def asked(name: str) -> dict[str, Any]:
    return {"filter": {"project": {"name": {"eq": name}}}}
