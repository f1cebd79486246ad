"""Fields that only stamps tell to be ours: what becomes of their values, and what the notes say of them. No server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from connectors.jira.api.fields import SiteFields
from connectors.jira.marks.issue_edit import edit_for
from connectors.jira.read.renamed_fields import notes_on_renamed
from connectors.model import NOTHING, KeyResultMark, Marks, Stamp

SITE = SiteFields(claim="kr", key_result="kr", others={"old": "KR health"}, renamed=("old",))
MARK = KeyResultMark("A-1", "One", 40, "on_track", "")
STAMP = Stamp("acme", (MARK,), "aligned", fields=(("kr", "A-1 · One"), ("old", "On track")), item="7")
BODY: dict[str, Any] = {
    "id": "7",
    "key": "WEB-7",
    "fields": {
        "summary": "",
        "status": {"id": "1", "name": "To Do", "statusCategory": {"key": "new"}},
        "issuetype": {"id": "1", "name": "Story"},
        "project": {"id": "1", "key": "WEB"},
        "created": "",
        "updated": "",
        "kr": "A-1 · One",
    },
}


@pytest.mark.parametrize(
    ("there", "said", "cleared"),
    [
        ({"old": {"value": "On track"}}, "On track", True),
        ({"old": {"value": "Mine"}}, None, False),
        ({"old": None}, None, False),
        ({}, "On track", False),
    ],
    ids=["ours", "theirs", "emptied", "lost"],
)
def test_a_renamed_field_keeps_its_record_while_its_value_may_be_there(
    there: dict[str, Any], said: str | None, cleared: bool
) -> None:
    issue = msgspec.convert(BODY | {"fields": BODY["fields"] | there}, SITE.issue_type())
    edit = edit_for(issue, Marks((MARK,), "aligned"), STAMP, SITE, lambda _: False)
    assert (edit.said.get("old"), "old" in edit.fields) == (said, False)
    away = edit_for(issue, NOTHING, STAMP, SITE, lambda _: False)
    assert ("old" in away.fields) == cleared


@pytest.mark.parametrize(
    ("site", "name", "says"),
    [
        (SITE, "Health of it", "which has another name than Truenorth knows"),
        (replace(SITE, health="new"), "KR Health", "another field of that name is used (new)"),
        (SITE, "KR health", "which cannot be used as it is now"),
    ],
    ids=["renamed", "doubled", "unusable"],
)
def test_notes_say_what_is_the_case(site: SiteFields, name: str, says: str) -> None:
    (note,) = notes_on_renamed(["old"], replace(site, others={"old": name}))
    assert says in note
    assert "another name" not in note or says.endswith("knows")
