"""Setup of the filters that a Data Center site's people share.

Its REST v2 has no search for filters (contracts/jira.md, section 6): ours are found by the id that the store
keeps, and without it among the favourites of the account, to which a new one is added. A new filter is shared
by a request of its own. Dashboards cannot be made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.api.paging import Row
from connectors.jira.setup.cloud_filters import (
    difference,
    find,
    foreign,
    in_free_order,
    locked,
    without_query,
)
from connectors.jira.setup.filter_queries import quoted
from connectors.made_names import called, described, is_ours, names_of
from connectors.setup import DASHBOARD, Action, Need, SetupProblem

EVERYBODY = ("authenticated", "loggedin")
"""With everybody who can sign in: asked for by the first word, and by the second where a release knows only
that."""

DASHBOARDS = "1000"


class ServerFilters:
    """Filters of one site."""

    def __init__(self, client: JiraClient) -> None:
        self._client = client

    def plan(
        self,
        queries: Mapping[str, str | None],
        need: Need,
        made: Mapping[str, str],
        problems: list[SetupProblem],
        there: dict[str, str],
    ) -> Iterator[Action]:
        """What is lacking. `queries` is name to JQL, None where a filter cannot be made; `there` gets what is ours."""
        rows = self._rows(made)
        me = self._me() if rows else {}
        steps: list[Action] = []
        for name, jql in queries.items():
            if jql is None:
                problems.append(without_query(called(name, need.texts)))
                continue
            found = find(rows, made.get(f"filter {name}"), name, need)
            shown = called(name, need.texts)
            body = {"name": shown, "jql": jql, "description": described(name, need.owner, need.texts)}
            if found is None:
                if self._is_taken(shown):
                    problems.append(_unseen(shown))
                else:
                    steps.append(Action("filter", name, "create", "does not exist", None, body, shown))
            elif not is_ours(found.get("description"), need.owner):
                problems.append(foreign(shown))
            else:
                there[f"filter {name}"] = str(found["id"])
                reason = difference(found, body)
                if reason is None:
                    continue
                if _is_mine(found, me):
                    steps.append(Action("filter", name, "change", reason, str(found["id"]), body, shown))
                else:
                    problems.append(locked("filter", found, reason))
        yield from in_free_order(steps, {row["name"]: str(row["id"]) for row in rows})
        problems += self._dashboard(need)

    def removal(self, need: Need, made: Mapping[str, str], problems: list[SetupProblem]) -> Iterator[Action]:
        """Our filters."""
        rows = [row for row in self._rows(made) if is_ours(row.get("description"), need.owner)]
        me = self._me() if rows else {}
        for row in rows:
            if _is_mine(row, me):
                yield Action("filter", row["name"], "remove", "created by setup", str(row["id"]))
            else:
                problems.append(locked("filter", row, "created by setup"))

    def carry(self, action: Action) -> str | None:
        """Do one action; see `Provisioner.carry`."""
        if action.verb == "remove":
            self._client.send("DELETE", f"filter/{action.id}")
            return None
        if action.id is None:
            body = {**action.body, "favourite": True}
            row = self._client.call("POST", "filter", replies.ROW, body=body, repeatable=False)
        else:
            row = self._client.call("PUT", f"filter/{action.id}", replies.ROW, body=dict(action.body))
        if not row.get("sharePermissions"):
            self._share(str(row["id"]))
        return str(row["id"])

    def _share(self, filter_: str) -> None:
        path = f"filter/{filter_}/permission"
        for word in EVERYBODY:
            try:
                self._client.call("POST", path, replies.ANYTHING, body={"type": word}, repeatable=False)
            except Rejected as error:
                if error.status != 400 or word == EVERYBODY[-1]:
                    raise
            else:
                return

    def _rows(self, made: Mapping[str, str]) -> list[Row]:
        """The account's favourites, and what the store knows besides."""
        rows = self._client.call("GET", "filter/favourite", replies.ROWS)
        ids = {str(row["id"]) for row in rows}
        for what, id_ in made.items():
            if what.startswith("filter ") and id_ not in ids:
                try:
                    rows.append(self._client.call("GET", f"filter/{id_}", replies.ROW))
                except Rejected as error:
                    if error.status not in (400, 404):  # either is how releases tell that it is gone
                        raise
        return rows

    def _me(self) -> Row:
        return self._client.call("GET", "myself", replies.ROW)

    def _is_taken(self, name: str) -> bool:
        """Whether a filter that the account can see has this name: only then does a query know it."""
        body = {"jql": f"filter = {quoted(name)}", "startAt": 0, "maxResults": 1, "fields": ["id"]}
        try:
            self._client.call("POST", "search", replies.OFFSET_PAGE, body=body)
        except Rejected as error:
            if error.status != 400:
                raise
            return False
        return True

    def _dashboard(self, need: Need) -> Iterator[SetupProblem]:
        params = {"maxResults": DASHBOARDS}
        rows = self._client.call("GET", "dashboard", replies.ROW, params=params)["dashboards"]
        if all(row["name"] not in names_of(DASHBOARD, need.texts) for row in rows):
            why = "the Data Center API cannot create dashboards"
            remedy = "Create it manually, with a Filter Results gadget for each filter."
            yield SetupProblem(f"dashboard {called(DASHBOARD, need.texts)}", why, remedy)


def _is_mine(row: Row, me: Row) -> bool:
    """Whether the account owns the filter: nobody else may change or delete it."""
    return (row.get("owner") or {}).get("key") == me.get("key")


def _unseen(name: str) -> SetupProblem:
    why = "a filter with this name exists and is not a favourite of this account"
    remedy = "Rename the filter. If setup created it, mark it as a favourite of the account instead."
    return SetupProblem(f"filter {name}", why, remedy)
