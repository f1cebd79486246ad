"""What stands in a whole world at the end, read from its dump: on single tickets, and what is or looks ours anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from connectors.sandbox.server import Sandbox
from tests.support import loopback
from tests.support.acts.seen import Site
from tests.support.acts.tickets import POLICY_LABELS, LinearIssue, Subject

Rows = dict[str, dict[str, Any]]
ADMIN = ("truenorth@acme.example", "sandbox-jira-token")
_TIMES = frozenset(
    {"id", "key", "number", "created", "resolved", "created_at", "started_at", "completed_at", "canceled_at",
     "added_to_project_at", "sort_order", "custom"}
)  # fmt: skip
"""Left out of what is compared: people act at another second in the twin, and ids are given in another order."""


class WorldLeft:
    """The dump of a world, as it is now."""

    def __init__(self, sandbox: Sandbox, site: Site) -> None:
        dump = json.loads(loopback.get(f"{sandbox.url}/__world").content)
        self._tables: dict[str, Rows] = {
            name: {str(row.get("id", place)): row for place, row in enumerate(rows)}
            for name, rows in dump["linear" if site == "linear" else "jira"].items()
        }
        self._is_linear = site == "linear"
        listed = loopback.get(f"{sandbox.url}/jira/rest/api/3/field", auth=ADMIN).json()
        self._listed = [one["name"] for one in listed]

    def ticket(self, ticket: Subject) -> dict[str, Any]:
        """What is on one ticket; no times and no ids, which are others in every world."""
        if not isinstance(ticket, LinearIssue):
            return self._jira(self._tables["issues"][ticket.key])
        table = "issues" if ticket.is_issue else "projects"
        rows = self._tables[table].values()
        return self._linear(next(row for row in rows if ticket.key in (row["id"], row.get("name"))))

    def _jira(self, row: dict[str, Any]) -> dict[str, Any]:
        names = {one["id"]: one["name"] for one in self._tables["fields"].values()}
        plain = {name: value for name, value in row.items() if name not in _TIMES}
        return plain | {
            "fields": {names[id_]: value for id_, value in row["custom"].items()},
            "labels": sorted(row["labels"]),
            "links": sorted(str(link["type"]) for link in row["links"]),
            "remote_links": [link["value"] for link in row["remote_links"]],
            "comments": [[one["author"], one["body"], one["properties"]] for one in row["comments"].values()],
        }

    def _linear(self, row: dict[str, Any]) -> dict[str, Any]:
        plain = {name: value for name, value in row.items() if name not in _TIMES}
        on_it = {
            table: sorted(
                str(
                    [one.get("title"), one.get("label"), one.get("url"), one.get("body"), one.get("metadata")]
                )
                for one in self._tables.get(table, {}).values()
                if row["id"] in (one.get("issue"), one.get("project"))
            )
            for table in ("attachments", "comments", "external_links")
        }
        labels = self._tables["labels"] if "team" in row else self._tables["project_labels"]
        return plain | on_it | {"labels": sorted(labels[one]["name"] for one in row["labels"]), "fields": {}}

    def elsewhere(self, known: set[str]) -> dict[str, Any]:
        """All other tickets, and the names of what an administrator or a lead sees of the site."""
        if not self._is_linear:
            rest = [row for row in self._tables["issues"].values() if str(row["id"]) not in known]
            return {row["key"]: self._jira(row) for row in rest} | {"fields": sorted(self._listed)}
        places = [row for table in ("issues", "projects") for row in self._tables[table].values()]
        rest = [row for row in places if known.isdisjoint({row["id"], row.get("name")})]
        views = sorted(one["name"] for one in self._tables.get("custom_views", {}).values())
        return {row["id"]: self._linear(row) for row in rest} | {"views": views}

    def ours(self) -> Iterator[str]:
        """Every trace of Truenorth, in words."""
        yield from self._ours_on_linear() if self._is_linear else self._ours_on_jira()

    def _ours_on_jira(self) -> Iterator[str]:
        fields = {one["id"]: one["name"] for one in self._tables["fields"].values()}
        # Fields that were removed lie in Jira's trash for a while, where the dump still has them.
        yield from (f"field {one}" for one in self._listed if one in ("KR health", "Alignment", "Objective"))
        for table in ("filters", "dashboards"):
            yield from (f"{table[:-1]} {one['name']}" for one in self._tables.get(table, {}).values())
        for row in self._tables["issues"].values():
            on_it = [f"label {one}" for one in row["labels"] if one in POLICY_LABELS]
            on_it += [f"property {one}" for one in row["properties"] if "truenorth" in one]
            on_it += ["web link" for one in row["remote_links"] if "truenorth" in (one["global_id"] or "")]
            on_it += ["comment" for one in row["comments"].values() if "truenorth" in one["author"]]
            on_it += [
                "comment property" for one in row["comments"].values() if one["properties"].get("truenorth")
            ]
            on_it += [
                f"{fields[id_]}: {value}" for id_, value in row["custom"].items() if _is_our_text(value)
            ]
            yield from (f"{row['key']}: {one}" for one in on_it)

    def _ours_on_linear(self) -> Iterator[str]:
        labels = self._tables["labels"].values()
        yield from (f"label {one['name']}" for one in labels if one["name"] in POLICY_LABELS | {"Alignment"})
        yield from (f"label {one['name']}" for one in labels if _is_our_text(one["name"]))
        yield from (f"view {one['name']}" for one in self._tables.get("custom_views", {}).values())
        us = next(one["id"] for one in self._tables["users"].values() if one["name"] == "Truenorth")
        for table in ("comments", "attachments", "external_links"):
            for one in self._tables.get(table, {}).values():
                text = str([one.get(name) for name in ("url", "metadata", "body")])
                if "truenorth" in text.casefold() or (table == "comments" and one.get("user") == us):
                    yield f"{table}: {text[:120]}"


def _is_our_text(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("ACT-") and (" · " in value or "; also " in value)


def left_in(world: WorldLeft, tickets: list[Subject]) -> list[dict[str, Any]]:
    """What is on a row's tickets."""
    return [world.ticket(one) for one in tickets]


def add_options_by_hand(sandbox: Sandbox) -> None:
    """What `setup` asks an administrator of Data Center for: the options of the select fields."""
    site = f"{sandbox.url}/jira/rest/api/3/field"
    ids = {one["name"]: one["id"] for one in loopback.get(site, auth=ADMIN).json()}
    wanted = {
        "KR health": ("On track", "At risk", "Off track", "Done", "No data"),
        "Alignment": ("Aligned", "Orphaned", "Exempt"),
    }
    for name, options in wanted.items():
        many = f"{site}/{ids[name]}/context"
        context = loopback.get(many, auth=ADMIN).json()["values"][0]["id"]
        given = {"options": [{"value": one} for one in options]}
        assert loopback.post(f"{many}/{context}/option", auth=ADMIN, json=given).is_success
