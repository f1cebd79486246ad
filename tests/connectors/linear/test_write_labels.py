"""Labels that Truenorth shares with people, and marks on projects: over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from config.policy import LabelPolicy
from connectors.linear.api.wire import LinkNode
from connectors.linear.marks.records import find_in_links
from connectors.linear.setup.groups import GroupSetup
from connectors.made_names import signature
from connectors.model import Marks, Stamp
from connectors.sandbox.linear.entities import Project
from connectors.sandbox.linear.state import LinearSpace
from tests.support.linear_workspace import (
    EVERYTHING,
    LATENCY,
    ONBOARDING,
    ORPHAN,
    OWNER,
    LinearWorkspace,
    moved,
    ours,
    progress,
    write,
)
from tests.support.writing import write_one


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace(120)
    yield one
    one.close()


# --- Labels --------------------------------------------------------------------------------------


def labels_named(workspace: LinearWorkspace, name: str) -> list[Any]:
    return [one for one in workspace.space.labels.values() if one.name.casefold() == name.casefold()]


def test_a_missing_label_is_made_once_for_the_workspace(workspace: LinearWorkspace) -> None:
    keys = [workspace.an_open_issue(skip=at).identifier for at in (0, 1)]
    tracker = workspace.connector()
    items = workspace.pulled(tracker)
    for key in keys:
        assert write_one(tracker, items[key], EVERYTHING).outcome == "written"
    (label,) = labels_named(workspace, "okr-aligned")
    assert label.team is None


def test_an_existing_label_is_used_whatever_its_case(workspace: LinearWorkspace) -> None:
    issue, other = workspace.an_open_issue(), workspace.an_open_issue(skip=1)
    workspace.do(lambda _: workspace.add_label(other, "OKR-Aligned"))
    item = write(workspace, issue.identifier, EVERYTHING)
    assert item.shown == EVERYTHING
    assert len(labels_named(workspace, "okr-aligned")) == 1


def test_a_label_that_only_another_team_has_is_made_for_this_team(workspace: LinearWorkspace) -> None:
    issue, other = workspace.an_open_issue("ENG"), workspace.an_open_issue("MOB")
    workspace.do(lambda _: workspace.add_label(other, "okr-aligned", team="MOB"))
    assert write(workspace, issue.identifier, EVERYTHING).shown == EVERYTHING
    assert sorted(one.team.key for one in labels_named(workspace, "okr-aligned")) == ["ENG", "MOB"]


def test_a_label_that_cannot_be_set_does_not_stop_the_rest(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()

    def retire(_: object) -> None:
        label = workspace.add_label(issue, "okr-aligned")
        issue.labels.remove(label)
        label.retired_at = label.created_at

    workspace.do(retire)
    tracker = workspace.connector()
    receipt = write_one(tracker, workspace.item(issue.identifier, tracker), EVERYTHING)
    assert receipt.outcome == "failed"
    assert "okr-aligned" in (receipt.error or "")
    item = workspace.item(issue.identifier)
    assert item.shown == replace(EVERYTHING, labels=())
    assert write(workspace, issue.identifier, Marks()).shown == Marks()


def test_an_exclusive_group_is_a_refusal_in_plain_words(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()

    def group(_: object) -> None:
        label = workspace.add_label(issue, "okr-aligned", group="Key result")
        issue.labels.remove(label)
        workspace.add_label(issue, "GROWTH-KR2")

    workspace.do(group)
    tracker = workspace.connector()
    receipt = write_one(tracker, workspace.item(issue.identifier, tracker), EVERYTHING)
    assert receipt.outcome == "failed"
    assert "only one label of a group" in (receipt.error or "")
    assert len(ours(issue)) == 2


def test_a_label_that_only_an_archived_issue_bears_stays_for_undo_and_for_setup(
    workspace: LinearWorkspace,
) -> None:
    issue = workspace.an_open_issue()
    tracker = workspace.connector()
    assert write_one(tracker, workspace.item(issue.identifier, tracker), EVERYTHING).outcome == "written"
    (label,) = labels_named(workspace, "okr-aligned")
    setup = GroupSetup(tracker._client)
    workspace.do(lambda space: setattr(issue, "archived_at", space.now()))
    assert (tracker.delete_label("okr-aligned"), setup.is_in_use(label.id)) == (False, True)
    workspace.do(lambda _: issue.labels.remove(label))
    assert (setup.is_in_use(label.id), tracker.delete_label("okr-aligned")) == (False, True)


# --- The label group of setup --------------------------------------------------------------------


def test_an_issue_bears_its_alignment_once_in_the_group_where_it_is_there_as_a_label_where_it_is_not(
    workspace: LinearWorkspace,
) -> None:
    issue = workspace.an_open_issue()

    def written(wanted: Marks) -> tuple[set[str], Marks, list[str]]:
        tracker = workspace.connector(labels=LabelPolicy())
        before = workspace.item(issue.identifier, tracker)
        assert write_one(tracker, before, wanted).outcome == "written"
        after = workspace.item(issue.identifier, workspace.connector(labels=LabelPolicy()))
        said = {label.name for label in issue.labels} & {"okr-aligned", "okr-orphaned", "aligned", "orphaned"}
        return said, after.shown, list(after.labels)

    people = list(workspace.item(issue.identifier).labels)
    assert written(EVERYTHING) == ({"okr-aligned"}, EVERYTHING, people)
    workspace.do(lambda space: make_group(workspace, space, "Alignment", "aligned", "orphaned"))
    labels = LabelPolicy()
    assert workspace.item(issue.identifier, workspace.connector(labels=labels)).shown.alignment is None
    assert written(EVERYTHING) == ({"aligned"}, EVERYTHING, people)
    assert written(ORPHAN) == ({"orphaned"}, ORPHAN, people)
    assert not labels_named(workspace, "okr-orphaned"), "no label is made that no issue bears"
    workspace.do(lambda space: drop_group(space, "Alignment"))
    shown = workspace.item(issue.identifier, workspace.connector(labels=labels)).shown
    assert shown == replace(ORPHAN, labels=()), "the next plan puts the label on"
    assert written(ORPHAN) == ({"okr-orphaned"}, ORPHAN, people)
    assert written(Marks()) == (set(), Marks(), people)


def make_group(workspace: LinearWorkspace, space: LinearSpace, name: str, *children: str) -> None:
    """A label group as setup makes it."""
    issue = workspace.an_open_issue(skip=1)
    for one in (name, *children):
        label = workspace.add_label(issue, one, group=name if one != name else None)
        issue.labels.remove(label)
        label.description = signature(OWNER)
    next(one for one in space.labels.values() if one.name == name).is_group = True


def drop_group(space: LinearSpace, name: str) -> None:
    gone = [
        one for one in space.labels.values() if one.name == name or (one.parent and one.parent.name == name)
    ]
    for label in gone:
        del space.labels[label.id]
        for issue in space.issues.values():
            issue.labels = [one for one in issue.labels if one is not label]


# --- Projects ------------------------------------------------------------------------------------


def test_a_project_carries_links_and_a_comment(workspace: LinearWorkspace) -> None:
    project = workspace.project("Onboarding v2")
    wanted = Marks((ONBOARDING, LATENCY), comment=progress(61))
    item = write(workspace, project.name, wanted)
    assert item.shown == wanted
    assert [label for label, _ in ours(project)] == [
        "GROWTH-KR2 · The new onboarding is live · 61 % · on track",
        "TRUST-KR3 · p95 latency under 250 ms · no data",
    ]
    ids = [one.id for one in project.external_links]
    wanted = Marks((LATENCY, moved(ONBOARDING, 70)), comment=progress(70))
    assert write(workspace, project.name, wanted).shown == wanted
    assert [one.id for one in project.external_links] == ids
    assert len([one for one in project.comments if one.user and one.user.name == "Truenorth"]) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Marks(comment=progress(1)), Marks((LATENCY,))),
        (Marks((LATENCY,)), Marks(comment=progress(1))),
        (Marks((ONBOARDING, LATENCY)), Marks((LATENCY,), comment=progress(2))),
    ],
)
def test_a_projects_marks_turn_into_others(workspace: LinearWorkspace, before: Marks, after: Marks) -> None:
    project = workspace.project("Faster API")
    write(workspace, project.name, before)
    assert write(workspace, project.name, after).shown == after
    assert len(ours(project)) == 1


def copy_link(workspace: LinearWorkspace, source: Project, target: Project) -> None:
    """A person copies a project: its links come along."""

    def copy(_: object) -> None:
        for one in [one for one in source.external_links if "truenorth=" in one.url]:
            link = replace(one, id=workspace.space.new_id(), project=target)
            workspace.space.external_links[link.id] = link
            target.external_links.append(link)

    workspace.do(copy)


@pytest.mark.parametrize(
    "wanted",
    [Marks(), Marks((ONBOARDING, LATENCY), comment=progress(61)), Marks((LATENCY,))],
    ids=["none", "same", "one"],
)
def test_a_link_copied_to_another_project_is_taken_over_or_off(
    workspace: LinearWorkspace, wanted: Marks
) -> None:
    source, target = workspace.project("Onboarding v2"), workspace.project("Faster API")
    write(workspace, source.name, Marks((ONBOARDING, LATENCY), comment=progress(61)))
    copy_link(workspace, source, target)
    item = workspace.item(target.name)
    assert item.shown == Marks((ONBOARDING, LATENCY))
    assert item.shown.stamp == Stamp(OWNER, copied=True)
    item = write(workspace, target.name, wanted)
    assert item.shown == wanted
    assert item.shown.stamp is None or not item.shown.stamp.copied
    assert len(ours(target)) == len(wanted.key_results)
    assert len(ours(source)) == 2


def test_undo_finds_a_copied_link(workspace: LinearWorkspace) -> None:
    source, target = workspace.project("Onboarding v2"), workspace.project("Faster API")
    write(workspace, source.name, Marks((ONBOARDING,)))
    copy_link(workspace, source, target)
    tracker = workspace.connector()
    for item in tracker.owned_items(()).items:
        assert write_one(tracker, item, Marks()).outcome == "written"
    assert ours(source) == ours(target) == []


def test_a_deleted_link_comes_back(workspace: LinearWorkspace) -> None:
    project = workspace.project("Faster API")
    wanted = Marks((LATENCY,), comment=progress(3))
    write(workspace, project.name, wanted)

    def remove(_: object) -> None:
        (link,) = project.external_links[-1:]
        project.external_links.remove(link)
        del workspace.space.external_links[link.id]
        workspace.space.deleted_ids.add(link.id)

    workspace.do(remove)
    assert write(workspace, project.name, wanted).shown == wanted
    assert len([one for one in project.comments if one.user and one.user.name == "Truenorth"]) == 1


def test_a_record_that_somebody_damaged_is_no_record() -> None:
    urls = [
        "https://okrs.example.com/kr/A?truenorth=acme#%%%",
        "https://okrs.example.com/kr/A?truenorth=acme#AAAA",
        "https://okrs.example.com/kr/A?truenorth=acme",
        "https://[?truenorth=acme",
    ]
    moment = datetime(2026, 11, 16, tzinfo=UTC)
    links = [LinkNode(str(at), url, "x", moment) for at, url in enumerate(urls)]
    assert find_in_links(links, "p1", OWNER).records == ()
