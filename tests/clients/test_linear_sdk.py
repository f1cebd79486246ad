"""Linear's own SDK, npm `@linear/sdk`, unmodified but for its `apiUrl`, against the sandbox."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.clients import node

ADMIN = "sandbox-person-token:ines.duarte@acme.example"
INVALID = {"kind": "InvalidInputLinearError", "type": "InvalidInput"}


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the SDK saw on its tour."""
    with Sandbox(generate(200)) as sandbox:
        found: dict[str, Any] = json.loads(node.run("tour.mjs", f"{sandbox.url}/linear/graphql", TOKEN))
        there = [one for one in sandbox.world.linear.issues.values() if one.archived_at is None]
        found["ENG in truth"] = sum(one.team.key == "ENG" for one in there)
        return found


def test_it_knows_who_it_is_and_who_else_there_is(seen: dict[str, Any]) -> None:
    assert seen["viewer"] == {"email": "truenorth@acme.example", "isMe": True, "app": False}
    assert seen["organization"] == "acme"
    assert seen["users"] == 3
    assert "ENG" in seen["teams"]
    assert {"backlog", "started", "completed", "canceled"} <= set(seen["states"])
    assert seen["members"]
    assert seen["limits"] == ["COMPLEXITY", "REQUEST"]


def test_it_pages_through_issues(seen: dict[str, Any]) -> None:
    found = seen["issues"]
    # After it has counted, the tour adds two, and deletes one of them.
    assert found["count"] == found["distinct"] == seen["ENG in truth"] - 1
    assert found["pages"] == -(-found["count"] // 20) > 1
    assert seen["sameByTeam"]
    assert seen["last"]


def test_it_creates_and_updates_issues(seen: dict[str, Any]) -> None:
    # Bullets come back as the server writes them.
    assert seen["created"] == {
        "title": "Made by the SDK",
        "priority": "High",
        "description": "* one\n* two",
    }
    assert (seen["team"], seen["creator"]) == ("ENG", True)
    assert seen["state"] in ("triage", "backlog")
    assert seen["renamed"] == {"title": "Renamed", "estimate": 3, "same": True}
    assert seen["children"] == [True]
    assert seen["blockers"] == ["blocks"]


def test_it_reads_and_writes_projects(seen: dict[str, Any]) -> None:
    assert seen["projects"] == {"count": 5, "paged": True}
    assert seen["project"] == {"same": True, "progress": True}
    assert seen["projectStatus"] == "string"
    assert seen["projectIssues"] > 0
    assert seen["projectTeams"] > 0
    assert seen["projectUpdated"] == "Said by the SDK"
    assert seen["initiatives"] > 0
    assert seen["initiativeProjects"] > 0


def test_it_works_with_label_groups(seen: dict[str, Any]) -> None:
    assert seen["group"] == {"isGroup": True, "parent": "Key result (SDK)"}
    assert seen["labels"] == ["SDK-KR1"]
    assert seen["exclusive"].items() >= INVALID.items()
    assert "only one label of a group" in seen["exclusive"]["message"]
    assert seen["swapped"] == seen["foundLabels"] == ["SDK-KR2"]


def test_it_keeps_attachments_by_their_url(seen: dict[str, Any]) -> None:
    assert seen["attachment"] == {"same": True, "title": "GROWTH-KR1 at 50 %", "metadata": {"progress": 40}}
    assert seen["attachments"] == [["At 60 %", "on track"]]
    assert seen["attachmentsForUrl"] == 1
    assert seen["attachmentDeleted"]
    assert seen["attachmentsLeft"] == 0


def test_it_writes_edits_and_deletes_comments(seen: dict[str, Any]) -> None:
    assert seen["comment"] == {"id": True, "body": "* a\n* b", "mine": True}
    assert seen["clash"].items() >= INVALID.items()
    assert "already exists" in seen["clash"]["message"]
    assert seen["edited"] == "Edited"
    assert seen["replies"] == ["A reply"]
    assert seen["comments"] == 2
    assert seen["commentDeleted"]
    assert seen["commentGone"].items() >= INVALID.items()


def test_it_keeps_custom_views(seen: dict[str, Any]) -> None:
    assert seen["view"] == {"name": "Made by the SDK", "shared": True, "model": "Issue"}
    assert seen["viewIssues"] == [True]
    assert seen["viewRenamed"] == "Renamed"
    assert seen["views"]
    assert seen["viewDeleted"]


def test_it_posts_updates_of_a_project(seen: dict[str, Any]) -> None:
    assert seen["update"] == {"body": "On our way", "health": "atRisk"}
    assert seen["health"] == "atRisk"
    assert seen["updates"][0]
    assert seen["updateArchived"]


def test_its_webhook_helper_takes_our_deliveries_and_only_with_the_right_secret() -> None:
    with Sandbox(generate(100)) as sandbox:
        # The helper holds the time in the body against the clock on the wall.
        sandbox.call(lambda: sandbox.world.clock.set(datetime.now(UTC)))
        found = json.loads(node.run("webhook.mjs", f"{sandbox.url}/linear/graphql", ADMIN))
    assert found["webhook"] == {"label": "The tour", "listed": True, "deleted": True}
    assert found["event"] == {
        "type": "Issue",
        "action": "update",
        "same": True,
        "title": "Changed by the tour",
        "was": True,
    }
    assert found["isOfWebhook"]
    assert found["answered"] == {"/good": 200, "/bad": 400}


def test_it_archives_restores_and_deletes(seen: dict[str, Any]) -> None:
    assert seen["archived"]
    assert seen["archivedAt"]
    assert seen["restored"]
    assert seen["deleted"]
    assert seen["trashed"] is True
    assert seen["absent"].items() >= INVALID.items()
