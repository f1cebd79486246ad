"""A first read that was cut short: its pages are found again, and what changed since is told by the next read of changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.errors import TrackerError
from connectors.jira.changes.landed import begin
from tests.support.jira_changes import Watched, watched
from tests.support.known_items import Known
from tests.support.landings import MemoryLanding

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture(params=[False, True], ids=["cloud", "data-center"])
def site(request: pytest.FixtureRequest) -> Iterator[Watched]:
    with watched(300, server=request.param) as found:
        yield found


@pytest.fixture
def cloud() -> Iterator[Watched]:
    with watched(120) as found:
        yield found


def of_issues(calls: list[str]) -> int:
    return sum(one.startswith("POST") and not one.endswith("/list") for one in calls)


def test_a_read_that_was_cut_short_goes_on_where_it_ended(site: Watched) -> None:
    landing = MemoryLanding()
    rule = site.sandbox.fault("POST .*(bulkfetch|search)", "status", status=500, skip=2)
    with pytest.raises(TrackerError):
        site.truenorth.pull_into(landing, owned_ids=())
    kept = len(landing.pages)
    assert kept >= 1
    site.sandbox.clear_faults()
    assert rule.hits > 0
    site.asked()
    begun = landing.begun
    site.later(3600)
    other = site.connect()
    again = other.pull_into(landing, owned_ids=())
    sent = of_issues(site.asked())
    # A request that was being repeated when the faults went may have been kept after all.
    assert landing.found >= kept
    whole = other.pull(owned_ids=())
    assert sent <= of_issues(site.asked()) - kept
    assert again.items == whole.items
    assert again.as_of == begun
    assert again.as_of < whole.as_of


def test_what_changed_between_two_attempts_is_told_by_the_next_changes(cloud: Watched) -> None:
    landing = MemoryLanding()
    cloud.truenorth.pull_into(landing, owned_ids=())
    cloud.ann_sets("WEB-3", summary="Changed meanwhile")
    cloud.later(7200)
    pulled = cloud.truenorth.pull_into(landing, owned_ids=())
    cloud.known, cloud.bookmark = Known(pulled.items), pulled.bookmark
    assert cloud.missed() != []
    cloud.look()
    assert cloud.missed() == []


def test_pages_of_another_declaration_are_not_used(cloud: Watched) -> None:
    landing = MemoryLanding()
    cloud.truenorth.pull_into(landing, owned_ids=())
    other = cloud.connect(projects=("WEB",))
    found = other.pull_into(landing, owned_ids=())
    assert landing.found == 0
    assert {one.project for one in found.items if one.in_scope} == {"WEB"}


def test_a_page_that_does_not_decode_is_read_again(cloud: Watched) -> None:
    landing = MemoryLanding()
    whole = cloud.truenorth.pull_into(landing, owned_ids=())
    landing.pages = dict.fromkeys(landing.pages, b'{"issues": 7}')
    assert cloud.truenorth.pull_into(landing, owned_ids=()).items == whole.items


def test_pages_whose_tokens_are_too_old_are_begun_anew() -> None:
    landing = MemoryLanding()
    assert begin(landing, NOW, "x") == NOW
    landing.keep("a", b"page")
    later = NOW.replace(day=18)
    assert begin(landing, later, "x") == NOW
    assert landing.page("a") == b"page"
    much_later = NOW.replace(day=25)
    assert begin(landing, much_later, "x") == much_later
    assert landing.page("a") is None
