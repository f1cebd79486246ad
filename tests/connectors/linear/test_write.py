"""What Truenorth writes on Linear issues, and that it touches nothing else: over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.model import KeyResultMark, Marks
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


# --- Marks on an issue ---------------------------------------------------------------------------

WISHES = {
    "everything": EVERYTHING,
    "one key result": Marks((ONBOARDING,), "aligned", ("okr-aligned",)),
    "no labels in the policy": Marks((ONBOARDING,), "aligned"),
    "orphaned": ORPHAN,
    "orphaned below the top": Marks((), "orphaned", ("okr-orphaned",)),
    "exempt": Marks((), "exempt", ("okr-exempt",)),
    "a comment alone": Marks(comment=progress(10)),
    "titles with markup": Marks(
        (replace(ONBOARDING, title="<b>{var__since}</b> \u202e 🚀 `x` [a](b)"),), "aligned", ("okr-aligned",)
    ),
    "addresses with a query": Marks(
        (
            replace(ONBOARDING, url="https://okrs.example.com/all?cycle=Q4#kr"),
            replace(LATENCY, url="https://okrs.example.com/all?cycle=Q4#kr"),
        ),
        "aligned",
    ),
}


@pytest.mark.parametrize("wish", WISHES)
def test_what_is_written_is_what_is_read_back(workspace: LinearWorkspace, wish: str) -> None:
    key = workspace.an_open_issue().identifier
    item = write(workspace, key, WISHES[wish])
    assert item.shown == WISHES[wish]
    assert item.shown.stamp is not None
    assert item.shown.stamp.owner == OWNER


@pytest.mark.parametrize("before", WISHES)
@pytest.mark.parametrize("after", ["everything", "orphaned", "one key result", "a comment alone"])
def test_any_marks_turn_into_any_others(workspace: LinearWorkspace, before: str, after: str) -> None:
    key = workspace.an_open_issue().identifier
    write(workspace, key, WISHES[before])
    item = write(workspace, key, WISHES[after])
    assert item.shown == WISHES[after]
    assert len(ours(workspace.issue(key))) == max(1, len(WISHES[after].key_results))
    assert len(workspace.issue(key).comments) == (WISHES[after].comment is not None)


def test_people_see_title_figures_and_a_stable_address(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING)
    assert [(one.title, one.subtitle, one.url) for one in issue.attachments] == [
        (
            "GROWTH-KR2 · The new onboarding is live",
            "61 % · on track",
            "https://okrs.example.com/kr/GROWTH-KR2?truenorth=acme",
        ),
        (
            "TRUST-KR3 · p95 latency under 250 ms",
            "no data",
            "https://okrs.example.com/kr/TRUST-KR3?truenorth=acme",
        ),
    ]
    before = [one.id for one in issue.attachments]
    write(workspace, issue.identifier, replace(EVERYTHING, key_results=(moved(ONBOARDING, 70), LATENCY)))
    assert [one.id for one in issue.attachments] == before
    assert issue.attachments[0].subtitle == "70 % · on track"


def test_metadata_is_flat(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING)
    values = [value for card in issue.attachments for value in card.metadata.values()]
    assert values
    assert {type(value) for value in values} <= {str, int}


def test_a_title_can_hold_no_template_in_the_subtitle(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, WISHES["titles with markup"])
    assert "{" not in (issue.attachments[0].subtitle or "")


def test_our_labels_do_not_feed_back(workspace: LinearWorkspace) -> None:
    key = workspace.an_open_issue().identifier
    before = workspace.item(key).labels
    item = write(workspace, key, EVERYTHING)
    assert item.labels == before
    assert "okr-aligned" in [label.name for label in workspace.issue(key).labels]


# --- Quiet ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", WISHES)
def test_the_second_write_sends_no_request(workspace: LinearWorkspace, wish: str) -> None:
    key = workspace.an_open_issue().identifier
    item = write(workspace, key, WISHES[wish])
    tracker = workspace.connector()
    workspace.box.forget_requests()
    receipt = write_one(tracker, item, WISHES[wish])
    assert (receipt.outcome, receipt.requests) == ("written", 0)
    assert workspace.box.requests == []


def test_a_comment_is_edited_in_place_and_without_a_trace(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING)
    (first,) = issue.comments
    write(workspace, issue.identifier, replace(EVERYTHING, comment=progress(70)))
    (second,) = issue.comments
    assert second is first
    assert "70" in first.body
    assert first.edited_at is None
    assert issue.subscribers == [] or "Truenorth" not in [one.name for one in issue.subscribers]


# --- What people did -----------------------------------------------------------------------------


def test_nothing_of_peoples_is_touched(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()

    def decorate(_: object) -> None:
        workspace.add_label(issue, "needs-design")
        workspace.add_comment(issue, "Truenorth? <!-- truenorth -->")
        workspace.add_attachment(issue, "https://figma.example/onboarding", metadata={"a": 1})

    workspace.do(decorate)
    before = workspace.picture()
    write(workspace, issue.identifier, EVERYTHING)
    after = workspace.picture()
    assert after.keys() == before.keys()
    changed = [key for key in before if before[key] != after[key]]
    assert changed == [issue.identifier]
    for part in ("comments", "labels", "attachments"):
        kept = [one for one in after[issue.identifier][part] if one in before[issue.identifier][part]]
        assert kept == before[issue.identifier][part]


def test_taking_everything_away_restores_the_world(workspace: LinearWorkspace) -> None:
    issue, project = workspace.an_open_issue(), workspace.project("Faster API")
    workspace.do(lambda _: workspace.add_label(issue, "needs-design"))
    before = workspace.picture()
    on_project = Marks((ONBOARDING, LATENCY), comment=progress(61))
    write(workspace, issue.identifier, EVERYTHING)
    write(workspace, "Faster API", on_project)
    assert workspace.picture() != before
    write(workspace, issue.identifier, Marks())
    item = write(workspace, project.name, Marks())
    assert item.shown == Marks()
    assert item.shown.stamp is None
    assert workspace.picture() == before


@pytest.mark.parametrize("removed", ["GROWTH-KR2", "TRUST-KR3"])
def test_an_attachment_that_a_person_removed_is_seen_and_comes_back(
    workspace: LinearWorkspace, removed: str
) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING)
    workspace.do(
        lambda _: workspace.remove_attachment(next(one for one in issue.attachments if removed in one.title))
    )
    item = workspace.item(issue.identifier)
    assert [mark.id for mark in item.shown.key_results] == [
        mark.id for mark in EVERYTHING.key_results if mark.id != removed
    ]
    assert write(workspace, issue.identifier, EVERYTHING).shown == EVERYTHING
    assert len(issue.comments) == 1


def test_a_label_that_a_person_took_off_is_seen(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING)
    workspace.do(lambda _: issue.labels.pop())
    shown = workspace.item(issue.identifier).shown
    assert (shown.alignment, shown.labels) == (None, ())
    assert write(workspace, issue.identifier, EVERYTHING).shown == EVERYTHING


def test_a_comment_that_a_person_deleted_comes_back_under_a_new_id(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING)
    seen = {issue.comments[0].id}
    for _ in range(3):
        workspace.do(lambda _: workspace.remove_comment(issue.comments[0]))
        assert workspace.item(issue.identifier).shown.comment is None
        assert write(workspace, issue.identifier, EVERYTHING).shown == EVERYTHING
        seen.add(issue.comments[0].id)
    assert len(seen) == 4


def test_a_comment_withdrawn_by_us_can_be_written_again(workspace: LinearWorkspace) -> None:
    key = workspace.an_open_issue().identifier
    write(workspace, key, EVERYTHING)
    write(workspace, key, replace(EVERYTHING, comment=None))
    assert workspace.issue(key).comments == []
    assert write(workspace, key, EVERYTHING).shown == EVERYTHING


def test_a_link_with_our_address_that_a_person_pasted_is_theirs(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    url = "https://okrs.example.com/kr/GROWTH-KR2?truenorth=acme"
    workspace.do(lambda _: workspace.add_attachment(issue, url))
    assert workspace.item(issue.identifier).shown == Marks()
    write(workspace, issue.identifier, ORPHAN)
    write(workspace, issue.identifier, Marks())
    assert [one.url for one in issue.attachments] == [url]


def test_what_changed_since_the_read_is_left_to_the_next_run(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    tracker = workspace.connector()
    item = write(workspace, issue.identifier, EVERYTHING)
    workspace.do(lambda _: workspace.remove_attachment(issue.attachments[1]))
    before = workspace.picture()
    receipt = write_one(tracker, item, ORPHAN)
    assert receipt.outcome == "skipped"
    assert "changed since" in (receipt.error or "")
    assert workspace.picture() == before


# --- Owners --------------------------------------------------------------------------------------


def test_marks_of_another_workspace_are_left_alone(workspace: LinearWorkspace) -> None:
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, EVERYTHING, owner="globex")
    item = workspace.item(issue.identifier)
    assert item.shown.stamp is not None
    assert item.shown.stamp.owner == "globex"
    assert item.shown == Marks()
    before = workspace.picture()
    receipt = write_one(workspace.connector(), item, EVERYTHING)
    assert receipt.outcome == "skipped"
    assert "globex" in (receipt.error or "")
    assert workspace.picture() == before


def test_marks_hold_no_claim_of_ours_in_two_places(workspace: LinearWorkspace) -> None:
    """Two key results with one page are two attachments all the same."""
    page = "https://okrs.example.com/board"
    wanted: tuple[KeyResultMark, ...] = (replace(ONBOARDING, url=page), replace(LATENCY, url=page))
    issue = workspace.an_open_issue()
    write(workspace, issue.identifier, Marks(wanted, "aligned"))
    assert len({url for _, url in ours(issue)}) == 2
