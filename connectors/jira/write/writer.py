"""Making one issue show what is wanted, and nothing else, with proof of ownership at every moment.

The issue is read again first, so that an edit by a person since the plan is seen and not written over.
Then: a comment that has to go; fields, labels and stamp in one edit; remote links; the comment; what became
of both into the stamp. When nothing is to be left, marks go first and the stamp last, so whatever is
interrupted stays provable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from connectors.errors import CredentialError, RateLimited, TrackerError, Unreachable
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient, Rejected
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.issues import IssueApi, issue_path
from connectors.jira.api.wire import Issue
from connectors.jira.marks.comment import Comments
from connectors.jira.read.mapping import marks_on
from connectors.jira.read.reader import Site
from connectors.jira.write.issue_write import IssueWrite
from connectors.model import NOTHING, Marks, Receipt, WorkItem
from connectors.stamp import PROPERTY_KEY

GONE = "it no longer exists, or the account cannot see it"


class SkipItem(Exception):
    """The item is left as it is, for the reason given."""


class Writer:
    """Writes marks on one site for one owner; `site` tells who we are and which fields there are."""

    def __init__(self, client: JiraClient, site_api: SiteApi, owner: str, site: Callable[[], Site]) -> None:
        self.client = client
        self.site_api = site_api
        self._owner = owner
        self.site = site
        self.api = IssueApi(client)

    def write(self, item: WorkItem, wanted: Marks) -> Receipt:
        """See `Connector.write`.

        A field that cannot be set is left out, and that is logged once for a project and type; the receipt
        is "skipped" for it only when there was nothing else to write. Likewise for a comment that a person
        made theirs.
        """
        if self.is_done(item, wanted):
            return Receipt(item.ref, item.key, "written")
        before = self.client.requests
        try:
            reason = self._write(item, wanted)
        except (CredentialError, Unreachable, RateLimited):
            raise
        except SkipItem as skip:
            reason = str(skip)
        except TrackerError as error:
            return Receipt(item.ref, item.key, "failed", self.client.requests - before, str(error))
        sent = self.client.requests - before
        return Receipt(item.ref, item.key, "skipped" if reason else "written", sent, reason or None)

    def is_done(self, item: WorkItem, wanted: Marks) -> bool:
        """Whether nothing differs, so that no request is needed."""
        ours = item.shown.stamp is not None and item.shown.stamp.owner == self._owner
        return wanted == item.shown and not (wanted == NOTHING and ours)

    def work(self, item: WorkItem, wanted: Marks, issue: Issue) -> IssueWrite:
        """What there is to do on the issue as it is now. Raises SkipItem when it must be left alone."""
        site = self.site()
        now = marks_on(issue, site.fields, self._owner)
        if now.stamp and now.stamp.owner != self._owner:
            raise SkipItem(f'it has marks of another workspace, "{now.stamp.owner}"')
        now = replace(now, comment=item.shown.comment)
        if now != item.shown and now != replace(wanted, comment=now.comment):
            raise SkipItem("Truenorth's marks on it changed since it was read; the next run plans it again")
        comments = Comments(self.client, self.site_api, self._owner, site.me)
        known = _comment_id(now, item)
        return IssueWrite(self.api, comments, self._owner, issue, site.fields, now, known, wanted)

    def _write(self, item: WorkItem, wanted: Marks) -> str:
        """Write; "" or why there was nothing that could be written."""
        if not item.in_scope:
            raise SkipItem("it is out of scope")
        work = self.work(item, wanted, self._read(item, self.site().fields))
        return work.remove() if wanted == NOTHING else work.show()

    def _read(self, item: WorkItem, fields: SiteFields) -> Issue:
        params = {"fields": ",".join(fields.wanted), "properties": PROPERTY_KEY}
        try:
            return self.client.call("GET", issue_path(item.ref.id), replies.issue_on(fields), params=params)
        except Rejected as error:
            if error.status == 404:
                raise SkipItem(GONE) from None
            raise


def _comment_id(now: Marks, item: WorkItem) -> str | None:
    """Id of our comment: None for none, "" for one that may have landed without our knowing its id."""
    known = item.shown.stamp.comment_id if item.shown.stamp else None
    if now.stamp is None:
        # The stamp was taken away by hand, and the comment was found by its own marker.
        return known or None
    # A pull may have found the comment that the stamp on the issue only announces.
    return known or "" if now.stamp.comment_id == "" else now.stamp.comment_id
