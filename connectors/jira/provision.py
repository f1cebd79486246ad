"""Setup of a Jira site: what the account may do there, then its fields, and what people share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from connectors.base import PermissionDenied
from connectors.jira.client import JiraClient, Rejected
from connectors.jira.inspect import NEEDED
from connectors.jira.provide_fields import FIELDS, FieldSetup
from connectors.jira.provide_shared import SharedSetup
from connectors.jira.saved import filters_wanted
from connectors.provision import DASHBOARD, Action, Need, Problem, Provisioning

ADMINISTER, SHARE = "ADMINISTER", "CREATE_SHARED_OBJECTS"
GRANT = "A Jira administrator can grant it (Settings, System, Global permissions), or run setup."
OF_SHARED = ("filter", "dashboard", "gadget")


class JiraProvisioner:
    """Setup of one site, for the projects with the keys in `projects`."""

    def __init__(self, client: JiraClient, projects: tuple[str, ...]) -> None:
        self._client = client
        self._projects = projects
        self._fields = FieldSetup(client)
        self._shared = SharedSetup(client)

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.plan`."""
        actions: list[Action] = []
        problems: list[Problem] = []
        held = self._held((ADMINISTER, SHARE))
        reachable = self._reachable(problems)
        fields = self._fields.found(need, made, problems)
        if ADMINISTER in held:
            actions += self._fields.plan(fields, need, made, reachable)
        else:
            problems.append(_no_fields(fields))
            fields = {name: id_ for name, id_ in fields.items() if id_ is not None}
        if SHARE in held:
            queries = filters_wanted(need, self._projects, fields)
            actions += self._shared.plan(queries, need, made, problems)
        else:
            why = 'sharing them needs the global permission "Share dashboards and filters"'
            problems.append(Problem(f"shared filters, and the dashboard {DASHBOARD}", why, GRANT))
        return Provisioning(tuple(actions), tuple(problems))

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.removal`."""
        problems: list[Problem] = []
        fields = tuple(self._fields.removal(need, made))
        if fields and ADMINISTER not in self._held((ADMINISTER,)):
            why = 'taking them away needs the global permission "Administer Jira"'
            names = ", ".join(one.name for one in fields)
            problems.append(Problem(f"fields and options {names}", why, GRANT))
            fields = ()
        actions = (*self._shared.removal(need, problems), *fields)
        return Provisioning(actions, tuple(problems))

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """See `Provisioner.carry`."""
        part = self._shared if action.kind in OF_SHARED else self._fields
        return part.carry(action, made)

    def _held(self, asked: Collection[str], **where: str) -> set[str]:
        """Those of the permissions that the account holds, in a project or globally."""
        params = {**where, "permissions": ",".join(asked)}
        told = self._client.call("GET", "mypermissions", dict[str, Any], params=params)["permissions"]
        return {name for name in asked if told.get(name, {}).get("havePermission") is True}

    def _reachable(self, problems: list[Problem]) -> dict[str, str]:
        """Key to id of the projects in scope that screens reach; what is amiss with the others, aloud."""
        ids: dict[str, str] = {}
        for key in self._projects:
            try:
                row = self._client.call("GET", f"project/{quote(key, safe='')}", dict[str, Any])
            except (Rejected, PermissionDenied):
                remedy = f'An administrator of {key} can grant "Browse Projects".'
                problems.append(Problem(f"project {key}", "it does not exist, or cannot be seen", remedy))
                continue
            problems += self._lacks(key)
            if row.get("simplified"):
                why = "it is team-managed: no shared field reaches it; labels and links carry the same"
                problems.append(Problem(f"fields in {key}", why, "Its project administrator can add them."))
            else:
                ids[key] = str(row["id"])
        return ids

    def _lacks(self, key: str) -> Iterator[Problem]:
        """The permissions without which what setup makes stays empty in a project."""
        held = self._held(NEEDED, projectKey=key)
        for one, (name, effect) in NEEDED.items():
            if one not in held:
                remedy = f"An administrator of {key} can grant it, by a role of its permission scheme."
                yield Problem(f"project {key}", f'the account lacks "{name}": {effect}', remedy)


def _no_fields(fields: Mapping[str, str | None]) -> Problem:
    missing = [name for name, id_ in fields.items() if id_ is None]
    what = f"fields {', '.join(missing)}" if missing else f"options and screens of {', '.join(FIELDS)}"
    why = 'making them needs the global permission "Administer Jira"'
    return Problem(what, why, f"{GRANT} Labels and links carry the same until then.")
