"""What we put on tickets, read back by the clients that others use: PyPI `jira` and npm `@linear/sdk`, unmodified."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jira import JIRA

from config.text.characters import clean
from connectors.model import Comment, KeyResultMark, Marks
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.wiki import from_wiki
from connectors.sandbox.linear.state import TOKEN as LINEAR_TOKEN
from connectors.text.document import Doc
from connectors.text.wiki import to_wiki
from tests.support.clients import node
from tests.support.jira_site import EMAIL, TOKEN, Site, connector, running
from tests.support.linear_workspace import LinearWorkspace, write
from tests.support.rich_text import TITLES, everywhere, words_meant, words_read
from tests.support.writing import write_one

KEY_RESULTS = tuple(
    KeyResultMark(f"KR{nr}", title, 40, "on_track", f"https://okrs.example.com/kr/KR{nr}")
    for nr, title in enumerate(TITLES)
)
HARD = [title for title in TITLES if len(title) < 100]
DOC = Doc(tuple(block for title in HARD[::6] for block in everywhere(title).blocks))
MARKS = Marks(KEY_RESULTS, "aligned", ("okr-aligned",), Comment("progress", (("KR0 percent", 40),), DOC))
TOLD = {f"KR{nr}": " ".join(clean(title).split()) for nr, title in enumerate(TITLES)}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        site.sandbox.call(site.jira.limits.off)
        yield site


def client(site: Site, deployment: str, version: str) -> JIRA:
    options: dict[str, str | bool | Any] = {"rest_api_version": version}
    if deployment == "data_center":
        return JIRA(f"{site.sandbox.url}/jira-dc", token_auth=SERVER_TOKEN, options=options, max_retries=0)
    return JIRA(site.url, basic_auth=(EMAIL, TOKEN), options=options, max_retries=0)


@pytest.mark.parametrize(
    ("deployment", "version", "key"),
    [("cloud", "3", "WEB-1"), ("cloud", "2", "WEB-1"), ("data_center", "2", "WEB-2")],
)
def test_the_jira_package_reads_what_was_meant(site: Site, deployment: str, version: str, key: str) -> None:
    server = deployment == "data_center"
    url = f"{site.sandbox.url}/jira-dc" if server else site.url
    more: dict[str, Any] = {"email": None, "token": SERVER_TOKEN, "deployment": deployment} if server else {}
    ours = connector(url, **more)
    receipt = write_one(ours, site.item(key), MARKS)
    ours.close()
    assert (receipt.outcome, receipt.error) == ("written", None)
    reading = client(site, deployment, version)
    titles = {link.object.url.rpartition("/")[2]: link.object.title for link in reading.remote_links(key)}
    assert {id_: titles[id_] for id_ in TOLD} == {
        id_: _cut(f"{id_} · {title}") for id_, title in TOLD.items()
    }
    bodies = [
        one.raw["body"] for one in reading.comments(key) if one.author.raw.get("emailAddress", EMAIL) == EMAIL
    ]
    told = [body if isinstance(body, dict) else from_wiki(body) for body in bodies]
    if server:
        assert to_wiki(DOC) in bodies
    if server or version == "3":
        assert words_meant(DOC) in [words_read(one) for one in told]


def _cut(text: str) -> str:
    return text if len(text) <= 255 else text[:254].rstrip() + "…"


def test_linears_sdk_reads_what_was_meant() -> None:
    workspace = LinearWorkspace()
    try:
        issue = workspace.an_open_issue()
        write(workspace, issue.identifier, MARKS)
        url = f"{workspace.box.url}/linear/graphql"
        seen = json.loads(node.run("marks.mjs", url, LINEAR_TOKEN, issue.id))
        stored = [one.body for one in issue.comments]
    finally:
        workspace.close()
    found = {one["url"].partition("?")[0].rpartition("/")[2]: one["title"] for one in seen["attachments"]}
    assert {id_: found[id_] for id_ in TOLD} == {
        id_: clean(f"{id_} · {title}") for id_, title in zip(TOLD, TITLES, strict=True)
    }
    assert seen["comments"] == stored
    assert len(stored) == 1
