"""Accounts of the site: one by its id, the search for some, and who an issue is assigned to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from connectors.sandbox.company import DIRECTORY, Person
from connectors.sandbox.jira.edit import edit
from connectors.sandbox.jira.http import (
    JiraError,
    issue_of,
    nothing,
    reader,
    reply,
    strict_body,
    whole_number,
    writer,
)
from connectors.sandbox.jira.show import Resource

LARGEST_PAGE = 1000


class People(Resource):
    """Accounts. Only who is signed in may look for them."""

    async def get_user(self, request: web.Request) -> web.Response:
        writer(request)
        wanted = request.query.get("accountId")
        if not wanted:
            raise JiraError(400, "The accountId query parameter needs to be provided")
        found = next((person for person in DIRECTORY.values() if person.account_id == wanted), None)
        if found is None:
            raise JiraError(404, "Specified user does not exist or you do not have required permissions")
        return reply(self.show(request).user(found))

    async def search(self, request: web.Request) -> web.Response:
        asked = request.query
        if not any(asked.get(name) for name in ("query", "accountId", "property", "username")):
            raise JiraError(400, "The query parameter was not provided.")
        if reader(request) is None:
            raise JiraError(
                401, "You are not authenticated. Authentication required to perform this operation."
            )
        return self._page(request, _matching(asked.get("query", ""), asked.get("accountId")))

    async def assignable(self, request: web.Request) -> web.Response:
        """Who may be assigned: here, everybody who can see the project."""
        person, asked = writer(request), request.query
        if issue_name := asked.get("issueKey") or asked.get("issueId"):
            issue = self.site.find(issue_name, person)
            project = issue.project if issue is not None else None
        else:
            project = next(
                (p for p in self.site.projects.values() if p.key == asked.get("project", "").upper()), None
            )
        if project is None or not self.site.may_browse(person, project):
            raise JiraError(404, "Issue or project does not exist, or you do not have permission to see it.")
        found = _matching(asked.get("query", ""), asked.get("accountId"))
        return self._page(request, (one for one in found if self.site.may_browse(one, project)))

    async def put_assignee(self, request: web.Request) -> web.Response:
        person = writer(request)
        issue = issue_of(request, self.site, person)
        body = await strict_body(request, accountId=str, name=str, key=str)
        account = body.get("accountId")
        edit(
            self.site,
            person,
            issue,
            {"assignee": None if account is None else {"accountId": account}},
            {},
            [],
        )
        return nothing()

    def _page(self, request: web.Request, people: Iterable[Person]) -> web.Response:
        start = max(0, whole_number(request, "startAt", 0))
        size = min(LARGEST_PAGE, max(1, whole_number(request, "maxResults", 50)))
        shown: list[Any] = [self.show(request).user(person) for person in people]
        return reply(shown[start : start + size])

    def routes(self) -> list[web.RouteDef]:
        """What is served of accounts."""
        rest = f"{self.base}/rest/api/3"
        return [
            web.get(f"{rest}/user", self.get_user),
            web.get(f"{rest}/user/search", self.search),
            web.get(f"{rest}/user/assignable/search", self.assignable),
            web.put(f"{rest}/issue/{{issue}}/assignee", self.put_assignee),
            # The `jira` package assigns through this name of the API's newest version.
            web.put(f"{self.base}/rest/api/latest/issue/{{issue}}/assignee", self.put_assignee),
        ]


def _matching(words: str, account: str | None) -> list[Person]:
    """Those whose name or address holds the words, or who have the account id."""
    wanted = words.lower()
    return [
        person
        for person in DIRECTORY.values()
        if (account is None or person.account_id == account)
        and (wanted in person.name.lower() or wanted in person.email.lower())
    ]
