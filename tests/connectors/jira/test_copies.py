"""Clones and tickets that lost their stamp, over HTTP on both kinds of site: taken over as ours, or taken off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.jira import JiraConnector
from connectors.jira.write.issue_write import UNCLEARED
from connectors.jira.write.writer import SINGLE
from connectors.model import NOTHING, Marks, WorkItem
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.moves import move
from tests.support import loopback
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
    show,
)
from tests.support.writing import write_one

KEY, OTHER = "WEB-2", "WEB-4"
ORPHANED = Marks(alignment="orphaned", labels=("okr-orphaned",), comment=comment(purpose="orphan"))
COPIED = "GROWTH-KR2 · It is live"


def connect(site: Site, kind: str, owner: str = "acme") -> JiraConnector:
    if kind == "cloud":
        return connector(site.url, owner=owner)
    url = f"{site.sandbox.url}/jira-dc"
    return connector(url, owner=owner, email=None, token=SERVER_TOKEN, deployment="data_center")


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with running(60) as site:
        site.truenorth.close()
        site.truenorth = connect(site, request.param)
        yield site


def clone(site: Site, key: str = KEY, *, properties: bool = False) -> str:
    """The key of a clone that Ann makes."""
    asked = {"key": key, "properties": properties}
    return str(loopback.post(f"{site.sandbox.url}/__clone", json=asked).json()["key"])


def links(site: Site, key: str) -> list[str | None]:
    return [one.global_id for one in site.jira.issues[site.jira.keys[key]].remote_links]


def owned(site: Site, *written: WorkItem) -> dict[str, WorkItem]:
    return {one.key: one for one in site.truenorth.owned_items([item.ref.id for item in written]).items}


def undo(site: Site, *written: WorkItem) -> None:
    for item in owned(site, *written).values():
        receipt = write_one(site.truenorth, item, NOTHING)
        assert (receipt.outcome, receipt.error) == ("written", None)


def is_bare(site: Site, key: str) -> bool:
    fields = site.fields(key)
    labels = [one for one in fields["labels"] if one.startswith("okr-")]
    return not (
        labels or fields[KEY_RESULT] or fields[KR_PROGRESS] or site.properties(key) or ours(site, key)
    )


@pytest.mark.parametrize("properties", [False, True])
def test_a_clone_claims_nothing_and_is_taken_over(site: Site, properties: bool) -> None:
    show(site, marks(says=comment()), KEY)
    key = clone(site, properties=properties)
    original = site.everything(KEY)
    item = site.item(key)
    assert item.claims == ()
    assert not set(item.labels) & {"okr-aligned"}
    assert item.shown.stamp is not None
    assert item.shown.stamp.copied
    assert item.shown.comment is None
    wanted = marks(60, key_result("TRUST-KR1", 5), says=comment(60))
    show(site, wanted, key)
    assert site.item(key).shown == wanted
    assert site.properties(key)["truenorth"]["item"] == item.ref.id
    assert site.fields(key)[KEY_RESULT] == f"{COPIED}; also TRUST-KR1"
    assert len(ours(site, key)) == 1
    assert len(links(site, key)) == 2
    assert site.everything(KEY) == original, "the original and its comment are not touched"
    site.sandbox.forget_requests()
    assert write_one(site.truenorth, site.item(key), wanted).requests == 0
    undo(site)
    assert is_bare(site, key)
    assert links(site, key) == []


@pytest.mark.parametrize("properties", [False, True])
@pytest.mark.parametrize("wanted", [marks(says=comment()), ORPHANED], ids=["aligned", "orphaned"])
def test_a_clone_loses_what_it_does_not_deserve(site: Site, wanted: Marks, properties: bool) -> None:
    show(site, wanted, KEY)
    key = clone(site, properties=properties)
    original = site.everything(KEY)
    assert site.item(key).shown != NOTHING
    show(site, NOTHING, key)
    assert is_bare(site, key)
    assert site.item(key).shown.stamp is None
    assert site.everything(KEY) == original


def test_a_persons_claim_on_a_clone_stays(site: Site) -> None:
    site.ann_sets(KEY, **{KEY_RESULT: "TRUST-KR1"})
    show(site, marks(5), KEY)
    key = clone(site, properties=True)
    assert site.item(key).claims == ("TRUST-KR1",)
    undo(site)
    assert site.fields(key)[KEY_RESULT] == "TRUST-KR1"
    assert site.properties(key) == {}


def test_a_stamp_that_somebody_deleted_comes_back_and_the_comment_is_ours_still(site: Site) -> None:
    for key, wanted in ((KEY, marks(says=comment())), (OTHER, ORPHANED)):
        show(site, wanted, key)
        before = ours(site, key)
        assert len(before) == 1
        site.ann("DELETE", f"issue/{key}/properties/truenorth")
        item = site.item(key)
        assert item.claims == ()
        assert item.shown.comment is None, "a read that knows nothing does not ask for comments"
        found = next(one for one in site.truenorth.pull(commented_ids=[item.ref.id]).items if one.key == key)
        assert found.shown.comment == wanted.comment, "one that the issue brings along is known"
        assert item.shown != wanted
        show(site, wanted, key)
        assert ours(site, key) == before
        assert site.item(key).shown == wanted


def test_without_a_stamp_comment_and_links_go_with_the_marks(site: Site) -> None:
    show(site, marks(says=comment()), KEY)
    site.ann("DELETE", f"issue/{KEY}/properties/truenorth")
    other = Marks((key_result("TRUST-KR1", 5),), "aligned", ("okr-aligned",))
    show(site, other, KEY)
    assert (ours(site, KEY), len(links(site, KEY))) == ([], 1)
    assert site.item(KEY).shown == other
    site.ann("DELETE", f"issue/{KEY}/properties/truenorth")
    undo(site)
    assert is_bare(site, KEY)
    assert links(site, KEY) == []


@pytest.mark.parametrize("moved", [False, True])
def test_undo_finds_labels_and_copies_wherever_they_are(site: Site, moved: bool) -> None:
    show(site, marks(), KEY)
    copied = clone(site)
    site.ann_labels("OPS-1", {"add": "okr-dangling"}, {"add": "mine"})
    if moved:
        home = site.jira.projects["STRAT"]
        for key in (copied, "OPS-1"):
            site.sandbox.call(lambda key=key: move(site.jira, site.jira.issues[site.jira.keys[key]], home))  # type: ignore[misc]
    undo(site)
    for key in (KEY, copied):
        issue = site.jira.issues[site.jira.keys[key]]
        assert "okr-aligned" not in issue.labels
        assert not issue.custom.get(KEY_RESULT) or moved
    assert site.jira.issues[site.jira.keys["OPS-1"]].labels[-1:] == ["mine"]
    assert owned(site) == {}


def test_another_workspaces_clone_is_nobodys_and_its_own_tickets_are_its_own(site: Site) -> None:
    kind = "data_center" if site.truenorth.batch == SINGLE else "cloud"
    rival = connect(site, kind, owner="rival")
    try:
        item = next(one for one in rival.pull().items if one.key == KEY)
        assert write_one(rival, item, marks(says=comment())).outcome == "written"
        key = clone(site, properties=True)
        assert site.item(KEY).shown == NOTHING
        assert site.item(key).shown.key_results[0].id == "GROWTH-KR2"
        show(site, marks(60), key)
        assert site.properties(key)["truenorth"]["owner"] == "acme"
        theirs = next(one for one in rival.pull().items if one.key == key)
        assert (theirs.shown, theirs.shown.stamp and theirs.shown.stamp.owner) == (NOTHING, "acme")
    finally:
        rival.close()


def test_a_quiet_read_of_copies_costs_no_request_more(site: Site) -> None:
    site.truenorth.pull()

    def calls(known: tuple[str, ...]) -> int:
        site.sandbox.forget_requests()
        site.truenorth.pull(owned_ids=known)
        return len(site.sandbox.requests)

    show(site, marks(), KEY)
    written = site.item(KEY).ref.id
    before = calls((written,))
    key = clone(site)
    # Data Center gives stamps one by one: that of the clone has to be looked for, as of any ticket with our text.
    assert calls((written,)) <= before + (site.truenorth.batch == SINGLE)
    assert site.item(key).shown.key_results != ()


SET = r"PUT .*/issue/\d+$"


def refusing(site: Site, *fields: str, times: int | None = None) -> None:
    """Edits name these fields as not on the screen; without any, the issue cannot be edited at all."""
    said = {field: f"Field '{field}' cannot be set. It is not on the appropriate screen." for field in fields}
    body = {"errorMessages": [] if said else ["You cannot edit this issue."], "errors": said}
    site.sandbox.fault(SET, "status", status=400, body=body, times=times)


@pytest.mark.parametrize("properties", [False, True])
def test_a_copy_loses_what_it_can_and_is_skipped_for_the_rest(site: Site, properties: bool) -> None:
    show(site, marks(), KEY)
    key = clone(site, properties=properties)
    refusing(site, KEY_RESULT, times=1)
    receipt = write_one(site.truenorth, site.item(key), NOTHING)
    assert receipt.outcome == "skipped"
    assert (receipt.error or "").startswith(UNCLEARED)
    assert KEY_RESULT in (receipt.error or "")
    fields = site.fields(key)
    assert (fields[KR_PROGRESS], fields[KEY_RESULT], "okr-aligned" in fields["labels"]) == (
        None,
        COPIED,
        False,
    )
    assert ("truenorth" in site.properties(key)) == properties, "what proves the rest stays"
    site.sandbox.clear_faults()
    show(site, NOTHING, key)
    assert is_bare(site, key), "nothing was learned of other issues of its type"


@pytest.mark.parametrize("named", [(), (KEY_RESULT, KR_PROGRESS, "labels")], ids=["nothing", "all"])
def test_a_copy_that_nobody_can_edit_is_skipped_with_the_reason(site: Site, named: tuple[str, ...]) -> None:
    show(site, marks(), KEY)
    key = clone(site, properties=True)
    before = site.everything(key)
    refusing(site, *named)
    for _ in range(2):
        receipt = write_one(site.truenorth, site.item(key), NOTHING)
        assert (receipt.outcome, UNCLEARED in (receipt.error or "")) == ("skipped", True)
        assert site.everything(key) == before
    assert write_one(site.truenorth, site.item(KEY), NOTHING).outcome == "failed", "its own stamp must go"


def test_ids_and_a_number_that_people_keep_are_theirs(site: Site) -> None:
    site.ann_sets(KEY, **{KEY_RESULT: "GROWTH-KR1, GROWTH-KR2", KR_PROGRESS: 40})
    item = site.item(KEY)
    assert (item.claims, item.shown.stamp) == (("GROWTH-KR1", "GROWTH-KR2"), None)
    assert owned(site) == {}


def test_a_clone_that_an_older_version_stamped_is_ours_again(site: Site) -> None:
    show(site, marks(says=comment()), KEY)
    key = clone(site)
    issue = site.jira.issues[site.jira.keys[key]]
    old = {
        "v": 1,
        "owner": "acme",
        "key_results": [
            {"id": "GROWTH-KR2", "title": "It is live", "percent": 40, "health": "on_track", "url": ""}
        ],
        "alignment": "aligned",
        "labels": ["okr-aligned"],
        "fields": [[KEY_RESULT, ""]],
    }
    site.sandbox.call(lambda: issue.properties.update(truenorth=old))
    item = site.item(key)
    assert (item.claims, item.shown.alignment) == ((), "aligned")
    show(site, marks(60), key)
    assert site.fields(key)[KEY_RESULT] == COPIED
    assert dict(site.properties(key)["truenorth"]["fields"])[KEY_RESULT] == COPIED
    site.sandbox.call(lambda: issue.properties.update(truenorth=old))
    undo(site, item)
    assert is_bare(site, key)
