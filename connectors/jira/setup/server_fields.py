"""Setup of a Data Center site's custom fields: the fields, and the screens of the projects in scope.

Its REST v2 makes fields and puts them on screens. It can neither add options to a field nor say which screens
a project has (contracts/jira.md, section 6): options are listed for the administrator, and screens are taken by
the names that Jira's project templates give them ("WEB: Scrum Default Issue Screen"), else the Default Screen.
Removed fields are gone with their values: there is no trash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.text.redaction import redactor
from config.text.texts import Texts
from connectors.errors import TrackerError
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Rejected
from connectors.jira.api.paging import Row
from connectors.jira.marks.names import field_called, option_called
from connectors.jira.setup.cloud_fields import FIELDS, creation, usable
from connectors.jira.setup.filter_queries import quoted
from connectors.made_names import is_ours
from connectors.setup import Action, Need, SetupProblem

KINDS = {
    "textfield": "Text Field (single line)",
    "float": "Number Field",
    "select": "Select List (single choice)",
}
"""Types of fields by the names under which an administrator finds them."""

DEFAULT_SCREEN = 1
"""Every site comes with it, under this id."""

MOST = "1000"
"""Rows asked for at once; pages of these lists do not go on reliably."""

LONGEST_TITLE = 120
"""Characters of a screen's name in a plan."""

Meta = Mapping[str, Any]
"""What can be set on an issue, by field id."""


class ServerFields:
    """Custom fields of one site."""

    def __init__(self, client: JiraClient, site_api: SiteApi) -> None:
        self._client = client
        self._site_api = site_api

    def found(
        self, need: Need, made: Mapping[str, str], problems: list[SetupProblem], *, is_admin: bool
    ) -> dict[str, Row | None]:
        """See `usable`. The list of fields tells no descriptions: an administrator can ask for those, which is done
        where one of our fields is not found without."""
        rows = self._client.call("GET", "field", replies.ROWS)
        aside: list[SetupProblem] = []
        found = usable(rows, need, made, aside)
        if is_admin and len(found) > sum(row is not None for row in found.values()):
            aside = []
            says = {_id_of(row): {"description": row.get("description")} for row in self._described()}
            found = usable([row | says.get(row["id"], {}) for row in rows], need, made, aside)
        problems += aside
        return found

    def metas(self, projects: Sequence[str]) -> dict[str, Meta | None]:
        """By project, what can be set on its newest open issue; None without an issue."""
        return {key: self._meta(key) for key in projects}

    def plan(
        self,
        fields: Mapping[str, str | None],
        need: Need,
        metas: Mapping[str, Meta | None],
        problems: list[SetupProblem],
    ) -> Iterator[Action]:
        """What is lacking of the fields, and of the fields on the projects' screens. `metas`: see there."""
        yield from (creation(name, need) for name, id_ in fields.items() if id_ is None)
        yield from self._screens(fields, metas, problems, need.texts)

    def _meta(self, key: str) -> Meta | None:
        jql = f"project = {quoted(key)} AND statusCategory != Done ORDER BY created DESC"
        newest = self._site_api.newest(jql)
        if newest is None:
            return None
        return self._client.call("GET", f"issue/{newest}/editmeta", replies.EDIT_META).fields

    def _screens(
        self,
        fields: Mapping[str, str | None],
        metas: Mapping[str, Meta | None],
        problems: list[SetupProblem],
        texts: Texts,
    ) -> Iterator[Action]:
        lacking = {
            key: [name for name, id_ in fields.items() if meta is None or id_ not in meta]
            for key, meta in metas.items()
        }
        screens = self._known_screens() if any(lacking.values()) else {}
        tabs: dict[int, tuple[int, set[str]]] = {}
        planned: dict[str, Action] = {}
        for key, names in lacking.items():
            own = [id_ for id_, name in screens.items() if name.startswith(f"{key}: ")]
            stuck = set(names)
            for screen in (own or [DEFAULT_SCREEN]) if names else ():
                if screen not in tabs:
                    tabs[screen] = self._on(screen)
                tab, there = tabs[screen]
                missing = [name for name in names if fields[name] is None or fields[name] not in there]
                title = redactor.text(screens.get(screen, "Default Screen"))[:LONGEST_TITLE]
                steps = [_placing(name, fields[name], title, screen, tab, texts) for name in missing]
                planned |= {step.what: step for step in steps}
                stuck -= set(missing)
            if stuck and metas[key] is not None:
                named = ", ".join(sorted(field_called(name, texts) for name in stuck))
                why = f"its edit screen is missing {named}, and the API does not tell which screen it is"
                remedy = f"Ask a Jira administrator to add them ({key}, Project settings, Screens)."
                problems.append(SetupProblem(f"screens of {key}", why, remedy))
        yield from planned.values()

    def _known_screens(self) -> dict[int, str]:
        """Id to name of the site's screens; none where an older release does not list them."""
        try:
            listed: Any = self._client.call("GET", "screens", replies.ANYTHING, params={"maxResults": MOST})
        except Rejected as error:
            if error.status != 404:
                raise
            return {}
        if isinstance(listed, dict):  # releases differ in what the list stands in
            listed = listed.get("values") or listed.get("screens") or []
        rows: list[Row] = [row for row in listed if isinstance(row, dict)]
        return {int(row["id"]): str(row.get("name")) for row in rows}

    def _on(self, screen: int) -> tuple[int, set[str]]:
        """The first tab of a screen, and the ids of the fields on all its tabs."""
        path = f"screens/{screen}/tabs"
        tabs = [row["id"] for row in self._client.call("GET", path, replies.ROWS)]
        rows = [row for tab in tabs for row in self._client.call("GET", f"{path}/{tab}/fields", replies.ROWS)]
        return tabs[0], {str(row["id"]) for row in rows}

    def removal(self, need: Need, made: Mapping[str, str], problems: list[SetupProblem]) -> Iterator[Action]:
        """What we put on screens, then our fields."""
        for what, path in made.items():
            if what.startswith("screen "):
                yield Action("screen", what.removeprefix("screen "), "remove", "added by setup", path)
        try:
            rows = self._every_field()
        except Rejected as error:
            if error.status != 404:
                raise
            why = "the API of this release cannot delete fields"
            remedy = "Ask a Jira administrator to delete them (Administration, Issues, Custom fields)."
            names = ", ".join(field_called(name, need.texts) for name in FIELDS)
            problems.append(SetupProblem(f"fields {names}", why, remedy))
            return
        for row in rows:
            if is_ours(row.get("description"), need.owner):
                reason = "created by setup; its values are permanently deleted"
                yield Action("field", row["name"], "remove", reason, _id_of(row))

    def _described(self) -> list[Row]:
        """Custom fields with their descriptions; none where a release does not list them."""
        try:
            return self._every_field()
        except Rejected as error:
            if error.status != 404:
                raise
            return []

    def _every_field(self) -> list[Row]:
        """All custom fields: one that people renamed is not found by its name."""
        found: dict[str, Row] = {}
        while True:
            params = {"startAt": str(len(found)), "maxResults": MOST}
            page = self._client.call("GET", "customFields", replies.ROW, params=params)
            rows: list[Row] = page["values"]
            before = len(found)
            found |= {_id_of(row): row for row in rows}
            if page.get("isLast", True) or len(found) == before:
                return list(found.values())

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """Do one action; see `Provisioner.carry`."""
        if action.verb == "remove":
            self._remove(action)
            return None
        if action.kind == "field":
            body = dict(action.body)
            row = self._client.call("POST", "field", replies.ROW, body=body, repeatable=False)
            return str(row["id"])
        field = action.id or made[f"field {action.body['field']}"]
        path = action.body["tab"]
        self._client.call("POST", path, replies.ANYTHING, body={"fieldId": field}, repeatable=False)
        return f"{path}/{field}"

    def _remove(self, action: Action) -> None:
        if action.kind == "screen":
            try:
                self._client.send("DELETE", str(action.id))
            except Rejected as error:
                if error.status != 404:  # people took it off before us
                    raise
            return
        reply = self._client.call("DELETE", "customFields", replies.ROW, params={"ids": str(action.id)})
        kept = reply.get("notDeletedCustomFields") or {}
        if action.id in kept:
            raise TrackerError(self._client.name, f"{action.name} was not deleted: {kept[action.id]}")


def _id_of(row: Row) -> str:
    return f"customfield_{row['numericId']}"


def by_hand(names: Sequence[str], projects: Sequence[str], texts: Texts) -> Iterator[SetupProblem]:
    """What an administrator has to make where the account may not."""
    for name in names:
        kind, _, options = FIELDS[name]
        called = ", ".join(option_called(one, texts) for one in options)
        choices = f" with the options {called}" if options else ""
        why = 'does not exist; creating it needs the global permission "Jira Administrators"'
        remedy = (
            f"Ask a Jira administrator to add it (Administration, Issues, Custom fields): {KINDS[kind]}{choices}, "
            f"on the edit screens of {', '.join(projects)}."
        )
        yield SetupProblem(f"field {field_called(name, texts)}", why, remedy, fills=True)


def _placing(name: str, field: str | None, screen: str, id_: int, tab: int, texts: Texts) -> Action:
    """The step that puts a field on a screen."""
    reason = "the field is missing from it"
    if id_ == DEFAULT_SCREEN:
        reason += "; used by every project without its own screens"
    body = {"field": name, "tab": f"screens/{id_}/tabs/{tab}/fields"}
    shown = f"{screen}: {field_called(name, texts)}"
    return Action("screen", f"{screen}: {name}", "change", reason, field, body, shown)
