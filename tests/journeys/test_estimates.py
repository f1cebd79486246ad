"""Points of a story whose sub-tasks have none: as people set them on the ticket, and as `explain` and `status` tell.

Typed as a user types it, on Jira Cloud, Jira Data Center and Linear.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli
from tests.support.user_actions import JiraTicket, LinearTicket

pytestmark = pytest.mark.needs_server

CLAIM = "kr:SPEED-KR1"
STORY, TASK = "OPS-27", "OPS-28"
"""A story without points, and the one sub-task below it, which is closed."""
ISSUE, SUB_ISSUE = "ENG-8", "ENG-9"


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest) -> Sandbox:
    """The example company with its Jira on the Cloud, or on Data Center."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    return box


def derived(run: Cli) -> dict[str, Any]:
    # A look at the moment before would show the tickets as they were then.
    ran = run("explain", "SPEED-KR1", "--as-of", "2026-11-16T12:00Z", "--fresh", "--format", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def rows(found: dict[str, Any]) -> dict[str, tuple[float, str | None]]:
    """The weight of each item, and the ticket whose estimate it carries."""
    return {one["key"]: (one["weight"], (one["spread"] or {}).get("key")) for one in found["items"]}


def test_points_of_a_jira_story_weigh_below_it(site: Sandbox, run: Cli) -> None:
    story = JiraTicket(site, STORY)
    before = derived(run)
    assert rows(before)[TASK] == (2.0, None)  # the declared default
    story.set_field("Story point estimate", 13)
    after = derived(run)
    assert rows(after)[TASK] == (13.0, STORY)
    assert (after["value"], after["target"]) == (before["value"] + 11, before["target"] + 11)
    assert after["coverage"] > before["coverage"]
    told = " ".join(run("explain", TASK, *AS_OF).out.split())
    assert f"Weighed by points, it carries 13 of the 13 points of {STORY}, spread over 1 item." in told
    assert "| weight from |" in run("explain", "SPEED-KR1", *AS_OF, "--format", "markdown").out
    story.close()
    whole = derived(run)
    assert TASK not in rows(whole)
    assert rows(whole)[STORY] == (13.0, STORY)
    assert (whole["value"], whole["target"]) == (after["value"], after["target"])
    assert f"{STORY} is done and counts whole, with 13 points, in place of 1 item below it." in whole["steps"]


def test_points_of_a_linear_issue_weigh_below_it(pointed: Sandbox, run: Cli) -> None:
    issue, below = LinearTicket(pointed, ISSUE), LinearTicket(pointed, SUB_ISSUE)
    issue.label(CLAIM)
    issue.estimate(20)
    outdone = derived(run)
    assert rows(outdone)[SUB_ISSUE] == (5.0, None)
    words = f"Estimated work below {ISSUE} counts in place of its 20 points: 5 points, 15 fewer."
    assert words in outdone["steps"]
    below.estimate(None)
    spread = derived(run)
    assert rows(spread)[SUB_ISSUE] == (20.0, ISSUE)
    assert spread["target"] == outdone["target"] + 15
    (parent,) = [one for one in spread["parent_estimates"] if one["key"] == ISSUE]
    assert (parent["fate"], parent["items"], parent["elsewhere"]) == ("spread", 1, 0)
