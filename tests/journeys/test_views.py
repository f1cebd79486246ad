"""The shared views of issues, asked through the trackers themselves, against what the sandbox's truth names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.planted_answers import ItemKey
from connectors.sandbox.server import Sandbox
from connectors.sandbox.truth import KEY_RESULTS, Item
from connectors.sandbox.world import World, generate
from tests.support.cli import AS_OF, Cli, writes
from tests.support.sandbox_jira_client import Jira
from tests.support.sandbox_linear_client import ANN, Linear
from tests.support.user_actions import JiraTicket, LinearTicket, Ticket

VIEWS = (
    "Unaligned work",
    "Below unaligned work",
    "Work by key result",
    "At-risk key results",
    "Dangling links",
)
MAY_BE_EMPTY = {("linear", "Dangling links"), ("linear", "Below unaligned work")}
"""Of the second there is some on Linear in one of the worlds."""
Listed = dict[str, set[str]]
ELAPSED = 50.4
"""Percent of the cycle that has passed at the moment of `AS_OF`: 46.4 of 92 days."""
BEHIND = 10
"""Points of percent behind which a key result is at risk."""
VIEWS_QUERY = "{ customViews { nodes { name shared filterData } } }"
ISSUES_QUERY = (
    "query($filter: IssueFilter, $after: String) { issues(first: 250, after: $after, filter: $filter)"
    " { nodes { identifier } pageInfo { hasNextPage endCursor } } }"
)


@pytest.fixture(params=[3, 10])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(generate(items=300, seed=request.param)) as running:
        yield running


def in_jira(sandbox: Sandbox) -> Listed:
    """Keys by view: the JQL of each saved filter, sent to the search."""
    with Jira(sandbox) as client:
        rows = client.get("filter/search", params={"expand": "jql"}).json()["values"]
        return {row["name"]: set(client.keys(row["jql"])) for row in rows if row["name"] in VIEWS}


def in_linear(sandbox: Sandbox) -> Listed:
    """Identifiers by view: the filter of each custom view, as it is given back, sent to `issues`."""
    client = Linear(sandbox.url, sandbox.world.linear)
    rows = client.data(VIEWS_QUERY)["customViews"]["nodes"]
    assert all(row["shared"] for row in rows if row["name"] in VIEWS)
    return {row["name"]: issues_of(client, row["filterData"]) for row in rows if row["name"] in VIEWS}


def issues_of(client: Linear, wanted: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    after = None
    while True:
        page = client.data(ISSUES_QUERY, filter=wanted, after=after)["issues"]
        found |= {row["identifier"] for row in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def right(world: World) -> dict[str, Listed]:
    """What each view should list, by tracker: to be asked before anything is written."""
    late = late_in(world)
    told: dict[str, Listed] = {tracker: {name: set() for name in VIEWS} for tracker in ("jira", "linear")}
    below = below_warned(world)
    for item in world.truth.items():
        claims = claims_of(world, item)
        if claims is None or item.state == "out_of_scope":
            continue
        serves = {name for name, _ in item.key_results}
        lists = told[item.tracker]
        of_warned = lists["Below unaligned work" if (item.tracker, item.id) in below else "Unaligned work"]
        of_warned |= {item.key} if item.warned else set()
        lists["Work by key result"] |= {item.key} if item.state == "aligned" else set()
        lists["At-risk key results"] |= {item.key} if serves & late else set()
        lists["Dangling links"] |= {item.key} if claims - {*map(str.casefold, KEY_RESULTS)} else set()
    return told


def below_warned(world: World) -> set[ItemKey]:
    """What has a parent that is warned itself."""
    warned = {(item.tracker, item.id) for item in world.truth.items() if item.warned}
    return {row.key for row in world.truth.rows if row.parent in warned}


def late_in(world: World) -> set[str]:
    """Key results at risk or off track."""
    percents = {name: one.percent for name, one in world.truth.key_results().items()}
    late = {name for name, percent in percents.items() if percent is not None and ELAPSED - percent > BEHIND}
    assert 0 < len(late) < len(percents)
    # The truth has whole percents: nothing may stand so near the line that a part of one decides.
    assert all(abs(ELAPSED - percent - BEHIND) > 1 for percent in percents.values() if percent is not None)
    return late


def claims_of(world: World, item: Item) -> set[str] | None:
    """What an open issue claims, in lower case; None for what is listed nowhere."""
    if item.tracker == "jira":
        issue = world.jira.issues[int(item.id)]
        if issue.status.category == "done":
            return None
        field = next(one.id for one in world.jira.fields.values() if one.name == "Key result")
        named = {one.strip() for one in (issue.custom.get(field) or "").split(",")}
        return claimed(issue.labels) | {one.casefold() for one in named if one}
    thing = world.linear.issues.get(item.id)
    if thing is None or thing.completed_at or thing.canceled_at or thing.archived_at:
        return None
    inside = {one.name for one in thing.labels if one.parent and one.parent.name == "Key result"}
    plain = claimed([one.name for one in thing.labels])
    return plain | {one.split(" · ")[0].casefold() for one in inside}


def claimed(labels: list[str]) -> set[str]:
    return {one.casefold()[3:] for one in labels if one.casefold().startswith("kr:") and one[3:].strip()}


def attach(sandbox: Sandbox, issue: str, subtitle: str) -> None:
    """A person's attachment, in words that ours use."""
    made = "mutation($i: AttachmentCreateInput!) { attachmentCreate(input: $i) { success } }"
    given = {"issueId": issue, "title": "Contract", "subtitle": subtitle, "url": "https://files.example/1"}
    assert Linear(sandbox.url, sandbox.world.linear).data(made, ANN, i=given)["attachmentCreate"]["success"]


def test_each_view_lists_exactly_what_the_truth_names(run: Cli, pointed: Sandbox) -> None:
    wanted = right(pointed.world)
    attach(pointed, min(wanted["linear"]["Unaligned work"]), "The supplier says: at risk")
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    for tracker, found in (("jira", in_jira(pointed)), ("linear", in_linear(pointed))):
        for name in VIEWS:
            assert found[name] == wanted[tracker][name], (tracker, name)
            assert wanted[tracker][name] or (tracker, name) in MAY_BE_EMPTY
    pointed.forget_requests()
    again = run("sync", *AS_OF)
    assert (again.code, writes(pointed)) == (0, [])
    assert not [one for one in pointed.requests if one.operation == "mutation"]


@pytest.mark.parametrize("sandbox", [3], indirect=True)
def test_a_claim_of_nothing_is_listed_after_the_next_sync_until_it_is_mended(
    run: Cli, pointed: Sandbox
) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    one = next(iter(in_jira(pointed)["At-risk key results"]))
    other = next(iter(in_linear(pointed)["Unaligned work"]))
    tickets: list[Ticket] = [JiraTicket(pointed, one), LinearTicket(pointed, other)]
    for ticket in tickets:
        ticket.label("kr:NOBODY-KR7")
    assert run("sync", *AS_OF).code == 0
    assert run("setup", "--apply").code == 0
    assert one in in_jira(pointed)["Dangling links"] & in_jira(pointed)["At-risk key results"]
    assert other in in_linear(pointed)["Dangling links"] & in_linear(pointed)["Unaligned work"]
    for ticket in tickets:
        ticket.unlabel("kr:NOBODY-KR7")
    assert run("sync", *AS_OF).code == 0
    assert one not in in_jira(pointed)["Dangling links"]
    assert other not in in_linear(pointed)["Dangling links"]


@pytest.mark.parametrize("sandbox", [3], indirect=True)
@pytest.mark.parametrize("choice", ["On track", "Done", None])
def test_the_gravest_health_of_several_is_put_back(run: Cli, pointed: Sandbox, choice: str | None) -> None:
    wanted = right(pointed.world)["jira"]["At-risk key results"]
    late = late_in(pointed.world)
    served = {item.key: {*dict(item.key_results)} for item in pointed.world.truth.items()}
    key = min(key for key in wanted if served[key] - late)
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    JiraTicket(pointed, key).set_field("KR health", {"value": choice} if choice else None)
    assert key not in in_jira(pointed)["At-risk key results"]
    assert run("sync", *AS_OF).code == 0
    assert in_jira(pointed)["At-risk key results"] == wanted
