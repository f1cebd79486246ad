"""What is in an active sprint, as the Cloud and Data Center tell it."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.jira.read.sprints import in_active_sprint, sprint_name, with_sprints_of_parents
from tests.support.builders import item

HEAD = "com.atlassian.greenhopper.service.sprint.Sprint@5de0530"


def text(*parts: str) -> str:
    return f"{HEAD}[{','.join(parts)}]"


def cloud(state: str, **more: Any) -> dict[str, Any]:
    return {"id": 31, "name": "Growth 31", "state": state, "boardId": 4, **more}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param([cloud("active")], True, id="active"),
        pytest.param([cloud("closed"), cloud("active")], True, id="carried over"),
        pytest.param([cloud("future")], False, id="to come"),
        pytest.param([cloud("closed")], False, id="over"),
        pytest.param([], False, id="none"),
        pytest.param(None, False, id="empty"),
        pytest.param([text("id=31", "state=ACTIVE", "name=Growth 31", "goal=")], True, id="text"),
        pytest.param([text("id=31", "state=CLOSED", "name=a", "goal=b,state=ACTIVE")], False, id="text in a goal"),
        pytest.param([text("id=31", "name=a,state=ACTIVE", "goal=", "state=FUTURE")], False, id="state behind the name"),
        pytest.param([text("name=a", "id=31", "state=ACTIVE", "goal=x,state=CLOSED,y")], True, id="state between words"),
        pytest.param([text("id=31", "state=SLEEPING", "name=a")], False, id="an unknown state"),
        pytest.param(["ACTIVE"], False, id="no sprint"),
        pytest.param([{"name": "ACTIVE"}], False, id="no state"),
        pytest.param(7, False, id="a number"),
    ],
)  # fmt: skip
def test_whether_a_sprint_is_active(value: object, expected: bool) -> None:
    assert in_active_sprint(value) is expected


def test_the_name_is_read_as_before() -> None:
    assert sprint_name(text("id=31", "state=ACTIVE", "name=Growth, 31", "goal=a,name=b")) == "Growth, 31"


def test_a_sub_task_is_planned_with_what_it_is_a_part_of() -> None:
    story = item("WEB-1", committed=True)
    part = item("WEB-2", "WEB-1", level="subtask", committed=False)
    other = item("WEB-3", "WEB-9", level="subtask", committed=False)
    below = item("WEB-4", "WEB-1", committed=False)
    unasked = item("WEB-5", "WEB-1", level="subtask")
    found = with_sprints_of_parents([story, part, other, below, unasked])
    assert [one.committed for one in found] == [True, True, False, False, None]
