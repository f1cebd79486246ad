"""A Linear workspace to test against: the sandbox over real HTTP, hands to alter it, a picture of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from config.policy import NO_LABELS, LabelPolicy
from config.settings import Credentials
from config.text.issue_pages import IssuePages
from config.trackers import LinearScope, LinearTracker
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.linear import LinearConnector
from connectors.model import Comment, KeyResultMark, Marks, WorkItem
from connectors.sandbox.linear.entities import Attachment, Issue, Label, Project
from connectors.sandbox.linear.entities import Comment as StoredComment
from connectors.sandbox.linear.state import TOKEN, LinearSpace
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from connectors.text.document import Doc, para
from tests.support.writing import write_one

OWNER = "acme"
ONBOARDING = KeyResultMark(
    "GROWTH-KR2", "The new onboarding is live", 61, "on_track", "https://okrs.example.com/kr/GROWTH-KR2"
)
LATENCY = KeyResultMark(
    "TRUST-KR3", "p95 latency under 250 ms", None, "no_data", "https://okrs.example.com/kr/TRUST-KR3"
)


def progress(percent: int, text: str = "Progress") -> Comment:
    """A comment as `sync` asks for it."""
    return Comment("progress", (("GROWTH-KR2 percent", percent),), Doc((para(f"{text}: {percent} %"),)))


EVERYTHING = Marks(
    (ONBOARDING, LATENCY),
    "aligned",
    ("okr-aligned",),
    progress(61),
)
ORPHAN = Marks((), "orphaned", ("okr-orphaned",), Comment("orphan", (), progress(0, "Orphan").doc))


class LinearWorkspace:
    """A running sandbox and a connector to its Linear workspace. `naps` are the waits that were asked for."""

    def __init__(self, items: int = 80, seed: int = 1, *, flow: bool = False) -> None:
        self.box = Sandbox(generate(items, seed, flow=flow))
        self.box.start()
        self.naps: list[float] = []
        self._open: list[LinearConnector] = []

    @property
    def space(self) -> LinearSpace:
        return self.box.world.linear

    def close(self) -> None:
        for connector in self._open:
            connector.close()
        self.box.stop()

    def connector(
        self,
        token: str = TOKEN,
        teams: Sequence[str] = ("ENG", "MOB"),
        owner: str = OWNER,
        dropped: Sequence[str] = (),
        labels: LabelPolicy = NO_LABELS,
        elsewhere: Sequence[IssuePages] = (),
    ) -> LinearConnector:
        tracker = LinearTracker(
            kind="linear", scope=LinearScope(teams=tuple(teams)), dropped_states=tuple(dropped)
        )
        credentials = Credentials(token=SecretStr(token), url=f"{self.box.url}/linear/graphql")
        retry = RetryPolicy(attempts=3, sleep=self.naps.append)
        connector = LinearConnector(
            "linear",
            tracker,
            credentials,
            owner,
            throttle=Throttle(retry),
            labels=labels,
            elsewhere=elsewhere,
        )
        self._open.append(connector)
        return connector

    def pulled(self, connector: LinearConnector | None = None) -> dict[str, WorkItem]:
        """All items by key."""
        return {item.key: item for item in (connector or self.connector()).pull().items}

    def item(self, key: str, connector: LinearConnector | None = None) -> WorkItem:
        return self.pulled(connector)[key]

    def do(self, change: Callable[[LinearSpace], object]) -> None:
        """Alter the world in the sandbox's own thread."""
        self.box.call(lambda: change(self.space))

    # --- Finding things --------------------------------------------------------------------------

    def issue(self, key: str) -> Issue:
        found = self.space.issue(key)
        assert found is not None
        return found

    def an_open_issue(self, team: str = "ENG", skip: int = 0) -> Issue:
        """An open issue of the team, on its own; nothing hangs on it any more."""
        fitting = [
            one
            for one in self.space.team(team).issues
            if one.state.type in ("unstarted", "started", "backlog")
            and not (one.archived_at or one.children or one.parent)
        ]
        issue = fitting[skip]
        for card in list(issue.attachments):
            self.remove_attachment(card)
        for comment in [one for one in issue.comments if one.parent] + [
            one for one in issue.comments if not one.parent
        ]:
            self.remove_comment(comment)
        return issue

    def project(self, name: str) -> Project:
        return next(one for one in self.space.projects.values() if one.name == name)

    # --- People at work --------------------------------------------------------------------------

    def add_label(
        self, issue: Issue, name: str, *, team: str | None = None, group: str | None = None
    ) -> Label:
        label = next((one for one in self.space.labels.values() if one.name == name), None)
        if label is None:
            moment = self.space.now()
            label = Label(
                id=self.space.new_id(),
                created_at=moment,
                updated_at=moment,
                name=name,
                team=self.space.team(team) if team else None,
                parent=next((one for one in self.space.labels.values() if one.name == group), None),
            )
            self.space.labels[label.id] = label
        issue.labels.append(label)
        return label

    def add_comment(self, place: Issue | Project, body: str) -> StoredComment:
        moment = self.space.now()
        comment = StoredComment(
            id=self.space.new_id(),
            created_at=moment,
            updated_at=moment,
            body=body,
            user=next(iter(self.space.users.values())),
            issue=place if isinstance(place, Issue) else None,
            project=place if isinstance(place, Project) else None,
        )
        self.space.comments[comment.id] = comment
        place.comments.append(comment)
        return comment

    def add_attachment(self, issue: Issue, url: str, **more: Any) -> Attachment:
        moment = self.space.now()
        card = Attachment(
            id=self.space.new_id(),
            created_at=moment,
            updated_at=moment,
            issue=issue,
            url=url,
            **{"title": "Spec", **more},
        )
        self.space.attachments[card.id] = card
        issue.attachments.append(card)
        return card

    def remove_attachment(self, card: Attachment) -> None:
        card.issue.attachments.remove(card)
        del self.space.attachments[card.id]

    def remove_comment(self, comment: StoredComment) -> None:
        place = comment.issue or comment.project
        assert place is not None
        place.comments.remove(comment)
        del self.space.comments[comment.id]
        self.space.deleted_ids.add(comment.id)

    # --- Pictures --------------------------------------------------------------------------------

    def picture(self) -> dict[str, Any]:
        """Everything that people can see of issues and projects, as plain values; updatedAt left out."""
        return {
            **{one.identifier: self.picture_of(one) for one in self.space.issues.values()},
            **{one.name: self.picture_of(one) for one in self.space.projects.values()},
        }

    def picture_of(self, place: Issue | Project) -> dict[str, Any]:
        picture: dict[str, Any] = {
            "comments": [
                (one.id, one.body, one.user.name if one.user else None, one.edited_at)
                for one in place.comments
            ],
            "labels": [label.name for label in place.labels],
        }
        if isinstance(place, Project):
            picture["links"] = [(one.id, one.label, one.url) for one in place.external_links]
            return picture
        return picture | {
            "title": place.title,
            "description": place.description,
            "state": place.state.name,
            "subscribers": [one.name for one in place.subscribers],
            "attachments": [
                (one.id, one.title, one.subtitle, one.url, sorted(one.metadata.items()))
                for one in place.attachments
            ],
        }


def write(workspace: LinearWorkspace, key: str, wanted: Marks, **connector: Any) -> WorkItem:
    """Pull, write, pull again: the item as it shows itself then."""
    tracker = workspace.connector(**connector)
    receipt = write_one(tracker, workspace.item(key, tracker), wanted)
    assert receipt.outcome == "written", receipt.error
    return workspace.item(key, tracker)


def moved(mark: KeyResultMark, percent: int) -> KeyResultMark:
    """The same key result, further on."""
    return replace(mark, percent=percent)


def ours(place: Issue | Project) -> list[tuple[str, str]]:
    """Titles and addresses of what Truenorth hung on an issue or project."""
    if isinstance(place, Project):
        return [(one.label, one.url) for one in place.external_links if "truenorth=" in one.url]
    return [(one.title, one.url) for one in place.attachments if "truenorth=" in one.url]


def begin_projects(sandbox: Sandbox) -> None:
    """People begin all the projects that were only planned, on the day on which each was made."""

    def begin() -> None:
        space = sandbox.world.linear
        started = next(one for one in space.project_statuses.values() if one.type == "started")
        for project in space.projects.values():
            if project.status.type in ("backlog", "planned"):
                project.status, project.started_at = started, project.created_at

    sandbox.call(begin)
