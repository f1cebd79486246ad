"""What Truenorth writes to Linear, and that it touches nothing else: over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import CredentialError, Unreachable
from connectors.linear.marks import find_in_links
from connectors.linear.places import own_id
from connectors.linear.wire import LinkNode
from connectors.model import Comment, KeyResultMark, Marks, WorkItem
from tests.connectors.linear_bench import LATENCY, ONBOARDING, OWNER, Bench, moved, ours, progress

EVERYTHING = Marks((ONBOARDING, LATENCY), "aligned", ("okr-aligned",), progress(61))
ORPHAN = Marks((), "orphaned", ("okr-orphaned",), Comment("orphan", (), progress(0, "Orphan").doc))


@pytest.fixture
def bench() -> Iterator[Bench]:
    one = Bench(110)
    yield one
    one.close()


def write(bench: Bench, key: str, wanted: Marks, **connector: Any) -> WorkItem:
    """Pull, write, pull again: the item as it shows itself then."""
    tracker = bench.connector(**connector)
    receipt = tracker.write(bench.item(key, tracker), wanted)
    assert receipt.outcome == "written", receipt.error
    return bench.item(key, tracker)


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
def test_what_is_written_is_what_is_read_back(bench: Bench, wish: str) -> None:
    key = bench.an_open_issue().identifier
    item = write(bench, key, WISHES[wish])
    assert item.shown == WISHES[wish]
    assert item.shown.stamp is not None
    assert item.shown.stamp.owner == OWNER


@pytest.mark.parametrize("before", WISHES)
@pytest.mark.parametrize("after", ["everything", "orphaned", "one key result", "a comment alone"])
def test_any_marks_turn_into_any_others(bench: Bench, before: str, after: str) -> None:
    key = bench.an_open_issue().identifier
    write(bench, key, WISHES[before])
    item = write(bench, key, WISHES[after])
    assert item.shown == WISHES[after]
    assert len(ours(bench.issue(key))) == max(1, len(WISHES[after].key_results))
    assert len(bench.issue(key).comments) == (WISHES[after].comment is not None)


def test_people_see_title_figures_and_a_stable_address(bench: Bench) -> None:
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING)
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
    write(bench, issue.identifier, replace(EVERYTHING, key_results=(moved(ONBOARDING, 70), LATENCY)))
    assert [one.id for one in issue.attachments] == before
    assert issue.attachments[0].subtitle == "70 % · on track"


def test_metadata_is_flat(bench: Bench) -> None:
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING)
    values = [value for card in issue.attachments for value in card.metadata.values()]
    assert values
    assert {type(value) for value in values} <= {str, int}


def test_a_title_can_hold_no_template_in_the_subtitle(bench: Bench) -> None:
    issue = bench.an_open_issue()
    write(bench, issue.identifier, WISHES["titles with markup"])
    assert "{" not in (issue.attachments[0].subtitle or "")


def test_our_labels_do_not_feed_back(bench: Bench) -> None:
    key = bench.an_open_issue().identifier
    before = bench.item(key).labels
    item = write(bench, key, EVERYTHING)
    assert item.labels == before
    assert "okr-aligned" in [label.name for label in bench.issue(key).labels]


# --- Quiet ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", WISHES)
def test_the_second_write_sends_no_request(bench: Bench, wish: str) -> None:
    key = bench.an_open_issue().identifier
    item = write(bench, key, WISHES[wish])
    tracker = bench.connector()
    bench.box.forget_requests()
    receipt = tracker.write(item, WISHES[wish])
    assert (receipt.outcome, receipt.requests) == ("written", 0)
    assert bench.box.requests == []


def test_a_comment_is_edited_in_place_and_without_a_trace(bench: Bench) -> None:
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING)
    (first,) = issue.comments
    write(bench, issue.identifier, replace(EVERYTHING, comment=progress(70)))
    (second,) = issue.comments
    assert second is first
    assert "70" in first.body
    assert first.edited_at is None
    assert issue.subscribers == [] or "Truenorth" not in [one.name for one in issue.subscribers]


# --- What people did -----------------------------------------------------------------------------


def test_nothing_of_peoples_is_touched(bench: Bench) -> None:
    issue = bench.an_open_issue()

    def decorate(_: object) -> None:
        bench.add_label(issue, "needs-design")
        bench.add_comment(issue, "Truenorth? <!-- truenorth -->")
        bench.add_attachment(issue, "https://figma.example/onboarding", metadata={"a": 1})

    bench.do(decorate)
    before = bench.picture()
    write(bench, issue.identifier, EVERYTHING)
    after = bench.picture()
    assert after.keys() == before.keys()
    changed = [key for key in before if before[key] != after[key]]
    assert changed == [issue.identifier]
    for part in ("comments", "labels", "attachments"):
        kept = [one for one in after[issue.identifier][part] if one in before[issue.identifier][part]]
        assert kept == before[issue.identifier][part]


def test_taking_everything_away_restores_the_world(bench: Bench) -> None:
    issue, project = bench.an_open_issue(), bench.project("Faster API")
    bench.do(lambda _: bench.add_label(issue, "needs-design"))
    before = bench.picture()
    on_project = Marks((ONBOARDING, LATENCY), comment=progress(61))
    write(bench, issue.identifier, EVERYTHING)
    write(bench, "Faster API", on_project)
    assert bench.picture() != before
    write(bench, issue.identifier, Marks())
    item = write(bench, project.name, Marks())
    assert item.shown == Marks()
    assert item.shown.stamp is None
    assert bench.picture() == before


@pytest.mark.parametrize("removed", ["GROWTH-KR2", "TRUST-KR3"])
def test_an_attachment_that_a_person_removed_is_seen_and_comes_back(bench: Bench, removed: str) -> None:
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING)
    bench.do(
        lambda _: bench.remove_attachment(next(one for one in issue.attachments if removed in one.title))
    )
    item = bench.item(issue.identifier)
    assert [mark.id for mark in item.shown.key_results] == [
        mark.id for mark in EVERYTHING.key_results if mark.id != removed
    ]
    assert write(bench, issue.identifier, EVERYTHING).shown == EVERYTHING
    assert len(issue.comments) == 1


def test_a_label_that_a_person_took_off_is_seen(bench: Bench) -> None:
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING)
    bench.do(lambda _: issue.labels.pop())
    shown = bench.item(issue.identifier).shown
    assert (shown.alignment, shown.labels) == (None, ())
    assert write(bench, issue.identifier, EVERYTHING).shown == EVERYTHING


def test_a_comment_that_a_person_deleted_comes_back_under_a_new_id(bench: Bench) -> None:
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING)
    seen = {issue.comments[0].id}
    for _ in range(3):
        bench.do(lambda _: bench.remove_comment(issue.comments[0]))
        assert bench.item(issue.identifier).shown.comment is None
        assert write(bench, issue.identifier, EVERYTHING).shown == EVERYTHING
        seen.add(issue.comments[0].id)
    assert len(seen) == 4


def test_a_comment_withdrawn_by_us_can_be_written_again(bench: Bench) -> None:
    key = bench.an_open_issue().identifier
    write(bench, key, EVERYTHING)
    write(bench, key, replace(EVERYTHING, comment=None))
    assert bench.issue(key).comments == []
    assert write(bench, key, EVERYTHING).shown == EVERYTHING


def test_a_link_with_our_address_that_a_person_pasted_is_theirs(bench: Bench) -> None:
    issue = bench.an_open_issue()
    url = "https://okrs.example.com/kr/GROWTH-KR2?truenorth=acme"
    bench.do(lambda _: bench.add_attachment(issue, url))
    assert bench.item(issue.identifier).shown == Marks()
    write(bench, issue.identifier, ORPHAN)
    write(bench, issue.identifier, Marks())
    assert [one.url for one in issue.attachments] == [url]


def test_what_changed_since_the_read_is_left_to_the_next_run(bench: Bench) -> None:
    issue = bench.an_open_issue()
    tracker = bench.connector()
    item = write(bench, issue.identifier, EVERYTHING)
    bench.do(lambda _: bench.remove_attachment(issue.attachments[1]))
    before = bench.picture()
    receipt = tracker.write(item, ORPHAN)
    assert receipt.outcome == "skipped"
    assert "changed since" in (receipt.error or "")
    assert bench.picture() == before


# --- Owners --------------------------------------------------------------------------------------


def test_marks_of_another_workspace_are_left_alone(bench: Bench) -> None:
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING, owner="globex")
    item = bench.item(issue.identifier)
    assert item.shown.stamp is not None
    assert item.shown.stamp.owner == "globex"
    assert item.shown == Marks()
    before = bench.picture()
    receipt = bench.connector().write(item, EVERYTHING)
    assert receipt.outcome == "skipped"
    assert "globex" in (receipt.error or "")
    assert bench.picture() == before


# --- Labels --------------------------------------------------------------------------------------


def labels_named(bench: Bench, name: str) -> list[Any]:
    return [one for one in bench.space.labels.values() if one.name.casefold() == name.casefold()]


def test_a_missing_label_is_made_once_for_the_workspace(bench: Bench) -> None:
    keys = [bench.an_open_issue(skip=at).identifier for at in (0, 1)]
    tracker = bench.connector()
    items = bench.pulled(tracker)
    for key in keys:
        assert tracker.write(items[key], EVERYTHING).outcome == "written"
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
    receipt = tracker.write(bench.item(issue.identifier, tracker), EVERYTHING)
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
    receipt = tracker.write(bench.item(issue.identifier, tracker), EVERYTHING)
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
    assert find_in_links(links, "p1", OWNER).traces == ()


# --- Faults --------------------------------------------------------------------------------------


def comment_id(item: WorkItem, generation: int = 0) -> str:
    return own_id(OWNER, item.ref.id, "comment", generation)


def test_an_id_clash_means_that_the_comment_landed(bench: Bench) -> None:
    """The stamp was lost, or another worker was faster: the comment with our id is adopted, not doubled."""
    issue = bench.an_open_issue()
    item = write(bench, issue.identifier, EVERYTHING)
    assert [one.id for one in issue.comments] == [comment_id(item)]
    for card in list(issue.attachments):
        bench.remove_attachment(card)
    assert bench.item(issue.identifier).shown == Marks()
    item = write(bench, issue.identifier, replace(EVERYTHING, comment=progress(70)))
    assert [one.id for one in issue.comments] == [comment_id(item)]
    assert "70" in issue.comments[0].body


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("at", range(7))
@pytest.mark.parametrize("key", ["issue", "Faster API"])
def test_a_lost_reply_doubles_nothing(bench: Bench, kind: Any, at: int, key: str) -> None:
    place: Any = bench.an_open_issue() if key == "issue" else bench.project(key)
    wanted = EVERYTHING if key == "issue" else Marks((ONBOARDING, LATENCY), comment=progress(61))
    name = place.identifier if key == "issue" else key
    tracker = bench.connector()
    item = bench.item(name, tracker)
    comments = len(place.comments)
    bench.box.fault("POST /linear/graphql", kind, skip=at, times=1)
    receipt = tracker.write(item, wanted)
    bench.box.clear_faults()
    assert receipt.outcome == "written"
    assert bench.item(name).shown == wanted
    assert len(ours(place)) == 2
    assert len(place.comments) == comments + 1


@pytest.mark.parametrize("then", ["the same", "nothing"])
@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN, Marks()], ids=["everything", "orphan", "nothing"])
def test_wherever_a_write_breaks_off_the_next_run_finishes(bench: Bench, wanted: Marks, then: str) -> None:
    """A process killed after any number of requests looks just like a tracker that dies for good then."""
    start = Marks((moved(LATENCY, 5),), "exempt", ("okr-exempt",), progress(5))
    issue = bench.an_open_issue()
    before = bench.picture()
    for at in range(10):
        write(bench, issue.identifier, start)
        break_off(bench, issue.identifier, wanted, at)
        if then == "the same":
            assert write(bench, issue.identifier, wanted).shown == wanted
        write(bench, issue.identifier, Marks())
        assert bench.picture() == before


@pytest.mark.parametrize("wanted", [EVERYTHING, ORPHAN, Marks(comment=progress(1))])
def test_a_first_write_that_breaks_off_can_be_withdrawn(bench: Bench, wanted: Marks) -> None:
    for at in range(8):
        issue = bench.an_open_issue(skip=at % 4)
        before = bench.picture()
        break_off(bench, issue.identifier, wanted, at)
        write(bench, issue.identifier, Marks())
        assert bench.picture() == before


def test_a_project_whose_first_write_breaks_off_can_be_closed(bench: Bench) -> None:
    before = bench.picture()
    for at in range(5):
        break_off(bench, "Faster API", Marks(comment=ORPHAN.comment), at)
        write(bench, "Faster API", Marks())
        assert bench.picture() == before


def test_a_comment_whose_first_id_is_used_up_is_owned_from_the_start(bench: Bench) -> None:
    for at, issue in enumerate(bench.an_open_issue(skip=skip) for skip in range(4)):
        write(bench, issue.identifier, EVERYTHING)
        write(bench, issue.identifier, Marks())
        break_off(bench, issue.identifier, Marks(comment=progress(1)), at + 3)
        write(bench, issue.identifier, Marks())
        assert issue.comments == []


def break_off(bench: Bench, key: str, wanted: Marks, after: int) -> None:
    """A write whose process dies when request number `after` has taken effect, before its reply."""
    tracker = bench.connector()
    item = bench.item(key, tracker)
    bench.box.fault("POST /linear/graphql", "drop_after", skip=after)
    with suppress(Unreachable):
        tracker.write(item, wanted)
    bench.box.clear_faults()


def test_an_item_that_is_gone_is_skipped(bench: Bench) -> None:
    tracker = bench.connector()
    item = bench.item(bench.an_open_issue().identifier, tracker)
    gone = replace(item, ref=replace(item.ref, id=bench.space.new_id()))
    receipt = tracker.write(gone, EVERYTHING)
    assert receipt.outcome == "skipped"
    assert "gone" in (receipt.error or "")


def test_an_archived_issue_is_skipped(bench: Bench) -> None:
    issue = bench.an_open_issue()
    tracker = bench.connector()
    item = bench.item(issue.identifier, tracker)
    bench.do(lambda space: setattr(issue, "archived_at", space.now()))
    before = bench.picture()
    receipt = tracker.write(item, EVERYTHING)
    assert receipt.outcome == "skipped"
    assert "read-only" in (receipt.error or "")
    assert bench.picture() == before


def test_marks_that_an_item_cannot_carry_are_refused_without_a_request(bench: Bench) -> None:
    tracker = bench.connector()
    items = bench.pulled(tracker)
    initiative = next(item for item in items.values() if item.level == "initiative")
    receipt = tracker.write(initiative, EVERYTHING)
    assert (receipt.outcome, receipt.requests) == ("skipped", 0)
    receipt = tracker.write(items["Faster API"], EVERYTHING)
    assert (receipt.outcome, receipt.requests) == ("skipped", 0)


def test_a_comment_of_another_author_is_not_edited(bench: Bench) -> None:
    """Linear lets only the author edit: the new service account is told so, and nothing is doubled."""
    issue = bench.an_open_issue()
    write(bench, issue.identifier, EVERYTHING)
    tracker = bench.connector(token="sandbox-person-token:ann.lee@acme.example")
    item = bench.item(issue.identifier, tracker)
    receipt = tracker.write(item, replace(EVERYTHING, comment=progress(80)))
    assert receipt.outcome == "failed"
    assert "your own comments" in (receipt.error or "")
    assert len(issue.comments) == 1


def test_a_revoked_credential_stops_the_tracker(bench: Bench) -> None:
    tracker = bench.connector()
    item = bench.item(bench.an_open_issue().identifier, tracker)
    bench.box.fault("POST /linear/graphql", "status", status=401)
    with pytest.raises(CredentialError):
        tracker.write(item, EVERYTHING)
    assert bench.naps == []


def test_marks_hold_no_claim_of_ours_in_two_places(bench: Bench) -> None:
    """Two key results with one page are two attachments all the same."""
    page = "https://okrs.example.com/board"
    wanted: tuple[KeyResultMark, ...] = (replace(ONBOARDING, url=page), replace(LATENCY, url=page))
    issue = bench.an_open_issue()
    write(bench, issue.identifier, Marks(wanted, "aligned"))
    assert len({url for _, url in ours(issue)}) == 2
