"""Setup of a Jira site: custom fields with options and screens, and shared filters.

Wire facts: contracts/jira.md, sections 5.3 and 5.8. Removed fields go to the site's trash, where an
administrator can restore them with their values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.base import PermissionDenied
from connectors.jira.client import JiraClient, Rejected
from connectors.jira.fields import (
    ALIGNMENT_NAME,
    ALIGNMENT_OPTIONS,
    HEALTH_NAME,
    HEALTH_OPTIONS,
    OBJECTIVE_NAME,
    PROGRESS_NAME,
)
from connectors.jira.saved import filters_wanted
from connectors.model import CLAIM_NAME
from connectors.provision import Action, Need, Problem, Provisioning, signature

PLUGIN = "com.atlassian.jira.plugin.system.customfieldtypes:"
FIELDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    CLAIM_NAME: ("textfield", "textsearcher", ()),
    PROGRESS_NAME: ("float", "exactnumber", ()),
    HEALTH_NAME: ("select", "multiselectsearcher", tuple(HEALTH_OPTIONS.values())),
    ALIGNMENT_NAME: ("select", "multiselectsearcher", tuple(ALIGNMENT_OPTIONS.values())),
    OBJECTIVE_NAME: ("textfield", "textsearcher", ()),
}
"""Name of a field to its type, its searcher and its options."""

Row = dict[str, Any]


class JiraProvisioner:
    """Setup of one site, for the projects with the keys in `projects`."""

    def __init__(self, client: JiraClient, projects: tuple[str, ...]) -> None:
        self._client = client
        self._projects = projects

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.plan`."""
        actions: list[Action] = []
        problems: list[Problem] = []
        rights = self._rights()
        reachable = self._reachable(problems)
        fields = self._fields()
        usable: dict[str, str | None] = {}
        for name in FIELDS:
            found = self._field(name, fields, made.get(f"field {name}"), need, problems)
            if found == "taken":
                continue
            if not rights["ADMINISTER"]:
                usable |= {name: found} if found else {}
                continue
            usable[name] = found
            actions += self._field_actions(name, found, need, reachable)
        if not rights["ADMINISTER"]:
            why = "making fields, options and screens needs the permission Administer Jira"
            missing = ", ".join(name for name in FIELDS if name not in usable) or "their options and screens"
            remedy = (
                "A site administrator can run setup, or grant it; labels and links carry the same until then."
            )
            problems.append(Problem(f"fields: {missing}", why, remedy))
        if rights["CREATE_SHARED_OBJECTS"]:
            actions += self._filter_actions(need, made, set(usable), problems)
        else:
            why = "sharing filters needs the global permission Share dashboards and filters"
            problems.append(Problem("shared filters", why, "A site administrator can grant it."))
        return Provisioning(tuple(actions), tuple(problems))

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.removal`."""
        actions = [
            Action("filter", row["name"], "remove", "setup made it", str(row["id"]))
            for row in self._filters()
            if row.get("description", "").endswith(signature(need.owner))
        ]
        for row in self._fields():
            if row.get("description", "").endswith(signature(need.owner)):
                actions.append(Action("field", row["name"], "remove", "setup made it", row["id"]))
            else:
                actions += [
                    Action(
                        "option",
                        what.removeprefix("option "),
                        "remove",
                        "setup made it",
                        id_,
                        {"f": row["id"]},
                    )
                    for what, id_ in made.items()
                    if what.startswith(f"option {row['name']}: ") and row["name"] in FIELDS
                ]
        return Provisioning(tuple(actions))

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """See `Provisioner.carry`."""
        body, id_ = dict(action.body), action.id
        if action.verb == "remove":
            self._remove(action)
            return None
        if action.kind == "filter":
            path = "filter" if id_ is None else f"filter/{id_}"
            row = self._client.call(
                "POST" if id_ is None else "PUT", path, dict[str, Any], body=body, repeatable=id_ is not None
            )
            return str(row["id"])
        if action.kind == "field":
            row = self._client.call("POST", "field", dict[str, Any], body=body, repeatable=False)
            return str(row["id"])
        field = id_ or made[f"field {body['field']}"]
        if action.kind == "screens":
            asked: Row = {
                "fields": [{"type": "FIELD_ID", "identifier": field}],
                "associationContexts": [
                    {"type": "PROJECT_ID", "identifier": int(one)} for one in body["projects"]
                ],
            }
            self._client.call("PUT", "field/association", type(None), body=asked)
            return field
        path = f"field/{field}/context/{self._contexts(field)[0]['id']}/option"
        options = {"options": [{"value": body["value"], "disabled": False}]}
        return str(
            self._client.call("POST", path, dict[str, Any], body=options, repeatable=False)["options"][0][
                "id"
            ]
        )

    def _remove(self, action: Action) -> None:
        if action.kind == "filter":
            self._client.call("DELETE", f"filter/{action.id}", type(None))
        elif action.kind == "field":
            self._client.call("POST", f"field/{action.id}/trash", type(None))
        else:
            field = action.body["f"]
            for context in self._contexts(field):
                rows = self._pages(f"field/{field}/context/{context['id']}/option")
                if any(str(row["id"]) == action.id for row in rows):
                    path = f"field/{field}/context/{context['id']}/option/{action.id}"
                    self._client.call("DELETE", path, type(None))

    # --- fields ------------------------------------------------------------------------------

    def _field(
        self, name: str, rows: list[Row], known: str | None, need: Need, problems: list[Problem]
    ) -> str | None:
        """Id of the field to use; "taken" when the name stands for something of another type."""
        named = [row for row in rows if row["id"] == known] or [row for row in rows if row["name"] == name]
        type_ = PLUGIN + FIELDS[name][0]
        fitting = [row for row in named if row.get("schema", {}).get("custom") == type_]
        if named and not fitting:
            problems.append(
                Problem(
                    f"field {name}",
                    f"a field of this name is no {FIELDS[name][0]} field",
                    "Rename that field.",
                )
            )
            return "taken"
        ours = [row for row in fitting if row.get("description", "").endswith(signature(need.owner))]
        return str((ours or fitting)[0]["id"]) if fitting else None

    def _field_actions(
        self, name: str, id_: str | None, need: Need, reachable: list[str]
    ) -> Iterator[Action]:
        kind, searcher, options = FIELDS[name]
        if id_ is None:
            body = {
                "name": name,
                "type": PLUGIN + kind,
                "searcherKey": PLUGIN + searcher,
                "description": signature(need.owner),
            }
            yield Action("field", name, "create", "there is none", None, body)
        screens = self._screens(id_) if id_ else 0
        if not screens and reachable:
            yield Action(
                "screens", name, "change", "it is on no screen", id_, {"field": name, "projects": reachable}
            )
        if not options:
            return
        there = self._options(id_) if id_ else set()
        for value in options:
            if value not in there:
                body = {"field": name, "value": value}
                yield Action("option", f"{name}: {value}", "create", "there is none", id_, body)

    def _fields(self) -> list[Row]:
        return self._pages("field/search", type="custom")

    def _screens(self, field: str) -> int:
        return len(self._pages(f"field/{field}/screens"))

    def _contexts(self, field: str) -> list[Row]:
        return self._pages(f"field/{field}/context")

    def _options(self, field: str) -> set[str]:
        contexts = self._contexts(field)[:1]
        rows = [row for one in contexts for row in self._pages(f"field/{field}/context/{one['id']}/option")]
        return {row["value"] for row in rows}

    # --- filters -----------------------------------------------------------------------------

    def _filter_actions(
        self, need: Need, made: Mapping[str, str], usable: set[str], problems: list[Problem]
    ) -> Iterator[Action]:
        rows = self._filters()
        for name, jql in filters_wanted(need, self._projects, usable).items():
            if jql is None:
                why = "it needs a field, or a label of the policy, that is not there"
                problems.append(Problem(f"filter {name}", why, "A site administrator can run setup."))
                continue
            known = made.get(f"filter {name}")
            found = next((row for row in rows if str(row["id"]) == known), None)
            found = found or next((row for row in rows if row["name"] == name), None)
            body: Row = {
                "name": name,
                "jql": jql,
                "description": signature(need.owner),
                "sharePermissions": [{"type": "authenticated"}],
            }
            if found is None:
                yield Action("filter", name, "create", "there is none", None, body)
            elif not found.get("description", "").endswith(signature(need.owner)):
                why = "a filter of this name is there, and setup did not make it"
                problems.append(Problem(f"filter {name}", why, "Rename that filter."))
            elif (found["jql"], found["name"]) != (jql, name):
                yield Action("filter", name, "change", "its query differs", str(found["id"]), body)

    def _filters(self) -> list[Row]:
        return self._pages("filter/search", expand="jql,description,owner")

    # --- the site ----------------------------------------------------------------------------

    def _rights(self) -> dict[str, bool]:
        asked = ("ADMINISTER", "CREATE_SHARED_OBJECTS")
        reply = self._client.call(
            "GET", "mypermissions", dict[str, Any], params={"permissions": ",".join(asked)}
        )
        return {name: reply["permissions"].get(name, {}).get("havePermission") is True for name in asked}

    def _reachable(self, problems: list[Problem]) -> list[str]:
        """Ids of the projects in scope that screens reach."""
        ids = []
        for key in self._projects:
            try:
                row = self._client.call("GET", f"project/{key}", dict[str, Any])
            except (Rejected, PermissionDenied):
                problems.append(Problem(f"project {key}", "it cannot be seen", "Grant Browse projects."))
                continue
            if row.get("simplified"):
                why = "it is team-managed: no shared field reaches it; labels and links carry the same"
                problems.append(Problem(f"fields in {key}", why, "Its project administrator can add them."))
            else:
                ids.append(str(row["id"]))
        return ids

    def _pages(self, path: str, **params: str) -> list[Any]:
        rows: list[Any] = []
        while True:
            page = self._client.call(
                "GET", path, dict[str, Any], params={**params, "startAt": str(len(rows))}
            )
            rows += page["values"]
            if page.get("isLast", True) or not page["values"]:
                return rows
