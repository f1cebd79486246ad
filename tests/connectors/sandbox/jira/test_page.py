"""The pages that people look at: they show the marks, and nothing from a ticket is ever markup."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from markupsafe import escape

from connectors.sandbox.company import MESSY_TITLES
from connectors.sandbox.jira import adf
from tests.support import loopback
from tests.support.sandbox_jira_client import Jira, paragraph, running

EVIL = '<script>alert(1)</script><img src=x onerror="x">'


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with running(300) as client:
        yield client


def page(jira: Jira, path: str) -> httpx.Response:
    return loopback.get(f"{jira.sandbox.url}/jira/{path}")


def test_an_issues_page_shows_the_marks(jira: Jira) -> None:
    progress = {"customfield_10101": "GROWTH-KR2 · Onboarding", "customfield_10102": 40}
    jira.put(
        "issue/WEB-1",
        json={
            "fields": progress,
            "update": {"labels": [{"add": "okr-aligned"}]},
            "properties": [{"key": "truenorth", "value": {"owner": "acme"}}],
        },
    )
    jira.post(
        "issue/WEB-1/comment", json={"body": paragraph("It counts"), "properties": [{"key": "k", "value": 7}]}
    )
    jira.post(
        "issue/WEB-1/remotelink", json={"object": {"url": "https://okr.example/kr/A", "title": "The KR"}}
    )
    shown = page(jira, "browse/WEB-1")
    assert shown.status_code == 200
    for text in (
        "New onboarding",
        "STRAT-1",
        "GROWTH-KR2 · Onboarding",
        'aria-label="40 percent"',
        "okr-aligned",
        "It counts",
        "&#34;owner&#34;: &#34;acme&#34;",
        'href="https://okr.example/kr/A"',
        "In Progress",
    ):
        assert text in shown.text, text


def test_a_subtasks_page_leads_up_to_the_initiative(jira: Jira) -> None:
    epics = {"WEB-1", "WEB-2"}
    for issue in jira.site.issues.values():
        above = jira.site.issues[issue.parent] if issue.parent else None
        grand = jira.site.issues[above.parent] if above is not None and above.parent else None
        if issue.type.is_subtask and grand is not None and grand.key in epics:
            text = page(jira, f"browse/{issue.key}").text
            crumbs = text[: text.index("<h1")]
            assert crumbs.index("STRAT-1") < crumbs.index(grand.key) < crumbs.rindex(issue.key)
            return
    pytest.fail("the world has no such sub-task")


@pytest.mark.parametrize("title", MESSY_TITLES)
def test_messy_titles_are_shown_literally(jira: Jira, title: str) -> None:
    issue = next(i for i in jira.site.issues.values() if i.summary == title)
    shown = page(jira, f"browse/{issue.key}").text
    assert "<script" not in shown
    assert str(escape(title)) in shown
    assert str(escape(title)) in page(jira, f"issues?jql=key={issue.key}").text


def test_hostile_text_is_escaped_wherever_it_stands(jira: Jira) -> None:
    body = paragraph(EVIL)
    body["content"].append(
        {
            "type": "paragraph",
            "content": [
                {
                    "type": "text",
                    "text": "click",
                    "marks": [{"type": "link", "attrs": {"href": "javascript:alert(1)"}}],
                },
                {"type": "status", "attrs": {"text": EVIL, "color": "red"}},
                {"type": "mention", "attrs": {"id": "x", "text": EVIL}},
                {"type": "inlineCard", "attrs": {"url": 'https://x/"><script>'}},
            ],
        }
    )
    jira.put(
        "issue/WEB-2",
        json={
            "fields": {"summary": EVIL, "labels": [EVIL.replace(" ", "")], "description": body},
            "properties": [{"key": EVIL, "value": EVIL}],
        },
    )
    assert jira.post("issue/WEB-2/comment", json={"body": body}).status_code == 201
    link = {"object": {"url": "javascript:alert(1)", "title": EVIL, "summary": EVIL}}
    assert jira.post("issue/WEB-2/remotelink", json=link).status_code == 201
    for path in ("browse/WEB-2", "browse/WEB-1", "issues?jql=project=WEB", f"issues?jql={EVIL}"):
        shown = page(jira, path)
        for poison in ("<script", "<img", 'href="javascript'):
            assert poison not in shown.text.lower(), (path, poison)
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]


def test_every_document_is_rendered_block_by_block() -> None:
    table = {
        "type": "table",
        "content": [
            {"type": "tableRow", "content": [{"type": "tableHeader", "content": paragraph("KR")["content"]}]},
        ],
    }
    blocks = [
        {"type": "heading", "attrs": {"level": 1}, "content": [{"type": "text", "text": "Top"}]},
        {"type": "panel", "attrs": {"panelType": "warning"}, "content": paragraph("careful")["content"]},
        table,
        {
            "type": "bulletList",
            "content": [{"type": "listItem", "content": paragraph("one")["content"]}],
        },
        {
            "type": "paragraph",
            "content": [
                {"type": "text", "text": "bold", "marks": [{"type": "strong"}]},
                {"type": "hardBreak"},
                {
                    "type": "text",
                    "text": "here",
                    "marks": [{"type": "link", "attrs": {"href": "https://x.example"}}],
                },
                {"type": "status", "attrs": {"text": "On track", "color": "green"}},
            ],
        },
    ]
    assert str(adf.to_html({"type": "doc", "version": 1, "content": blocks})) == (
        "<h3>Top</h3>"
        '<div class="panel warning"><p>careful</p></div>'
        "<table><tbody><tr><th><p>KR</p></th></tr></tbody></table>"
        "<ul><li><p>one</p></li></ul>"
        '<p><strong>bold</strong><br><a href="https://x.example" rel="noopener noreferrer">here</a>'
        '<span class="lozenge green">ON TRACK</span></p>'
    )


def test_an_edited_comment_says_when_and_by_whom(jira: Jira) -> None:
    made = jira.post("issue/OPS-1/comment", json={"body": paragraph("first")}).json()
    with jira.acting_as(("ann.lee@acme.example", "sandbox-person-token")) as ann:
        ann.put(f"issue/OPS-1/comment/{made['id']}", json={"body": paragraph("second")})
    shown = page(jira, "browse/OPS-1").text
    assert "edited <time" in shown
    assert "by Ann Lee" in shown


def test_the_list_finds_by_jql_and_explains_a_bad_query(jira: Jira) -> None:
    count = len(jira.ids("project = OPS"))
    shown = page(jira, "issues?jql=project = OPS order by key").text
    assert f"{count} found" in shown
    assert shown.index("OPS-1<") < shown.index("OPS-2<")
    assert "does not exist for the field" in page(jira, "issues?jql=project = NOPE").text
    assert page(jira, "issues").status_code == 200
    assert page(jira, "browse/WEB-99999").status_code == 404


def test_links_in_wiki_markup_lead_where_those_of_jira_do(jira: Jira) -> None:
    """On a Data Center comments are wiki markup: a web address, a mail, another issue, a place on the page, a person."""
    text = (
        "[the goal|https://okr.example/kr/A?x=1&y=2] [|https://okr.example/b] [mailto:ann@acme.example] [that one|WEB-1] "
        "[#top] [~ann.lee] [~ghost] [^notes.txt] [share|file:///c:/x] <b>"
    )
    made = jira.post(f"{jira.sandbox.url}/jira/rest/api/2/issue/WEB-1/comment", json={"body": text})
    assert made.status_code == 201, made.text
    shown = page(jira, "browse/WEB-1").text
    for part in (
        '<a href="https://okr.example/kr/A?x=1&amp;y=2" rel="noopener noreferrer">the goal</a>',
        '<a href="https://okr.example/b" rel="noopener noreferrer">https://okr.example/b</a>',
        '<a href="mailto:ann@acme.example" rel="noopener noreferrer">ann@acme.example</a>',
        '<a href="WEB-1">that one</a>',
        '<a href="#top">top</a>',
        '<span class="chip">Ann Lee</span>',
        '<span class="chip">@ghost</span>',
        "[^notes.txt] share &lt;b&gt;",
    ):
        assert part in shown, part
