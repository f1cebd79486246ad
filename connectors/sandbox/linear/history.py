"""What happened to an issue: entries of its history, and the states it was in.

Wire facts: contracts/linear.md, section 8. What was done through the API is recorded as it happens. What
lies before is read off the issue's stamps when somebody asks, or when the first change would blur them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Any

from connectors.sandbox.company import rng, uuid4_from
from connectors.sandbox.linear.entities import CLOSED, Issue, WorkflowState
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.linear.surrounding_entities import HistoryEntry, StateSpan

MERGED = timedelta(minutes=3)
"""Changes so soon after the creation, and edits of one person in such a row, are one entry."""

_WATCHED = (
    "title", "priority", "estimate", "due_date", "assignee", "parent", "project", "state", "team",
)  # fmt: skip
_STAMPS = ("started_at", "completed_at", "canceled_at", "description")

IssueState = Mapping[str, Any]


def before_change(issue: Issue) -> IssueState:
    """What `record` compares with."""
    values = {name: getattr(issue, name) for name in (*_WATCHED, *_STAMPS)}
    return values | {"labels": list(issue.labels)}


def record(context: RequestContext, issue: Issue, before: IssueState) -> None:
    """Write down what differs from `before`, if anything that a history tells."""
    changes: dict[str, Any] = {}
    for name in _WATCHED:
        if getattr(issue, name) != before[name]:
            changes |= {f"from_{name}": before[name], f"to_{name}": getattr(issue, name)}
    if issue.description != before["description"]:
        changes["updated_description"] = True
    if set(issue.labels) != set(before["labels"]):
        changes["added_labels"] = [one for one in issue.labels if one not in before["labels"]] or None
        changes["removed_labels"] = [one for one in before["labels"] if one not in issue.labels] or None
    if changes:
        _add(context, issue, changes, before)
    if issue.state is not before["state"]:
        spans = context.space.spans.setdefault(issue.id, derived_spans(issue, before))
        spans[-1] = replace(spans[-1], ended_at=context.now)
        spans.append(StateSpan(_span_id(issue, len(spans)), issue.state, context.now))


def note(context: RequestContext, issue: Issue, **changes: Any) -> None:
    """Write down something that is no change of a field: an archiving, a relation, an attachment."""
    _add(context, issue, changes, None)


def _add(context: RequestContext, issue: Issue, changes: dict[str, Any], before: IssueState | None) -> None:
    rows = context.space.histories.setdefault(issue.id, derived_entries(context.space, issue, before))
    if before is not None:
        if context.now - issue.created_at < MERGED and context.viewer is issue.creator:
            return
        last = rows[-1] if rows else None
        if last is not None and last.actor is context.viewer and context.now - last.created_at < MERGED:
            first = {name: value for name, value in last.changes.items() if name.startswith("from_")}
            last.changes |= changes | first
            last.updated_at = context.now
            return
    rows.append(
        HistoryEntry(
            id=context.space.new_id(),
            created_at=context.now,
            updated_at=context.now,
            issue=issue,
            actor=context.viewer,
            changes=changes,
        )
    )


# --- What the stamps tell ------------------------------------------------------------------------


def entries_of(space: LinearSpace, issue: Issue) -> list[HistoryEntry]:
    """The issue's history, oldest first."""
    return space.histories.get(issue.id) or derived_entries(space, issue, None)


def spans_of(space: LinearSpace, issue: Issue) -> list[StateSpan]:
    """The states the issue was in, oldest first; the last one has no end."""
    return space.spans.get(issue.id) or derived_spans(issue, None)


def derived_spans(issue: Issue, before: IssueState | None) -> list[StateSpan]:
    """The states that an issue went through, by its stamps as they were before a change."""
    then = before or before_change(issue)
    state, started = then["state"], then["started_at"]
    closed = then["completed_at"] or then["canceled_at"] if state.type in CLOSED else None
    team = state.team
    steps = [(issue.created_at, team.state("backlog", "unstarted", state.type))]
    if started and started > issue.created_at and state.type not in ("backlog", "unstarted"):
        steps.append((started, team.state("started") if closed else state))
    if closed and closed > steps[-1][0]:
        steps.append((closed, state))
    if steps[-1][1] is not state:
        steps[-1] = (steps[-1][0], state)
    ends = [*(at for at, _ in steps[1:]), None]
    return [
        StateSpan(_span_id(issue, number), one, at, end)
        for number, ((at, one), end) in enumerate(zip(steps, ends, strict=True))
    ]


def plant_spans(space: LinearSpace, issue: Issue, steps: Sequence[tuple[datetime, WorkflowState]]) -> None:
    """Give the issue a past: the states it was in since when, oldest first, the last one that of now."""
    ends = [*(at for at, _ in steps[1:]), None]
    space.spans[issue.id] = [
        StateSpan(_span_id(issue, number), state, at, end)
        for number, ((at, state), end) in enumerate(zip(steps, ends, strict=True))
    ]


def derived_entries(space: LinearSpace, issue: Issue, before: IssueState | None) -> list[HistoryEntry]:
    """The changes of state that the stamps tell of."""
    spans = space.spans.get(issue.id) or derived_spans(issue, before)
    ids = rng(0, "linear-history", issue.id)
    return [
        HistoryEntry(
            id=uuid4_from(ids),
            created_at=after.started_at,
            updated_at=after.started_at,
            issue=issue,
            actor=issue.assignee or issue.creator,
            changes={"from_state": earlier.state, "to_state": after.state},
        )
        for earlier, after in pairwise(spans)
    ]


def _span_id(issue: Issue, number: int) -> str:
    return uuid4_from(rng(0, "linear-span", issue.id, number))


def field(name: str) -> Any:
    """The resolver of one field of `IssueHistory`; ids are read off the rows."""
    if name.endswith("_label_ids"):
        plural = name.removesuffix("_ids") + "s"
        return lambda entry, _context: _ids(entry.changes.get(plural))
    if name.endswith("_id"):
        row = attrgetter("actor") if name == "actor_id" else _change(name.removesuffix("_id"))
        return lambda entry, _context: getattr(row(entry), "id", None)
    get = _change(name)
    return lambda entry, _context: get(entry)


def _change(name: str) -> Any:
    return lambda entry: entry.changes.get(name)


def _ids(rows: Any) -> list[str] | None:
    return [row.id for row in rows] if rows else None
