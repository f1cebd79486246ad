"""Writing to a Jira site that fails: written once, finished by the next run, and told in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.errors import CredentialError, RateLimited, Unreachable
from connectors.text.document import Bullets, Doc, line
from tests.support.jira_site import Site, adf, comment, marks, ours, running, show
from tests.support.writing import write_one

KEY = "WEB-1"


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_reply_to_a_comment_makes_no_second_comment(site: Site, kind: str) -> None:
    item = site.item(KEY)
    site.sandbox.fault(r"POST .*/comment$", kind, times=1)  # type: ignore[arg-type]
    assert write_one(site.truenorth, item, marks(says=comment())).outcome == "written"
    assert len(ours(site)) == 1
    assert site.item(KEY).shown == marks(says=comment())


@pytest.mark.parametrize("match", [r"PUT .*/issue/\d+$", r"PUT .*/properties/", r"GET .*/issue/\d+$"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_reply_to_anything_else_is_made_good(site: Site, match: str, kind: str) -> None:
    item = site.item(KEY)
    site.sandbox.fault(match, kind, times=1)  # type: ignore[arg-type]
    assert write_one(site.truenorth, item, marks(says=comment())).outcome == "written"
    assert site.item(KEY).shown == marks(says=comment())


@pytest.mark.parametrize("match", [r"POST .*/comment$", r"PUT .*/properties/"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_run_that_broke_off_is_finished_by_the_next(site: Site, match: str, kind: str) -> None:
    item = site.item(KEY)
    site.sandbox.fault(match, kind)  # type: ignore[arg-type]
    if kind == "drop_before" or "properties" in match:
        with pytest.raises(Unreachable):
            write_one(site.truenorth, item, marks(says=comment()))
    else:
        write_one(site.truenorth, item, marks(says=comment()))
    site.sandbox.clear_faults()
    again = site.item(KEY)
    if again.shown != marks(says=comment()):
        show(site, marks(says=comment()))
    assert len(ours(site)) == 1
    assert site.item(KEY).shown == marks(says=comment())
    show(site, marks(60, says=comment(60)))
    assert len(ours(site)) == 1


def test_a_comment_whose_id_was_lost_is_found_and_its_twin_deleted(site: Site) -> None:
    show(site, marks(says=comment()))
    issue = site.jira.issues[site.jira.keys[KEY]]
    (first,) = ours(site)

    def forget() -> None:
        issue.properties["truenorth"]["comment_id"] = ""
        twin = replace(issue.comments[int(first)], id=site.jira.next_id())
        issue.comments[twin.id] = twin

    site.sandbox.call(forget)
    shown = site.item(KEY).shown
    assert (shown.comment, [one.edited for one in shown.twins]) == (comment(), [False])
    issue.properties["truenorth"]["comment_id"] = ""
    show(site, marks(says=None))
    assert ours(site) == []


def test_a_deleted_comment_is_written_anew(site: Site) -> None:
    show(site, marks(says=comment()))
    (first,) = ours(site)
    site.ann("DELETE", f"issue/{KEY}/comment/{first}")
    assert site.item(KEY).shown == marks()
    show(site, marks(says=comment()))
    assert len(ours(site)) == 1
    assert ours(site) != [first]


def test_a_stamp_that_names_anothers_comment_never_touches_it(site: Site) -> None:
    show(site, marks(says=comment()))
    theirs = site.ann_comments(KEY, "Looks good")
    issue = site.jira.issues[site.jira.keys[KEY]]
    site.sandbox.call(lambda: issue.properties["truenorth"].update(comment_id=theirs))
    assert site.item(KEY).shown == marks(says=comment()), "ours is known by its own marker"
    show(site, marks(says=comment(60)))
    assert len(ours(site)) == 1
    assert [one["body"] for one in site.comments(KEY) if one["id"] == theirs] == [adf("Looks good")]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "anonymous"}, CredentialError),
        ({"kind": "status", "status": 401}, CredentialError),
        ({"kind": "status", "status": 503}, Unreachable),
        ({"kind": "status", "status": 429, "headers": {"Retry-After": "9999"}}, RateLimited),
    ],
)
def test_trouble_of_the_whole_tracker_is_raised(
    site: Site, fault: dict[str, object], error: type[Exception]
) -> None:
    item = site.item(KEY)
    site.sandbox.fault(r"/issue/\d+", **fault)  # type: ignore[arg-type]
    with pytest.raises(error):
        write_one(site.truenorth, item, marks())


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (403, {"errorMessages": ["You may not edit this."]}, "You may not edit this."),
        (400, {"errorMessages": [], "errors": {"labels": "Too many."}}, "labels: Too many."),
        (413, {"errorMessages": ["limit of comments"]}, "limit of comments"),
    ],
)
def test_a_refusal_is_a_receipt_with_jiras_words(
    site: Site, status: int, body: dict[str, object], word: str
) -> None:
    item = site.item(KEY)
    site.sandbox.fault(r"PUT .*/issue/\d+$", "status", status=status, body=body)
    receipt = write_one(site.truenorth, item, marks())
    assert receipt.outcome == "failed"
    assert word in (receipt.error or "")
    assert site.properties(KEY) == {}


def test_a_conflicting_edit_is_tried_again(site: Site) -> None:
    item = site.item(KEY)
    site.sandbox.fault(r"PUT .*/issue/\d+$", "status", status=409, times=1)
    assert write_one(site.truenorth, item, marks()).outcome == "written"


def test_a_comment_without_end_is_cut_to_what_jira_takes(site: Site) -> None:
    rows = tuple(line(f"KR {n} " + "x" * 60) for n in range(2000))
    long = replace(comment(), doc=Doc((Bullets(rows),)))
    show(site, marks(says=long))
    (stated,) = [one["body"] for one in site.comments(KEY) if one["id"] in ours(site)]
    kept = len(stated["content"][0]["content"])
    assert 50 < kept < 2000
    assert stated["content"][-1] == adf(f"… and {2000 - kept} more")["content"][0]
