"""Comments in service projects: customers read what is public there, so ours are internal, or there are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.model import NOTHING, Twin
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.state import Comment, Project
from tests.support.jira_site import Site, comment, connector, marks, ours, running
from tests.support.writing import write_one

KEY, BESIDE, ELSEWHERE = "OPS-1", "OPS-2", "WEB-1"
VISIBILITY = "sd.public.comment"
BY_PURPOSE = (comment(), comment(purpose="orphan"))


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A site whose project OPS is a service project."""
    with running() as made:
        if request.param == "data_center":
            made.truenorth.close()
            url = f"{made.sandbox.url}/jira-dc"
            made.truenorth = connector(url, email=None, token=SERVER_TOKEN, deployment="data_center")
        becomes(made, kind="service_desk")
        yield made


def becomes(site: Site, **how: Any) -> None:
    def change(project: Project) -> None:
        for name, value in how.items():
            setattr(project, name, value)

    site.sandbox.call(lambda: change(site.jira.projects["OPS"]))


def held(site: Site, key: str = KEY) -> list[Comment]:
    """Our comments on the issue, as the site holds them."""
    issue = site.jira.issues[site.jira.keys[key]]
    return [one for one in issue.comments.values() if "truenorth" in one.properties]


def posted(site: Site) -> int:
    return sum(one.method == "POST" and one.path.endswith("/comment") for one in site.sandbox.requests)


@pytest.mark.parametrize("said", BY_PURPOSE, ids=lambda one: one.purpose)
def test_a_comment_is_internal_from_the_call_that_creates_it(site: Site, said: Any) -> None:
    assert write_one(site.truenorth, site.item(KEY), marks(says=said)).outcome == "written"
    (one,) = held(site)
    assert (one.internal, one.properties[VISIBILITY]) == (True, {"internal": True})
    assert site.item(KEY).shown.comment == said


def test_elsewhere_comments_say_nothing_of_customers(site: Site) -> None:
    write_one(site.truenorth, site.item(ELSEWHERE), marks(says=comment()))
    (one,) = held(site, ELSEWHERE)
    assert set(one.properties) == {"truenorth"}


def test_it_is_looked_at_once_for_each_project(site: Site) -> None:
    def looks(key: str) -> int:
        item = site.item(key)
        site.sandbox.forget_requests()
        write_one(site.truenorth, item, marks(says=comment()))
        return sum(one.method == "GET" and "/comment/" in one.path for one in site.sandbox.requests)

    assert [looks(KEY), looks(BESIDE), looks(ELSEWHERE)] == [1, 0, 0]


def test_an_edit_in_place_leaves_it_internal(site: Site) -> None:
    write_one(site.truenorth, site.item(KEY), marks(says=comment(40)))
    (before,) = ours(site, KEY)
    write_one(site.truenorth, site.item(KEY), marks(percent=60, says=comment(60)))
    assert ours(site, KEY) == [before]
    assert [one.internal for one in held(site)] == [True]


def test_a_public_comment_from_before_is_deleted_and_written_anew(site: Site) -> None:
    becomes(site, kind="software")
    wanted = marks(says=comment())
    write_one(site.truenorth, site.item(KEY), wanted)
    (before,) = ours(site, KEY)
    becomes(site, kind="service_desk")
    item = site.item(KEY)
    assert (item.shown.comment, item.shown.twins) == (None, (Twin(before, public=True),))
    assert write_one(site.truenorth, item, wanted).outcome == "written"
    (one,) = held(site)
    assert (one.internal, str(one.id) == before) == (True, False)
    assert site.item(KEY).shown == wanted


def test_a_public_comment_from_before_goes_also_where_none_is_wanted(site: Site) -> None:
    becomes(site, kind="software")
    write_one(site.truenorth, site.item(KEY), marks(says=comment()))
    becomes(site, kind="service_desk")
    assert write_one(site.truenorth, site.item(KEY), marks()).outcome == "written"
    assert held(site) == []
    assert site.item(KEY).shown == marks()


def test_a_public_comment_that_a_person_edited_stays_theirs(site: Site) -> None:
    becomes(site, kind="software")
    write_one(site.truenorth, site.item(KEY), marks(says=comment()))
    becomes(site, kind="service_desk")
    (id_,) = ours(site, KEY)
    site.ann_edits_comment(KEY, id_, "Moved to next quarter")
    item = site.item(KEY)
    assert "comment" not in item.writable
    assert item.shown.twins == ()


def test_where_customers_see_them_all_the_same_the_project_stays_without(site: Site) -> None:
    becomes(site, publishes=True)
    receipt = write_one(site.truenorth, site.item(KEY), marks(says=comment()))
    assert (receipt.outcome, held(site)) == ("written", [])
    assert posted(site) == 1
    # Neither another item of the project nor another process tries again.
    write_one(site.truenorth, site.item(ELSEWHERE), marks(says=comment()))
    pulled = site.truenorth.pull()
    by_key = {item.key: item for item in pulled.items}
    assert ["comment" in by_key[key].writable for key in (KEY, BESIDE, ELSEWHERE)] == [False, False, True]
    assert "Customers would see comments in project OPS, so it stays without." in pulled.notes
    assert site.item(KEY).shown == marks()


def test_a_batch_tries_one_comment_and_no_other(site: Site) -> None:
    becomes(site, publishes=True)
    items = [item for item in site.truenorth.pull().items if item.project == "OPS"][:6]
    requests = [(item, marks(says=comment())) for item in items]
    size = site.truenorth.batch
    batches = [requests[start : start + size] for start in range(0, len(requests), size)]
    receipts = [receipt for some in batches for receipt in site.truenorth.write_batch(some)]
    assert {one.outcome for one in receipts} == {"written"}
    assert (posted(site), sum(len(held(site, item.key)) for item in items)) == (1, 0)


def test_nothing_is_left_after_all_is_taken_away(site: Site) -> None:
    before = site.everything(KEY)
    becomes(site, publishes=True)
    write_one(site.truenorth, site.item(KEY), marks(says=comment()))
    (item,) = (one for one in site.truenorth.owned_items(()).items if one.key == KEY)
    assert write_one(site.truenorth, item, NOTHING).outcome == "written"
    assert site.everything(KEY) == before


def test_check_says_which_projects_have_customers(site: Site) -> None:
    said = [one.about for one in site.truenorth.preflight(()) if one.found.startswith("service project")]
    assert said == ["project OPS"]
