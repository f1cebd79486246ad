"""Setup of a Jira Data Center site: what its API can make is made, and the rest is listed for the administrator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.text.texts import Texts
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.marks.names import field_called
from connectors.jira.marks.pages import address_of
from connectors.jira.setup.cloud_fields import ids_of, named_otherwise, ours_among, ours_renamed
from connectors.jira.setup.filter_queries import clauses, filters_wanted
from connectors.jira.setup.hooks import HookSetup
from connectors.jira.setup.permissions import ADMINISTER, GRANT, SHARE, Permissions
from connectors.jira.setup.server_fields import Meta, ServerFields, by_hand
from connectors.jira.setup.server_filters import ServerFilters
from connectors.jira.setup.server_options import (
    options_by_hand,
    options_there,
    options_to_rename,
    without_options,
)
from connectors.setup import Action, Need, Provisioning, SetupProblem, empty_views


class ServerProvisioner:
    """Setup of one site, for the projects with the keys in `projects`. `pages`: where people see the site."""

    def __init__(self, client: JiraClient, site_api: SiteApi, projects: tuple[str, ...], pages: str) -> None:
        self._pages = pages
        self._permissions = Permissions(client)
        self._projects = projects
        self._fields = ServerFields(client, site_api)
        self._filters = ServerFilters(client)
        self._hooks = HookSetup(client, projects)

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.plan`."""
        actions: list[Action] = []
        problems: list[SetupProblem] = []
        held = self._permissions.held((ADMINISTER, SHARE))
        reachable = self._permissions.reach(self._projects, problems).ids
        is_admin = ADMINISTER in held
        rows = self._fields.found(need, made, problems, is_admin=is_admin)
        there, renamed, fields = ours_among(rows, need), ours_renamed(rows, need), ids_of(rows)
        problems += (_misnamed(field_called(name, need.texts), now) for name, now in renamed.items())
        metas = self._fields.metas(tuple(reachable))
        if is_admin:
            actions += self._fields.plan(fields, need, metas, problems)
        else:
            missing = [name for name, id_ in fields.items() if id_ is None]
            problems += by_hand(missing, tuple(reachable), need.texts)
            fields = {name: id_ for name, id_ in fields.items() if id_ is not None}
            problems += _unplaced(fields, metas, need.texts)
        lacking = without_options(fields, metas, need.texts)
        problems += [options_by_hand(name, options, need.texts) for name, options in lacking.items()]
        options = options_there(fields, metas)
        problems += options_to_rename(fields, options, need.texts)
        if SHARE in held:
            named = {name: id_ for name, id_ in fields.items() if name not in lacking}
            others = named_otherwise(rows, need)
            queries = filters_wanted(need, self._projects, clauses(named, others, need.texts), options)
            problems += empty_views("filter", need)
            actions += self._filters.plan(queries, need, made, problems, there)
        else:
            why = 'needs the global permission "Create Shared Objects"'
            problems.append(SetupProblem("shared filters", why, GRANT))
        actions += self._hooks.plan(need, made, problems, there, may=is_admin)
        return Provisioning(tuple(actions), tuple(problems), there)

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.removal`."""
        problems: list[SetupProblem] = []
        actions = list(self._hooks.removal(need, made, problems))
        actions += self._filters.removal(need, made, problems)
        if ADMINISTER in self._permissions.held((ADMINISTER,)):
            actions += self._fields.removal(need, made, problems)
        else:
            why = 'removal needs the global permission "Jira Administrators"'
            problems.append(SetupProblem("fields", why, GRANT))
        return Provisioning(tuple(actions), tuple(problems))

    def hooks(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.hooks`."""
        problems: list[SetupProblem] = []
        return Provisioning(tuple(self._hooks.removal(need, made, problems)), tuple(problems))

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """See `Provisioner.carry`."""
        if action.kind == "webhook":
            return self._hooks.carry(action)
        if action.kind == "filter":
            return self._filters.carry(action)
        return self._fields.carry(action, made)

    def address(self, what: str, made: Mapping[str, str]) -> str:
        """See `Provisioner.address`."""
        return address_of(self._pages, what, made)

    def places(self) -> Mapping[str, str]:
        """See `Provisioner.places`: by which secret a webhook was made; ids are enough for all else."""
        return self._hooks.places


def _misnamed(name: str, now: str) -> SetupProblem:
    why = f"currently named {now}, and the Data Center API cannot rename fields; it is used by its id"
    remedy = f"Ask a Jira administrator to name it {name} (Administration, Issues, Custom fields)."
    return SetupProblem(f"field {name}", why, remedy)


def _unplaced(
    fields: Mapping[str, str | None], metas: Mapping[str, Meta | None], texts: Texts
) -> Iterator[SetupProblem]:
    """The fields that issues' edit screens lack, where the account may not put them there."""
    for key, meta in metas.items():
        off = [
            field_called(name, texts) for name, id_ in fields.items() if meta is not None and id_ not in meta
        ]
        if off:
            why = f"its edit screen is missing {', '.join(off)}"
            remedy = f"Ask a Jira administrator to add them ({key}, Project settings, Screens)."
            yield SetupProblem(f"screens of {key}", why, remedy)
