"""A sandboxed Jira site as the connector's tests see it: the connector, and a person at the same site."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from config.settings import Credentials
from config.trackers import JiraScope, JiraTracker
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.jira import JiraConnector
from connectors.jira.api.wire import FieldInfo, FieldSchema
from connectors.model import AlignmentState, Comment, CommentPurpose, KeyResultMark, Marks, WorkItem
from connectors.sandbox.jira.state import Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from connectors.text.document import Doc, para
from tests.support import loopback
from tests.support.writing import write_one

OWNER = "acme"
EMAIL = "truenorth@acme.example"
TOKEN = "sandbox-jira-token"
ANN = ("ann.lee@acme.example", "sandbox-person-token")

LABELS = ("okr-aligned", "okr-orphaned", "okr-dangling")
"""Those of the policy as it is by default."""

KEY_RESULT = "customfield_10101"
KR_PROGRESS = "customfield_10102"
PLAIN = "com.atlassian.jira.plugin.system.customfieldtypes"
"""What the kinds of Jira's own custom fields begin with."""


class Waits(list[float]):
    """A retry policy that only notes what it would have waited."""

    def policy(self, attempts: int = 4) -> RetryPolicy:
        return RetryPolicy(attempts=attempts, sleep=self.append)


def connector(
    url: str,
    *,
    owner: str = OWNER,
    email: str | None = EMAIL,
    token: str = TOKEN,
    projects: tuple[str, ...] = ("WEB", "OPS"),
    waits: Waits | None = None,
    threads: int = 4,
    fields: tuple[str, ...] = (),
    labels: tuple[str, ...] = LABELS,
    writes_in_flight: int = 8,
    commitments: bool = False,
    history_weeks: int | None = None,
    **tracker: Any,
) -> JiraConnector:
    declared = JiraTracker(
        kind="jira", url="https://acme.atlassian.net", scope=JiraScope(projects=projects), **tracker
    )
    credentials = Credentials(token=SecretStr(token), email=email, url=url)
    policy = (Waits() if waits is None else waits).policy()
    return JiraConnector(
        "jira",
        declared,
        credentials,
        owner,
        throttle=Throttle(policy),
        threads=threads,
        fields=fields,
        labels=labels,
        writes_in_flight=writes_in_flight,
        commitments=commitments,
        history_weeks=history_weeks,
    )


class Site:
    """A running sandbox with the connector `truenorth` on it, and Ann, who uses Jira by hand."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.jira = sandbox.world.jira
        self.url = f"{sandbox.url}/jira"
        self.waits = Waits()
        self.truenorth = connector(self.url, waits=self.waits)
        self._ann = httpx.Client(
            verify=loopback.NO_CERTIFICATES, base_url=f"{self.url}/rest/api/3/", auth=ANN, timeout=20
        )

    def close(self) -> None:
        self.truenorth.close()
        self._ann.close()

    def item(self, key: str) -> WorkItem:
        """The item as a fresh pull shows it."""
        return next(item for item in self.truenorth.pull().items if item.key == key)

    def in_scope(self, *projects: str) -> list[Issue]:
        """The issues as the site holds them."""
        return [one for one in self.jira.issues.values() if one.project.key in (projects or ("WEB", "OPS"))]

    def ann(self, method: str, path: str, body: object = None) -> Any:
        """Ann does something; the decoded reply."""
        reply = self._ann.request(method, path, json=body)
        assert reply.is_success, reply.text
        return reply.json() if reply.content else None

    def ann_sets(self, key: str, **fields: object) -> None:
        self.ann("PUT", f"issue/{key}", {"fields": fields})

    def ann_labels(self, key: str, *operations: dict[str, str]) -> None:
        self.ann("PUT", f"issue/{key}", {"update": {"labels": list(operations)}})

    def ann_comments(self, key: str, text: str) -> str:
        return str(self.ann("POST", f"issue/{key}/comment", {"body": adf(text)})["id"])

    def ann_edits_comment(self, key: str, id_: str, text: str) -> None:
        self.ann("PUT", f"issue/{key}/comment/{id_}", {"body": adf(text)})

    def fields(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ann("GET", f"issue/{key}")["fields"]
        return found

    def comments(self, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ann("GET", f"issue/{key}/comment?expand=properties")["comments"]
        return found

    def properties(self, key: str) -> dict[str, Any]:
        return copy.deepcopy(self.jira.issues[self.jira.keys[key]].properties)

    def everything(self, key: str) -> dict[str, Any]:
        """All that people and programs can see of an issue, but for the time of its last change."""
        fields = self.fields(key)
        fields.pop("updated")
        return {"fields": fields, "comments": self.comments(key), "properties": self.properties(key)}

    def calls(self) -> list[str]:
        """The requests so far as "METHOD path-below-the-API"."""
        return [
            f"{one.method} {one.path.partition('/rest/api/3/')[2]}"
            for one in self.sandbox.requests
            if "/jira/rest/" in one.path
        ]


@contextmanager
def running(items: int = 120) -> Iterator[Site]:
    with Sandbox(generate(items, 1)) as sandbox:
        site = Site(sandbox)
        try:
            yield site
        finally:
            site.close()


def adf(text: str) -> dict[str, Any]:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def key_result(id_: str = "GROWTH-KR2", percent: int | None = 40, title: str = "It is live") -> KeyResultMark:
    return KeyResultMark(id_, title, percent, "on_track", f"https://okrs.example.com/kr/{id_}")


def comment(percent: int = 40, purpose: CommentPurpose = "progress") -> Comment:
    return Comment(purpose, (("GROWTH-KR2", percent),), Doc((para(f"Serves GROWTH-KR2, {percent} %"),)))


def marks(
    percent: int | None = 40,
    *more: KeyResultMark,
    labels: tuple[str, ...] = ("okr-aligned",),
    says: Comment | None = None,
    alignment: AlignmentState = "aligned",
) -> Marks:
    return Marks((key_result(percent=percent), *more), alignment, labels, says)


def show(site: Site, wanted: Marks, key: str = "WEB-1") -> None:
    """Write `wanted` on the issue as it is now; it must succeed."""
    receipt = write_one(site.truenorth, site.item(key), wanted)
    assert (receipt.outcome, receipt.error) == ("written", None)


def ours(site: Site, key: str = "WEB-1") -> list[str]:
    """Ids of the comments on the issue that bear our marker."""
    return [one["id"] for one in site.comments(key) if "truenorth" in {p["key"] for p in one["properties"]}]


def field(
    number: int, name: str, kind: str = "string", custom: str = f"{PLAIN}:any", team: bool = False
) -> FieldInfo:
    """A custom field as a site describes it."""
    scope = {"type": "PROJECT"} if team else None
    return FieldInfo(
        id=f"customfield_{number}", name=name, schema=FieldSchema(type=kind, custom=custom), scope=scope
    )
