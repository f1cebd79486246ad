"""Records as Truenorth wrote them before there were goals: they cause no write, and what they hold is compared.

The records are written out as that version put them on the trackers. Made by it, so none of today's code is in them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from config.workspace import Workspace
from connectors.jira.marks.remote_links import plan_links
from connectors.linear.api.wire import AttachmentNode
from connectors.linear.marks.own_labels import OwnOnIssue
from connectors.linear.marks.records import find_in_attachments, shown_on
from connectors.model import Comment, Marks, Stamp, WorkItem
from connectors.stamp import from_comment_marker, from_property
from sync.plan.plan import Plan
from tests.support.builders import NOW, epic, item, metric, work, workspace
from tests.support.deciding import decide

OBJECTIVE = {"objective": "Objective", "due": "2026-12-31"}
FIRST: dict[str, Any] = {
    "id": "KR1", "title": "Result KR1", "percent": 38, "health": "at_risk", "url": "https://okrs.example/kr/KR1",
    **OBJECTIVE, "because": "rule key WEB-1", "share": None, "moves": None,
}  # fmt: skip
SECOND: dict[str, Any] = {
    **FIRST, "id": "KR2", "title": "Result KR2", "percent": 37, "url": "https://okrs.example/kr/KR2",
}  # fmt: skip
BELOW = "rule key WEB-1 on parent WEB-1"
LABELS = {"alignment": "aligned", "labels": ["okr-aligned"]}

STAMPS: dict[str, dict[str, Any]] = {
    "WEB-1": {"owner": "acme", "v": 1, "key_results": [FIRST, SECOND], **LABELS, "comment_id": "1",
              "links": [["KR1", "3db9a47548ed"], ["KR2", "de9c9c3f8b18"]]},
    "WEB-2": {"owner": "acme", "v": 1,
              "key_results": [FIRST | {"because": BELOW}, SECOND | {"because": BELOW, "moves": 62}], **LABELS,
              "links": [["KR1", "db0074d59a35"], ["KR2", "39bc0a7c7f2e"]]},
    "WEB-9": {"owner": "acme", "v": 1, "alignment": "orphaned", "labels": ["okr-orphaned"], "comment_id": "1"},
}  # fmt: skip
MARKERS: dict[str, dict[str, Any]] = {
    "WEB-1": {
        "v": 1, "owner": "acme", "purpose": "progress",
        "facts": [["KR1 percent", 38], ["KR1 health", "at_risk"], ["KR1 title", "Result KR1"],
                  ["KR2 percent", 37], ["KR2 health", "at_risk"], ["KR2 title", "Result KR2"]],
        "details": {"read": "2026-11-16 09:00 UTC", "key_results": [
            {"url": "https://okrs.example/kr/KR1", "pace": {"expected": 50, "forecast": 76, "due": "2026-12-31"},
             "value": 27.0, "target": 35.0, "unit": "%", "items": 3, "open": 2, "because": "rule key WEB-1",
             "checked_in": "2026-11-02"},
            {"url": "https://okrs.example/kr/KR2", "pace": {"expected": 50, "forecast": 74, "due": "2026-12-31"},
             "value": 1.5, "target": 4.0, "unit": "points", "items": 2, "open": 1, "points": 2.5,
             "because": "rule key WEB-1"}]},
        "wording": "1-b7df2a29", "text": "52d94b687462521c988108c6c20a30e4",
    },
    "WEB-9": {
        "v": 1, "owner": "acme", "purpose": "orphan", "facts": [],
        "details": {"age": "weeks", "count": 8, "is_container": True,
                    "declared": [{"id": "KR1", "title": "Result KR1"}, {"id": "KR2", "title": "Result KR2"}]},
        "wording": "1-b7df2a29", "text": "a1eaf8747f5b7db1d81c78cbf13cac8d",
    },
}  # fmt: skip
METADATA = {
    "owner": "acme", "key_result": "KR1", "title": "Result KR1", "health": "at_risk", "percent": 38,
    "url": "https://okrs.example/kr/KR1", **OBJECTIVE, "because": "rule key eng-1, tracker linear",
    "truenorth": '{"alignment":"aligned","key_results":[{"because":"rule key eng-1, tracker linear",'
    '"due":"2026-12-31","health":"at_risk","id":"KR1","moves":null,"objective":"Objective","percent":38,"share":null,'
    '"title":"Result KR1","url":"https://okrs.example/kr/KR1"}],"labels":["okr-aligned"],"owner":"acme","v":1}',
}  # fmt: skip


def declared(**changes: Any) -> Workspace:
    """The declaration under which that version wrote; KR1's measure with these changes."""
    first = metric(
        "KR1", 22, 35, ("2026-11-02", 27), links=[{"key": "WEB-1"}, {"tracker": "linear", "key": "eng-1"}]
    )
    first["measure"]["unit"] = "%"
    more = {name: changes.pop(name) for name in ("cycles", "exempt") if name in changes}
    points = changes.pop("points", {})
    first |= {name: changes.pop(name) for name in ("title", "owner") if name in changes}
    first["measure"] |= changes
    if first["measure"]["kind"] != "metric":
        first["measure"] = {
            name: value for name, value in first["measure"].items() if name not in ("start", "target")
        }
    return workspace(first, work("KR2", {"key": "WEB-1"}, measure={"weigh": "points", **points}), **more)


def marked() -> list[WorkItem]:
    """The items as today's program reads them where the records of that version stand."""
    return [
        epic("WEB-1", estimate=3, shown=on_jira("WEB-1")),
        item("WEB-2", "WEB-1", estimate=5, shown=on_jira("WEB-2")),
        item("WEB-3", "WEB-1", estimate=3, category="done"),
        epic("WEB-9", shown=on_jira("WEB-9")),
        item("eng-1", shown=on_linear(METADATA)),
    ]


def on_jira(key: str) -> Marks:
    stamp = from_property(copy.deepcopy(STAMPS[key]))
    assert stamp is not None
    comment = comment_of(MARKERS[key]) if key in MARKERS else None
    return Marks(stamp.key_results, stamp.alignment, stamp.labels, comment, stamp=stamp)


def comment_of(marker: dict[str, Any]) -> Comment:
    found = from_comment_marker(copy.deepcopy(marker))
    assert found is not None
    return found[1]


def on_linear(metadata: dict[str, Any]) -> Marks:
    node = AttachmentNode(
        id="a1",
        url="https://okrs.example/kr/KR1?truenorth=acme",
        metadata=metadata,
        updated_at=datetime(2026, 11, 16, tzinfo=UTC),
    )
    own = OwnOnIssue((("okr-aligned", "l1"),))
    return shown_on(find_in_attachments([node], "i1", "acme"), own, "acme", comment_exists=False)


def plan(items: list[WorkItem], goals: Workspace) -> Plan:
    return decide(items, goals)[2]


def planned(found: Plan) -> dict[str, set[str]]:
    return {edit.item.key: {change.mark for change in edit.changes} for edit in found.edits}


def written(items: list[WorkItem], found: Plan) -> list[WorkItem]:
    wanted = {edit.item.ref: edit.wanted for edit in found.edits}
    return [
        replace(
            one,
            shown=replace(
                wanted[one.ref], stamp=Stamp("acme", wanted[one.ref].key_results)
            ),
        )
        if one.ref in wanted
        else one
        for one in items
    ]  # fmt: skip


def test_an_upgrade_writes_nothing() -> None:
    found = plan(marked(), declared())
    assert planned(found) == {}
    assert all(mark.goal is None for one in marked() for mark in one.shown.key_results), "they lack it"


def test_work_that_grows_is_no_news_to_an_older_record() -> None:
    """What it holds as target of linked work is all of the work, which nobody declared."""
    more = [*marked(), item("WEB-4", "WEB-2", estimate=5.1, category="todo", created=NOW)]
    found = plan(more, declared())
    assert "WEB-1" not in planned(found)


def test_a_link_of_that_version_says_what_it_says_today() -> None:
    """What is written anyway on such an item leaves its links alone."""
    for key in ("WEB-1", "WEB-2"):
        shown = on_jira(key)
        links = plan_links(shown, shown.stamp, "acme")
        assert (links.send, links.gone) == ({}, [])


COMMENT, LINK, BOTH = {"comment"}, {"key_results"}, {"key_results", "comment"}
EVERYWHERE = {"WEB-1": BOTH, "WEB-2": LINK, "eng-1": LINK}


@pytest.mark.parametrize(
    ("changes", "news"),
    [
        # The old record of a comment holds the target, and its links do not; and the percent moves by two.
        pytest.param({"target": 36}, {"WEB-1": BOTH}, id="target"),
        pytest.param({"unit": "points of %"}, {"WEB-1": COMMENT}, id="unit"),
        pytest.param({"points": {"weigh": "count"}}, None, id="how work is weighed"),
        pytest.param({"points": {"target": 9}}, None, id="a fixed amount of work"),
        pytest.param({"kind": "keep", "below": 35}, EVERYWHERE, id="kind"),
        pytest.param(
            {"cycles": {"2026-Q4": {"start": "2026-10-01", "end": "2026-12-30"}}},
            EVERYWHERE, id="due day",
        ),
        pytest.param({"exempt": [{"name": "ktlo", "labels": ["ktlo"]}]}, {"WEB-9": COMMENT}, id="an exemption"),
        pytest.param({"title": "Better"}, {**EVERYWHERE, "WEB-9": COMMENT}, id="title"),
        # Neither is in an old record: nothing that it says is false.
        pytest.param({"owner": "ines"}, {}, id="owner"),
        pytest.param({"start": 21.9}, {}, id="start"),
    ],
)  # fmt: skip
def test_what_an_older_record_holds_is_compared(
    changes: dict[str, Any], news: dict[str, set[str]] | None
) -> None:
    goals = declared(**changes)
    found = planned(plan(marked(), goals))
    if news is None:
        assert "comment" in found["WEB-1"]
        return
    assert found == news
    after = written(marked(), plan(marked(), goals))
    assert planned(plan(after, goals)) == {}, "it is written once"


def test_once_renewed_a_record_holds_all_parts() -> None:
    renewed = written(marked(), plan(marked(), declared(target=36)))
    again = plan(renewed, declared(target=36, owner="ines"))
    assert planned(again) == {"WEB-1": COMMENT}


SPOIL: dict[str, Callable[[dict[str, Any]], object]] = {
    "no details": lambda marker: marker.pop("details"),
    "details of another kind": lambda marker: marker.update(details=[1]),
    "a detail of another type": lambda marker: marker["details"]["key_results"][0].update(target="many"),
}


@pytest.mark.parametrize("what", SPOIL)
def test_details_that_are_not_ours_are_not_compared(what: str) -> None:
    marker = copy.deepcopy(MARKERS["WEB-1"])
    SPOIL[what](marker)
    first, *others = marked()
    spoilt = replace(first, shown=replace(first.shown, comment=comment_of(marker)))
    assert planned(plan([spoilt, *others], declared())) == {}
