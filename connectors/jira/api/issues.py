"""Edits of issues and their stamps on the wire, and what was learned about what a site allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import quote

import structlog

from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Forbidden, Rejected
from connectors.jira.api.wire import Issue
from connectors.model import Stamp
from connectors.stamp import PROPERTY_KEY, to_property

T = TypeVar("T")
log = structlog.get_logger(__name__)


class IssueApi:
    """Sends edits to one site.

    - `notify`: whether watchers are notified, because the account may not suppress that.
    - `options`: what the site calls options of ours, by field id and English text, where it was found out.
    """

    def __init__(self, client: JiraClient) -> None:
        self._client = client
        self._off_screen: set[tuple[str, str, str]] = set()
        self._unlinkable: set[str] = set()
        self._remedies: set[str] = set()
        self._public_comments: dict[str, bool] = {}
        self._first_comments: dict[str, Lock] = {}
        self._lock = Lock()
        self.options: dict[tuple[str, str], str] = {}
        self.notify = False

    @property
    def tracker(self) -> str:
        """The name of the site in the workspace."""
        return self._client.name

    def edit(self, issue: Issue, body: dict[str, object], stamp: Stamp | None = None) -> None:
        """Edit the issue, and put the stamp in the same request when one is given."""
        if stamp:
            body = body | {"properties": [{"key": PROPERTY_KEY, "value": to_property(stamp)}]}

        def send(notify: bool) -> None:
            self._client.send("PUT", issue_path(issue.id), params=notify_users(notify), body=body)

        self.quietly(send)

    def stamp(self, issue: Issue, stamp: Stamp) -> None:
        """Put the stamp alone; this does not move the issue's `updated`."""
        path = f"{issue_path(issue.id)}/properties/{PROPERTY_KEY}"
        self._client.send("PUT", path, body=to_property(stamp))

    def unstamp(self, issue: Issue) -> None:
        """Take the stamp away; one that is gone already is fine."""
        try:
            path = f"{issue_path(issue.id)}/properties/{PROPERTY_KEY}"
            self._client.send("DELETE", path)
        except Rejected as error:
            if error.status != 404:
                raise

    def link(self, issue: Issue, body: dict[str, object]) -> None:
        """Make or replace the remote link with the body's `globalId`."""
        self._client.send("POST", f"{issue_path(issue.id)}/remotelink", body=body)

    def link_ids(self, issue: Issue, prefix: str) -> list[str]:
        """The `globalId`s of the issue's remote links that begin with `prefix`."""
        path = f"{issue_path(issue.id)}/remotelink"
        links = self._client.call("GET", path, replies.REMOTE_LINKS)
        return [link.id for link in links if link.id.startswith(prefix)]

    def pages(self, issue_id: str, prefix: str) -> list[str]:
        """Addresses of the remote links of an issue, but those whose `globalId` begins with `prefix`."""
        links = self._client.call("GET", f"{issue_path(issue_id)}/remotelink", replies.REMOTE_LINKS)
        return [link.url for link in links if link.url and not link.id.startswith(prefix)]

    def unlink(self, issue: Issue, global_id: str) -> None:
        """Take a remote link away; one that is gone already is fine."""
        try:
            path = f"{issue_path(issue.id)}/remotelink"
            self._client.send("DELETE", path, params={"globalId": global_id})
        except Rejected as error:
            if error.status != 404:
                raise

    def is_unlinkable(self, issue: Issue) -> bool:
        """Whether a remote link was refused in the issue's project before."""
        return issue.fields.project.id in self._unlinkable

    def learn_unlinkable(self, issue: Issue) -> None:
        """Remember that remote links are refused in the issue's project."""
        self._unlinkable.add(issue.fields.project.id)
        log.warning(
            "Jira rejected remote links; grant the account Link Issues",
            tracker=self._client.name,
            project=issue.fields.project.key,
        )

    def shows_comments_to_customers(self, issue: Issue) -> bool:
        """Whether a comment in the issue's project was public although it was made internal."""
        return self._public_comments.get(issue.fields.project.id) is True

    def hides_comments(self, issue: Issue) -> bool:
        """Whether a comment in the issue's project was internal as it was made."""
        return self._public_comments.get(issue.fields.project.id) is False

    def learn_comments(self, issue: Issue, *, public: bool) -> None:
        """Remember whether customers see what is made internal in the issue's project."""
        self._public_comments[issue.fields.project.id] = public
        if public:
            log.warning(
                "Jira shows internal comments to customers; the project stays without comments",
                tracker=self._client.name,
                project=issue.fields.project.key,
            )

    @contextmanager
    def first_comment(self, issue: Issue) -> Iterator[None]:
        """Alone in the issue's project until it is known whether customers see comments there; then side by side with others.

        Of those that wait, each looks at what the one before it learned.
        """
        project = issue.fields.project
        if not project.has_customers or project.id in self._public_comments:
            yield
            return
        with self._lock:
            alone = self._first_comments.setdefault(project.id, Lock())
        with ExitStack() as held:
            held.enter_context(alone)
            if project.id in self._public_comments:
                held.close()
            yield

    def quietly(self, send: Callable[[bool], T]) -> T:
        """Call `send(notify)` with False, or with True once it shows that the account may not suppress.

        The refusal is recognised by its shape, since Jira translates its words: 403, or a 400 that blames no
        field (contracts, section 5.1).
        """
        if self.notify:
            return send(True)
        try:
            return send(False)
        except (Forbidden, Rejected) as refusal:
            if refusal.status not in (400, 403) or (isinstance(refusal, Rejected) and refusal.fields):
                raise
            try:
                done = send(True)
            except (Forbidden, Rejected):
                raise refusal from None
            self.notify = True
            log.warning(
                "edits notify watchers: the account cannot suppress notifications", tracker=self._client.name
            )
            return done

    def is_off_screen(self, issue: Issue, field: str) -> bool:
        """Whether the field could not be set on an issue of this project and type before."""
        return (issue.fields.project.id, issue.fields.issuetype.id, field) in self._off_screen

    def forget_off_screen(self, places: Iterable[tuple[str, str, str]]) -> None:
        """Fields that can be set after all, by ids of project, type and field."""
        self._off_screen -= set(places)

    def learn_off_screen(self, issue: Issue, fields: Iterable[str]) -> None:
        """Remember that these fields cannot be set on issues of this project and type."""
        self._off_screen |= {(issue.fields.project.id, issue.fields.issuetype.id, name) for name in fields}

    def is_new_remedy(self, remedy: str) -> bool:
        """Whether it was not told before, which it is from now on."""
        is_new = remedy not in self._remedies
        self._remedies.add(remedy)
        return is_new

    def edit_meta(self, issue: Issue) -> dict[str, Any]:
        """What can be set on the issue, by the ids of the fields; nothing of one that cannot be edited."""
        try:
            return self._client.call("GET", f"{issue_path(issue.id)}/editmeta", replies.EDIT_META).fields
        except (Forbidden, Rejected) as error:
            if error.status not in (403, 404):
                raise
            return {}


def issue_path(id_: str) -> str:
    """Path of an issue below the API, whatever characters the id holds."""
    return f"issue/{quote(id_, safe='')}"


def notify_users(notify: bool) -> dict[str, str]:
    """The query that says whether watchers hear of an edit; Jira misreads anything but lower case."""
    return {"notifyUsers": "true" if notify else "false"}
