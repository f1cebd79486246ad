"""Which pages of a tracker list just some items: asked of what is known of them, without a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from config.policy import LabelPolicy
from connectors.jira.marks.lists import MOST, SearchLists
from connectors.linear.marks.lists import ViewLists
from connectors.lists import KnownWork
from connectors.model import Marks, Stamp, WorkItem
from tests.support.builders import item

ORPHANED, BELOW, ALIGNED = "okr-orphaned", "okr-orphaned-below", "okr-aligned"
MADE = {
    "at workspace": "acme",
    "view Unaligned work": "v1",
    "at view Unaligned work": "s1",
    "view Below unaligned work": "v2",
    "at view Below unaligned work": "s2",
    "view Work by key result": "v3",
    "at view Work by key result": "s3",
    "view Unaligned projects": "v4",
    "at view Unaligned projects": "s4",
}


def bearing(key: str, *labels: str, owner: str = "acme", **changes: Any) -> WorkItem:
    """An issue on which labels of ours stand, those of an owner."""
    shown = Marks(
        labels=labels if owner == "acme" else (), stamp=Stamp(owner, labels=labels) if labels else None
    )
    return item(key, url=f"https://acme.example/browse/{key}", **{"shown": shown, **changes})


def jql(items: Sequence[WorkItem], known: Sequence[WorkItem], **facts: Any) -> str:
    """The search for the items, "" where there is none."""
    work = KnownWork(known, "acme", LabelPolicy(), ("WEB", "OPS"), **facts)
    found = SearchLists(work).pages(items)
    assert [count for _, count in found] in ([], [len(items)])
    return parse_qs(urlsplit(found[0][0]).query)["jql"][0] if found else ""


TOP, UNDER = bearing("WEB-1", ORPHANED), bearing("WEB-2", ORPHANED, BELOW)
ELSEWHERE, PLAIN = bearing("OPS-1", ORPHANED), bearing("WEB-4")
CLOSED = bearing("WEB-5", ORPHANED, category="done")
FOREIGN = bearing("WEB-6", ORPHANED, owner="other")
CLAIMED = bearing("WEB-7", labels=("kr:K1",))
HIDDEN = bearing("WEB-8", ORPHANED, private=True)
OTHER_CASE = bearing("WEB-9", "OKR-orphaned")
OPEN = "statusCategory != Done"
BY_LABEL = f'project in ("WEB") AND labels = "{ORPHANED}" AND {OPEN}'


@pytest.mark.parametrize(
    ("wanted", "known", "facts", "found"),
    [
        ([TOP, UNDER], [TOP, UNDER, PLAIN], {}, BY_LABEL),
        ([TOP, UNDER], [TOP, UNDER, ELSEWHERE], {}, BY_LABEL),
        ([TOP, ELSEWHERE], [TOP, ELSEWHERE], {}, f'project in ("OPS", "WEB") AND labels = "{ORPHANED}" AND {OPEN}'),
        ([TOP], [TOP, UNDER], {}, f'{BY_LABEL} AND labels != "{BELOW}"'),
        ([UNDER], [TOP, UNDER], {}, BY_LABEL.replace(ORPHANED, BELOW)),
        ([TOP], [TOP, CLOSED], {}, BY_LABEL),
        ([TOP, CLOSED], [TOP, CLOSED], {}, f'project in ("WEB") AND labels = "{ORPHANED}"'),
        ([CLAIMED], [CLAIMED, PLAIN], {}, BY_LABEL.replace(ORPHANED, "kr:K1")),
        ([TOP, PLAIN], [TOP, PLAIN], {}, "id in (WEB-1,WEB-4)"),
        ([TOP], [TOP, UNDER, bearing("WEB-3", ORPHANED)], {}, "id in (WEB-1)"),
        ([TOP], [TOP], {"is_current": False}, "id in (WEB-1)"),
        ([TOP], [TOP, FOREIGN], {}, "id in (WEB-1)"),
        ([TOP], [TOP, OTHER_CASE], {}, "id in (WEB-1)"),
        ([TOP, HIDDEN], [TOP, HIDDEN], {}, ""),
        ([TOP], [TOP, HIDDEN], {}, "id in (WEB-1)"),
        ([item("WEB-1", url="")], [TOP], {}, ""),
        ([item("WEB-1", url="https://api.atlassian.com/ex/jira/1/browse/WEB-1")], [TOP], {}, ""),
        ([], [TOP], {}, ""),
    ],
    ids=[
        "by label", "not of another project", "of two projects", "topmost", "below", "open", "closed too", "by claim",
        "not all bear it", "more bear it", "labels are not known", "another workspace", "written in two ways", "restricted",
        "a restricted one bears it", "no page", "a gateway has no pages", "nothing",
    ],
)  # fmt: skip
def test_a_search_finds_just_these_issues(
    wanted: list[WorkItem], known: list[WorkItem], facts: Mapping[str, Any], found: str
) -> None:
    assert jql(wanted, known, **facts) == found


def test_a_search_names_so_many_ids_at_most() -> None:
    some = [bearing(f"WEB-{at}") for at in range(MOST + 1)]
    assert jql(some[:MOST], some).startswith("id in (WEB-0,WEB-1,")
    assert jql(some, some) == ""


def test_a_label_with_quotes_stays_one_text() -> None:
    sly = bearing("WEB-1", labels=('kr:K"1\\',))
    assert jql([sly], [sly]) == f'project in ("WEB") AND labels = "kr:K\\"1\\\\" AND {OPEN}'


def views(items: Sequence[WorkItem], known: Sequence[WorkItem], **facts: Any) -> list[tuple[str, int]]:
    """The slugs of the views that list the items, and how many each does."""
    work = KnownWork(known, "acme", LabelPolicy(), ("ENG",), **{"views": MADE, **facts})
    found = ViewLists(work).pages(items)
    assert all(page.startswith("https://linear.app/acme/view/") for page, _ in found)
    return [(page.rpartition("/")[2], count) for page, count in found]


def on_linear(key: str, *labels: str, **changes: Any) -> WorkItem:
    return bearing(key, *labels, **{"team": "ENG", **changes})


LONE, CHILD = on_linear("eng-1", ORPHANED), on_linear("eng-2", ORPHANED, BELOW)
PROJECT = on_linear("project-1", level="project", team=None)
SERVING, DONE = on_linear("eng-3", ALIGNED), on_linear("eng-4", ALIGNED, category="done")
AWAY = on_linear("ops-1", ORPHANED, team="OPS")


@pytest.mark.parametrize(
    ("wanted", "known", "facts", "found"),
    [
        ([LONE], [LONE, CHILD], {}, [("s1", 1)]),
        ([CHILD], [LONE, CHILD], {}, [("s2", 1)]),
        ([LONE, CHILD], [LONE, CHILD], {}, []),
        ([SERVING], [SERVING, DONE], {}, [("s3", 1)]),
        ([SERVING, DONE], [SERVING, DONE], {}, []),
        ([LONE], [LONE, AWAY], {}, [("s1", 1)]),
        ([PROJECT], [LONE, PROJECT], {"listed_projects": ["project-1"]}, [("s4", 1)]),
        ([LONE, PROJECT], [LONE, PROJECT], {"listed_projects": ["project-1"]}, [("s1", 1), ("s4", 1)]),
        ([LONE, PROJECT], [LONE, PROJECT], {}, [("s1", 1)]),
        ([PROJECT], [PROJECT], {"listed_projects": ["project-1", "project-2"]}, []),
        ([LONE], [LONE, on_linear("eng-5", ORPHANED)], {}, []),
        ([LONE], [LONE, on_linear("eng-5", ORPHANED, owner="other")], {}, []),
        ([LONE], [LONE], {"is_current": False}, []),
        ([LONE], [LONE], {"views": {}}, []),
        ([LONE], [LONE], {"views": {"view Unaligned work": "v1"}}, []),
        ([on_linear("eng-1", ORPHANED, private=True)], [LONE], {}, []),
        ([], [PLAIN], {}, []),
    ],
    ids=[
        "topmost", "below", "no view has both", "open ones serve", "not closed ones", "another team", "projects",
        "issues and projects", "projects that no view lists", "the view lists more", "more bear it", "another workspace",
        "labels are not known", "setup is older", "no place is known", "restricted", "nothing",
    ],
)  # fmt: skip
def test_a_view_lists_just_this_work(
    wanted: list[WorkItem], known: list[WorkItem], facts: Mapping[str, Any], found: list[tuple[str, int]]
) -> None:
    assert views(wanted, known, **facts) == found
