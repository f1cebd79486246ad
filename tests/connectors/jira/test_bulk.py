"""Reading many issues at once: what is asked while what, by counts and order, never by time."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import msgspec
import pytest

from config.trackers import JiraScope, JiraTracker
from connectors.collector import resting_collector
from connectors.jira.api import replies, wire
from connectors.jira.api.bulk_read import Bulk, id_pages
from connectors.jira.api.client import JiraClient
from connectors.jira.api.fields import SiteFields
from connectors.jira.bulk.drafts import Drafts, likely_points
from connectors.jira.bulk.stream import stream
from connectors.jira.read.mapping import IssueMapper
from connectors.set_aside import Reply

SITE = SiteFields(points=("customfield_1", "customfield_2"), team_points=frozenset({"customfield_2"}))
DECODER = replies.issue_on(SITE)


def told(id_: int, **fields: Any) -> dict[str, Any]:
    """An issue as Jira tells it."""
    given = {
        "summary": f"Issue {id_}",
        "status": {"id": "3", "name": "In Progress", "statusCategory": {"key": "indeterminate"}},
        "issuetype": {"id": "1", "name": "Story", "hierarchyLevel": 0},
        "project": {"id": "7", "key": "WEB"},
        "created": "2026-01-02T03:04:05.678+0100",
        "updated": "2026-01-02T03:04:05.678+0100",
        "labels": ["web", "shop"],
    }
    return {"id": str(id_), "key": f"WEB-{id_}", "fields": given | fields}


def issue(id_: int, **fields: Any) -> wire.Issue:
    return DECODER.decode(msgspec.json.encode(told(id_, **fields)))


class Jira:
    """A client of a site with `count` issues that lists `page` ids a page, and notes what it is asked."""

    name = "jira"

    def __init__(self, count: int, page: int = 250) -> None:
        self.ids = [str(1000 + at) for at in range(count)]
        self.page = page
        self.bulks: list[tuple[list[str], bool]] = []
        self.pages: list[int] = []
        self.hold: dict[int, threading.Event] = {}
        self.read = threading.Semaphore(0)

    def call(self, _method: str, path: str, reply: Reply[Any], *, body: Any) -> Any:
        if path == "search/jql":
            start = int(body.get("nextPageToken", 0))
            self.pages.append(start)
            if start in self.hold:
                assert self.hold[start].wait(20)
            end = start + self.page
            found: dict[str, Any] = {"issues": [{"id": id_} for id_ in self.ids[start:end]]}
            found |= {"isLast": True} if end >= len(self.ids) else {"nextPageToken": str(end)}
            return reply.decode(msgspec.json.encode(found))
        asked = body["issueIdsOrKeys"]
        self.bulks.append((asked, wire.COMMENT_FIELD in body["fields"]))
        self.read.release()
        return reply.decode(msgspec.json.encode({"issues": [told(int(id_)) for id_ in asked]}))


def read(
    jira: Jira, commented: Sequence[str] = (), threads: int = 4
) -> tuple[list[str], dict[str, wire.Issue], list[tuple[int, int]]]:
    steps: list[tuple[int, int]] = []
    client = cast("JiraClient", jira)
    with ThreadPoolExecutor(threads) as pool:
        bulk = Bulk(client, SITE, pool, commented)
        ids, found = bulk.read_scope(
            id_pages(client, "any"), lambda _: None, lambda *step: steps.append(step)
        )
    return ids, found, steps


@pytest.mark.parametrize(
    ("count", "commented"), [(0, 0), (1, 1), (100, 0), (250, 3), (999, 0), (1000, 150), (1001, 1001)]
)
def test_no_request_more_than_hundreds_need(count: int, commented: int) -> None:
    jira = Jira(count)
    bearing = set(jira.ids[:: max(1, count // commented)][:commented] if commented else ())
    ids, found, steps = read(jira, tuple(bearing))
    assert (ids, set(found)) == (jira.ids, set(jira.ids))
    assert len(jira.bulks) == -(-count // 100)
    assert sum(has_comments for _, has_comments in jira.bulks) == -(-len(bearing) // 100)
    assert jira.pages == list(range(0, max(count, 1), jira.page))
    assert steps[0][0] == 0
    assert steps[-1] == (count, count)


def test_issues_are_read_while_further_ids_are_on_their_way() -> None:
    jira = Jira(500, page=200)
    jira.hold = {200: threading.Event(), 400: threading.Event()}

    def go_on() -> None:
        for start, bulks in ((200, 2), (400, 2)):
            for _ in range(bulks):
                assert jira.read.acquire(timeout=20), "no issue is read before the next ids are there"
            jira.hold[start].set()

    watching = threading.Thread(target=go_on)
    watching.start()
    _, found, _ = read(jira)
    watching.join(20)
    assert len(found) == 500


def test_parts_in_common_are_kept_once() -> None:
    one, other = read(Jira(2))[1].values()
    first, second = one.fields, other.fields
    for name in ("status", "issuetype", "project"):
        assert getattr(first, name) is getattr(second, name)
    assert first.labels[0] is second.labels[0]
    assert first.summary != second.summary


def test_the_first_error_ends_a_stream() -> None:
    begun: list[int] = []
    over = threading.Event()

    def work(part: int) -> None:
        begun.append(part)
        assert over.wait(20)

    def parts() -> Iterator[list[int]]:
        yield list(range(50))
        raise ValueError("no page")

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ValueError, match="no page"):
            list(stream(pool, parts(), work))
        over.set()
    assert len(begun) <= 1


# --- Items that are made as issues come -----------------------------------------------------------

TRACKER = JiraTracker(kind="jira", url="https://acme.atlassian.net", scope=JiraScope(projects=("WEB",)))
FULL = IssueMapper(
    "jira",
    TRACKER,
    SITE,
    "acme",
    "https://acme.atlassian.net",
    frozenset({"7"}),
    points={"7": "customfield_1"},
)
STAMPED = {"truenorth": {"v": 1, "owner": "acme", "item": "1"}}


def drafts(*issues: wire.Issue) -> Drafts:
    project = wire.Project(id="7", key="WEB")
    made = Drafts(replace(FULL, points=likely_points([project], SITE)))
    made.add(issues)
    return made


class Counting:
    """A mapper that counts the items that it makes anew."""

    def __init__(self, mapper: IssueMapper) -> None:
        self.mapper = mapper
        self.made = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mapper, name)

    def item(self, one: wire.Issue, parent: str | None) -> Any:
        self.made += 1
        return self.mapper.item(one, parent)


@pytest.mark.parametrize(
    ("one", "parent", "mapper", "anew"),
    [
        (issue(1, customfield_1=3.0), None, FULL, 0),
        (issue(1, parent={"id": "2"}), "2", FULL, 0),
        (issue(1, customfield_2=None), None, replace(FULL, points={}), 0),
        (issue(1), "9", FULL, 1),
        (issue(1, customfield_2=5.0), None, replace(FULL, points={"7": "customfield_2"}), 1),
        (
            issue(1, issuetype={"id": "1", "name": "Theme"}),
            None,
            replace(FULL, initiatives=frozenset({"1"})),
            1,
        ),
    ],
    ids=["as it was", "a parent", "no points at all", "an epic by its key", "other points", "a level"],
)
def test_an_item_is_made_again_where_it_would_be_another(
    one: wire.Issue, parent: str | None, mapper: IssueMapper, anew: int
) -> None:
    counting = Counting(mapper)
    assert drafts(one).take(one, parent, cast("IssueMapper", counting)) == mapper.item(one, parent)
    assert counting.made == anew


def test_a_stamped_item_is_made_again_once_it_is_known_what_can_be_set() -> None:
    one = issue(1)
    one.properties = STAMPED
    settable = replace(FULL, site=replace(SITE, settable=frozenset({("7", "1", "customfield_3")})))
    for mapper, anew in ((FULL, 0), (settable, 1)):
        counting = Counting(mapper)
        drafts(one).take(one, None, cast("IssueMapper", counting))
        assert counting.made == anew


def test_the_collector_rests_until_the_last_block_ends() -> None:
    assert gc.isenabled()
    with resting_collector():
        with resting_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with resting_collector():
            pass
        assert not gc.isenabled(), "whoever had it off keeps it off"
    finally:
        gc.enable()
