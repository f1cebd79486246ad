"""What Jira's calls answer, as decoders. They are made here, once, before any thread runs: see ADR 23."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec.json import Decoder

from connectors.jira.api import wire
from connectors.jira.api.fields import SiteFields
from connectors.jira.bulk.shared_parts import SharedParts
from connectors.set_aside import Reply, sift, whole_or_sifted

ANYTHING: Decoder[Any] = Decoder()
ROW = Decoder(dict[str, Any])
ROWS = Decoder(list[dict[str, Any]])

BULK_FIELDS = Decoder(wire.BulkFields)
BULK_PAGE = Decoder(wire.BulkPage)
RAW_PAGE = Decoder(wire.RawPage)
BULK_PROGRESS = Decoder(wire.BulkProgress)
CHANGELOG_PAGE = Decoder(wire.ChangelogPage)
COMMENT = Decoder(wire.IssueComment)
COMMENTED_PAGE = Decoder(wire.CommentedPage)
COMMENT_LIST = Decoder(wire.CommentList)
COMMENT_PAGE = Decoder(wire.CommentPage)
COUNT = Decoder(wire.Count)
DATED_PAGE = Decoder(wire.DatedPage)
DESCRIBED_PAGE = Decoder(wire.DescribedPage)
EDIT_META = Decoder(wire.EditMeta)
FIELDS = Decoder(list[wire.FieldInfo])
NAMED_ROWS = Decoder(list[wire.NamedRow])
ISSUE_TYPES = Decoder(list[wire.IssueType])
ISSUE_KEY = Decoder(wire.IssueKey)
LOGGED_ISSUE = Decoder(wire.LoggedIssue)
LOGGED_PAGE = Decoder(wire.LoggedPage)
OFFSET_PAGE = Decoder(wire.OffsetPage)
PERMISSIONS = Decoder(wire.HeldPermissions)
PROJECT = Decoder(wire.Project)
PROJECTS = Decoder(list[wire.Project])
PROJECT_PAGE = Decoder(wire.ProjectPage)
PROPERTY = Decoder(wire.Property)
REMOTE_LINKS = Decoder(list[wire.RemoteLink])
RESOURCES = Decoder(list[wire.AccessibleResource])
SAMPLE_PAGE = Decoder(wire.SamplePage)
SEARCH_PAGE = Decoder(wire.SearchPage)
SERVER_INFO = Decoder(wire.ServerInfo)
STATUSES = Decoder(list[wire.KnownStatus])
TASK_ID = Decoder(wire.TaskId)
TASK_PROGRESS = Decoder(wire.TaskProgress)
USER = Decoder(wire.User)

# A site's own types are made for one decoder, which nobody else has before it is done; all that they are made of
# is known since `BULK_PAGE`.


def issue_on(site: SiteFields) -> Decoder[wire.Issue]:
    """A decoder of one issue with the site's custom fields."""
    return Decoder(site.issue_type())


def issues_on(site: SiteFields) -> Reply[wire.BulkPage]:
    """What decodes a page of issues with the site's custom fields, and sets those aside that do not decode."""
    return _Issues(Decoder(site.page_type()), Decoder(site.issue_type()), SharedParts())


@dataclass(frozen=True, slots=True)
class _Issues:
    page: Decoder[wire.BulkPage]
    issue: Decoder[wire.Issue]
    shared: SharedParts

    def decode(self, body: Any, /) -> wire.BulkPage:
        """The page."""
        page = whole_or_sifted(lambda: self.page.decode(body), lambda: self._sifted(body))
        self.shared.share(page.issues)
        return page

    def _sifted(self, body: Any) -> wire.BulkPage:
        raw = RAW_PAGE.decode(body)
        issues, aside = sift(raw.issues, self.issue)
        return wire.BulkPage(issues=issues, issue_errors=raw.issue_errors, total=raw.total, set_aside=aside)
