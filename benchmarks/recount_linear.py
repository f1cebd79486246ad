"""The issues and projects of a Linear workspace, read by plain HTTP for `recount.py`. It imports nothing of the product."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from benchmarks.recount_works import USUALLY_DROPPED, Json, Work, ask, certain, moment

_LABELS = "labels(first: 15) { nodes { name parent { name } } }"
_ISSUES = (
    "query ($after: String) { issues(first: 50, after: $after, includeArchived: true) {"
    " nodes { id identifier estimate createdAt startedAt completedAt archivedAt trashed"
    " team { key } state { name type } project { id name } parent { id } " + _LABELS + ""
    " syncedWith { id service } attachments(first: 15) { nodes { url } } }"
    " pageInfo { hasNextPage endCursor } } }"
)
_PROJECTS = (
    "query ($after: String) { projects(first: 20, after: $after, includeArchived: true) {"
    " nodes { id name createdAt startedAt completedAt status { type }"
    " teams(first: 10) { nodes { key } } " + _LABELS + " } pageInfo { hasNextPage endCursor } } }"
)
_COUNT = (
    "query ($after: String, $filter: IssueFilter) {"
    " issues(first: 250, after: $after, includeArchived: true, filter: $filter) {"
    " nodes { id trashed } pageInfo { hasNextPage endCursor } } }"
)
_STATES = {"started": "doing", "completed": "done", "canceled": "dropped", "duplicate": "dropped"}


class Linear:
    """A Linear workspace."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/linear/graphql"

    def works(self, teams: list[str]) -> list[Work]:
        """Every issue and every project."""
        projects = [self._project(row, teams) for row in self._nodes(_PROJECTS, "projects")]
        rows = {row["id"]: row for row in self._nodes(_ISSUES, "issues")}
        return [*projects, *(self._issue(row, rows, teams) for row in rows.values())]

    def count(self, condition: Json) -> int:
        """How many issues the filter finds, archived ones too, but not those in the trash."""
        return sum(not row["trashed"] for row in self._nodes(_COUNT, "issues", filter=condition))

    def _nodes(self, query: str, name: str, **variables: Json) -> Iterator[Json]:
        after = None
        while True:
            asked = {"query": query, "variables": {**variables, "after": after}}
            reply = ask(self._url, {"Authorization": "sandbox-linear-token"}, asked)
            if reply.get("errors"):
                raise RuntimeError(f"Linear refused {name}: {reply['errors']}")
            yield from reply["data"][name]["nodes"]
            page = reply["data"][name]["pageInfo"]
            if not page["hasNextPage"]:
                return
            after = page["endCursor"]

    def _project(self, row: Json, teams: list[str]) -> Work:
        return Work(
            id=("linear", row["id"]),
            key=row["name"],
            project=row["name"],
            team=None,
            type="Project",
            labels=_plain_labels(row),
            claims=_claims(row, groups_only=True),
            above=[],
            in_scope=any(one["key"] in teams for one in row["teams"]["nodes"]),
            state=_STATES.get(row["status"]["type"], "todo"),
            points=None,
            created=certain(row["createdAt"]),
            started=moment(row["startedAt"]),
            finished=moment(row["completedAt"]),
            level=1,
        )

    def _issue(self, row: Json, rows: dict[str, Json], teams: list[str]) -> Work:
        # What was archived is out of the way, unless it was finished; what is in the trash is gone.
        is_there = not row["trashed"] and (row["archivedAt"] is None or row["completedAt"] is not None)
        state = _STATES.get(row["state"]["type"], "todo")
        if state == "done" and row["state"]["name"].casefold() in USUALLY_DROPPED:
            state = "dropped"
        return Work(
            id=("linear", row["id"]),
            key=row["identifier"],
            project=row["project"]["name"] if row["project"] else None,
            team=row["team"]["key"],
            type="Sub-issue" if row["parent"] else "Issue",
            labels=_plain_labels(row),
            claims=_claims(row),
            above=[("linear", one) for one in _above(row, rows)],
            in_scope=is_there and row["team"]["key"] in teams,
            state=state,
            points=None if row["estimate"] is None else Fraction(str(row["estimate"])),
            created=certain(row["createdAt"]),
            started=moment(row["startedAt"]),
            finished=moment(row["completedAt"]) if state == "done" else None,
            level=-1 if row["parent"] else 0,
            mirrors=tuple(one["id"] for one in row["syncedWith"] or [] if one["service"] == "jira"),
            attached=tuple(one["url"] for one in row["attachments"]["nodes"]),
        )


def _above(row: Json, rows: dict[str, Json]) -> Iterator[str]:
    """The project, unless a parent is in it, which then is nearer; and the parent."""
    parent = row["parent"] and row["parent"]["id"]
    seen, at = [], parent
    while at in rows and at not in seen:
        seen.append(at)
        at = rows[at]["parent"] and rows[at]["parent"]["id"]
    if row["project"] and row["project"] not in [rows[one]["project"] for one in seen]:
        yield row["project"]["id"]
    if parent:
        yield parent


def _plain_labels(row: Json) -> tuple[str, ...]:
    return tuple(one["name"] for one in row["labels"]["nodes"])


def _claims(row: Json, *, groups_only: bool = False) -> tuple[str, ...]:
    found = []
    for one in row["labels"]["nodes"]:
        if one["parent"] and one["parent"]["name"].casefold() == "key result":
            found.append(one["name"])
        elif one["name"].casefold().startswith("kr:") and not groups_only:
            found.append(one["name"][3:])
    return tuple(name.strip().removeprefix("kr:").removeprefix("KR:") for name in found)
