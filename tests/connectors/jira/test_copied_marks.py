"""What counts as copied and what as a person's word, on issues without a stamp of their own. No server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.jira.api.data_center import ServerIssues
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import (
    BulkPage,
    Fields,
    Issue,
    IssueStatus,
    IssueType,
    Project,
    Property,
    StatusCategory,
)
from connectors.jira.marks.copies import copied_stamp
from connectors.jira.marks.issue_edit import edit_for
from connectors.jira.marks.shown_marks import claims_on, evidence_on, marks_on
from connectors.model import NOTHING, KeyResultMark, Stamp
from connectors.stamp import to_property

SITE = SiteFields(
    claim="kr",
    key_result="kr",
    progress="percent",
    health="health",
    alignment="alignment",
    objective="objective",
    labels=frozenset({"okr-aligned", "okr-orphaned", "okr-dangling"}),
)
TEXT = "A-1 · One"
FULL = {"percent": 40.0, "health": "On track", "alignment": "Aligned", "objective": "Grow"}
WRITTEN = (
    ("alignment", "Aligned"),
    ("health", "On track"),
    ("kr", TEXT),
    ("objective", "Grow"),
    ("percent", "40"),
)
MARK = KeyResultMark("A-1", "One", 40, "on_track", "", objective="Grow")


def issue(
    kr: Any = None,
    labels: tuple[str, ...] = (),
    stamp: Stamp | None = None,
    percent: float | None = None,
    health: str | None = None,
    alignment: str | None = None,
    objective: str | None = None,
) -> Issue:
    fields = Fields(
        summary="",
        status=IssueStatus(name="To Do", status_category=StatusCategory(key="new")),
        issuetype=IssueType(name="Story", id="1"),
        project=Project(id="1", key="WEB"),
        created="",
        updated="",
        labels=list(labels),
        key_result=kr,
        kr_progress=percent,
        kr_health={"value": health} if health else None,
        kr_alignment={"value": alignment} if alignment else None,
        kr_objective=objective,
    )
    properties = {"truenorth": to_property(stamp)} if stamp else {}
    return Issue(id="7", key="WEB-7", fields=fields, properties=properties)


def stamp(item: str = "5", owner: str = "acme", fields: tuple[tuple[str, str], ...] = WRITTEN) -> Stamp:
    """That of another issue, unless `item` is that of ours."""
    mark = KeyResultMark("A-1", "One", 40, "on_track", "https://x", objective="Grow")
    links = (("A-1", "0123456789ab"),)
    return Stamp(owner, (mark,), "aligned", ("okr-aligned",), "900", fields=fields, links=links, item=item)


@pytest.mark.parametrize(
    ("there", "claims", "key_results", "labels"),
    [
        # A person's word: an id alone, or what we would not have written.
        ({"kr": "A-1"}, ("A-1",), (), None),
        ({"kr": "A-1", "labels": ("okr-aligned",)}, ("A-1",), (), ("okr-aligned",)),
        ({"kr": "A-1", **FULL}, ("A-1",), (), None),
        ({"kr": "A-1, B-2"}, ("A-1", "B-2"), (), None),
        ({"kr": "A-1,B-2", "labels": ("okr-aligned",)}, ("A-1", "B-2"), (), ("okr-aligned",)),
        ({"kr": "A-1 · One, B-2 · Two"}, ("A-1", "B-2"), (), None),
        ({"kr": "see A-1 · One"}, ("see",), (), None),
        # Our text is no claim.
        ({"kr": TEXT}, (), (("A-1", "One"),), ()),
        ({"kr": TEXT, "labels": ("okr-aligned", "mine"), **FULL}, (), (("A-1", "One"),), ("okr-aligned",)),
        ({"kr": "A-1 · One; also B-2"}, (), (("A-1", "One"), ("B-2", "")), ()),
        # A list as older versions wrote it, beside a label of the policy and computed fields that agree.
        ({"kr": "A-1, B-2", "labels": ("okr-aligned",), **FULL}, (), (("A-1", ""), ("B-2", "")), ("okr-aligned",)),
        ({"kr": "A-1, B-2", "labels": ("okr-aligned",)}, ("A-1", "B-2"), (), ("okr-aligned",)),
        ({"kr": "A-1, B-2", "labels": ("okr-aligned",), "percent": 40}, ("A-1", "B-2"), (), ("okr-aligned",)),
        ({"kr": "A-1, B-2", "labels": ("okr-orphaned",), **FULL, "alignment": "Orphaned"}, ("A-1", "B-2"), (), ("okr-orphaned",)),
        ({"kr": "A-1, B-2", "labels": ("okr-aligned",), **FULL, "health": "Fine"}, ("A-1", "B-2"), (), ("okr-aligned",)),
        ({"kr": "A-1, B-2", "percent": 40}, ("A-1", "B-2"), (), None),
        ({"kr": "A-1, B-2", "health": "On track"}, ("A-1", "B-2"), (), None),
        ({"kr": "A-1, B-2", **FULL}, ("A-1", "B-2"), (), None),
        # Labels are ours by name.
        ({"labels": ("OKR-Aligned", "okr-orphaned")}, (), (), ("OKR-Aligned", "okr-orphaned")),
        ({"labels": ("okr-alignedish",)}, (), (), None),
        ({}, (), (), None),
        # Values in computed fields alone are people's.
        (FULL, (), (), None),
        # A stamp that was cloned tells what was written, and what was not.
        ({"kr": TEXT, "stamp": stamp(), **FULL}, (), (("A-1", "One"),), ()),
        ({"kr": "A-1", "stamp": stamp(fields=(("kr", "A-1"),))}, (), (("A-1", ""),), ()),
        ({"kr": "A-1", "stamp": stamp(fields=(("kr", ""),))}, ("A-1",), (), ()),
        ({"kr": "A-1, B-2", "stamp": stamp(fields=(("kr", ""),)), **FULL}, ("A-1", "B-2"), (), ()),
        ({"kr": "B-9", "stamp": stamp()}, ("B-9",), (), ()),
        ({"kr": "B-9 · Nine", "stamp": stamp(), **FULL}, ("B-9",), (), ()),
        ({"kr": "A-1, B-2", "stamp": stamp(), "labels": ("okr-aligned",), **FULL}, ("A-1", "B-2"), (), ("okr-aligned",)),
        ({"kr": "A-1, B-2", "stamp": stamp(fields=()), "labels": ("okr-aligned",), **FULL}, ("A-1", "B-2"), (), ("okr-aligned",)),
        ({"stamp": stamp()}, (), (), ()),
        ({"kr": TEXT, "stamp": stamp(owner="rival"), "labels": ("okr-aligned",)}, (), (("A-1", "One"),), ("okr-aligned",)),
    ],
)  # fmt: skip
def test_what_is_copied(
    there: dict[str, Any],
    claims: tuple[str, ...],
    key_results: tuple[tuple[str, str], ...],
    labels: tuple[str, ...] | None,
) -> None:
    found = issue(**there)
    evidence = evidence_on(found, SITE, "acme")
    shown = marks_on(found, SITE, "acme")
    assert claims_on(found, evidence, SITE) == claims
    assert tuple((mark.id, mark.title) for mark in shown.key_results) == key_results
    assert (evidence is None) == (labels is None)
    assert shown.labels == (labels or ())
    if evidence is not None:
        assert (evidence.owner, evidence.copied, evidence.comment_id, evidence.links) == (
            "acme",
            True,
            "",
            (),
        )


@pytest.mark.parametrize("item", ["", "7"])
@pytest.mark.parametrize("owner", ["acme", "rival"])
def test_an_issue_with_its_own_stamp_shows_no_copy(item: str, owner: str) -> None:
    found = issue(kr=TEXT, labels=("okr-aligned",), stamp=stamp(item, owner), **FULL)  # type: ignore[arg-type]
    assert copied_stamp(found, SITE, "acme") is None
    assert evidence_on(found, SITE, "acme") == stamp(item, owner)


def test_a_copy_shows_what_its_fields_say() -> None:
    shown = marks_on(issue(kr=TEXT, **FULL), SITE, "acme")  # type: ignore[arg-type]
    assert (shown.key_results, shown.alignment) == ((MARK,), None)
    assert shown.stamp is not None
    assert shown.stamp.fields == WRITTEN
    assert shown.unwritten == ()


@pytest.mark.parametrize(
    ("there", "left"),
    [
        ({"kr": TEXT, "labels": ("okr-aligned", "mine"), **FULL}, set()),
        ({"kr": TEXT, "stamp": stamp(), "labels": ("okr-aligned",), **FULL, "percent": 99}, set()),
        ({"labels": ("okr-orphaned",), "alignment": "Orphaned", "percent": 50}, set()),
        ({"labels": ("okr-orphaned",), "alignment": "Undecided"}, {"alignment"}),
        ({"labels": ("okr-aligned",), "kr": "A-1", **FULL}, {"kr"}),
        ({"kr": "A-1", "labels": ("okr-aligned",), "stamp": stamp(), **FULL}, {"kr"}),
        ({"kr": "A-1", "labels": ("okr-aligned",), "percent": 7}, {"kr", "percent"}),
    ],
    ids=["all", "changed", "label", "option", "claimed", "claim", "person"],
)
def test_what_is_copied_goes_and_what_people_wrote_stays(there: dict[str, Any], left: set[str]) -> None:
    found = issue(**there)
    edit = edit_for(found, NOTHING, evidence_on(found, SITE, "acme"), SITE, lambda _: False)
    filled = {name for name in ("kr", *FULL) if there.get(name) is not None}
    assert filled - edit.fields.keys() == left
    assert set(edit.fields.values()) <= {None}
    assert edit.remove == sorted(set(found.fields.labels) - {"mine"})


@pytest.mark.parametrize("labels", [("okr-orphaned",), ("okr-aligned", "okr-orphaned"), ("OKR-ALIGNED",)])
def test_one_alignment_at_a_time(labels: tuple[str, ...]) -> None:
    found = issue(kr=TEXT, labels=(*labels, "mine"), stamp=stamp("7"), **FULL)  # type: ignore[arg-type]
    shown = marks_on(found, SITE, "acme")
    assert shown.labels == tuple(sorted(labels))
    wanted = NOTHING.__class__((MARK,), "aligned", ("okr-aligned",))
    edit = edit_for(found, wanted, evidence_on(found, SITE, "acme"), SITE, lambda _: False)
    assert (set(labels) | set(edit.add)) - set(edit.remove) == {"okr-aligned"}


def test_on_a_site_without_alignment_the_values_beside_a_label_came_along() -> None:
    site = replace(SITE, alignment=None)
    found = issue(kr="A-1", labels=("okr-aligned",), percent=40, health="On track", objective="Grow")
    edit = edit_for(found, NOTHING, evidence_on(found, site, "acme"), site, lambda _: False)
    assert edit.fields == {"percent": None, "health": None, "objective": None}


def old_stamp(kr: str = "", item: str = "") -> Stamp:
    """That of a clone as the version before copies were known left it: text and values counted as a person's."""
    fields = (("alignment", "Aligned"), ("health", ""), ("kr", kr))
    return Stamp("acme", (MARK,), "aligned", ("okr-aligned",), None, fields=fields, item=item)


@pytest.mark.parametrize(
    ("text", "found", "claims"),
    [
        (TEXT, old_stamp(), ()),
        ("A-1 · One; also B-2", old_stamp(), ()),
        ("A-1", old_stamp(), ("A-1",)),
        ("A-1, B-2", old_stamp(), ("A-1", "B-2")),
        (TEXT, old_stamp("A-1 · Other"), ("A-1",)),
        (TEXT, old_stamp(item="7"), ("A-1",)),
    ],
    ids=["ours", "several", "id", "list", "changed", "new"],
)
def test_a_clone_that_an_older_version_stamped_claims_nothing(
    text: str, found: Stamp, claims: tuple[str, ...]
) -> None:
    there = issue(kr=text, labels=("okr-aligned",), stamp=found, **FULL)  # type: ignore[arg-type]
    evidence = evidence_on(there, SITE, "acme")
    assert claims_on(there, evidence, SITE) == claims
    away = edit_for(there, NOTHING, evidence, SITE, lambda _: False)
    assert ("kr" in away.fields) == (not claims)
    assert set(away.fields) >= (set(FULL) if not claims else {"alignment"})
    shown = marks_on(there, SITE, "acme")
    assert [mark.id for mark in shown.key_results] == ["A-1"]
    wanted = replace(shown, key_results=(replace(MARK, percent=60, title="New"),), stamp=None)
    edit = edit_for(there, wanted, evidence, SITE, lambda _: False)
    assert edit.fields.get("kr") == (None if claims else "A-1 · New")


@pytest.mark.parametrize(
    ("there", "scope", "asked"),
    [
        ({"labels": ("okr-aligned",)}, ("1",), True),
        ({"labels": ("okr-aligned",)}, ("2",), False),
        ({"labels": ("mine",)}, ("1",), False),
        ({"kr": "A-1"}, ("2",), True),
    ],
    ids=["label", "beyond", "theirs", "text"],
)
def test_on_data_center_stamps_behind_labels_are_looked_for_in_scope(
    there: dict[str, Any], scope: tuple[str, ...], asked: bool
) -> None:
    sent: list[str] = []

    def call(method: str, path: str, *_: object, **__: object) -> Any:
        if method == "POST":
            return BulkPage(issues=[issue(**there)], total=1)
        sent.append(path)
        return Property(key="truenorth")

    with ThreadPoolExecutor(1) as pool:
        reader = ServerIssues(SimpleNamespace(call=call), SITE, pool, known=(), scope=scope)  # type: ignore[arg-type]
        assert list(reader.fetch(["7"])) == ["7"]
    assert sent == ["issue/7/properties/truenorth"] * asked
