"""The pairs that both trackers of the generated company know: there in every world, and answered as Linear answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.company import NOW
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.pairs import Pair
from connectors.sandbox.planted_pairs import PAIRS, JiraSide
from connectors.sandbox.server import Sandbox
from connectors.sandbox.truth import Truth
from connectors.sandbox.world import World, generate
from tests.support.sandbox_linear_client import Linear

WORLDS = [(50, 1), (50, 7), (137, 2), (900, 3)]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[World, Linear]]:
    with Sandbox(generate(60, 5)) as sandbox:
        yield sandbox.world, Linear(sandbox.url, sandbox.world.linear)


def of_kind(world: World, kind: str) -> list[Pair]:
    return [pair for pair in world.pairs if pair.plan.kind == kind]


@pytest.mark.parametrize(("items", "seed"), WORLDS)
def test_ten_pairs_of_all_kinds_stand_in_a_world_of_any_size(items: int, seed: int) -> None:
    world = generate(items, seed)
    assert [pair.plan for pair in world.pairs] == list(PAIRS)
    assert len(PAIRS) == 10
    assert {pair.plan.counts for pair in of_kind(world, "mirrored")} == {"linear", "jira"}
    assert {pair.plan.counts for pair in of_kind(world, "linked")} == {None}
    for pair in world.pairs:
        ours, theirs = world.linear.issues[pair.linear[1]], world.jira.issues[int(pair.jira[1])]
        assert (ours.identifier, theirs.key) == pair.keys
        assert bool(ours.synced_with) == (pair.plan.kind == "mirrored")
        if isinstance(pair.plan.jira, JiraSide):
            assert (theirs.status.category == "done") == (pair.plan.jira.state == "done")
            assert pair.plan.differs == (
                pair.plan.kind == "mirrored"
                and theirs.project.key != "HR"
                and (ours.completed_at is None) != (theirs.resolution is None)
            )


@pytest.mark.parametrize(("items", "seed"), WORLDS)
def test_planted_work_has_a_past_of_its_own_before_the_world_begins(items: int, seed: int) -> None:
    world = generate(items, seed)
    ids = set(world.jira.issues)
    for pair in world.pairs:
        ours, theirs = world.linear.issues[pair.linear[1]], world.jira.issues[int(pair.jira[1])]
        assert ours.created_at < (ours.started_at or NOW) <= ours.updated_at < NOW
        assert theirs.created <= theirs.category_changed <= theirs.updated < NOW
        if isinstance(pair.plan.jira, JiraSide):
            entries = history_of(theirs)
            assert [entry.items[0].after_text for entry in entries][-1:] == [theirs.status.name]
            assert ids.isdisjoint(entry.id for entry in entries)
            assert max(entry.id for entry in entries) <= world.jira._last_id


def test_the_truth_counts_a_mirrored_pair_once() -> None:
    world = generate(60, 5)
    state = {(item.tracker, item.id): item for item in world.truth.items()}
    for pair in world.pairs:
        assert state[pair.linear].key_results == pair.plan.linear.serves.serves

    def counted_value() -> float | None:
        return Truth(world.jira, world.linear, world.planted, world.pairs).key_results()["GROWTH-KR2"].value

    before = counted_value()
    counted = next(one for one in world.pairs if one.plan.name == "estimated in Jira")
    world.jira.issues[int(counted.jira[1])].custom.clear()
    assert before is not None
    assert counted_value() == before - 7  # 8 points, and 1 without an estimate
    world.linear.issues[counted.linear[1]].estimate = 100
    assert counted_value() == before - 7


QUERY = """query($ids: [ID!]!) { issues(filter: {id: {in: $ids}}) { nodes {
  id
  syncedWith { id service metadata { __typename ... on ExternalEntityInfoJiraMetadata { issueKey issueTypeId projectId } } }
  attachments { nodes { url sourceType metadata } }
} } }"""


def test_linear_tells_what_it_syncs_with_and_what_is_attached(served: tuple[World, Linear]) -> None:
    world, linear = served
    ids = [pair.linear[1] for pair in world.pairs]
    nodes: list[dict[str, Any]] = linear.data(QUERY, ids=ids)["issues"]["nodes"]
    by_id = {node["id"]: node for node in nodes}
    for pair in world.pairs:
        node, theirs = by_id[pair.linear[1]], world.jira.issues[int(pair.jira[1])]
        urls = [one["url"] for one in node["attachments"]["nodes"]]
        assert any(theirs.key in url for url in urls)
        assert {one["sourceType"] for one in node["attachments"]["nodes"]} == {"jira"}
        metadata = {
            "__typename": "ExternalEntityInfoJiraMetadata",
            "issueKey": theirs.key,
            "issueTypeId": str(theirs.type.id),
            "projectId": str(theirs.project.id),
        }
        synced = {"id": str(theirs.id), "service": "jira", "metadata": metadata}
        assert node["syncedWith"] == ([synced] if pair.plan.kind == "mirrored" else None)


def test_pairs_are_found_by_the_address_of_the_site_in_any_case(served: tuple[World, Linear]) -> None:
    world, linear = served
    query = """query($site: String!) { attachments(first: 100, filter: {url: {containsIgnoreCase: $site}}) {
      nodes { url issue { id } } } }"""
    found = linear.data(query, site="acme.atlassian.net/browse/")["attachments"]["nodes"]
    assert {one["issue"]["id"] for one in found} == {pair.linear[1] for pair in world.pairs}
