"""Setup of a Data Center site: what an administrator has to make there, with names, kinds and queries.

Data Center has no API for contexts and options of fields, nor for finding or sharing filters and dashboards as
the Cloud has (contracts/jira.md, section 6). So setup says what to make, and finds the fields by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.base import TrackerError
from connectors.jira import wire
from connectors.jira.client import JiraClient
from connectors.jira.provide_fields import FIELDS, PLUGIN
from connectors.jira.saved import filters_wanted
from connectors.provision import Action, Need, Problem, Provisioning

KINDS = {
    "textfield": "Text Field (single line)",
    "float": "Number Field",
    "select": "Select List (single choice)",
}
"""Types of fields by the names under which an administrator finds them."""


class ServerProvisioner:
    """What one site lacks, for the projects with the keys in `projects`; nothing is made by us."""

    def __init__(self, client: JiraClient, projects: tuple[str, ...]) -> None:
        self._client = client
        self._projects = projects

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:  # noqa: ARG002
        """See `Provisioner.plan`: no actions, and a problem for each thing to be made by hand."""
        rows = self._client.call("GET", "field", list[wire.FieldInfo])
        there = {(row.name, row.schema.custom) for row in rows}
        lacking = {name for name, (kind, _, _) in FIELDS.items() if (name, PLUGIN + kind) not in there}
        return Provisioning((), (*self._fields(lacking), *self._filters(need, lacking)))

    def _fields(self, lacking: set[str]) -> Iterator[Problem]:
        for name, (kind, _, options) in FIELDS.items():
            if name not in lacking:
                continue
            choices = f" with the options {', '.join(options)}" if options else ""
            remedy = (
                f"A Jira administrator can add it (Administration, Issues, Custom fields): {KINDS[kind]}{choices}, "
                f"on the edit screens of {', '.join(self._projects)}."
            )
            yield Problem(
                f"field {name}", "there is none, and Data Center's API cannot make it whole", remedy
            )

    def _filters(self, need: Need, lacking: set[str]) -> Iterator[Problem]:
        for name, jql in filters_wanted(need, self._projects, FIELDS.keys() - lacking).items():
            if jql is not None:
                why = "Data Center's API cannot find one again, so setup makes none"
                yield Problem(f"filter {name}", why, f"Save this search under the name, and share it: {jql}")

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:  # noqa: ARG002
        """See `Provisioner.removal`: setup made nothing."""
        return Provisioning(())

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:  # noqa: ARG002
        """See `Provisioner.carry`; there is never anything to do."""
        raise TrackerError(self._client.name, f"setup of a Data Center site cannot do {action.what}.")
