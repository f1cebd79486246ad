"""Taking marks off many Jira issues at once: everything of ours goes, in few requests, and the stamp goes last."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.base import STOPPED
from connectors.errors import Unreachable
from connectors.model import NOTHING, Marks, Receipt
from connectors.stamp import comment_marker
from tests.support import loopback
from tests.support.jira_site import EMAIL, OWNER, TOKEN, Site, adf, comment, marks, ours, running

COUNT = 12
ORPHANED = Marks((), "orphaned", ("okr-orphaned",), comment(purpose="orphan"))
JOB = "DELETE .*/issue/properties/"


class Marked(Site):
    """A site on which some issues of the project WEB bear our marks."""

    keys: tuple[str, ...] = ()
    before: tuple[Any, ...] = ()

    def mark(self, wanted: Marks, count: int = COUNT) -> None:
        """Put marks on some issues, and keep in mind how they were."""
        items = [one for one in self.truenorth.pull().items if one.key.startswith("WEB-") and one.in_scope]
        items = items[:count]
        self.keys = tuple(item.key for item in items)
        self.before = self.state()
        receipts = self.truenorth.write_batch([(item, wanted) for item in items])
        assert {one.outcome for one in receipts} == {"written"}
        assert self.state() != self.before
        self.sandbox.forget_requests()

    def remove(self, stop: Callable[[], bool] = lambda: False) -> list[Receipt]:
        """Take away what a fresh look finds; requests are counted from there on."""
        items = [item for item in self.truenorth.owned_items(()).items if item.key in self.keys]
        self.sandbox.forget_requests()
        return list(self.truenorth.write_batch([(item, NOTHING) for item in items], stop))

    def state(self) -> tuple[Any, ...]:
        """All that there is on the issues, remote links too."""
        links = [list(self.jira.issues[self.jira.keys[key]].remote_links) for key in self.keys]
        return tuple(zip(map(self.everything, self.keys), links, strict=True))

    def kinds(self) -> Counter[str]:
        """How many requests of which kind, ids left out."""
        return Counter("/".join(p for p in call.split("/") if not p.isdecimal()) for call in self.calls())

    def twin(self, key: str) -> None:
        """A comment of ours that landed after all, long after we had given it up."""
        marker = {"key": "truenorth", "value": comment_marker(OWNER, comment())}
        url = f"{self.url}/rest/api/3/issue/{key}/comment"
        body = {"body": adf("Serves GROWTH-KR2"), "properties": [marker]}
        assert loopback.post(url, auth=(EMAIL, TOKEN), json=body).status_code == 201


@pytest.fixture
def site() -> Iterator[Marked]:
    with running() as plain:
        plain.sandbox.call(plain.jira.limits.off)
        plain.jira.tasks.delay = plain.jira.tasks.pace = 0
        site = Marked(plain.sandbox)
        yield site
        site.close()


@pytest.mark.parametrize(
    "wanted", [marks(says=comment()), marks(), ORPHANED], ids=["all", "silent", "orphan"]
)
def test_nothing_is_left(site: Marked, wanted: Marks) -> None:
    site.mark(wanted)
    assert {(one.outcome, one.error) for one in site.remove()} == {("written", None)}
    assert site.state() == site.before
    assert [item for item in site.truenorth.owned_items(()).items if item.key in site.keys] == []


def test_an_item_costs_a_request_for_its_comment_its_link_and_its_text(site: Marked) -> None:
    site.mark(marks(says=comment()))
    receipts = site.remove()
    sent = site.kinds()
    for kind in ("DELETE issue/comment", "DELETE issue/remotelink", "PUT issue"):
        assert sent.pop(kind) == COUNT
    assert sent.pop("GET task") == 1
    # Three looks: at the issues, at their comments, and at what the job left.
    assert sent == {"POST issue/bulkfetch": 3, "POST comment/list": 1, "DELETE issue/properties/truenorth": 1}
    assert sum(one.requests for one in receipts) == len(site.calls())


def test_equal_labels_go_in_one_edit(site: Marked) -> None:
    site.mark(ORPHANED)
    heard = list(site.jira.notifications)
    site.remove()
    sent = site.kinds()
    assert sent["POST bulk/issues/fields"] == 1
    assert [kind for kind in sent if kind.startswith(("PUT", "GET issue"))] == []
    assert site.jira.notifications == heard


def test_other_issues_keep_their_stamps(site: Marked) -> None:
    site.mark(marks())
    others, site.keys, site.before = site.keys[6:], site.keys[:6], site.before[:6]
    site.remove()
    assert site.state() == site.before
    assert all("truenorth" in site.properties(key) for key in others)


def test_a_comment_that_a_person_edited_only_loses_our_marker(site: Marked) -> None:
    site.mark(marks(says=comment()))
    (id_,) = ours(site, site.keys[0])
    site.ann_edits_comment(site.keys[0], id_, "We moved this to next quarter")
    site.ann_comments(site.keys[1], "Looks good")
    site.remove()
    (kept,) = [one for one in site.comments(site.keys[0]) if one["id"] == id_]
    assert (kept["body"], kept["properties"]) == (adf("We moved this to next quarter"), [])
    assert site.comments(site.keys[1])[-1]["body"] == adf("Looks good")
    assert site.state()[2:] == site.before[2:]


def test_twins_of_our_comment_go_too(site: Marked) -> None:
    site.mark(marks(says=comment()))
    site.twin(site.keys[0])
    site.remove()
    assert not [call for call in site.calls() if call.startswith("GET issue")]
    assert site.state() == site.before


def test_a_comment_that_is_only_announced_goes(site: Marked) -> None:
    site.mark(marks())
    issue = site.jira.issues[site.jira.keys[site.keys[0]]]
    site.sandbox.call(lambda: issue.properties["truenorth"].update(comment_id=""))
    site.twin(site.keys[0])
    site.remove()
    assert site.state() == site.before


def test_among_very_many_comments_ours_are_looked_for_by_listing(site: Marked) -> None:
    site.mark(marks(says=comment()))
    for _ in range(25):
        site.ann_comments(site.keys[0], "Looks good")
    site.twin(site.keys[0])
    site.remove()
    assert ours(site, site.keys[0]) == []
    assert len(site.comments(site.keys[0])) >= 25
    assert site.state()[1:] == site.before[1:]


STEPS = [
    "POST .*/issue/bulkfetch",
    "POST .*/comment/list",
    "DELETE .*/comment/",
    "DELETE .*/remotelink",
    "PUT .*/issue/",
    JOB,
    "GET .*/task/",
]


def provable(site: Marked) -> bool:
    """Whether every issue that bears anything of ours bears its stamp."""
    rows = zip(site.keys, site.state(), site.before, strict=True)
    return all("truenorth" in site.properties(key) or now == before for key, now, before in rows)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("match", STEPS)
@pytest.mark.parametrize("skip", [0, 5])
def test_what_is_interrupted_stays_provable_and_is_finished_by_the_next(
    site: Marked, match: str, kind: Any, skip: int
) -> None:
    site.mark(marks(says=comment()))
    items = [item for item in site.truenorth.owned_items(()).items if item.key in site.keys]
    rule = site.sandbox.fault(match, kind, skip=skip)
    with contextlib.suppress(Unreachable):
        list(site.truenorth.write_batch([(item, NOTHING) for item in items]))
    site.sandbox.clear_faults()
    assert rule.hits or skip, "the fault must strike"
    assert provable(site)
    site.remove()
    assert site.state() == site.before


@pytest.mark.parametrize(
    "match", ["DELETE .*/issue/{id}/comment/", "DELETE .*/issue/{id}/remotelink", "PUT .*/issue/{id}$"]
)
def test_an_item_that_fails_keeps_its_stamp_and_hides_nobody_elses_fate(site: Marked, match: str) -> None:
    site.mark(marks(says=comment()))
    bad = site.keys[3]
    body = {"errorMessages": ["No."]}
    rule = match.replace("{id}", str(site.jira.keys[bad]))
    site.sandbox.fault(rule.replace("$", ""), "status", status=403, body=body)
    outcomes = {one.key: one.outcome for one in site.remove()}
    site.sandbox.clear_faults()
    assert outcomes == dict.fromkeys(site.keys, "written") | {bad: "failed"}
    assert [key for key in site.keys if "truenorth" in site.properties(key)] == [bad]
    site.remove()
    assert site.state() == site.before


def test_an_issue_that_is_gone_is_skipped(site: Marked) -> None:
    site.mark(marks(says=comment()))
    items = [item for item in site.truenorth.owned_items(()).items if item.key in site.keys]
    gone = items[0]
    site.sandbox.call(lambda: site.jira.delete(site.jira.issues[int(gone.ref.id)]))
    receipts = {
        one.item: one.outcome for one in site.truenorth.write_batch([(one, NOTHING) for one in items])
    }
    assert receipts.pop(gone.ref) == "skipped"
    assert set(receipts.values()) == {"written"}


def test_where_the_job_is_refused_stamps_go_one_by_one(site: Marked) -> None:
    site.mark(marks(says=comment()))
    site.sandbox.fault(JOB, "status", status=403, body={"errorMessages": ["No."]})
    assert {one.outcome for one in site.remove()} == {"written"}
    assert site.kinds()["DELETE issue/properties/truenorth"] == COUNT + 1
    assert site.state() == site.before


def test_what_the_job_leaves_goes_one_by_one(site: Marked) -> None:
    site.mark(marks(says=comment()))
    site.jira.tasks.delay = 3600
    site.sandbox.fault("GET .*/task/", "status", status=200, body={"status": "FAILED"})
    assert {one.outcome for one in site.remove()} == {"written"}
    assert site.state() == site.before


@pytest.mark.parametrize("after", range(1, 2 * COUNT + 8, 5))
def test_who_stops_it_loses_nothing(site: Marked, after: int) -> None:
    site.mark(marks(says=comment()))
    asked: list[None] = []

    def stop() -> bool:
        asked.append(None)
        return len(asked) > after

    told = {one.key: (one.outcome, one.error) for one in site.remove(stop)}
    assert set(told.values()) <= {("written", None), ("skipped", STOPPED)}
    assert provable(site)
    done = {key for key, (outcome, _) in told.items() if outcome == "written"}
    assert done == {key for key in site.keys if "truenorth" not in site.properties(key)}
    site.remove()
    assert site.state() == site.before
