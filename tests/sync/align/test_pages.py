"""Where the link of a key result on an item leads: to a page that stands, in a fixed order of preference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.model import Pages, Ref, WorkItem
from sync.align.alignment import align
from sync.align.pages import PageFinder
from tests.support.builders import epic, item, work, workspace

SEARCH = Pages(
    "https://acme.example/issues/?jql={key_result}", "https://acme.example/issues/?label={key_result}"
)
NO_FIELD = replace(SEARCH, key_result="")
BY_RULE = work("KR.1", {"key": "WEB-1"})


def page(items: list[WorkItem], pages: Pages = Pages(), at: str = "WEB-2", **declared: Any) -> str:  # noqa: B008  a value
    space = workspace(BY_RULE, **declared)
    alignment = align(items, space)
    shown = next(one for one in items if one.key == at)
    (link,) = alignment.placements[shown.ref].links
    return PageFinder(space, alignment, {"jira": pages}).of(shown, link)


PARENT = epic("WEB-1", url="https://acme.example/browse/WEB-1")
CHILD = item("WEB-2", parent="WEB-1", url="https://acme.example/browse/WEB-2")
CLAIMED = replace(item("WEB-9", url="u"), labels=("KR:kr.1",))


@pytest.mark.parametrize(
    ("items", "pages", "declared", "expected"),
    [
        ([PARENT, CHILD], SEARCH, {"site": "https://okrs.example"}, "https://okrs.example/kr/KR.1"),
        ([PARENT, CHILD], SEARCH, {"site": None}, "https://acme.example/issues/?jql=KR.1"),
        ([PARENT, CHILD, CLAIMED], NO_FIELD, {"site": None}, "https://acme.example/issues/?label=KR.1"),
        ([PARENT, CHILD], NO_FIELD, {"site": None}, PARENT.url),
        ([PARENT, CHILD], Pages(), {"site": None}, PARENT.url),
        ([replace(PARENT, private=True), CHILD], Pages(), {"site": None}, CHILD.url),
    ],
    ids=["declared", "search", "label", "nobody-has-the-label", "epic", "hidden-epic"],
)
def test_the_page_that_stands(
    items: list[WorkItem], pages: Pages, declared: dict[str, Any], expected: str
) -> None:
    assert page(items, pages, **declared) == expected


def test_on_the_epic_itself_it_is_the_epic() -> None:
    assert page([PARENT], at="WEB-1", site=None) == PARENT.url


def test_a_rule_that_names_a_project_leads_to_the_project() -> None:
    space = workspace(work("KR1", {"project": "Onboarding"}), site=None)
    project = replace(
        item("Onboarding", level="project", project="Onboarding", url="https://linear.app/acme/project/o"),
        ref=Ref("linear", "p"),
    )
    issue = replace(
        item("ENG-1", project="Onboarding", url="u"), ref=Ref("linear", "i"), own_project=project.ref
    )
    alignment = align([project, issue], space)
    (link,) = alignment.placements[issue.ref].links
    assert PageFinder(space, alignment, {}).of(issue, link) == project.url


def test_a_note_leads_to_the_unaligned_work_or_to_the_item() -> None:
    alignment, space = align([CHILD], workspace(BY_RULE)), workspace(BY_RULE)
    there = PageFinder(space, alignment, {"jira": Pages(unaligned="https://acme.example/unaligned")})
    assert there.of_note(CHILD) == "https://acme.example/unaligned"
    assert PageFinder(space, alignment, {}).of_note(CHILD) == CHILD.url
