"""What a reader of a ticket finds of each key result, place by place, over HTTP with a person's credential.

Nothing of the product's own code is asked: places are read as Jira and Linear give them, and percents as they stand in
the texts.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from tests.support import loopback
from tests.support.user_actions import ANN, TOKEN

Percents = Mapping[str, Mapping[str, int | None]]
"""By key result and by place: "field", "link", "attachment", "comment"."""

_HEALTHS = "on track|at risk|off track|done|no data"
_ON_LINK = re.compile(rf"(?:(\d+) % · )?({_HEALTHS})\b", re.IGNORECASE)
_IN_COMMENT = re.compile(
    r"([A-Z]+-KR\d+)(?:\|[^\]\n]*\])? · (?:(?!-KR\d+(?:\|[^\]\n]*\])? · ).)*?[█░]+\W*?(\d+) %", re.DOTALL
)
"""The head of a key result and its bar; in wiki markup its id alone is a link."""


def jira_percents(sandbox: Sandbox, key: str, *, is_server: bool) -> tuple[Percents, dict[str, str]]:
    """The percents on an issue; and of its fields the key result that they follow, and the health of that, beside what
    its link says."""

    def get(path: str) -> Any:
        return _jira(sandbox, path, is_server=is_server)

    found: dict[str, dict[str, int | None]] = defaultdict(dict)
    healths = {}
    for link in get(f"issue/{key}/remotelink"):
        if link.get("globalId", "").startswith("truenorth"):
            name = link["object"]["title"].split(" · ")[0]
            percent, healths[name] = _on_link(link["object"]["summary"])
            found[name]["link"] = percent
    values = get(f"issue/{key}")["fields"]
    ids = {one["name"]: one["id"] for one in get("field")}
    text = str(values.get(ids["Key result"]) or "")
    first = {}
    if "-KR" in text:
        name = re.split(r"[ ,;]", text)[0]
        progress = values.get(ids["KR progress"])
        found[name]["field"] = None if progress is None else int(progress)
        field = values.get(ids.get("KR health", ""))
        first = {"field": field["value"].lower(), "link": healths[name]} if field else {}
    for said in _jira_comments(sandbox, key, is_server=is_server):
        _from_comment(said, found)
    return found, first


def jira_lines(sandbox: Sandbox, keys: Iterable[str], *, is_server: bool) -> Iterator[tuple[str, str, str]]:
    """Of each issue, what each of our links says, and the whole of each comment with a bar: key, key result, text."""
    for key in keys:
        for link in _jira(sandbox, f"issue/{key}/remotelink", is_server=is_server):
            if link.get("globalId", "").startswith("truenorth"):
                yield key, link["object"]["title"].split(" · ")[0], link["object"]["summary"]
        for text in _jira_comments(sandbox, key, is_server=is_server):
            for name, _ in _IN_COMMENT.findall(text):
                yield key, name, text


def linear_lines(sandbox: Sandbox) -> Iterator[tuple[str, str, str]]:
    """The same of every issue and project, where attachments and links stand for links."""
    for key, node in _linear(sandbox):
        for one in node["attachments" if "attachments" in node else "externalLinks"]["nodes"]:
            title = one.get("title") or one["label"]
            if "truenorth=" in one["url"] and "-KR" in title:
                yield key, title.split(" · ")[0], one.get("subtitle") or title
        for one in node["comments"]["nodes"]:
            text = one["body"].replace("\\", "")
            for name, _ in _IN_COMMENT.findall(text):
                yield key, name, text


def linear_percents(sandbox: Sandbox) -> Iterator[tuple[str, Percents]]:
    """The percents on every issue and project."""
    for key, node in _linear(sandbox):
        found: dict[str, dict[str, int | None]] = defaultdict(dict)
        for one in node.get("attachments", {"nodes": []})["nodes"]:
            if "truenorth=" in one["url"] and "-KR" in one["title"]:
                found[one["title"].split(" · ")[0]]["attachment"] = _on_link(one["subtitle"])[0]
        for one in node.get("externalLinks", {"nodes": []})["nodes"]:
            if "truenorth=" in one["url"] and "-KR" in one["label"]:
                # The title comes first, and may hold a percent of its own.
                name, _, rest = one["label"].partition(" · ")
                found[name]["link"] = _on_link(rest.partition(" · ")[2])[0]
        for one in node["comments"]["nodes"]:
            _from_comment(one["body"], found)
        yield key, found


def _jira(sandbox: Sandbox, path: str, *, is_server: bool) -> Any:
    site = f"{sandbox.url}/jira-dc/rest/api/2" if is_server else f"{sandbox.url}/jira/rest/api/3"
    credential: dict[str, Any] = (
        {"headers": {"Authorization": f"Bearer {SERVER_TOKEN}"}} if is_server else {"auth": (ANN, TOKEN)}
    )
    reply = loopback.get(f"{site}/{path}", **credential)
    assert reply.is_success, reply.text
    return reply.json()


def _jira_comments(sandbox: Sandbox, key: str, *, is_server: bool) -> Iterator[str]:
    for comment in _jira(sandbox, f"issue/{key}/comment", is_server=is_server)["comments"]:
        body = comment["body"]
        yield (body if isinstance(body, str) else " ".join(_texts(body))).replace("\\", "")


def _linear(sandbox: Sandbox) -> Iterator[tuple[str, dict[str, Any]]]:
    query = """{ issues(first: 100) { nodes { identifier attachments(first: 6) { nodes { title subtitle url } }
                 comments(first: 6) { nodes { body } } } }
                 projects(first: 50) { nodes { name externalLinks(first: 6) { nodes { label url } }
                 comments(first: 6) { nodes { body } } } } }"""
    reply = loopback.post(
        f"{sandbox.url}/linear/graphql", headers={"Authorization": f"{TOKEN}:{ANN}"}, json={"query": query}
    ).json()
    assert "errors" not in reply, reply["errors"]
    yield from ((one["identifier"], one) for one in reply["data"]["issues"]["nodes"])
    yield from ((one["name"], one) for one in reply["data"]["projects"]["nodes"])


def _on_link(text: str) -> tuple[int | None, str]:
    match = _ON_LINK.match(text)
    assert match is not None, text
    return (int(match[1]) if match[1] else None), match[2].lower()


def _from_comment(text: str, found: dict[str, dict[str, int | None]]) -> None:
    # Markdown and wiki markup escape signs within words.
    for name, percent in _IN_COMMENT.findall(text.replace("\\", "")):
        found[name]["comment"] = int(percent)


def _texts(node: dict[str, Any]) -> Iterator[str]:
    if "text" in node:
        yield node["text"]
    for inner in node.get("content", []):
        yield from _texts(inner)


def disagreeing(found: Percents) -> dict[str, Mapping[str, int | None]]:
    """The key results of which a ticket states more than one percent."""
    return {name: places for name, places in found.items() if len(set(places.values())) > 1}


def as_text(found: Percents) -> str:
    """For a message."""
    return json.dumps(found, sort_keys=True)
