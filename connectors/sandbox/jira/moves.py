"""Work that goes elsewhere: issues moved to other projects, projects with other keys, archives, deletion.

Wire facts: contracts/jira.md, section 1.4. The functions are also the controls for tests, where the site
has no endpoint for it (moving one issue is a screen, not an API).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

from connectors.sandbox.company import SERVICE, Person
from connectors.sandbox.jira.edit import record
from connectors.sandbox.jira.http import JiraError, nothing, reply, strict_body, writer
from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.show import Resource
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    HistoryItem,
    Issue,
    IssueType,
    JiraSite,
    Project,
    Status,
)

MOST_ARCHIVED = 1000
_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,9}")
NOT_ADMIN = "Only admins can archive or unarchive issues. Access denied."
NONE_VALID = "No valid issue to archive or unarchive. Bad request."


def move(site: JiraSite, issue: Issue, project: Project, person: Person = SERVICE) -> None:
    """Move the issue, with its sub-tasks, to another project.

    Its id stays, its key changes, and the old key still finds it. A status or a type that the project does
    not have becomes the nearest that it has; values of fields that it does not show are kept unseen.
    """
    if project is issue.project:
        return
    before_write(site, issue)
    before, key = issue.project, issue.key
    issue.project, issue.key = project, site.new_key(project)
    site.keys[issue.key] = issue.id
    items = [
        HistoryItem("project", "project", str(before.id), before.name, str(project.id), project.name),
        HistoryItem("Key", "issuekey", None, key, None, issue.key),
    ]
    items += _fitted_type(issue, project) + _fitted_status(site, issue, project)
    record(site, person, issue, items)
    if issue.type.level == 1:
        _follow_epics(site, {key: issue.key})
    if site.peculiar.tells("parent"):
        for child in (site.issues[number] for number in issue.children if number in site.issues):
            child.updated = site.clock.now()
    for child in _subtasks(site, issue):
        move(site, child, project, person)


def _subtasks(site: JiraSite, issue: Issue) -> list[Issue]:
    children = (site.issues[number] for number in issue.children if number in site.issues)
    return [child for child in children if child.type.is_subtask]


def _fitted_type(issue: Issue, project: Project) -> list[HistoryItem]:
    if issue.type in project.types:
        return []
    before: IssueType = issue.type
    issue.type = min(project.types, key=lambda kind: abs(kind.level - before.level))
    after = issue.type
    return [HistoryItem("issuetype", "issuetype", str(before.id), before.name, str(after.id), after.name)]


def _fitted_status(site: JiraSite, issue: Issue, project: Project) -> list[HistoryItem]:
    before: Status = issue.status
    if before in project.statuses:
        return []
    alike = [status for status in project.statuses if status.category == before.category]
    issue.status = after = (alike or list(project.statuses))[0]
    if after.category != before.category:
        issue.category_changed = site.clock.now()
    return [HistoryItem("status", "status", str(before.id), before.name, str(after.id), after.name)]


def rename_project(site: JiraSite, project: Project, key: str) -> None:
    """Give the project another key, and all its issues with it; the former keys still lead there.

    Neither `updated` nor a history tells of it. Raises ValueError for a key that is malformed or taken.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("Project keys must start with an uppercase letter, followed by up to 9 more.")
    if any(key == other.key or key in other.former_keys for other in site.projects.values()):
        raise ValueError(f"Project '{project.name}' uses this project key.")
    project.former_keys.add(project.key)
    project.key = key
    site.projects = {entry.key: entry for entry in site.projects.values()}
    keys: dict[str, str] = {}
    for issue in site.issues.values():
        if issue.project is project:
            keys[issue.key] = f"{key}-{issue.number}"
            issue.key = keys[issue.key]
            site.keys[issue.key] = issue.id
    _follow_epics(site, keys)


def _follow_epics(site: JiraSite, keys: Mapping[str, str]) -> None:
    """Epic links are kept by key here, by id on a real site: let them follow."""
    for issue in site.issues.values():
        if (key := keys.get(issue.custom.get(EPIC_LINK) or "")) is not None:
            issue.custom[EPIC_LINK] = key


def archive(site: JiraSite, issue: Issue) -> int:
    """Archive the issue with its sub-tasks: from now on it is there for nobody. Gives how many that were."""
    return _each_with_subtasks(site, issue, site.archived.add)


def unarchive(site: JiraSite, issue: Issue) -> int:
    """Bring an archived issue back with its sub-tasks. Gives how many that were."""
    return _each_with_subtasks(site, issue, site.archived.discard)


def _each_with_subtasks(site: JiraSite, issue: Issue, change: Callable[[int], None]) -> int:
    family = [issue, *_subtasks(site, issue)]
    for member in family:
        before_write(site, member)
        change(member.id)
    return len(family)


class Moves(Resource):
    """What the site offers an administrator of this kind."""

    async def put_project(self, request: web.Request) -> web.Response:
        project = self._administered(request)
        body = await strict_body(request, **_PROJECT_BODY)
        if (key := body.get("key")) is not None and key != project.key:
            try:
                rename_project(self.site, project, key)
            except ValueError as error:
                raise JiraError(400, errors={"projectKey": str(error)}) from None
        if body.get("name"):
            project.name = body["name"]
        return reply(self.show(request).whole_project(project))

    async def delete_project(self, request: web.Request) -> web.Response:
        """Into the trash, from which it can be restored."""
        project = self._administered(request)
        if project.is_archived:
            raise JiraError(404, f"No project could be found with key '{project.key}'.")
        project.is_trashed = True
        return nothing()

    async def archive_project(self, request: web.Request) -> web.Response:
        self._administered(request).is_archived = True
        return nothing()

    async def restore_project(self, request: web.Request) -> web.Response:
        project = self._administered(request)
        project.is_archived = project.is_trashed = False
        return reply(self.show(request).whole_project(project))

    async def archive_issues(self, request: web.Request) -> web.Response:
        return await self._archive(request, archive)

    async def unarchive_issues(self, request: web.Request) -> web.Response:
        return await self._archive(request, unarchive)

    async def _archive(self, request: web.Request, change: Callable[[JiraSite, Issue], int]) -> web.Response:
        if writer(request).email not in self.site.admins:
            raise JiraError(403, NOT_ADMIN)
        asked = (await strict_body(request, issueIdsOrKeys=list)).get("issueIdsOrKeys") or []
        if len(asked) > MOST_ARCHIVED:
            raise JiraError(
                412,
                f"The number of issues to archive or unarchive exceeds the hard limit of {MOST_ARCHIVED}. "
                "Precondition failed.",
            )
        good, errors = _sorted_out(self.site, map(str, asked))
        if not good:
            raise JiraError(400, NONE_VALID)
        count = sum(change(self.site, issue) for issue in good)
        return reply({"numberOfIssuesUpdated": count, "errors": errors})

    def _administered(self, request: web.Request) -> Project:
        """The project that the path names, be it archived. Raises JiraError 401, 403, 404."""
        person, name = writer(request), request.match_info["project"]
        if person.email not in self.site.admins:
            raise JiraError(403, "You cannot edit the configuration of this project.")
        for project in self.site.projects.values():
            if name.upper() in (project.key, *project.former_keys) or name == str(project.id):
                return project
        raise JiraError(404, f"No project could be found with key '{name}'.")

    def routes(self) -> list[web.RouteDef]:
        """What is served of moves."""
        rest = f"{self.base}/rest/api/3"
        return [
            web.put(f"{rest}/issue/archive", self.archive_issues),
            web.put(f"{rest}/issue/unarchive", self.unarchive_issues),
            web.put(f"{rest}/project/{{project}}", self.put_project),
            web.delete(f"{rest}/project/{{project}}", self.delete_project),
            web.post(f"{rest}/project/{{project}}/archive", self.archive_project),
            web.post(f"{rest}/project/{{project}}/restore", self.restore_project),
        ]


_PROJECT_BODY: dict[str, type | tuple[type, ...]] = {
    "key": str,
    "name": str,
    "description": str,
    "leadAccountId": str,
    "assigneeType": str,
    "url": str,
    "avatarId": int,
    "categoryId": int,
}


def _sorted_out(site: JiraSite, names: Iterable[str]) -> tuple[list[Issue], dict[str, Any]]:
    """The issues that may be archived, and why others may not."""
    good: list[Issue] = []
    bad: dict[str, tuple[str, list[str]]] = {
        "issuesNotFound": ("Issue not found.", []),
        "issueIsSubtask": ("Issue is subtask.", []),
        "issuesInArchivedProjects": ("Issue exists in archived project.", []),
    }
    for name in names:
        number = int(name) if name.isdecimal() else site.keys.get(name.upper(), -1)
        issue = site.issues.get(number)
        if issue is None or issue.project.is_trashed:
            bad["issuesNotFound"][1].append(name)
        elif issue.type.is_subtask:
            bad["issueIsSubtask"][1].append(name)
        elif issue.project.is_archived:
            bad["issuesInArchivedProjects"][1].append(name)
        else:
            good.append(issue)
    errors = {
        kind: {"count": len(which), "issueIdsOrKeys": which, "message": message}
        for kind, (message, which) in bad.items()
        if which
    }
    return good, errors
