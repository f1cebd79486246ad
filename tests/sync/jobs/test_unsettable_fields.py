"""Fields that Jira does not let a run set: its log and its notes give the remedy that `check` gives."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, ClassVar, cast

import pytest
from msgspec import convert
from structlog.testing import capture_logs

from connectors.jira.api.fields import SiteFields
from connectors.jira.api.issues import IssueApi
from connectors.jira.api.wire import Fields, Issue
from connectors.jira.write.unsettable import learn_unsettable
from tests.support.cli import AS_OF, Cli

HEALTH = (
    "Ask a Jira administrator to add these options to KR health (Administration, Issues, Custom fields, KR health, "
    "Configure, Edit options): On track, At risk, Off track, Done, No data."
)


def remedies(run: Cli) -> set[str]:
    """Those that `check` gives for what is wrong or weak on the projects."""
    found = json.loads(run("check", "--format", "json").out)
    return {one["remedy"] for one in rows(found) if one.get("remedy") and "KR health" in one["remedy"]}


def rows(found: Any) -> list[dict[str, Any]]:
    """Every row of a reply that has a remedy, wherever it stands."""
    if isinstance(found, dict):
        inside = [one for value in found.values() for one in rows(value)]
        return [found, *inside] if "remedy" in found else inside
    return [one for value in found for one in rows(value)] if isinstance(found, list) else []


class NoMeta:
    """A site that does not say what can be set on an issue."""

    options: ClassVar[dict[tuple[str, str], str]] = {}

    tracker = "jira"

    def learn_off_screen(self, _issue: Issue, _fields: Collection[str]) -> None:
        """Nothing is kept."""

    def edit_meta(self, _issue: Issue) -> dict[str, Any]:
        """What the connector makes of 403 and 404."""
        return {}

    def is_new_remedy(self, _remedy: str) -> bool:
        """Nothing was told before."""
        return True


def test_where_jira_does_not_say_why_both_remedies_are_given() -> None:
    told = {
        "summary": "",
        "status": {"name": "To Do", "statusCategory": {"key": "new"}},
        "issuetype": {"id": "1", "name": "Task"},
        "project": {"id": "1", "key": "WEB"},
        "created": "",
        "updated": "",
    }
    issue = Issue(id="1", key="WEB-1", fields=convert(told, Fields))
    site = SiteFields(health="customfield_1", progress="customfield_2")
    with capture_logs() as logged:
        learn_unsettable(cast("IssueApi", NoMeta()), issue, ["customfield_1", "customfield_2"], site)
        learn_unsettable(cast("IssueApi", NoMeta()), issue, ["customfield_2"], site)
    both, one = (row["remedy"] for row in logged)
    name = site.names["customfield_1"]
    assert both.startswith("Ask a Jira administrator to add ")
    assert both.endswith(
        f"Where {name} is on the screen already, options are missing: run truenorth check, which lists them."
    )
    assert "options" not in one


@pytest.mark.usefixtures("server")
def test_missing_options_on_data_center(run: Cli) -> None:
    assert run("setup", "--apply").code == 0
    (said,) = remedies(run)
    assert said.startswith(HEALTH)
    first = run("sync", *AS_OF, "--first-run")
    assert first.code == 0, first.out[-2000:]
    logged = [json.loads(line) for line in first.err.splitlines() if '"cannot set fields"' in line]
    assert said in logged[0]["truenorth.remedy"]
    assert logged[0]["truenorth.fields"] == ["KR health", "Alignment"]
    assert all(said not in one["truenorth.remedy"] for one in logged[1:]), "each is told once"

    again = json.loads(run("sync", *AS_OF, "--format", "json").out)
    notes = [note for pull in again["pulled"] for note in pull["notes"]]
    assert any(note.startswith("Cannot set KR health") and note.endswith(said) for note in notes)
