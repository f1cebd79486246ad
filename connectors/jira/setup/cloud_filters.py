"""Setup of what a site's people share: saved filters, and a dashboard with a gadget for each.

Wire facts: contracts/jira.md, section 5.8. The settings of gadgets are not documented by the vendor: where the
site does not offer the gadget there is no dashboard, and the filters serve without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.errors import PermissionDenied
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.api.paging import Row, listed
from connectors.jira.setup.gadget_columns import columns_for
from connectors.made_names import called, described, is_ours, names_of
from connectors.setup import (
    DASHBOARD,
    VIEWS,
    Action,
    Identified,
    Need,
    SetupProblem,
    copied,
    copies,
    find_made,
)

SHARED = [{"type": "authenticated"}]
"""With everybody who can sign in; what each finds is still what they may browse."""
MODULE = "com.atlassian.jira.gadgets:filter-results-gadget"
SETTINGS = "config"
"""The dashboard item property in which this gadget keeps its settings."""
NEW_SETTINGS = {"isConfigured": "true", "num": "20"}
PLACES = 2
"""Gadgets beside each other."""


class SharedSetup:
    """Filters and the dashboard of one site."""

    def __init__(self, client: JiraClient) -> None:
        self._client = client
        self._me: str | None = None

    def plan(
        self,
        queries: Mapping[str, str | None],
        need: Need,
        made: Mapping[str, str],
        problems: list[SetupProblem],
        there: dict[str, str],
        fields: Mapping[str, str | None],
    ) -> Iterator[Action]:
        """What is lacking. `queries` is name to JQL, None where a filter cannot be made; `there` gets what is ours. `fields`: ids
        of our fields by name, None of one that is to be made.
        """
        filters: dict[str, str | None] = {}
        steps: list[Action] = []
        rows = listed(
            self._client, "filter/search", expand="jql,description,editPermissions,owner,sharePermissions"
        )
        for name, jql in queries.items():
            if jql is None:
                problems.append(without_query(called(name, need.texts)))
                continue
            found = find(rows, made.get(f"filter {name}"), name, need)
            if found is not None and not is_ours(found.get("description"), need.owner):
                problems.append(foreign(called(name, need.texts)))
                continue
            filters[name] = str(found["id"]) if found else None
            if found is not None:
                there[f"filter {name}"] = str(found["id"])
            body = {"jql": jql} | new(name, need)
            shown = body["name"]
            if found is None:
                steps.append(Action("filter", name, "create", "does not exist", None, body, shown))
            elif reason := difference(found, body):
                if self._is_kept(found):
                    problems.append(locked("filter", found, reason))
                    continue
                steps.append(Action("filter", name, "change", reason, str(found["id"]), body, shown))
        yield from in_free_order(steps, {row["name"]: str(row["id"]) for row in rows})
        yield from self._board(filters, need, made, problems, there, fields)

    def _board(
        self,
        filters: Mapping[str, str | None],
        need: Need,
        made: Mapping[str, str],
        problems: list[SetupProblem],
        there: dict[str, str],
        fields: Mapping[str, str | None],
    ) -> Iterator[Action]:
        board = called(DASHBOARD, need.texts)
        if not self._offered():
            why = "this site does not offer the Filter Results gadget to apps"
            problems.append(SetupProblem(f"dashboard {board}", why, "The filters work without it."))
            return
        rows = listed(
            self._client, "dashboard/search", expand="description,editPermissions,owner,sharePermissions"
        )
        found = find(rows, made.get(f"dashboard {DASHBOARD}"), DASHBOARD, need)
        if found is not None and not is_ours(found.get("description"), need.owner):
            why = "a dashboard with this name exists, and setup did not create it"
            problems.append(SetupProblem(f"dashboard {board}", why, "Rename the dashboard."))
            return
        if found is not None:
            there[f"dashboard {DASHBOARD}"] = str(found["id"])
        body = new(DASHBOARD, need) | {"editPermissions": []}
        if found is not None and self._is_kept(found):
            if reason := difference(found, body):
                problems.append(locked("dashboard", found, reason))
            return
        if found is None:
            yield Action("dashboard", DASHBOARD, "create", "does not exist", None, body, board)
        elif reason := difference(found, body):
            yield Action("dashboard", DASHBOARD, "change", reason, str(found["id"]), body, board)
        yield from self._gadgets(str(found["id"]) if found else None, filters, made, there, fields, need)

    def _offered(self) -> bool:
        try:
            reply = self._client.call("GET", "dashboard/gadgets", replies.ROW)
        except (Rejected, PermissionDenied):
            return False
        return any(one.get("moduleKey") == MODULE for one in reply.get("gadgets", ()))

    def _gadgets(
        self,
        board: str | None,
        filters: Mapping[str, str | None],
        made: Mapping[str, str],
        there: dict[str, str],
        fields: Mapping[str, str | None],
        need: Need,
    ) -> Iterator[Action]:
        """People may add gadgets, move ours and set their columns; the filter and the title of ours are kept, and the columns as
        long as nobody chose others.
        """
        path = f"dashboard/{board}/gadget"
        rows = self._client.call("GET", path, replies.ROW)["gadgets"] if board else []
        rows = [row for row in rows if row.get("moduleKey") == MODULE]
        for place, (name, filter_) in enumerate(filters.items()):
            title = called(name, need.texts)
            found = self._gadget(board, rows, name, filter_, made, need)
            body = {
                "board": board,
                "filter": filter_,
                "view": name,
                "place": place,
                "title": title,
                "fields": fields,
            }
            if found is None or board is None:
                reason = f"missing from {called(DASHBOARD, need.texts)}"
                yield Action("gadget", name, "create", reason, None, body, title)
                continue
            there[f"gadget {name}"] = str(found["id"])
            if found["title"] != title:
                reason = f"currently named {found['title']}"
                yield Action("gadget", name, "change", reason, str(found["id"]), body, title)
                continue
            settings = self._settings(board, found["id"])
            if filter_ is None or settings.get("filterId") != filter_:
                reason = "shows another filter"
            elif columns_for(name, fields, settings) != settings.get("columnNames"):
                reason = "has the columns of an older version"
            else:
                continue
            yield Action("gadget", name, "change", reason, str(found["id"]), body | {"title": ""}, title)

    def _gadget(
        self,
        board: str | None,
        rows: Sequence[Row],
        name: str,
        filter_: str | None,
        made: Mapping[str, str],
        need: Need,
    ) -> Row | None:
        """Ours by the id that is known, by its title, and last by the filter that it shows."""
        known = made.get(f"gadget {name}")
        titles = names_of(name, need.texts)
        for fits in (lambda row: str(row["id"]) == known, lambda row: row["title"] in titles):
            if found := next(filter(fits, rows), None):
                return found
        if board is None or filter_ is None:
            return None
        # Gadgets have no descriptions: one that shows a filter of ours on our dashboard is ours.
        taken = {title for view in VIEWS for title in names_of(view, need.texts)}
        titled = [row for row in rows if row["title"] not in taken]
        return next(
            (row for row in titled if self._settings(board, row["id"]).get("filterId") == filter_), None
        )

    def _settings(self, board: str, gadget: object) -> Row:
        path = f"dashboard/{board}/items/{gadget}/properties/{SETTINGS}"
        try:
            value = self._client.call("GET", path, replies.ROW).get("value")
        except Rejected as error:
            if error.status != 404:
                raise
            return {}
        return value if isinstance(value, dict) else {}

    def _is_kept(self, row: Row) -> bool:
        """Whether another account owns it, and lets nobody else edit it."""
        if self._me is None:
            self._me = str(self._client.call("GET", "myself", replies.ROW).get("accountId"))
        return (row.get("owner") or {}).get("accountId") != self._me and not row.get("editPermissions")

    def removal(self, need: Need, made: Mapping[str, str], problems: list[SetupProblem]) -> Iterator[Action]:
        """Our dashboard, whose gadgets go with it, and our filters."""
        for kind in ("dashboard", "filter"):
            rows = listed(self._client, f"{kind}/search", expand="description,editPermissions,owner")
            theirs = copies(rows, _identify, kind, made, need)
            problems += (copied(kind, row["name"]) for row in theirs)
            for row in rows:
                if not is_ours(row.get("description"), need.owner) or row in theirs:
                    continue
                # Of filters an administrator may delete those of others too.
                if kind == "dashboard" and self._is_kept(row):
                    problems.append(locked(kind, row, "created by setup"))
                else:
                    yield Action(kind, row["name"], "remove", "created by setup", str(row["id"]))

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """Do one action; see `Provisioner.carry`."""
        if action.verb == "remove":
            self._client.send("DELETE", f"{action.kind}/{action.id}")
            return None
        if action.kind == "gadget":
            return self._carry_gadget(action, made)
        path = action.kind if action.id is None else f"{action.kind}/{action.id}"
        method, again = ("POST", False) if action.id is None else ("PUT", True)
        row = self._client.call(method, path, replies.ROW, body=dict(action.body), repeatable=again)
        return str(row["id"])

    def _carry_gadget(self, action: Action, made: Mapping[str, str]) -> str:
        board = action.body["board"] or made[f"dashboard {DASHBOARD}"]
        filter_ = action.body["filter"] or made[f"filter {action.body['view']}"]
        id_ = action.id
        if id_ is None:
            row, column = divmod(action.body["place"], PLACES)
            body = {
                "moduleKey": MODULE, "title": action.body["title"], "position": {"row": row, "column": column}
            }  # fmt: skip
            path = f"dashboard/{board}/gadget"
            id_ = str(self._client.call("POST", path, replies.ROW, body=body, repeatable=False)["id"])
        elif title := action.body["title"]:
            self._client.send("PUT", f"dashboard/{board}/gadget/{id_}", body={"title": title})
        has = self._settings(board, id_)
        fields = {name: known or made.get(f"field {name}") for name, known in action.body["fields"].items()}
        columns = columns_for(action.body["view"], fields, has)
        settings = NEW_SETTINGS | has | {"filterId": filter_, "columnNames": columns}
        self._client.call(
            "PUT", f"dashboard/{board}/items/{id_}/properties/{SETTINGS}", replies.ANYTHING, body=settings
        )
        return id_


def find(rows: Sequence[Row], known: str | None, name: str, need: Need) -> Row | None:
    """The filter or dashboard that is ours under this name, whatever people call it now; see `find_made`."""
    return find_made(rows, _identify, known, name, need, VIEWS)


def in_free_order(steps: Sequence[Action], taken: Mapping[str, str]) -> Iterator[Action]:
    """The steps in an order in which each finds its name free: an owner's filters cannot share one.

    `taken`: the names there are, by id. Two that have each other's name are left as they come.
    """
    names, left = dict(taken), list(steps)
    while left:
        step = next((one for one in left if names.get(one.title) in (None, one.id)), left[0])
        left.remove(step)
        names = {name: id_ for name, id_ in names.items() if id_ != step.id} | {step.title: step.id or ""}
        yield step


def _identify(row: Row) -> Identified:
    return Identified(str(row["id"]), row["name"], row.get("description"))


def new(name: str, need: Need) -> Row:
    """Name, description and shares of something new."""
    description = described(name, need.owner, need.texts)
    return {"name": called(name, need.texts), "description": description, "sharePermissions": SHARED}


def without_query(name: str) -> SetupProblem:
    """Of a filter that cannot be made yet."""
    why = "it needs a field with its options, or a policy label, that does not exist"
    remedy = "Run setup as a Jira administrator, or set the label in policy.labels; then run setup again."
    return SetupProblem(f"filter {name}", why, remedy)


def foreign(name: str) -> SetupProblem:
    """Of a filter's name that somebody else's filter has."""
    why = "a filter with this name exists, and setup did not create it"
    return SetupProblem(f"filter {name}", why, "Rename the filter.")


def locked(kind: str, found: Row, reason: str) -> SetupProblem:
    """What another account of the same workspace made, and keeps for itself."""
    owner = (found.get("owner") or {}).get("displayName", "another account")
    why = f"{reason}, but only its owner {owner} can change or delete it"
    remedy = "Run setup with that account, or ask a Jira administrator to make this account the owner."
    return SetupProblem(f"{kind} {found['name']}", why, remedy)


def difference(found: Row, wanted: Row) -> str | None:
    """Why something of ours must be written again. People may share it otherwise, but not with nobody."""
    if found["name"] != wanted["name"]:
        return f"currently named {found['name']}"
    if found.get("sharePermissions") == []:
        return "not shared with anyone"
    if "jql" in wanted and found["jql"] != wanted["jql"]:
        return "different query"
    return None
