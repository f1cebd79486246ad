"""With whom filters and dashboards are shared: how it is asked for, shown, and what it gives.

Wire facts: contracts/jira.md, section 5.8. The teams of the company are the groups of the site.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.sandbox.company import DIRECTORY, Person
from connectors.sandbox.jira.http import INVALID_PAYLOAD, JiraError
from connectors.sandbox.jira.shared import Dashboard, Filter, SharePermission
from connectors.sandbox.jira.show import Show
from connectors.sandbox.jira.state import JiraSite

NO_SHARING = "You do not have permission to share. All shares are invalid."
GROUPS = frozenset(person.team for person in DIRECTORY.values())
_ROLES = {"10002": "Administrators", "10003": "Member", "10004": "Viewer"}
_ALL = ("global", "authenticated")


def shares_of(
    site: JiraSite, person: Person, given: Any, name: str = "sharePermissions"
) -> list[SharePermission]:
    """The shares that a request asks for. Raises JiraError 400."""
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise JiraError(400, INVALID_PAYLOAD, bare=True)
    if given and not site.holds(person, "CREATE_SHARED_OBJECTS"):
        raise JiraError(400, errors={name: NO_SHARING})
    found = [_share(site, person, entry, name) for entry in given]
    # One with everybody takes the place of all others.
    everybody = [share for share in found if share.type == "global"]
    return everybody[:1] or found


def _share(site: JiraSite, person: Person, entry: dict[str, Any], name: str) -> SharePermission:
    def named(part: str, *keys: str) -> str:
        value = entry.get(part)
        text = (
            next((str(value[key]) for key in keys if value.get(key)), "") if isinstance(value, dict) else ""
        )
        if not text:
            raise JiraError(400, errors={name: f"The {part} of a share permission must be given."})
        return text

    number = site.next_id()
    match entry.get("type"):
        case "global":
            return SharePermission(number, "global")
        case "authenticated" | "loggedin":
            return SharePermission(number, "authenticated")
        case "user":
            account = named("user", "accountId")
            if all(account != one.account_id for one in DIRECTORY.values()):
                raise JiraError(400, errors={name: f"The user '{account}' does not exist."})
            return SharePermission(number, "user", account)
        case "group":
            group = named("group", "name", "groupId")
            if group not in GROUPS:
                raise JiraError(400, errors={name: f"The group '{group}' does not exist."})
            return SharePermission(number, "group", group)
        case "project" | "projectRole" as kind:
            project = site.project_named(named("project", "id", "key"), person)
            if project is None:
                raise JiraError(400, errors={name: "The project does not exist or cannot be seen."})
            role = named("role", "id") if kind == "projectRole" else ""
            if role and role not in _ROLES:
                raise JiraError(400, errors={name: f"The role '{role}' does not exist."})
            return SharePermission(number, "project", str(project.id), role)
    raise JiraError(400, errors={name: f"The share type '{entry.get('type')}' is not valid."})


def shown(show: Show, shares: Iterable[SharePermission]) -> list[dict[str, Any]]:
    """Shares as JSON; a project that the account cannot see is unknown."""
    return [_shown(show, share) for share in shares]


def _shown(show: Show, share: SharePermission) -> dict[str, Any]:
    if share.type == "authenticated":
        # Asked for by one word, read back by another.
        return {"id": share.id, "type": "loggedin"}
    result: dict[str, Any] = {"id": share.id, "type": share.type}
    if share.type == "user":
        person = next(one for one in DIRECTORY.values() if one.account_id == share.target)
        result["user"] = bean(show, person)
    elif share.type == "group":
        result["group"] = {"name": share.target, "groupId": share.target}
        result["group"]["self"] = f"{show.rest}/group?groupId={share.target}"
    elif share.type == "project":
        project = show.site.project_named(share.target, show.person)
        if project is None:
            return {"id": share.id, "type": "project-unknown"}
        result["project"] = show.project(project)
        if share.role:
            address = f"{show.rest}/project/{project.id}/role/{share.role}"
            result["role"] = {"self": address, "name": _ROLES[share.role], "id": int(share.role)}
    return result


def bean(show: Show, person: Person) -> dict[str, Any]:
    """A person as shares and dashboards show one."""
    account = show.user(person) or {}
    return {name: account[name] for name in ("self", "accountId", "displayName", "active") if name in account}


def is_shared(site: JiraSite, person: Person | None, shares: Iterable[SharePermission]) -> bool:
    """Whether one of the shares reaches the account."""
    return any(_reaches(site, person, share) for share in shares)


def _reaches(site: JiraSite, person: Person | None, share: SharePermission) -> bool:
    if share.type == "global":
        return True
    if person is None:
        return False
    match share.type:
        case "user":
            return share.target == person.account_id
        case "group":
            return share.target == person.team
        case "project":
            return site.project_named(share.target, person) is not None
    return share.type == "authenticated"


def may_view(site: JiraSite, person: Person | None, thing: Filter | Dashboard) -> bool:
    """Whether the account may see it."""
    return thing.owner == person or is_shared(site, person, [*thing.shares, *thing.editors])


def may_edit(site: JiraSite, person: Person | None, thing: Filter | Dashboard) -> bool:
    """Whether the account may change it."""
    return person is not None and (thing.owner == person or is_shared(site, person, thing.editors))
