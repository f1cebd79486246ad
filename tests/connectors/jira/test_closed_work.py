"""Closed work over HTTP: nothing is computed there; what is ours stays with its record, what is a person's stays for good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.model import NOTHING
from tests.support.jira_site import KEY_RESULT, KR_PROGRESS, Site, marks, running, show
from tests.support.writing import write_one

RISK = ("okr-aligned", "okr-at-risk")
LINKS = "/remotelink"


@pytest.fixture
def site() -> Iterator[Site]:
    with running(60) as site:
        yield site


def done(site: Site) -> str:
    """The key of an issue that is closed."""
    return next(item.key for item in site.truenorth.pull().items if item.in_scope and not item.is_open)


@pytest.mark.parametrize("there", [100, 24.5, None])
def test_an_edit_for_another_reason_adopts_nothing(site: Site, there: float | None) -> None:
    key = done(site)
    show(site, marks(40, labels=RISK), key)
    before = site.properties(key)["truenorth"]
    site.ann_sets(key, **{KR_PROGRESS: there})
    item = site.item(key)
    assert item.shown == marks(40, labels=RISK), "closed work is taken to show what was written"
    assert item.shown.unwritten == (), "and nothing of it is replaced"
    site.sandbox.forget_requests()
    show(site, replace(item.shown, labels=RISK[:1], stamp=None), key)
    assert site.fields(key)[KR_PROGRESS] == there
    assert site.properties(key)["truenorth"] == before | {"labels": ["okr-aligned"]}
    assert not [call for call in site.calls() if LINKS in call]
    assert write_one(site.truenorth, site.item(key), NOTHING).outcome == "written"
    fields = site.fields(key)
    assert (fields[KR_PROGRESS], fields[KEY_RESULT], site.properties(key)) == (there, None, {})


def test_what_a_person_emptied_stays_empty_and_its_record_tells_whose_it_was(site: Site) -> None:
    key = done(site)
    show(site, marks(40, labels=RISK), key)
    site.ann_sets(key, **{KEY_RESULT: None})
    show(site, replace(site.item(key).shown, labels=RISK[:1], stamp=None), key)
    assert site.fields(key)[KEY_RESULT] is None
    assert dict(site.properties(key)["truenorth"]["fields"])[KEY_RESULT] == "GROWTH-KR2 · It is live"


def test_other_marks_are_written_all_the_same(site: Site) -> None:
    key = done(site)
    show(site, marks(40), key)
    site.ann_sets(key, **{KR_PROGRESS: 100})
    show(site, marks(60), key)
    assert site.fields(key)[KR_PROGRESS] == 60
    assert site.item(key).shown == marks(60)
    show(site, NOTHING, key)
    assert site.fields(key)[KR_PROGRESS] is None


def test_nobody_asks_what_could_be_set_on_closed_work(site: Site) -> None:
    key = done(site)
    item = site.item(key)
    issue = site.jira.issues[site.jira.keys[key]]
    show(site, marks(40), key)
    others = {one.key for one in site.truenorth.pull().items if one.shown.stamp is not None}
    assert others == {key}

    def forget() -> None:
        stamp = issue.properties["truenorth"]
        stamp["fields"] = [row for row in stamp["fields"] if row[0] != KR_PROGRESS]
        issue.custom.pop(KR_PROGRESS)

    site.sandbox.call(forget)
    site.sandbox.forget_requests()
    assert site.item(key).ref == item.ref
    assert not [call for call in site.calls() if "editmeta" in call]
