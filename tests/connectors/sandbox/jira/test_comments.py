"""Comments: ADF only, properties, paging, whose comment it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.text.document import Bar, Bullets, Doc, Lozenge, Panel, Table, Text, line, para, to_adf
from tests.support.sandbox_jira_client import ANN, Jira, paragraph, running

KEY = "OPS-1"
MARK = {"key": "truenorth", "value": {"v": 1, "owner": "acme"}}


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with running(100) as client:
        yield client


def post(jira: Jira, text: str = "hello", key: str = KEY, **more: Any) -> dict[str, Any]:
    reply = jira.post(f"issue/{key}/comment", json={"body": paragraph(text), **more})
    assert reply.status_code == 201, reply.text
    made: dict[str, Any] = reply.json()
    return made


def test_a_comment_keeps_its_body_author_and_properties(jira: Jira) -> None:
    made = post(jira, properties=[MARK])
    assert "properties" not in made
    shown = jira.get(f"issue/{KEY}/comment/{made['id']}", params={"expand": "properties"}).json()
    assert shown["body"] == paragraph("hello")
    assert shown["author"]["displayName"] == shown["updateAuthor"]["displayName"] == "Truenorth"
    assert shown["properties"] == [MARK]
    assert shown["created"] == shown["updated"]


def test_an_edit_keeps_the_creation_and_names_the_editor(jira: Jira) -> None:
    made = post(jira, properties=[MARK])
    path = f"issue/{KEY}/comment/{made['id']}"
    with jira.acting_as(ANN) as ann:
        edited = ann.put(path, json={"body": paragraph("by a person")}).json()
    assert edited["created"] == made["created"]
    assert edited["updated"] > made["updated"]
    assert (edited["author"]["displayName"], edited["updateAuthor"]["displayName"]) == (
        "Truenorth",
        "Ann Lee",
    )
    # The marker survives an edit of the body.
    assert jira.get(path, params={"expand": "properties"}).json()["properties"] == [MARK]


def test_edits_notify_unless_asked_not_to(jira: Jira) -> None:
    made = post(jira)
    path = f"issue/{KEY}/comment/{made['id']}"

    def mails() -> int:
        return jira.sandbox.call(lambda: len(jira.site.notifications))

    before = mails()
    assert jira.put(path, params={"notifyUsers": "false"}, json={"body": paragraph("a")}).status_code == 200
    assert mails() == before
    # "0" is misread: only the words count.
    jira.put(path, json={"body": paragraph("b")})
    assert mails() == before + 1


def test_the_service_account_may_not_touch_another_persons_comment(jira: Jira) -> None:
    with jira.acting_as(ANN) as ann:
        made = post(ann)
    path = f"issue/{KEY}/comment/{made['id']}"
    replies: list[httpx.Response] = [
        jira.put(path, json={"body": paragraph("mine now")}),
        jira.delete(path),
        jira.put(f"comment/{made['id']}/properties/truenorth", json=1),
    ]
    assert [reply.status_code for reply in replies] == [400, 400, 400]
    assert jira.get(path).json()["body"] == paragraph("hello")


def nested(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "content": list(content)} | ({"attrs": attrs} if attrs else {})


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


TEXT = {"type": "text", "text": "x"}
PARA = nested("paragraph", TEXT)
TABLE = nested("table", nested("tableRow", nested("tableCell", PARA)))


@pytest.mark.parametrize(
    "body",
    [
        "plain text",
        None,
        {"type": "doc", "content": []},
        doc(),
        doc(nested("paragraph", {"type": "text", "text": ""})),
        doc(nested("paragraph", {"type": "text"})),
        doc(TEXT),
        doc(nested("marquee", TEXT)),
        doc(nested("paragraph", TEXT, colour="red")),
        doc(nested("heading", TEXT, level=7)),
        doc(nested("panel", TABLE, panelType="info")),
        doc(nested("panel", PARA, panelType="loud")),
        doc(nested("panel", PARA)),
        doc(nested("bulletList")),
        doc(nested("bulletList", PARA)),
        doc(nested("paragraph", {"type": "status", "attrs": {"text": "ON", "color": "pink"}})),
        doc(nested("paragraph", {"type": "text", "text": "x", "marks": [{"type": "blink"}]})),
        doc(nested("paragraph", {"type": "text", "text": "x", "marks": [{"type": "link"}]})),
        doc(
            nested(
                "paragraph", {"type": "text", "text": "x", "marks": [{"type": "code"}, {"type": "strong"}]}
            )
        ),
    ],
)
def test_what_is_no_adf_is_refused(jira: Jira, body: object) -> None:
    reply = jira.post(f"issue/{KEY}/comment", json={"body": body})
    assert (reply.status_code, reply.json()["errors"]) == (400, {"comment": "Comment body is not valid!"})


def test_everything_that_our_documents_hold_is_taken(jira: Jira) -> None:
    ours = Doc(
        (
            para("plain ", Text("strong", strong=True), Text("both", strong=True, em=True)),
            para(Text("link", href="https://x.example/kr/A"), Text("code", code=True), Bar(40)),
            Bullets((line("one", Lozenge("on track", "green")),)),
            Table(("KR", "Progress"), ((line("A"), line(Bar(10))), (line("B"), line("")))),
            Panel("warning", (para("careful"), Bullets((line("x"),)))),
        )
    )
    assert jira.post(f"issue/{KEY}/comment", json={"body": to_adf(ours)}).status_code == 201


def test_a_text_beyond_the_limit_is_refused(jira: Jira) -> None:
    reply = jira.post(f"issue/{KEY}/comment", json={"body": paragraph("x" * 32_767)})
    assert reply.status_code == 400
    assert "32,767" in reply.json()["errors"]["comment"]
    assert jira.post(f"issue/{KEY}/comment", json={"body": paragraph("x" * 32_000)}).status_code == 201


def test_an_undeclared_member_is_refused(jira: Jira) -> None:
    reply = jira.post(f"issue/{KEY}/comment", json={"body": paragraph("x"), "colour": "red"})
    assert reply.status_code == 400


def test_comments_are_paged_by_at_most_a_hundred() -> None:
    with running(50) as jira:
        # Nobody may write so often to one issue.
        jira.sandbox.call(jira.site.limits.off)
        made = [post(jira, f"number {n}")["id"] for n in range(105)]
        old = jira.get(f"issue/{KEY}/comment").json()["total"] - 105
        path = f"issue/{KEY}/comment"
        page = jira.get(path, params={"maxResults": 5000}).json()
        assert (page["maxResults"], page["total"], len(page["comments"])) == (100, 105 + old, 100)
        rest = jira.get(path, params={"startAt": 100}).json()
        assert [c["id"] for c in (page["comments"] + rest["comments"])[old:]] == made
        beyond = jira.get(path, params={"startAt": 500}).json()
        assert (beyond["startAt"], beyond["comments"]) == (500, [])
        assert jira.get(path, params={"maxResults": 0}).json()["maxResults"] == 1
        newest = jira.get(path, params={"orderBy": "-created", "maxResults": 1}).json()
        assert newest["comments"][0]["id"] == made[-1]
        assert jira.get(path, params={"orderBy": "updated"}).status_code == 400
        odd = jira.get(path, params={"maxResults": "many"})
        assert odd.status_code == 400
        assert odd.headers["Content-Type"].startswith("application/problem+json")
        # Embedded comments are cut: the total tells.
        embedded = jira.issue(KEY, fields="comment")["fields"]["comment"]
        assert len(embedded["comments"]) < embedded["total"] == 105 + old


def test_comments_are_found_by_id_over_all_issues(jira: Jira) -> None:
    first, second = post(jira, properties=[MARK]), post(jira, key="WEB-1")
    gone = post(jira)
    assert jira.delete(f"issue/{KEY}/comment/{gone['id']}").status_code == 204
    ids = [int(made["id"]) for made in (second, gone, first)]
    page = jira.post("comment/list", params={"expand": "properties"}, json={"ids": ids}).json()
    assert {c["id"]: c["properties"] for c in page["values"]} == {first["id"]: [MARK], second["id"]: []}
    assert (page["total"], page["isLast"]) == (2, True)
    for bad in ([], ["1"], list(range(1001)), None):
        assert jira.post("comment/list", json={"ids": bad}).status_code == 400


def test_comment_properties_by_themselves(jira: Jira) -> None:
    path = f"comment/{post(jira)['id']}/properties"
    assert jira.put(f"{path}/truenorth", json={"v": 1}).status_code == 201
    assert jira.put(f"{path}/truenorth", json={"v": 2}).status_code == 200
    assert jira.get(f"{path}/truenorth").json() == {"key": "truenorth", "value": {"v": 2}}
    assert [entry["key"] for entry in jira.get(path).json()["keys"]] == ["truenorth"]
    assert jira.delete(f"{path}/truenorth").status_code == 204
    assert jira.get(f"{path}/truenorth").status_code == 404
    assert jira.get("comment/1/properties/truenorth").status_code == 404


def test_a_deleted_comment_is_gone(jira: Jira) -> None:
    path = f"issue/{KEY}/comment/{post(jira)['id']}"
    assert jira.delete(path).status_code == 204
    for reply in (jira.get(path), jira.put(path, json={"body": paragraph("x")}), jira.delete(path)):
        assert reply.status_code == 404
