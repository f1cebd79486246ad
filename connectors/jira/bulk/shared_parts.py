"""The parts that many issues have in common, kept once: a hundred thousand issues have a few statuses, types, projects and people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from connectors.jira.api.wire import Issue, Named

T = TypeVar("T")
N = TypeVar("N", bound=Named)


class SharedParts:
    """Puts parts that were there before in the place of equal ones; several threads may share it. Nobody changes a part."""

    def __init__(self) -> None:
        self._parts: dict[object, object] = {}

    def share(self, issues: Iterable[Issue]) -> None:
        """Let these issues have their parts in common with those before."""
        for issue in issues:
            fields = issue.fields
            status, kind, project = fields.status, fields.issuetype, fields.project
            fields.status = self._one(
                ("status", status.id, status.name, status.untranslated_name, status.status_category.key),
                status,
            )
            fields.issuetype = self._one(
                ("type", kind.id, kind.name, kind.untranslated_name, kind.hierarchy_level, kind.subtask), kind
            )
            fields.project = self._one(
                (
                    "project",
                    project.id,
                    project.key,
                    project.name,
                    project.simplified,
                    project.style,
                    project.project_type_key,
                ),
                project,
            )
            if fields.priority is not None:
                fields.priority = self._named("priority", fields.priority)
            if fields.resolution is not None:
                fields.resolution = self._named("resolution", fields.resolution)
            if fields.components:
                fields.components = [self._named("component", one) for one in fields.components]
            if fields.labels:
                fields.labels = [self._one(one, one) for one in fields.labels]
            if (user := fields.assignee) is not None:
                fields.assignee = self._one(
                    ("user", user.account_id, user.key, user.display_name, user.locale, user.time_zone), user
                )
            for link in fields.issuelinks:
                link.type = self._one(("link", link.type.name, link.type.inward), link.type)

    def _named(self, kind: str, one: N) -> N:
        return self._one((kind, one.id, one.name, one.untranslated_name), one)

    def _one(self, key: object, part: T) -> T:
        found: T = self._parts.setdefault(key, part)  # type: ignore[assignment]
        return found
