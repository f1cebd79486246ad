"""Setup of a Jira Cloud site: what the account may do there, then its fields, and what people share."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.jira.api.client import JiraClient
from connectors.jira.api.paging import Row
from connectors.jira.marks.names import field_called
from connectors.jira.marks.pages import address_of
from connectors.jira.setup.cloud_fields import (
    FIELDS,
    FieldSetup,
    ids_of,
    named_otherwise,
    ours_among,
    ours_renamed,
)
from connectors.jira.setup.cloud_filters import SharedSetup
from connectors.jira.setup.filter_queries import clauses, filters_wanted, out_of_reach
from connectors.jira.setup.hooks import HookSetup
from connectors.jira.setup.permissions import ADMINISTER, GRANT, SHARE, Permissions
from connectors.made_names import called
from connectors.setup import DASHBOARD, Action, Need, Provisioning, SetupProblem, empty_views

OF_SHARED = ("filter", "dashboard", "gadget")


class JiraProvisioner:
    """Setup of one site, for the projects with the keys in `projects`. `pages`: where people see the site."""

    def __init__(self, client: JiraClient, projects: tuple[str, ...], pages: str) -> None:
        self._pages = pages
        self._permissions = Permissions(client)
        self._projects = projects
        self._fields = FieldSetup(client)
        self._shared = SharedSetup(client)
        self._hooks = HookSetup(client, projects)

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.plan`."""
        actions: list[Action] = []
        problems: list[SetupProblem] = []
        held = self._permissions.held((ADMINISTER, SHARE))
        reach = self._permissions.reach(self._projects, problems)
        fields = self._fields.found(need, made, problems)
        there = ours_among(fields, need)
        ours, others = ours_renamed(fields, need), named_otherwise(fields, need)
        if ADMINISTER in held:
            actions += self._fields.plan(fields, need, made, reach.ids)
            others -= ours.keys()
        else:
            problems.append(_no_fields(fields, need))
            problems += (_misnamed(field_called(name, need.texts), now) for name, now in ours.items())
            fields = {name: row for name, row in fields.items() if row is not None}
            self._fields.look(fields, reach.ids, need.texts)
        if SHARE in held:
            named = clauses(ids_of(fields), others, need.texts)
            queries = filters_wanted(need, self._projects, named, self._fields.options)
            actions += self._shared.plan(queries, need, made, problems, there, ids_of(fields))
            problems += empty_views("filter", need)
            problems += out_of_reach(need, queries, reach.team_managed)
        else:
            why = 'needs the global permission "Share dashboards and filters"'
            board = called(DASHBOARD, need.texts)
            problems.append(SetupProblem(f"shared filters, and the dashboard {board}", why, GRANT))
        actions += self._hooks.plan(need, made, problems, there, may=ADMINISTER in held)
        return Provisioning(tuple(actions), tuple(problems), there)

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.removal`."""
        problems: list[SetupProblem] = []
        fields = tuple(self._fields.removal(need, made))
        if fields and ADMINISTER not in self._permissions.held((ADMINISTER,)):
            why = 'removal needs the global permission "Administer Jira"'
            names = ", ".join(one.name for one in fields)
            problems.append(SetupProblem(f"fields and options {names}", why, GRANT))
            fields = ()
        hooks = self._hooks.removal(need, made, problems)
        actions = (*hooks, *self._shared.removal(need, made, problems), *fields)
        return Provisioning(actions, tuple(problems))

    def hooks(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.hooks`."""
        problems: list[SetupProblem] = []
        return Provisioning(tuple(self._hooks.removal(need, made, problems)), tuple(problems))

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """See `Provisioner.carry`."""
        if action.kind == "webhook":
            return self._hooks.carry(action)
        part = self._shared if action.kind in OF_SHARED else self._fields
        return part.carry(action, made)

    def address(self, what: str, made: Mapping[str, str]) -> str:
        """See `Provisioner.address`."""
        return address_of(self._pages, what, made)

    def places(self) -> Mapping[str, str]:
        """See `Provisioner.places`: by which secret a webhook was made; ids are enough for all else."""
        return self._hooks.places


def _misnamed(name: str, now: str) -> SetupProblem:
    why = f'currently named {now}; renaming it needs the global permission "Administer Jira"'
    return SetupProblem(f"field {name}", why, f"{GRANT} Until then, it is used by its id.")


def _no_fields(fields: Mapping[str, Row | None], need: Need) -> SetupProblem:
    missing = [field_called(name, need.texts) for name, row in fields.items() if row is None]
    every = (field_called(name, need.texts) for name in FIELDS)
    what = f"fields {', '.join(missing)}" if missing else f"options and screens of {', '.join(every)}"
    why = 'needs the global permission "Administer Jira"'
    return SetupProblem(what, why, f"{GRANT} Until then, labels and links carry the same information.")
