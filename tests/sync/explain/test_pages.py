"""What a pasted address asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.model import Ref, WorkItem
from sync.align.alignment import align
from sync.explain.item import UnknownKeyError
from sync.explain.pages import asked_for
from tests.support.builders import item, work, workspace

LINEAR = "https://linear.app/acme"
JIRA = "https://acme.example"


def on_linear(key: str, path: str, **changes: Any) -> WorkItem:
    return replace(item(key.lower(), **changes), key=key, url=f"{LINEAR}/{path}")


ITEMS = [
    replace(item("WEB-1"), url=f"{JIRA}/browse/WEB-1"),
    on_linear("ENG-1", "issue/ENG-1/a-title"),
    on_linear("Onboarding v2", "project/onboarding-v2-0123abcd", level="project"),
    on_linear("Trust", "initiative/trust-99ff", level="initiative"),
]
DECLARED = workspace(work("KR1"), work("KR2", url="https://wiki.example/okr?page=7"))


def asked(address: str) -> str | Ref:
    return asked_for(address, align(ITEMS, DECLARED), DECLARED)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("WEB-1", "WEB-1"),
        ("Onboarding v2", "Onboarding v2"),
        (f"{JIRA}/browse/WEB-1", "jira:WEB-1"),
        (f" {JIRA.upper()}/browse/web-7?focusedCommentId=3#comment ", "jira:WEB-7"),
        (f"{JIRA}/jira/software/c/projects/WEB/boards/4?selectedIssue=WEB-1", "jira:WEB-1"),
        (f"{JIRA}/jira/software/projects/WEB/boards/4/backlog?assignee=x&selectedIssue=WEB-9", "jira:WEB-9"),
        (f"{JIRA}/secure/RapidBoard.jspa?rapidView=3&selectedIssue=OPS-2", "jira:OPS-2"),
        (f"{JIRA}/projects/WEB/issues/WEB-2", "jira:WEB-2"),
        (f"{LINEAR}/issue/ENG-1", "linear:ENG-1"),
        (f"{LINEAR}/issue/ENG-1/another-title#comment-1", "linear:ENG-1"),
        (f"{LINEAR}/project/onboarding-v2-0123abcd/overview", Ref("linear", "onboarding v2")),
        (f"{LINEAR}/project/renamed-since-0123abcd/issues", Ref("linear", "onboarding v2")),
        (f"{LINEAR}/initiative/trust-99ff", Ref("linear", "trust")),
        ("https://okrs.example/kr/KR1", "KR1"),
        ("https://okrs.example/kr/kr1/", "KR1"),
        ("https://wiki.example/okr?page=7", "KR2"),
    ],
)
def test_an_address_names(address: str, named: str | Ref) -> None:
    assert asked(address) == named


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://other.example/browse/WEB-1", '"other.example/browse/WEB-1" is no page of a declared tracker.'),
        ("https://linear.app/rival/issue/ENG-1", '"linear.app/rival/issue/ENG-1" is no page of a declared tracker.'),
        ("https://acme.example.evil.example/browse/WEB-1", "is no page of a declared tracker."),
        ("https://me:s3cret@other.example/browse/WEB-1?token=s3cret", '"other.example/browse/WEB-1" is no page'),
        ("https://wiki.example/okr?page=8", "is no page of a declared tracker."),
        ("https://[broken", "the address is no page of a declared tracker."),
        (f"{JIRA}/jira/dashboards/10000", "is a page of jira, but of no ticket or project that was read."),
        (f"{LINEAR}/project/other-4444", "is a page of linear, but of no ticket or project that was read."),
    ],
)  # fmt: skip
def test_any_other_address_is_refused_in_plain_words(address: str, said: str) -> None:
    with pytest.raises(UnknownKeyError) as refused:
        asked(address)
    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_the_sites_that_are_read_are_named() -> None:
    with pytest.raises(
        UnknownKeyError, match=r"Declared: jira \(acme\.example\), linear \(linear\.app/acme\)\."
    ):
        asked("https://other.example/x")


def test_behind_the_gateway_a_page_tells_the_site() -> None:
    gateway = {
        "kind": "jira",
        "url": "https://api.atlassian.com/ex/jira/1234",
        "scope": {"projects": ["WEB"]},
    }
    declared = workspace(work("KR1"), trackers={"jira": gateway})
    assert asked_for(f"{JIRA}/browse/WEB-1", align(ITEMS[:1], declared), declared) == "jira:WEB-1"
