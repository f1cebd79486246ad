"""What an administrator of Data Center does by REST v2: fields, screens, filters and their shares.

Wire facts: the vendor's reference of Data Center's REST v2 (customFields, screens, filter), which gives no
contexts, no adding of options, no search for filters, and no dashboards to make. A new filter is shared by the
account's default only.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.jira import layout
from connectors.sandbox.jira.admin import administrator
from connectors.sandbox.jira.fields import Field
from connectors.sandbox.jira.filters import Filters
from connectors.sandbox.jira.http import JiraError, json_body, names, nothing, reply, whole_number, writer
from connectors.sandbox.jira.screens import Screens
from connectors.sandbox.jira.shared import Filter
from connectors.sandbox.jira.sharing import shares_of, shown
from connectors.sandbox.jira.show import Resource

NO_SUCH = "Custom field with id {} does not exist."


class ServerFieldList(Resource):
    """Custom fields with their descriptions, and their deletion for good."""

    async def list_fields(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        words = request.query.get("search", "").lower()
        start = max(0, whole_number(request, "startAt", 0))
        size = max(1, whole_number(request, "maxResults", 50))
        rows = [
            entry for entry in layout.listed(self.site) if entry.is_custom and words in entry.name.lower()
        ]
        page = [self._row(request, entry) for entry in rows[start : start + size]]
        return reply(
            {
                "maxResults": size,
                "startAt": start,
                "total": len(rows),
                "isLast": start + size >= len(rows),
                "values": page,
            }
        )

    def _row(self, request: web.Request, entry: Field) -> dict[str, Any]:
        return {
            "id": entry.id,
            "numericId": entry.number,
            "self": f"{self.show(request).rest}/customFields/{entry.id}",
            "name": entry.name,
            "description": entry.description,
            "type": entry.schema["custom"],
            "searcherKey": entry.searcher,
            "isLocked": False,
            "screensCount": sum(screen.has(entry.id) for screen in self.site.screens.values()),
        }

    async def delete_fields(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        asked = names(request.query.get("ids"))
        if not asked:
            raise JiraError(400, "The 'ids' query parameter is required.")
        known = {entry.id for entry in layout.listed(self.site) if entry.is_custom}
        gone = [name for name in asked if name in known]
        for name in gone:
            layout.remove_field(self.site, name)
        return reply(
            {
                "message": "Custom fields bulk delete operation finished.",
                "deletedCustomFields": gone,
                "notDeletedCustomFields": {name: NO_SUCH.format(name) for name in asked if name not in known},
            }
        )

    def routes(self) -> list[web.RouteDef]:
        """What is served of custom fields."""
        path = f"{self.base}/rest/api/3/customFields"
        return [web.get(path, self.list_fields), web.delete(path, self.delete_fields)]


class ServerScreens(Screens):
    """Screens, in one list."""

    async def list_screens(self, request: web.Request) -> web.Response:
        administrator(request, self.site)
        words = request.query.get("search", "").lower()
        rows = sorted(self.site.screens.values(), key=lambda row: row.id)
        return reply(
            [
                {"id": row.id, "name": row.name, "description": row.description}
                for row in rows
                if words in row.name.lower()
            ]
        )


class ServerFilters(Filters):
    """Filters, which are not shared as they are made."""

    async def post_filter(self, request: web.Request) -> web.Response:
        before = set(self.site.filters)
        await super().post_filter(request)
        made = next(one for id_, one in self.site.filters.items() if id_ not in before)
        made.shares = self._default_shares(writer(request))
        return reply(self.whole(request, made))

    async def post_share(self, request: web.Request) -> web.Response:
        person = writer(request)
        found = self._writable(request, person)
        given = await json_body(request)
        if not isinstance(given, dict):
            raise JiraError(400, "A share permission is needed.")
        added = shares_of(self.site, person, [_entry(given)])
        everybody = any(share.type == "global" for share in added)
        found.shares = added if everybody else [*found.shares, *added]
        return reply(shown(self.show(request), found.shares), 201)

    async def delete_share(self, request: web.Request) -> web.Response:
        found = self._writable(request, writer(request))
        number = request.match_info["share"]
        if all(str(share.id) != number for share in found.shares):
            raise JiraError(404, f"The share permission with id '{number}' does not exist.")
        found.shares = [share for share in found.shares if str(share.id) != number]
        return nothing()

    def whole(self, request: web.Request, one: Filter) -> dict[str, Any]:
        """A single filter; who may edit it is not shown."""
        result = super().whole(request, one)
        result.pop("favouritedCount")
        result.pop("editPermissions")
        return result

    def routes(self) -> list[web.RouteDef]:
        """What is served of filters."""
        one = f"{self.base}/rest/api/3/filter/{{filter}}/permission"
        kept = [row for row in super().routes() if not row.path.endswith(("/filter/my", "/filter/search"))]
        return [*kept, web.post(one, self.post_share), web.delete(f"{one}/{{share}}", self.delete_share)]


def _entry(given: dict[str, Any]) -> dict[str, Any]:
    """A share as the Cloud's bodies name it."""
    entry: dict[str, Any] = {"type": given.get("type")}
    if "groupname" in given:
        entry["group"] = {"name": given["groupname"]}
    if "projectId" in given:
        entry["project"] = {"id": given["projectId"]}
    if "projectRoleId" in given:
        entry["role"] = {"id": given["projectRoleId"]}
    return entry
