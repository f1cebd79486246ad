"""Writing marks on Jira issues: exactly what was asked, once, and nothing that is a person's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.jira.write.issue_write import STAYS
from connectors.model import NOTHING, Marks
from connectors.sandbox.jira.moves import move
from tests.support.jira_site import (
    KEY_RESULT,
    KR_PROGRESS,
    Site,
    adf,
    comment,
    connector,
    key_result,
    marks,
    ours,
    running,
    show,
)
from tests.support.writing import write_one

KEY = "WEB-1"


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as site:
        yield site


# --- what people see -----------------------------------------------------------------------------


def test_everything_wanted_is_shown(site: Site) -> None:
    show(site, marks(says=comment()))
    fields = site.fields(KEY)
    assert fields[KEY_RESULT] == "GROWTH-KR2 · It is live"
    assert fields[KR_PROGRESS] == 40
    assert "okr-aligned" in fields["labels"]
    assert [one["body"] for one in site.comments(KEY) if one["id"] in ours(site)] == [
        adf("Serves GROWTH-KR2, 40 %")
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        marks(),
        marks(says=comment()),
        marks(percent=None),
        marks(40, key_result("TRUST-KR1", 5)),
        marks(labels=()),
        Marks(alignment="orphaned", labels=("okr-orphaned",), comment=comment(purpose="orphan")),
        Marks(alignment="orphaned", labels=("okr-orphaned",)),
        Marks(alignment="exempt"),
        Marks(comment=comment()),
    ],
)
def test_what_was_written_is_what_the_next_pull_shows(site: Site, wanted: Marks) -> None:
    show(site, wanted)
    item = site.item(KEY)
    assert item.shown == wanted
    assert item.claims == ()
    assert not set(wanted.labels) & set(item.labels)


def test_a_second_write_sends_nothing(site: Site) -> None:
    wanted = marks(says=comment())
    show(site, wanted)
    item = site.item(KEY)
    site.sandbox.forget_requests()
    receipt = write_one(site.truenorth, item, wanted)
    assert (receipt.outcome, receipt.requests) == ("written", 0)
    assert site.calls() == []


def test_what_an_older_version_wrote_is_not_written_again(site: Site) -> None:
    """Its stamp names no issue, and several key results were a list of ids."""
    wanted = marks(40, key_result("TRUST-KR1", 5), says=comment())
    show(site, wanted)
    issue = site.jira.issues[site.jira.keys[KEY]]
    older = "GROWTH-KR2, TRUST-KR1"

    def write_as_before() -> None:
        stamp = issue.properties["truenorth"]
        del stamp["item"]
        stamp["fields"] = [[name, older if name == KEY_RESULT else text] for name, text in stamp["fields"]]
        issue.custom[KEY_RESULT] = older

    site.sandbox.call(write_as_before)
    item = site.item(KEY)
    assert (item.shown, item.claims, item.shown.unwritten) == (wanted, (), ())
    assert write_one(site.truenorth, item, wanted).requests == 0
    show(site, replace(wanted, comment=None))
    assert site.fields(KEY)[KEY_RESULT] == "GROWTH-KR2 · It is live; also TRUST-KR1"
    assert site.item(KEY).claims == ()


def test_the_receipt_counts_the_requests(site: Site) -> None:
    item = site.item(KEY)
    site.sandbox.forget_requests()
    receipt = write_one(site.truenorth, item, marks(says=comment()))
    issue = f"issue/{item.ref.id}"
    assert site.calls() == [
        f"GET {issue}",
        f"PUT {issue}",
        f"POST {issue}/remotelink",
        f"POST {issue}/comment",
        # Whether another writer put one meanwhile.
        "POST issue/bulkfetch",
        f"PUT {issue}/properties/truenorth",
    ]
    assert receipt.requests == 6


def test_nobody_is_notified_of_edits(site: Site) -> None:
    show(site, marks(says=comment()))
    site.jira.notifications.clear()
    show(site, marks(60, says=comment(60)))
    assert site.jira.notifications == []


def test_an_account_that_may_not_suppress_mails_writes_all_the_same_and_learns(site: Site) -> None:
    site.jira.admins.clear()
    site.sandbox.fault(r"PUT .*/issue/\d+$", "status", status=403, times=1, body={"errorMessages": ["no"]})
    show(site, marks())
    site.sandbox.forget_requests()
    show(site, marks(60))
    edits = [one for one in site.sandbox.requests if one.method == "PUT" and "/properties/" not in one.path]
    assert [one.query for one in edits] == ["notifyUsers=true"], "one edit, without another try in silence"


def test_the_comment_is_edited_in_place(site: Site) -> None:
    show(site, marks(says=comment(40)))
    before = ours(site)
    show(site, marks(60, says=comment(60)))
    assert ours(site) == before
    assert site.fields(KEY)[KR_PROGRESS] == 60


def test_from_orphaned_to_aligned(site: Site) -> None:
    show(site, Marks((), "orphaned", ("okr-orphaned",), comment(purpose="orphan")))
    show(site, marks())
    assert ours(site) == []
    assert "okr-orphaned" not in site.fields(KEY)["labels"]
    assert site.item(KEY).shown == marks()


@pytest.mark.parametrize("wanted", [marks(says=comment()), marks(), marks(60, key_result("TRUST-KR1"))])
def test_taking_everything_away_leaves_the_issue_as_it_was(site: Site, wanted: Marks) -> None:
    site.ann_labels(KEY, {"add": "activation"})
    site.ann_comments(KEY, "Looks good")
    before = site.everything(KEY)
    show(site, wanted)
    assert site.everything(KEY) != before
    show(site, NOTHING)
    assert site.everything(KEY) == before


def test_a_stamp_without_marks_is_taken_away_too(site: Site) -> None:
    show(site, marks())
    site.ann_sets(KEY, **{KEY_RESULT: None, KR_PROGRESS: None})
    site.ann_labels(KEY, {"remove": "okr-aligned"})
    assert site.item(KEY).shown == NOTHING
    show(site, NOTHING)
    assert site.properties(KEY) == {}


# --- what is a person's --------------------------------------------------------------------------


def test_peoples_labels_and_comments_stay(site: Site) -> None:
    site.ann_labels(KEY, {"add": "activation"}, {"add": "kr:GROWTH-KR1"})
    said = site.ann_comments(KEY, "Looks good")
    before = [one for one in site.comments(KEY) if one["id"] == said]
    for wanted in (marks(says=comment()), marks(60, says=comment(60)), NOTHING):
        show(site, wanted)
        assert {"activation", "kr:GROWTH-KR1"} <= set(site.fields(KEY)["labels"])
        assert [one for one in site.comments(KEY) if one["id"] == said] == before


def test_a_persons_claim_in_the_field_is_never_written_over(site: Site) -> None:
    site.ann_sets(KEY, **{KEY_RESULT: "TRUST-KR1"})
    assert site.item(KEY).claims == ("TRUST-KR1",)
    for wanted in (marks(), marks(60), NOTHING):
        show(site, wanted)
        assert site.fields(KEY)[KEY_RESULT] == "TRUST-KR1"
        assert site.item(KEY).shown == wanted


def test_a_claim_over_our_text_stays_and_ours_returns_when_it_goes(site: Site) -> None:
    show(site, marks())
    site.ann_sets(KEY, **{KEY_RESULT: "TRUST-KR1, TRUST-KR2"})
    assert site.item(KEY).claims == ("TRUST-KR1", "TRUST-KR2")
    claimed = Marks((key_result("TRUST-KR1", 10),), "aligned", ("okr-aligned",))
    show(site, claimed)
    assert site.item(KEY).shown == claimed
    site.ann_sets(KEY, **{KEY_RESULT: None})
    assert site.item(KEY).shown.key_results == ()
    show(site, marks())
    assert site.fields(KEY)[KEY_RESULT] == "GROWTH-KR2 · It is live"


@pytest.mark.parametrize("value", [12.5, 40.5, 40, 250, -3])
def test_a_number_that_is_not_ours_is_left_alone_until_there_is_one_of_ours(site: Site, value: float) -> None:
    site.ann_sets(KEY, **{KR_PROGRESS: value})
    show(site, NOTHING)
    assert site.fields(KEY)[KR_PROGRESS] == value
    assert site.item(KEY).shown.unwritten == ("KR progress",)
    for wanted in (marks(), marks(None), Marks(alignment="orphaned", labels=("okr-orphaned",))):
        show(site, wanted)
        percent = wanted.key_results[0].percent if wanted.key_results else None
        assert site.fields(KEY)[KR_PROGRESS] == percent
        assert (site.item(KEY).shown, site.item(KEY).shown.unwritten) == (wanted, ())
    show(site, NOTHING)
    assert site.fields(KEY)[KR_PROGRESS] is None


def test_a_comment_that_a_person_edited_is_theirs(site: Site) -> None:
    show(site, marks(says=comment(40)))
    (id_,) = ours(site)
    site.ann_edits_comment(KEY, id_, "We moved this to next quarter")
    before = site.comments(KEY)
    item = site.item(KEY)
    assert item.shown.comment == comment(40)
    assert "comment" not in item.writable, "a plan must not ask for what would be refused"
    receipt = write_one(site.truenorth, item, replace(item.shown, comment=comment(60)))
    assert receipt.outcome == "skipped"
    assert "a person edited" in (receipt.error or "")
    assert site.comments(KEY) == before


def test_a_comment_that_a_person_edited_outlives_us(site: Site) -> None:
    show(site, marks(says=comment()))
    (id_,) = ours(site)
    site.ann_edits_comment(KEY, id_, "We moved this to next quarter")
    show(site, NOTHING)
    assert site.properties(KEY) == {}
    (kept,) = [one for one in site.comments(KEY) if one["id"] == id_]
    assert kept["body"] == adf("We moved this to next quarter")
    assert kept["properties"] == []


def test_another_owners_stamp_is_refused_aloud(site: Site) -> None:
    other = connector(site.url, owner="rival")
    try:
        item = next(one for one in other.pull().items if one.key == KEY)
        assert write_one(other, item, marks(says=comment())).outcome == "written"
    finally:
        other.close()
    before = site.everything(KEY)
    for wanted in (marks(60), NOTHING):
        receipt = write_one(site.truenorth, replace(site.item(KEY), shown=marks()), wanted)
        assert receipt.outcome == "skipped"
        assert '"rival"' in (receipt.error or "")
    assert site.everything(KEY) == before
    assert site.item(KEY).shown == NOTHING
    assert site.item(KEY).claims == ()


def test_an_edit_by_a_person_since_the_pull_is_not_written_over(site: Site) -> None:
    show(site, marks())
    item = site.item(KEY)
    site.ann_labels(KEY, {"remove": "okr-aligned"})
    receipt = write_one(site.truenorth, item, marks(60))
    assert receipt.outcome == "skipped"
    assert "next run" in (receipt.error or "")
    assert site.fields(KEY)[KR_PROGRESS] == 40


def test_an_issue_that_is_gone_is_skipped(site: Site) -> None:
    item = site.item(KEY)
    site.sandbox.call(lambda: site.jira.delete(site.jira.issues[int(item.ref.id)]))
    receipt = write_one(site.truenorth, item, marks())
    assert receipt.outcome == "skipped"
    assert "no longer exists" in (receipt.error or "")


def test_an_issue_that_moved_is_still_found(site: Site) -> None:
    item = site.item(KEY)
    site.sandbox.call(lambda: move(site.jira, site.jira.issues[int(item.ref.id)], site.jira.projects["OPS"]))
    assert write_one(site.truenorth, item, marks()).outcome == "written"


def test_ancestors_out_of_scope_are_never_written(site: Site) -> None:
    outside = next(item for item in site.truenorth.pull().items if not item.in_scope)
    site.sandbox.forget_requests()
    receipt = write_one(site.truenorth, outside, marks())
    assert receipt.outcome == "skipped"
    assert site.calls() == []


# --- fields that cannot be set -------------------------------------------------------------------


def test_a_field_off_the_screen_is_left_out_and_the_rest_is_written(site: Site) -> None:
    site.sandbox.call(lambda: site.jira.projects["WEB"].screen.discard(KR_PROGRESS))
    show(site, marks(says=comment()))
    fields = site.fields(KEY)
    assert fields[KEY_RESULT] == "GROWTH-KR2 · It is live"
    assert fields.get(KR_PROGRESS) is None
    assert site.item(KEY).shown == marks(says=comment())
    site.sandbox.forget_requests()
    show(site, marks(60))
    puts = [one for one in site.sandbox.requests if one.method == "PUT"]
    assert all(one.status < 400 for one in puts), "what was learned is not tried again"


def off_the_screen(site: Site, *fields: str) -> None:
    """The fields stay readable but cannot be set: how a field looks that was taken off the edit screen."""
    said = {field: f"Field '{field}' cannot be set. It is not on the appropriate screen." for field in fields}
    body = {"errorMessages": [], "errors": said}
    site.sandbox.fault(r"PUT .*/issue/\d+$", "status", status=400, body=body)


def test_a_receipt_tells_of_the_screen_when_nothing_else_was_to_be_written(site: Site) -> None:
    show(site, marks())
    site.ann_sets(KEY, **{KEY_RESULT: None})
    off_the_screen(site, KEY_RESULT)
    receipts = [write_one(site.truenorth, site.item(KEY), marks()) for _ in range(2)]
    # First our record stops claiming what a person has cleared.
    assert [receipt.outcome for receipt in receipts] == ["written", "skipped"]


def test_what_a_person_cleared_of_a_field_that_left_the_screen_comes_to_rest(site: Site) -> None:
    show(site, marks())
    site.ann_sets(KEY, **{KEY_RESULT: None})
    site.sandbox.call(lambda: site.jira.projects["WEB"].screen.discard(KEY_RESULT))
    assert write_one(site.truenorth, site.item(KEY), marks()).outcome == "written"
    assert site.item(KEY).shown == marks()
    site.sandbox.call(lambda: site.jira.projects["WEB"].screen.add(KEY_RESULT))
    assert site.item(KEY).shown.key_results == ()
    show(site, marks())
    assert site.fields(KEY)[KEY_RESULT] == "GROWTH-KR2 · It is live"


def test_a_field_that_cannot_be_cleared_keeps_the_stamp(site: Site) -> None:
    show(site, marks())
    off_the_screen(site, KEY_RESULT)
    receipt = write_one(site.truenorth, site.item(KEY), NOTHING)
    assert receipt.outcome == "failed"
    assert KEY_RESULT in (receipt.error or "")
    assert "truenorth" in site.properties(KEY)


def test_a_field_that_the_issue_lost_is_not_taken_for_cleared(site: Site) -> None:
    show(site, marks())
    site.sandbox.call(lambda: site.jira.projects["WEB"].screen.difference_update({KEY_RESULT, KR_PROGRESS}))
    assert site.item(KEY).shown == marks()
    show(site, marks(60))
    assert site.item(KEY).shown == marks(60)


def same_place(site: Site) -> tuple[str, str]:
    """Keys of two open issues of one project and type."""
    found = [one for one in site.truenorth.pull().items if one.in_scope and one.is_open]
    places = [(one.project_id, one.kind) for one in found]
    first, second = [one.key for one in found if (one.project_id, one.kind) == max(places, key=places.count)][
        :2
    ]
    return first, second


def test_a_value_that_the_edit_screen_lacks_keeps_the_stamp_also_where_that_was_learned_elsewhere(
    site: Site,
) -> None:
    first, second = same_place(site)
    for key in (first, second):
        show(site, marks(), key)
    off_the_screen(site, KR_PROGRESS)
    assert write_one(site.truenorth, site.item(first), marks(60)).outcome == "written"
    site.sandbox.clear_faults()
    receipt = write_one(site.truenorth, site.item(second), NOTHING)
    assert (receipt.outcome, receipt.error) == ("skipped", STAYS)
    assert (site.fields(second)[KR_PROGRESS], site.fields(second)[KEY_RESULT]) == (40, None)
    assert dict(site.properties(second)["truenorth"]["fields"])[KR_PROGRESS] == "40"
    site.truenorth.close()
    site.truenorth = connector(site.url)
    show(site, NOTHING, second)
    assert (site.fields(second)[KR_PROGRESS], site.properties(second)) == (None, {})
