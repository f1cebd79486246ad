"""What setup may do on a site, and which projects it reaches, before anything is created."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from connectors.errors import PermissionDenied
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.preflight import NEEDED
from connectors.setup import SetupProblem

ADMINISTER, SHARE = "ADMINISTER", "CREATE_SHARED_OBJECTS"
GRANT = "Ask a Jira administrator to grant it (Settings, System, Global permissions) or to run setup."


@dataclass(frozen=True, slots=True)
class Reach:
    """Key to id of the projects that shared fields reach; keys of those that their teams manage, which none reaches."""

    ids: dict[str, str]
    team_managed: tuple[str, ...]


class Permissions:
    """What one account may do on one site. Source of the permissions: Jira's GET /mypermissions."""

    def __init__(self, client: JiraClient) -> None:
        self._client = client

    def held(self, asked: Collection[str], **where: str) -> set[str]:
        """Those of the permissions that the account holds, in a project or globally."""
        params = {**where, "permissions": ",".join(asked)}
        found = self._client.call("GET", "mypermissions", replies.ROW, params=params)["permissions"]
        return {name for name in asked if found.get(name, {}).get("havePermission") is True}

    def reach(self, projects: Collection[str], problems: list[SetupProblem]) -> Reach:
        """Which of the projects shared fields and screens reach; what is amiss with the others, aloud."""
        ids: dict[str, str] = {}
        team_managed: list[str] = []
        for key in projects:
            try:
                row = self._client.call("GET", f"project/{quote(key, safe='')}", replies.ROW)
            except (Rejected, PermissionDenied):
                remedy = f'Ask an administrator of {key} to grant "Browse Projects".'
                problems.append(
                    SetupProblem(f"project {key}", "does not exist, or the account cannot browse it", remedy)
                )
                continue
            problems += self._lacks(key)
            if row.get("simplified"):
                why = "team-managed projects cannot use shared fields; labels and links carry the same information"
                team_managed.append(key)
                problems.append(
                    SetupProblem(f"fields in {key}", why, "A project administrator can add the fields there.")
                )
            else:
                ids[key] = str(row["id"])
        return Reach(ids, tuple(team_managed))

    def _lacks(self, key: str) -> Iterator[SetupProblem]:
        """The permissions without which what setup makes stays empty in a project."""
        held = self.held(NEEDED, projectKey=key)
        for one, (name, effect) in NEEDED.items():
            if one not in held:
                remedy = f"Ask an administrator of {key} to grant it in the permission scheme."
                yield SetupProblem(f"project {key}", f'missing permission "{name}": {effect}', remedy)
