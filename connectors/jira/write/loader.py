"""Issues as they are right before a write, so that an edit by a person since the plan is seen and not written over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from msgspec.json import Decoder

from connectors.errors import SkipItem
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import IssueReader, SiteApi
from connectors.jira.api.errors import Rejected
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.issues import IssueApi, issue_path
from connectors.jira.api.wire import Issue
from connectors.jira.changes.site import Site
from connectors.jira.marks.comment import CommentApi
from connectors.jira.marks.shown_marks import marks_on
from connectors.jira.write.issue_write import IssueWrite
from connectors.model import NOTHING, Marks, WorkItem
from connectors.stamp import PROPERTY_KEY

GONE = "it no longer exists, or the account cannot see it"


class IssueLoader:
    """Reads what is to be written, for one owner on one site; `site` tells who we are and which fields there are."""

    def __init__(self, client: JiraClient, site_api: SiteApi, owner: str, site: Callable[[], Site]) -> None:
        self.client = client
        self.site_api = site_api
        self._owner = owner
        self.site = site
        self.api = IssueApi(client)
        self._shape: tuple[SiteFields, Decoder[Issue], IssueReader] | None = None

    @property
    def issues(self) -> IssueReader:
        """Many issues at once, with the fields that matter on the site."""
        return self._shaped()[2]

    def _shaped(self) -> tuple[SiteFields, Decoder[Issue], IssueReader]:
        """How issues look on the site; made anew only where a pull has learned more of its fields."""
        fields = self.site().fields
        if self._shape is None or self._shape[0] is not fields:
            self._shape = fields, replies.issue_on(fields), self.site_api.issues(fields)
        return self._shape

    def comments(self) -> CommentApi:
        """The site's comments."""
        return CommentApi(self.client, self.site_api, self._owner, self.site().me)

    def is_done(self, item: WorkItem, wanted: Marks) -> bool:
        """Whether nothing differs, so that no request is needed."""
        stamp = item.shown.stamp
        if wanted != item.shown or (wanted == NOTHING and stamp is not None and stamp.owner == self._owner):
            return False
        # A person may have typed into a field what a link does not say yet.
        written = {mark.id: mark.percent for mark in stamp.key_results} if stamp else {}
        return all(written.get(mark.id, mark.percent) == mark.percent for mark in wanted.key_results)

    def work(self, item: WorkItem, wanted: Marks, issue: Issue) -> IssueWrite:
        """What there is to do on the issue as it is now. Raises SkipItem when it must be left alone."""
        site = self.site()
        now = marks_on(issue, site.fields, self._owner)
        if now.stamp and now.stamp.owner != self._owner:
            raise SkipItem(f'it has marks of another workspace, "{now.stamp.owner}"')
        now = replace(now, comment=item.shown.comment, twins=item.shown.twins)
        if now != item.shown and now != replace(wanted, comment=now.comment, twins=now.twins):
            raise SkipItem("Truenorth's marks on it changed since it was read; the next run plans it again")
        known = _comment_id(now, item)
        return IssueWrite(self.api, self.comments(), self._owner, issue, site.fields, now, known, wanted)

    def read(self, item: WorkItem) -> Issue:
        """The issue as it is now. Raises SkipItem when it is gone, and TrackerError."""
        fields, reply, _ = self._shaped()
        params = {"fields": ",".join(fields.wanted), "properties": PROPERTY_KEY}
        try:
            return self.client.call("GET", issue_path(item.ref.id), reply, params=params)
        except Rejected as error:
            if error.status == 404:
                raise SkipItem(GONE) from None
            raise


def _comment_id(now: Marks, item: WorkItem) -> str | None:
    """Id of our comment: None for none, "" for one that may have landed without our knowing its id."""
    known = item.shown.stamp.comment_id if item.shown.stamp else None
    if now.stamp is None or item.shown.comment is not None:
        # The comment was found by its own marker: the stamp was taken away by hand, or names another.
        return known or None
    if any(twin.id == now.stamp.comment_id for twin in item.shown.twins):
        # The one that the stamp names is to go: customers see it.
        return None
    # A pull may have found the comment that the stamp on the issue only announces.
    return known or "" if now.stamp.comment_id == "" else now.stamp.comment_id
