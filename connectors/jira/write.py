"""Making one issue show what is wanted, and nothing else, with proof of ownership at every moment.

The issue is read again first, so that an edit by a person since the plan is seen and not written over.
Then: a comment that has to go; fields, labels and stamp in one edit; the comment; its id into the stamp.
When nothing is to be left, marks go first and the stamp last, so whatever is interrupted stays provable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from connectors.base import CredentialError, RateLimited, TrackerError, Unreachable
from connectors.jira.client import JiraClient, Rejected
from connectors.jira.comments import Comments, Theirs
from connectors.jira.edit import Edit, edit_for
from connectors.jira.fields import SiteFields
from connectors.jira.observe import marks_on
from connectors.jira.read import Site
from connectors.jira.sending import Sender, issue_path, notify_users
from connectors.jira.wire import Issue
from connectors.model import NOTHING, Comment, Marks, Receipt, Stamp, WorkItem
from connectors.stamp import PROPERTY_KEY

EDITED = "a person edited our comment, so it is theirs now and stays as it is"
OFF_SCREEN = "the Key result fields cannot be set on it; put them on the edit screen of its project and type"


class Skip(Exception):
    """The item is left as it is, for the reason given."""


class Writer:
    """Writes marks on one site for one owner; `site` tells who we are and which fields there are."""

    def __init__(self, client: JiraClient, owner: str, site: Callable[[], Site]) -> None:
        self._client = client
        self._owner = owner
        self._site = site
        self._sender = Sender(client)

    def write(self, item: WorkItem, wanted: Marks) -> Receipt:
        """See `Connector.write`.

        A field that cannot be set is left out, and that is logged once for a project and type; the receipt
        is "skipped" for it only when there was nothing else to write. Likewise for a comment that a person
        made theirs.
        """
        ours = item.shown.stamp is not None and item.shown.stamp.owner == self._owner
        if wanted == item.shown and not (wanted == NOTHING and ours):
            return Receipt(item.ref, item.key, "written")
        before = self._client.requests
        try:
            reason = self._write(item, wanted)
        except (CredentialError, Unreachable, RateLimited):
            raise
        except Skip as skip:
            reason = str(skip)
        except TrackerError as error:
            return Receipt(item.ref, item.key, "failed", self._client.requests - before, str(error))
        sent = self._client.requests - before
        return Receipt(item.ref, item.key, "skipped" if reason else "written", sent, reason or None)

    def _write(self, item: WorkItem, wanted: Marks) -> str:
        """Write; "" or why there was nothing that could be written."""
        if not item.in_scope:
            raise Skip("it is out of scope")
        site = self._site()
        issue = self._read(item, site.fields)
        now = marks_on(issue, site.fields, self._owner)
        if now.stamp and now.stamp.owner != self._owner:
            raise Skip(f'it bears the stamp of "{now.stamp.owner}", which is not ours to change')
        now = replace(now, comment=item.shown.comment)
        if now != item.shown and now != replace(wanted, comment=now.comment):
            raise Skip("our marks on it were changed since it was read; the next run plans it anew")
        comments = Comments(self._client, self._owner, site.me)
        work = _Work(self._sender, comments, self._owner, issue, site.fields, now, _comment_id(now, item))
        return work.remove() if wanted == NOTHING else work.show(wanted)

    def _read(self, item: WorkItem, fields: SiteFields) -> Issue:
        params = {"fields": ",".join(fields.wanted), "properties": PROPERTY_KEY}
        try:
            return self._client.call("GET", issue_path(item.ref.id), fields.issue_type(), params=params)
        except Rejected as error:
            if error.status == 404:
                raise Skip("it no longer exists, or is hidden from the account") from None
            raise


def _comment_id(now: Marks, item: WorkItem) -> str | None:
    """Id of our comment: None for none, "" for one that may have landed without our knowing its id."""
    known = item.shown.stamp.comment_id if item.shown.stamp else None
    if now.stamp is None:
        # The stamp was taken away by hand, and the comment was found by its own marker.
        return known or None
    # A pull may have found the comment that the stamp on the issue only announces.
    return known or "" if now.stamp.comment_id == "" else now.stamp.comment_id


class _Work:
    """One issue in the course of being written."""

    def __init__(
        self,
        sender: Sender,
        comments: Comments,
        owner: str,
        issue: Issue,
        fields: SiteFields,
        now: Marks,
        comment_id: str | None,
    ) -> None:
        self._sender = sender
        self._comments = comments
        self._owner = owner
        self._issue = issue
        self._fields = fields
        self._shown = now.comment
        self._stamp = now.stamp
        self._comment_id = comment_id

    def show(self, wanted: Marks) -> str:
        """Write `wanted`; "" or why there was nothing that could be written."""
        comment, differs = wanted.comment, wanted.comment != self._shown
        if differs and comment is None:
            self._drop_comments()
        fresh = differs and comment is not None and self._comment_id is None
        if fresh:
            self._comment_id = ""
        stamped = self._put(wanted)
        if comment is None or not differs:
            return "" if stamped or differs or not self._is_blocked() else OFF_SCREEN
        try:
            id_ = self._write_comment(comment, look=not fresh)
        except Theirs:
            return "" if stamped else EDITED
        if self._stamp and id_ != self._stamp.comment_id:
            self._sender.stamp(self._issue, replace(self._stamp, comment_id=id_))
        return ""

    def remove(self) -> str:
        """Take away everything of ours, the stamp last."""
        self._drop_comments()
        if self._stamp is None:
            return ""
        edit = self._edit(NOTHING)
        if not edit.is_empty:
            # A field that cannot be cleared fails the removal: the stamp must outlive what it proves.
            self._sender.edit(self._issue, edit.body())
        self._sender.unstamp(self._issue)
        return ""

    def _edit(self, wanted: Marks) -> Edit:
        return edit_for(self._issue, wanted, self._stamp, self._fields, self._is_off_screen)

    def _put(self, wanted: Marks) -> bool:
        """Fields, labels and stamp in one request, without the fields that cannot be set; False for none."""
        while True:
            edit = self._edit(wanted)
            stamp = Stamp(
                owner=self._owner,
                key_results=wanted.key_results,
                alignment=wanted.alignment,
                labels=wanted.labels,
                comment_id=self._comment_id,
                fields=tuple(sorted(edit.said.items())),
            )
            if edit.is_empty and stamp == self._stamp:
                return False
            try:
                if edit.is_empty:
                    self._sender.stamp(self._issue, stamp)
                else:
                    self._sender.edit(self._issue, edit.body(), stamp)
            except Rejected as error:
                unsettable = error.fields.keys() & edit.fields.keys()
                if error.status != 400 or not unsettable:
                    raise
                self._sender.learn_off_screen(self._issue, unsettable)
            else:
                self._stamp = stamp
                return True

    def _is_off_screen(self, field: str) -> bool:
        return self._sender.is_off_screen(self._issue, field)

    def _is_blocked(self) -> bool:
        return any(
            name and self._is_off_screen(name) for name in (self._fields.key_result, self._fields.progress)
        )

    def _write_comment(self, comment: Comment, *, look: bool) -> str:
        """Update our comment, or one that landed unknown, or create it; its id. Raises Theirs."""
        if self._comment_id and self._update(self._comment_id, comment):
            return self._comment_id
        landed = self._comments.adopt(self._issue.id) if look else None
        if landed and self._update(landed[0], comment):
            return landed[0]
        return self._comments.create(self._issue.id, comment)

    def _update(self, id_: str, comment: Comment) -> bool:
        def send(notify: bool) -> bool:
            return self._comments.update(self._issue.id, id_, comment, notify_users(notify))

        return self._sender.quietly(send)

    def _drop_comments(self) -> None:
        """Delete our comments; one that a person made theirs only loses our marker."""
        if self._comment_id is None:
            return
        ours = [id_ for id_, _ in self._comments.ours_on(self._issue.id)]
        for id_ in dict.fromkeys([*ours, self._comment_id]):
            try:
                self._comments.delete(self._issue.id, id_) if id_ else None
            except Theirs:
                self._comments.release(id_)
        self._comment_id = None
