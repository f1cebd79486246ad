"""What differs between Jira Cloud and Data Center: how issues and comments are read, and how text is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import CommentPage, Issue, IssueChangelog, IssueComment, Project, ServerInfo
from connectors.model import SetAside
from connectors.text.document import Doc

Landed = Callable[[Sequence[Issue]], None]
"""Told of issues as they come, in any order; not in the thread that read them."""


class IssueReader(Protocol):
    """Issues in full, as far as the site's fields name what is wanted."""

    @property
    def set_aside(self) -> Mapping[str, SetAside]:
        """What was there but could not be decoded, of all that was read so far; by id."""
        ...

    def fetch(self, ids: Sequence[str], done: Callable[[int], None] | None = None) -> dict[str, Issue]:
        """The issues with these ids that exist and can be seen; Unreachable rather than a part of them."""
        ...

    def read_scope(
        self, pages: Iterator[list[str]], landed: Landed, done: Callable[[int, int], None]
    ) -> tuple[list[str], dict[str, Issue]]:
        """All these ids, and their issues as `fetch` gives them; `done` is told how many there are, of how many as far as is known."""
        ...

    def fetch_keys(self, keys: Iterable[str]) -> tuple[dict[str, Issue], dict[str, str]]:
        """Issues by key, and the id for each key that could be resolved, old keys of moved issues too."""
        ...


class SiteApi(Protocol):
    """One site. Methods raise TrackerError."""

    def check(self, info: ServerInfo) -> None:
        """Raise Misdeclared when the site is of another kind than was declared."""
        ...

    def hint(self) -> str:
        """What to check when there seems to be no Jira at the address."""
        ...

    def projects(self) -> list[Project]:
        """Projects that the account can see, or the first fifty of them."""
        ...

    def all_projects(self) -> list[Project]:
        """Every project that the account can see."""
        ...

    def labels(self) -> list[str] | None:
        """Every label that some issue of the site bears; None where the site does not list them."""
        ...

    def ids(self, jql: str) -> list[str]:
        """Ids of every issue that the query finds, each once."""
        ...

    def scope(self, projects: Sequence[str]) -> list[str]:
        """Ids of every issue of the projects with these keys, each once."""
        ...

    def scope_pages(self, projects: Sequence[str]) -> Iterator[list[str]]:
        """The same page by page, as they come."""
        ...

    def newest(self, jql: str) -> str | None:
        """Id of the first issue that the query finds."""
        ...

    def issues(
        self,
        fields: SiteFields,
        known: Collection[str] | None = None,
        commented: Collection[str] = (),
        scope: Collection[str] = (),
    ) -> IssueReader:
        """Issues with their stamps; `known` and `commented` are what `Connector.pull` calls `owned_ids` and `commented_ids`.

        `scope`: ids of the projects in which a stamp is looked for behind a label of the policy too, where it costs a request.
        Of the latter each carries its first comments, without their properties, unless they are too long to be sent.
        """
        ...

    def comments(self, where: Collection[tuple[str, str]]) -> Iterator[IssueComment]:
        """Those of these comments that exist, with their properties; given as ids of issue and comment."""
        ...

    def carried_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, CommentPage]]:
        """The first comments of each of these issues, without their properties; not of those that have too much text."""
        ...

    def listed_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, list[IssueComment]]]:
        """All comments of each of these issues that exists, with their properties; a request for each issue or more."""
        ...

    def changelogs(self, ids: Sequence[str], fields: Sequence[str] = ("status",)) -> Iterator[IssueChangelog]:
        """What changed on these issues, of the fields with these ids at least; one issue may come several times."""
        ...

    def descriptions(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Ids and descriptions as plain text of those of these issues that have one."""
        ...

    def body(self, doc: Doc) -> object:
        """The document as the body of a comment, short enough for it."""
        ...
