"""The law: whatever people do on a site, what is known and what changed since are what a whole read gives, item by item."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from connectors.errors import TrackerError
from connectors.sandbox.jira.state import Issue
from tests.support.jira_changes import Watched, watched
from tests.support.jira_site import comment, marks
from tests.support.writing import write_one

ROUNDS, EDITS = 6, 7


class History:
    """Edits as people and this service make them, drawn by a seed. One that Jira refuses is none."""

    def __init__(self, site: Watched, seed: int) -> None:
        self._site = site
        self._random = random.Random(seed)  # noqa: S311  seeded on purpose
        self._edits: list[Callable[[Issue], object]] = [
            self._retitle,
            self._transition,
            self._reparent,
            self._estimate,
            self._label,
            self._comment,
            self._move,
            self._delete,
            self._secure,
            self._mark,
            self._due,
        ]

    def edit(self) -> str:
        """One of them, in words."""
        issues = sorted(self._site.jira.issues)
        issue = self._site.jira.issues[self._random.choice(issues)]
        edit = self._random.choice(self._edits)
        try:
            edit(issue)
        except (AssertionError, TrackerError, ValueError) as error:
            return f"{edit.__name__} {issue.key}: {error}"
        return f"{edit.__name__} {issue.key}"

    def _retitle(self, issue: Issue) -> None:
        self._site.ann_sets(issue.key, summary=f"Title {self._random.random()}")

    def _transition(self, issue: Issue) -> None:
        status = self._random.choice(issue.project.statuses)
        self._site.ann("POST", f"issue/{issue.key}/transitions", {"transition": {"id": str(status.id)}})

    def _reparent(self, issue: Issue) -> None:
        above = [one for one in self._site.jira.issues.values() if one.type.level == issue.type.level + 1]
        parent = self._random.choice([None, *sorted(above, key=lambda one: one.id)])
        self._site.ann_sets(issue.key, parent={"id": str(parent.id)} if parent else None)

    def _estimate(self, issue: Issue) -> None:
        points = "customfield_10016" if issue.project.simplified else "customfield_10026"
        self._site.ann_sets(issue.key, **{points: self._random.choice([1, 2, 3, 5, 8])})

    def _label(self, issue: Issue) -> None:
        self._site.ann_labels(
            issue.key, {self._random.choice(["add", "remove"]): self._random.choice(["a", "b", "kr:X"])}
        )

    def _comment(self, issue: Issue) -> None:
        self._site.ann_comments(issue.key, "A word")

    def _move(self, issue: Issue) -> None:
        self._site.admin("move", key=issue.key, project=self._random.choice(["WEB", "OPS", "HR"]))

    def _delete(self, issue: Issue) -> None:
        self._site.sandbox.call(lambda: self._site.jira.delete(issue))

    def _secure(self, issue: Issue) -> None:
        level = self._random.choice([None, "Staff"])
        self._site.admin("security", key=issue.key, level=level, seen=self._random.random() < 0.5)
        # The level alone is told by nothing; with it somebody edits the issue.
        self._site.sandbox.call(lambda: setattr(issue, "updated", self._site.jira.clock.now()))

    def _mark(self, issue: Issue) -> None:
        item = self._site.known.by_id.get(str(issue.id))
        if item is not None and item.in_scope and item.is_open:
            write_one(self._site.truenorth, item, marks(self._random.randrange(100), says=comment()))

    def _due(self, issue: Issue) -> None:
        self._site.ann_sets(issue.key, duedate=self._random.choice([None, "2026-12-01", "2026-12-24"]))


@pytest.mark.parametrize(
    ("server", "seed"), [(False, 1), (False, 48), (True, 1)], ids=["cloud", "cloud-again", "data-center"]
)
def test_what_is_known_and_what_changed_are_the_whole(server: bool, seed: int) -> None:
    with watched(60, server=server) as site:
        history = History(site, seed)
        for number in range(ROUNDS):
            done = []
            for _ in range(EDITS):
                done.append(history.edit())
                site.later(history._random.choice([0, 0.4, 30, 400]))
            if number % 2:
                site.look(sweep=True)
                assert site.missed() == [], done
            else:
                site.look()
