"""Where a read of changes goes on: what a bookmark keeps, and what the site's count says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from connectors.changes import NeedsWholeRead
from connectors.jira.api import wire
from connectors.jira.api.fields import SiteFields
from connectors.jira.changes.bookmark import Bookmark, decoded, encoded, watermark
from connectors.jira.changes.changed import counted
from connectors.jira.changes.fixed_facts import FixedFacts, changed_facts
from connectors.jira.changes.learned import Learned, Names, differences, joined
from connectors.jira.read.parents import LinkedTypes

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
LEARNED = Learned(
    names={"status": {"3": ("In Progress", "indeterminate")}, "type": {"1": ("Epic", 1, False)}},
    held={"10": ("customfield_1",)},
    linked=LinkedTypes(frozenset({"1"}), frozenset({"2"}), frozenset({("1", "2")})),
    refusing=("HELP",),
    renamed=("customfield_2",),
    settable=(("10", "1", "customfield_3"),),
)
FIXED = FixedFacts(
    at=NOW,
    account="me",
    zone="Europe/Paris",
    fields=(wire.FieldInfo(id="customfield_1", name="Points", scope={"type": "PROJECT"}),),
    projects=(wire.Project(id="10", key="WEB"),),
    words=(("status", "3", "En cours"),),
)
MARK = Bookmark(
    about="x", watermark=NOW, read_at=NOW, newest=NOW, swept=NOW, fixed=FIXED, learned=LEARNED,
    above=("5",), count=40, aside=("7",),
)  # fmt: skip


def test_a_bookmark_is_read_as_it_was_written() -> None:
    assert decoded(encoded(MARK), "x") == MARK
    assert encoded(decoded(encoded(MARK), "x")) == encoded(MARK)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        (encoded(MARK), "y"),
        (encoded(structs.replace(MARK, version=99)), "x"),
        ('{"version": 1}', "x"),
        ("", "x"),
        ("[1, 2]", "x"),
    ],
    ids=["declared-anew", "another-version", "a-part", "nothing", "another-shape"],
)
def test_one_of_something_else_needs_a_whole_read(text: str, about: str) -> None:
    with pytest.raises(NeedsWholeRead):
        decoded(text, about)


@pytest.mark.parametrize(
    ("newest", "wanted"),
    [(-200, -200), (600, 0), (-86_400, -300), (0, 0)],
    ids=["near", "later", "old", "now"],
)
def test_the_watermark_is_the_older_of_two_clocks_that_differ_a_little(newest: float, wanted: float) -> None:
    assert watermark(NOW, NOW + timedelta(seconds=newest)) == NOW + timedelta(seconds=wanted)


def test_an_exact_count_is_compared_at_once() -> None:
    # 40 are known, and one that cannot be read.
    assert counted(MARK, 41, exact=True, swept=False).off == 0
    once = counted(MARK, 40, exact=True, swept=False)
    twice = counted(once, 40, exact=True, swept=False)
    assert (once.off, twice.off) == (1, 2)
    assert counted(once, 41, exact=True, swept=False).off == 0
    # What a sweep does not explain is how it is.
    assert counted(counted(twice, 40, exact=True, swept=True), 40, exact=True, swept=False).off == 0


def test_an_estimate_is_compared_with_what_it_was() -> None:
    first = counted(MARK, 45, exact=False, swept=False)
    assert (first.offset, first.off) == (4, 0)
    later = structs.replace(first, read_at=NOW + timedelta(hours=2))
    assert counted(later, 45, exact=False, swept=False).off == 0
    assert counted(later, 44, exact=False, swept=False).off == 1
    assert counted(later, None, exact=False, swept=False) == later
    # Soon after a sweep it is no reason for another one.
    assert counted(first, 44, exact=False, swept=False).off == 0


def test_names_are_compared_by_their_ids() -> None:
    now: Names = {"status": {"3": ("Working", "indeterminate"), "4": ("New", "new")}, "label": {"9": ("x",)}}
    assert list(differences(LEARNED.names, now)) == ["the status In Progress (id 3) was changed"]
    assert list(differences(LEARNED.names, {"type": {"1": ("Epic", 1, False)}})) == []
    assert joined(LEARNED.names, now)["status"]["4"] == ("New", "new")


def test_a_field_for_other_purposes_changes_nothing() -> None:
    fields = (
        SiteFields(claim="customfield_1"),
        SiteFields(claim="customfield_1", others={"customfield_9": "New"}),
    )
    assert list(changed_facts(FIXED, FIXED, fields)) == []
    other = SiteFields(claim="customfield_9")
    assert len(list(changed_facts(FIXED, FIXED, (fields[0], other)))) == 1
    assert len(list(changed_facts(FIXED, structs.replace(FIXED, words=()), fields))) == 1
