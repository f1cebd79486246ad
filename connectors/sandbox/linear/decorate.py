"""The finer grain of the generated workspace: odd titles, relations, labels, descriptions, remarks, links."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from connectors.sandbox.company import MESSY_TITLES, NOW, at_work, from_unix, title
from connectors.sandbox.description_texts import opening_sentence, theme_of
from connectors.sandbox.linear.entities import Attachment, Comment, Issue, Label, Relation
from connectors.sandbox.linear.markdown import stored
from connectors.sandbox.linear.workspace import RETIRED, WorkspaceBuilder

_COMMENTS = (
    "Looked at it with the team; smaller than we thought.",
    "Blocked until the new staging is up.\n\n- ask operations\n- try again on Thursday",
    "Draft is in [the document](https://docs.acme.example/drafts/17). Comments welcome!",
    "I can take this **next week**.",
    "Reproduced on `main`:\n\n```\nError: timeout after 30 s\n```",
    "Thanks! 🎉",
)


def after(source: random.Random, moment: datetime, days: float | None = None) -> datetime:
    """A moment at work between `moment` and now, or the end of that many days."""
    first = moment.timestamp() + 1200
    last = NOW.timestamp() if days is None else min(NOW.timestamp(), first + days * 86_400)
    return min(from_unix(at_work(source, first, max(first, last))), NOW)


class Decorator:
    """Puts on issues what people put there, and what no key result depends on. `labels` are by name."""

    def __init__(
        self, workspace: WorkspaceBuilder, source: random.Random, labels: Mapping[str, Label]
    ) -> None:
        self.workspace = workspace
        self.space = workspace.space
        self.random = source
        self._labels = labels

    def decorate(self, issues: list[Issue]) -> None:
        """Decorate all issues of a workspace."""
        self._name(issues)
        self._relate(issues)
        for issue in issues:
            self._dress(issue)

    def _name(self, issues: list[Issue]) -> None:
        open_ones = [issue for issue in issues if issue.team.key != "PEO" and issue.parent is None]
        for issue, messy in zip(self.random.sample(open_ones, len(MESSY_TITLES)), MESSY_TITLES, strict=True):
            issue.title = messy

    def _relate(self, issues: list[Issue]) -> None:
        """Blockers, across teams too; and what duplicates point at."""
        workers = [issue for issue in issues if issue.team.key != "PEO"]
        for issue in workers:
            kind = "duplicate" if issue.state.type == "duplicate" else "blocks"
            if kind == "blocks" and self.random.random() > 0.08:
                continue
            other = self.random.choice(workers)
            if other is issue or any(
                one.related_issue is other for one in (*issue.relations, *other.relations)
            ):
                continue
            at = max(issue.created_at, other.created_at)
            relation = Relation(**self.workspace.row(at), type=kind, issue=issue, related_issue=other)
            self.space.relations[relation.id] = relation
            issue.relations.append(relation)
            other.inverse_relations.append(relation)

    def _dress(self, issue: Issue) -> None:
        """What people put on an issue: a kind, an area, a description, remarks, links."""
        source = self.random
        if issue.team.key != "PEO":
            if source.random() < 0.4:
                issue.labels.append(self._labels[source.choice(("Bug", "Feature", "Improvement"))])
            if source.random() < 0.25:
                issue.labels.append(self._labels[source.choice(("Backend", "Frontend", "Infrastructure"))])
            if issue.created_at < NOW - timedelta(days=60) and source.random() < 0.1:
                issue.labels.append(self._labels[RETIRED])
        if issue.team.labels and source.random() < 0.12:
            issue.labels.append(source.choice(issue.team.labels))
        if source.random() < 0.5:
            about = opening_sentence(theme_of(issue.title), zlib.crc32(issue.title.encode()))
            seen = title(source, "other")
            issue.description = _stored(f"{about or seen + '.'}\n\n- how it is now\n- how it should be\n")
        for _ in range(source.choices((0, 1, 2, 3), (60, 25, 10, 5))[0]):
            self._comment(issue)
        if source.random() < 0.15:
            self._attach(issue)

    def _comment(self, issue: Issue) -> None:
        made = after(self.random, issue.created_at)
        comment = Comment(
            **self.workspace.row(made),
            body=_stored(self.random.choice(_COMMENTS)),
            user=self.random.choice(issue.team.members),
            issue=issue,
        )
        if self.random.random() < 0.1:
            comment.updated_at = comment.edited_at = min(made + timedelta(minutes=7), NOW)
        issue.comments.append(comment)
        self.space.comments[comment.id] = comment

    def _attach(self, issue: Issue) -> None:
        number = self.random.randint(100, 9999)
        attachment = Attachment(
            **self.workspace.row(after(self.random, issue.created_at)),
            issue=issue,
            title=f"#{number} {title(self.random, 'other')}",
            subtitle="Merged" if issue.completed_at else "Open",
            url=f"https://github.com/acme/monolith/pull/{number}",
            metadata={"number": number, "status": "merged" if issue.completed_at else "open"},
            source_type="github",
            creator=issue.assignee,
        )
        issue.attachments.append(attachment)
        self.space.attachments[attachment.id] = attachment


@cache
def _stored(text: str) -> str:
    """The text as Linear keeps it. A large world says few different things: each is kept once."""
    return stored(text)
