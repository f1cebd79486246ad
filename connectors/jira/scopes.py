"""Which scopes a token needs that goes through Atlassian's gateway, and what a list of scopes lacks. Pure.

Source: the security of each operation in Jira Cloud's OpenAPI document; `tests/connectors/jira/test_scopes.py` compares.
Tokens have classic scopes (`write:jira-work`) or granular ones (`write:comment:jira`), several of which together are
worth a classic one. A token of a Data Center, and one that goes to the site itself, has none.
"""

from __future__ import annotations

from collections.abc import Collection

READ, USER, WRITE = "read:jira-work", "read:jira-user", "write:jira-work"
CONFIGURE, PROJECTS = "manage:jira-configuration", "manage:jira-project"

GRANULAR_WRITES = (
    "write:issue:jira",
    "write:issue.property:jira",
    "delete:issue.property:jira",
    "write:comment:jira",
    "write:comment.property:jira",
    "delete:comment:jira",
    "delete:comment.property:jira",
    "write:issue.remote-link:jira",
    "delete:issue.remote-link:jira",
)
"""What writes of marks need in place of `write:jira-work`."""

_READING_POSTS = (
    "search",
    "issue/bulkfetch",
    "changelog/bulkfetch",
    "comment/list",
    "jql/",
    "expression/",
    "permissions/",
)
"""Beginnings of paths that are posted to and only read."""


def is_read(method: str, path: str) -> bool:
    """Whether a call to a path below the API changes nothing."""
    return method == "GET" or (method == "POST" and path.startswith(_READING_POSTS))


def scope_of(call: str) -> str:
    """The classic scope that a call needs, given as "METHOD path" below the API, without its query."""
    method, _, path = call.partition(" ")
    if path == "myself" or path.startswith("user"):
        return USER
    if path.startswith("screens") or path.endswith("/screens"):
        return PROJECTS
    if path.startswith("field") and (method != "GET" or "/context" in path):
        return CONFIGURE
    if is_read(method, path):
        return READ
    return WRITE


def lacking_writes(scopes: Collection[str]) -> tuple[str, ...]:
    """The scopes without which marks cannot be written: the classic one, or of a granular token the granular ones."""
    if WRITE in scopes:
        return ()
    granular = [one for one in GRANULAR_WRITES if one in scopes]
    return tuple(one for one in GRANULAR_WRITES if one not in scopes) if granular else (WRITE,)
