"""Labels that Truenorth shares with people, and marks on projects: over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.linear.api.wire import LinkNode
from connectors.linear.marks.records import find_in_links
from connectors.model import Marks
from tests.support.linear_workspace import (
    EVERYTHING,
    LATENCY,
    ONBOARDING,
    OWNER,
    Bench,
    moved,
    ours,
    progress,
    write,
)
from tests.support.writing import write_one


@pytest.fixture
def bench() -> Iterator[Bench]:
    one = Bench(120)
    yield one
    one.close()


# --- Labels --------------------------------------------------------------------------------------


def labels_named(bench: Bench, name: str) -> list[Any]:
    return [one for one in bench.space.labels.values() if one.name.casefold() == name.casefold()]


def test_a_missing_label_is_made_once_for_the_workspace(bench: Bench) -> None:
    keys = [bench.an_open_issue(skip=at).identifier for at in (0, 1)]
    tracker = bench.connector()
    items = bench.pulled(tracker)
    for key in keys:
        assert write_one(tracker, items[key], EVERYTHING).outcome == "written"
    (label,) = labels_named(bench, "okr-aligned")
    assert label.team is None


def test_an_existing_label_is_used_whatever_its_case(bench: Bench) -> None:
    issue, other = bench.an_open_issue(), bench.an_open_issue(skip=1)
    bench.do(lambda _: bench.add_label(other, "OKR-Aligned"))
    item = write(bench, issue.identifier, EVERYTHING)
    assert item.shown == EVERYTHING
    assert len(labels_named(bench, "okr-aligned")) == 1


def test_a_label_that_only_another_team_has_is_made_for_this_team(bench: Bench) -> None:
    issue, other = bench.an_open_issue("ENG"), bench.an_open_issue("MOB")
    bench.do(lambda _: bench.add_label(other, "okr-aligned", team="MOB"))
    assert write(bench, issue.identifier, EVERYTHING).shown == EVERYTHING
    assert sorted(one.team.key for one in labels_named(bench, "okr-aligned")) == ["ENG", "MOB"]


def test_a_label_that_cannot_be_set_does_not_stop_the_rest(bench: Bench) -> None:
    issue = bench.an_open_issue()

    def retire(_: object) -> None:
        label = bench.add_label(issue, "okr-aligned")
        issue.labels.remove(label)
        label.retired_at = label.created_at

    bench.do(retire)
    tracker = bench.connector()
    receipt = write_one(tracker, bench.item(issue.identifier, tracker), EVERYTHING)
    assert receipt.outcome == "failed"
    assert "okr-aligned" in (receipt.error or "")
    item = bench.item(issue.identifier)
    assert item.shown == replace(EVERYTHING, labels=())
    assert write(bench, issue.identifier, Marks()).shown == Marks()


def test_an_exclusive_group_is_a_refusal_in_plain_words(bench: Bench) -> None:
    issue = bench.an_open_issue()

    def group(_: object) -> None:
        label = bench.add_label(issue, "okr-aligned", group="Key result")
        issue.labels.remove(label)
        bench.add_label(issue, "GROWTH-KR2")

    bench.do(group)
    tracker = bench.connector()
    receipt = write_one(tracker, bench.item(issue.identifier, tracker), EVERYTHING)
    assert receipt.outcome == "failed"
    assert "only one label of a group" in (receipt.error or "")
    assert len(ours(issue)) == 2


# --- Projects ------------------------------------------------------------------------------------


def test_a_project_carries_links_and_a_comment(bench: Bench) -> None:
    project = bench.project("Onboarding v2")
    wanted = Marks((ONBOARDING, LATENCY), comment=progress(61))
    item = write(bench, project.name, wanted)
    assert item.shown == wanted
    assert [label for label, _ in ours(project)] == [
        "GROWTH-KR2 · The new onboarding is live · 61 % · on track",
        "TRUST-KR3 · p95 latency under 250 ms · no data",
    ]
    ids = [one.id for one in project.external_links]
    wanted = Marks((LATENCY, moved(ONBOARDING, 70)), comment=progress(70))
    assert write(bench, project.name, wanted).shown == wanted
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
def test_a_projects_marks_turn_into_others(bench: Bench, before: Marks, after: Marks) -> None:
    project = bench.project("Faster API")
    write(bench, project.name, before)
    assert write(bench, project.name, after).shown == after
    assert len(ours(project)) == 1


def test_a_link_copied_to_another_project_proves_nothing_there(bench: Bench) -> None:
    source, target = bench.project("Onboarding v2"), bench.project("Faster API")
    write(bench, source.name, Marks((ONBOARDING,), comment=progress(61)))

    def copy(_: object) -> None:
        link = replace(source.external_links[-1], id=bench.space.new_id(), project=target)
        bench.space.external_links[link.id] = link
        target.external_links.append(link)

    bench.do(copy)
    assert bench.item(target.name).shown == Marks()


def test_a_deleted_link_comes_back(bench: Bench) -> None:
    project = bench.project("Faster API")
    wanted = Marks((LATENCY,), comment=progress(3))
    write(bench, project.name, wanted)

    def remove(_: object) -> None:
        (link,) = project.external_links[-1:]
        project.external_links.remove(link)
        del bench.space.external_links[link.id]
        bench.space.deleted_ids.add(link.id)

    bench.do(remove)
    assert write(bench, project.name, wanted).shown == wanted
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
