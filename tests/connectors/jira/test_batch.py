"""Writing many Jira issues at once: the same marks as one by one, in far fewer requests."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from connectors.errors import Unreachable
from connectors.jira.write import writer
from connectors.model import NOTHING, Marks, Receipt, WorkItem
from tests.support.jira_site import (
    KEY_RESULT,
    KR_PROGRESS,
    Site,
    comment,
    connector,
    key_result,
    marks,
    ours,
    running,
)
from tests.support.writing import write_one

COUNT = 12


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as site:
        # Jobs are done when next asked for: a late one would rightly change what was just read.
        site.jira.tasks.delay = site.jira.tasks.pace = 0
        yield site


def some(site: Site, count: int = COUNT) -> list[WorkItem]:
    """Issues of the project WEB, as a fresh pull shows them."""
    return [item for item in site.truenorth.pull().items if item.key.startswith("WEB-") and item.in_scope][
        :count
    ]


def write(site: Site, items: Sequence[WorkItem], wanted: Marks) -> list[Receipt]:
    return list(site.truenorth.write_batch([(item, wanted) for item in items]))


def now(site: Site, items: Sequence[WorkItem]) -> list[WorkItem]:
    refs = {item.ref for item in items}
    return [item for item in site.truenorth.pull().items if item.ref in refs]


def kinds(site: Site) -> Counter[str]:
    """How many requests of which kind, ids left out."""
    paths = ("/".join(p for p in call.split("/") if not p.isdecimal()) for call in site.calls())
    return Counter(paths)


@pytest.mark.parametrize(
    "wanted",
    [
        marks(says=comment()),
        marks(40, key_result("TRUST-KR1", 5)),
        Marks((), "orphaned", ("okr-orphaned",), comment(purpose="orphan")),
    ],
)
def test_every_item_shows_what_was_written(site: Site, wanted: Marks) -> None:
    items = some(site)
    receipts = write(site, items, wanted)
    assert {receipt.item for receipt in receipts} == {item.ref for item in items}
    assert {(receipt.outcome, receipt.error) for receipt in receipts} == {("written", None)}
    assert [item.shown for item in now(site, items)] == [wanted] * COUNT
    assert all(item.claims == before.claims for item, before in zip(now(site, items), items, strict=True))


def test_fields_and_stamps_go_together_and_only_links_and_comments_one_by_one(site: Site) -> None:
    items = some(site)
    site.sandbox.forget_requests()
    receipts = write(site, items, marks(says=comment()))
    sent = kinds(site)
    assert sent["POST issue/comment"] == sent["POST issue/remotelink"] == COUNT
    # One look before, and one whether another writer put comments meanwhile.
    assert (sent["POST issue/bulkfetch"], sent["POST bulk/issues/fields"]) == (2, 1)
    assert sent["POST issue/properties/multi"] == 2
    assert not [kind for kind in sent if kind.startswith("PUT")]
    assert sum(receipt.requests for receipt in receipts) == len(site.calls())


def test_a_change_of_percent_edits_the_comments_without_another_look(site: Site) -> None:
    items = some(site)
    write(site, items, marks(says=comment()))
    items = now(site, items)
    site.sandbox.forget_requests()
    write(site, items, marks(60, says=comment(60)))
    sent = kinds(site)
    assert sent["PUT issue/comment"] == COUNT
    assert not [kind for kind in sent if kind.startswith("GET issue")]
    assert all(len(ours(site, item.key)) == 1 for item in items)
    assert {site.fields(item.key)[KR_PROGRESS] for item in items} == {60}


def test_a_second_batch_sends_nothing(site: Site) -> None:
    items = some(site)
    write(site, items, marks(says=comment()))
    items = now(site, items)
    site.sandbox.forget_requests()
    assert {receipt.outcome for receipt in write(site, items, marks(says=comment()))} == {"written"}
    assert site.calls() == []


def test_taking_everything_away_leaves_the_issues_as_they_were(site: Site) -> None:
    items = some(site)
    before = [site.everything(item.key) for item in items]
    links = [list(site.jira.issues[int(item.ref.id)].remote_links) for item in items]
    write(site, items, marks(says=comment()))
    write(site, now(site, items), NOTHING)
    assert [site.everything(item.key) for item in items] == before
    assert [site.jira.issues[int(item.ref.id)].remote_links for item in items] == links


def test_where_no_issue_has_our_fields_nothing_of_them_is_said_to_stand(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SMALL", 2)  # the project is small
    # The only fields that a team-managed project has are its own, which a bulk edit finds out for each issue.
    team_managed = connector(site.url, projects=("HR",))
    read = [item for item in team_managed.pull().items if item.in_scope][:COUNT]
    assert len(read) > 2
    before = [site.everything(item.key) for item in read]
    receipts = team_managed.write_batch([(item, marks(says=comment())) for item in read])
    assert {one.outcome for one in receipts} == {"written"}
    written = [item for item in team_managed.pull().items if item.ref in {one.ref for one in read}]
    assert [item.shown.stamp.fields for item in written if item.shown.stamp is not None] == [()] * len(read)
    gone = team_managed.write_batch([(item, NOTHING) for item in written])
    assert {(one.outcome, one.error) for one in gone} == {("written", None)}
    assert [site.everything(item.key) for item in read] == before
    team_managed.close()


def test_nobody_hears_of_a_bulk_edit(site: Site) -> None:
    items = some(site)
    write(site, items, marks())
    assert site.jira.notifications == []


def test_without_bulk_change_the_fields_are_edited_one_by_one(site: Site) -> None:
    items = some(site)
    refusal = {"errors": [{"message": "no"}]}
    site.sandbox.fault("POST .*/bulk/issues/fields", "status", status=400, body=refusal)
    assert {one.outcome for one in write(site, items, marks(says=comment()))} == {"written"}
    assert [item.shown for item in now(site, items)] == [marks(says=comment())] * COUNT


def test_one_item_that_fails_hides_nobody_elses_fate(site: Site) -> None:
    items = some(site)
    gone, moved, other = items[0], items[1], items[2]
    site.sandbox.call(lambda: site.jira.delete(site.jira.issues[int(gone.ref.id)]))
    site.sandbox.fault(f"POST .*/issue/{moved.ref.id}/comment", "status", status=413, body={})
    receipts = {one.item: one for one in write(site, items, marks(says=comment()))}
    assert receipts[gone.ref].outcome == "skipped"
    assert receipts[moved.ref].outcome == "failed"
    assert {one.outcome for ref, one in receipts.items() if ref not in (gone.ref, moved.ref)} == {"written"}
    assert site.item(other.key).shown == marks(says=comment())


def test_a_persons_claim_and_edit_are_left_alone(site: Site) -> None:
    items = some(site)
    write(site, items, marks(says=comment()))
    site.ann_sets(items[0].key, **{KEY_RESULT: "TRUST-KR1"})
    (id_,) = ours(site, items[1].key)
    site.ann_edits_comment(items[1].key, id_, "Mine now")
    before = site.comments(items[1].key)
    write(site, now(site, items), marks(60, says=comment(60)))
    assert site.fields(items[0].key)[KEY_RESULT] == "TRUST-KR1"
    assert site.comments(items[1].key) == before
    assert site.fields(items[1].key)[KR_PROGRESS] == 60


def test_a_foreign_stamp_is_refused_in_a_batch_too(site: Site) -> None:
    items = some(site)
    rival = connector(site.url, owner="rival")
    try:
        found = [item for item in rival.pull().items if item.ref == items[0].ref]
        write_one(rival, found[0], marks(20))
    finally:
        rival.close()
    before = site.everything(items[0].key)
    receipts = {one.item: one for one in write(site, items, marks(60))}
    assert receipts[items[0].ref].outcome == "skipped"
    assert site.everything(items[0].key) == before


@pytest.mark.parametrize(
    "match", ["POST .*/bulk/issues/fields", "POST .*/remotelink", "POST .*/multi", "GET .*/task/"]
)
@pytest.mark.parametrize("skip", [0, 1])
def test_after_an_interruption_everything_is_still_provably_ours(site: Site, match: str, skip: int) -> None:
    items = some(site)
    before = [site.everything(item.key) for item in items]
    write(site, items, marks(says=comment()))
    site.sandbox.fault(match, "drop_after", skip=skip)
    wanted = Marks((key_result("TRUST-KR1", 70),), "aligned", ("okr-aligned",), comment(70))
    with contextlib.suppress(Unreachable):
        write(site, now(site, items), wanted)
    site.sandbox.clear_faults()
    broken = now(site, items)
    claims = [item.claims for item in items]
    assert [item.claims for item in broken] == claims, "our own text is never a person's claim"
    assert {one.outcome for one in write(site, broken, wanted)} == {"written"}
    assert [item.shown for item in now(site, items)] == [wanted] * COUNT
    write(site, now(site, items), NOTHING)
    assert [site.everything(item.key) for item in items] == before
