"""The columns of the dashboard's lists: ours until somebody chooses others."""

from __future__ import annotations

import pytest

from connectors.jira.setup.gadget_columns import columns_for
from connectors.setup import AT_RISK, BELOW, BY_KEY_RESULT, DANGLING, UNALIGNED, VIEWS

FIELDS = {"Key result": "customfield_1", "KR progress": "customfield_2", "KR health": None}
BASE = "issuetype|issuekey|summary|status|assignee|created"


@pytest.mark.parametrize(
    ("view", "more"),
    [
        (UNALIGNED, ""),
        (BELOW, ""),
        (BY_KEY_RESULT, "|customfield_1|customfield_2"),
        (AT_RISK, "|customfield_1|customfield_2"),
        (DANGLING, "|labels"),
    ],
)
def test_each_list_says_who_since_when_and_what_and_has_no_field_that_is_not_there(
    view: str, more: str
) -> None:
    assert columns_for(view, FIELDS, {}) == BASE + more


@pytest.mark.parametrize("view", VIEWS)
def test_what_an_older_version_chose_is_brought_up_to_date(view: str) -> None:
    older = {"columnNames": "issuetype|issuekey|summary|status|assignee"}
    assert columns_for(view, FIELDS, older) == columns_for(view, FIELDS, {})
    before_the_fields = {"columnNames": columns_for(view, {}, {})}
    assert columns_for(view, FIELDS, before_the_fields) == columns_for(view, FIELDS, {})


def test_what_people_chose_stays() -> None:
    assert columns_for(UNALIGNED, FIELDS, {"columnNames": "issuekey|priority"}) == "issuekey|priority"
