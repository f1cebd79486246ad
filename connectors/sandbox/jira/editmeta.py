"""What can be edited on an issue now, and what may be written. Wire facts: contracts/jira.md, section 5.1."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.jira.fields import Field
from connectors.sandbox.jira.http import JiraError, flag, issue_of, reader, reply
from connectors.sandbox.jira.layout import ON_SCREENS, is_settable, listed, options_of
from connectors.sandbox.jira.show import Resource, Show
from connectors.sandbox.jira.state import PRIORITIES, Issue, JiraSite
from connectors.sandbox.jira.values import operations_of
from connectors.sandbox.jira.values import shown as shown_value

OVERRIDES = ("overrideScreenSecurity", "overrideEditableFlag")


def check_overrides(request: web.Request) -> None:
    """Raises JiraError 403 for what only apps may ask."""
    for name in OVERRIDES:
        if flag(request, name, False):
            raise JiraError(403, f"Only Connect and Forge apps with admin rights may use '{name}'.")


def editable(site: JiraSite, issue: Issue) -> list[Field]:
    """The fields on the issue's edit screen."""
    return [
        entry
        for entry in listed(site)
        if (entry.is_custom or entry.id in ON_SCREENS) and is_settable(site, issue, entry.id)
    ]


class EditMeta(Resource):
    """The edit screen of an issue."""

    async def get_meta(self, request: web.Request) -> web.Response:
        check_overrides(request)
        person = reader(request)
        issue = issue_of(request, self.site, person)
        found = editable(self.site, issue) if self.site.holds(person, "EDIT_ISSUES", issue.project) else []
        return reply({"fields": {entry.id: self._meta(self.show(request), issue, entry) for entry in found}})

    def _meta(self, show: Show, issue: Issue, entry: Field) -> dict[str, Any]:
        meta: dict[str, Any] = {
            "required": entry.id == "summary",
            "schema": entry.schema,
            "name": entry.name,
            "key": entry.id,
            "operations": operations_of(entry),
        }
        allowed = self._allowed(show, issue, entry)
        if allowed is not None:
            meta["allowedValues"] = allowed
        if entry.id == "labels":
            meta["autoCompleteUrl"] = f"{show.rest.rpartition('/rest')[0]}/rest/api/1.0/labels/suggest?query="
        return meta

    def _allowed(self, show: Show, issue: Issue, entry: Field) -> list[Any] | None:
        match entry.id, entry.type:
            case "priority", _:
                return [show.named("priority", one) for one in PRIORITIES]
            case "components", _:
                return [show.named("component", one) for one in issue.project.components]
            case "fixVersions", _:
                return [show.version_shown(one) for one in issue.project.versions]
            case _, "option" | "options":
                return [
                    shown_value(one, show.rest, show.text) for one in options_of(self.site, issue, entry.id)
                ]
        return None

    def routes(self) -> list[web.RouteDef]:
        """What is served of edit screens."""
        return [web.get(f"{self.base}/rest/api/3/issue/{{issue}}/editmeta", self.get_meta)]
