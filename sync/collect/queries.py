"""What rules and measures ask the trackers beside the items: native queries, fields of what they find, histories."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from config.measures import Ask, FlowMeasure, QueryMeasure
from config.trackers import JiraTracker
from config.workspace import Workspace
from connectors.base import Connector
from connectors.errors import TrackerError
from connectors.model import NativeQuery, Ref, Span, WorkItem
from connectors.text.keywords import Gist
from sync.align.alignment import Alignment
from sync.align.native_queries import questions
from sync.measure import OVER, Drawn, closed_on, draw, end_of, needs_history
from sync.observation import Answered, Answers, Gists, Histories, Question

Connectors = Mapping[str, Connector]


def ask(
    workspace: Workspace, connectors: Connectors, stale: Collection[str], last: Answers
) -> dict[Question, frozenset[str]]:
    """The answer to every question of the rules; of a tracker in `stale` the last one.

    Raises TrackerError when a tracker does not answer, and KeyError for a question to a stale tracker that was
    never answered: a rule that seems to match nothing would take marks away.
    """
    return {
        question: last[question]
        if question.tracker in stale
        else connectors[question.tracker].find(question.query)
        for question in questions(workspace)
    }


def ask_measures(
    workspace: Workspace,
    connectors: Connectors,
    items: Iterable[WorkItem],
    now: datetime,
    stale: Collection[str],
    last: Answered,
) -> Answered:
    """What every query measure asks; raises as `ask` does.

    Items that the pull did not bring are asked for by their ids, and so are histories, where a field needs them.
    """
    counts: dict[str, int] = {}
    drawn: dict[str, Drawn] = {}
    known: dict[Ref, WorkItem] = {}
    for _, key_result in workspace.key_results():
        how = key_result.measure
        if not isinstance(how, QueryMeasure):
            continue
        name = answering(how, workspace)
        if name in stale:
            counts |= {asked: last.counts[asked] for asked in queries(key_result.id, how)}
            if how.field is not None:
                drawn |= {asked: last.drawn[asked] for asked in queries(key_result.id, how)}
        elif how.field is None:
            for asked, query in queries(key_result.id, how).items():
                counts[asked] = connectors[name].count(native_query(query))
        else:
            known = known or {item.ref: item for item in items}
            for asked, query in queries(key_result.id, how).items():
                found = _found(query, name, connectors[name], known)
                past = [item for item in found if needs_history(item, how.field)]
                told = connectors[name].histories(past) if past else {}
                counts[asked] = len(found)
                drawn[asked] = draw(found, how.field, now, told)
    return Answered(counts, drawn)


def _found(how: Ask, name: str, connector: Connector, known: Mapping[Ref, WorkItem]) -> list[WorkItem]:
    ids = connector.find(NativeQuery("jql" if how.jql is not None else "filter", native_query(how)))
    here = [known[Ref(name, id_)] for id_ in sorted(ids) if Ref(name, id_) in known]
    beyond = {id_ for id_ in ids if Ref(name, id_) not in known}
    return [*here, *(connector.fetch(beyond) if beyond else ())]


def ask_histories(
    workspace: Workspace,
    connectors: Connectors,
    alignment: Alignment,
    now: datetime,
    stale: Collection[str],
    last: Histories,
) -> Histories:
    """The histories that flow measures need; of a tracker in `stale` the last ones. Raises TrackerError."""
    wanted = {item.ref: item for item in _needed(workspace, alignment, now)}
    found: dict[Ref, Sequence[Span]] = {
        ref: spans for ref, spans in last.items() if ref in wanted and ref.tracker in stale
    }
    for name, connector in connectors.items():
        own = [item for ref, item in sorted(wanted.items()) if ref.tracker == name and name not in stale]
        if own:
            found |= connector.histories(own)
    return found


def ask_gists(
    connectors: Connectors, alignment: Alignment, stale: Collection[str], last: Gists
) -> tuple[dict[Ref, Gist], tuple[str, ...]]:
    """The gists of open work that serves no key result, and what could not be had: suggestions do without it.

    Of a tracker in `stale`, or that does not give them, the last ones: a comment must not change for that.
    """
    found: dict[Ref, Gist] = {}
    notes: list[str] = []
    for name, connector in connectors.items():
        asked = [
            alignment.items[ref]
            for ref, placement in sorted(alignment.placements.items())
            if ref.tracker == name and placement.state == "unaligned" and alignment.items[ref].is_open
        ]
        kept = {item.ref: last[item.ref] for item in asked if item.ref in last}
        try:
            found |= kept if name in stale or not asked else connector.gists(asked)
        except TrackerError as error:
            notes.append(f"cannot read descriptions from {name}: {error.what}")
            found |= kept
    return found, tuple(notes)


def _needed(workspace: Workspace, alignment: Alignment, now: datetime) -> Iterator[WorkItem]:
    """What was done in the window of a flow measure whose history must tell of it."""
    leaves = None
    for objective, key_result in workspace.key_results():
        how = key_result.measure
        if not isinstance(how, FlowMeasure) or how.of not in ("efficiency", "cycle_time"):
            continue
        leaves = leaves if leaves is not None else alignment.leaves()
        closed = closed_on(key_result, objective, now.astimezone(workspace.zone).date())
        end = now if closed is None else min(now, end_of(closed, workspace.zone))
        since = end - timedelta(days=how.window_days)
        for item, _ in leaves.get(key_result.id, []):
            if item.completed is not None and since <= item.completed <= end and needs_history(item, how.of):
                yield item


def answering(query: QueryMeasure, workspace: Workspace) -> str:
    """Name of the tracker that answers a query; the configuration makes sure that there is exactly one."""
    if query.tracker is not None:
        return query.tracker
    wants_jira = query.jql is not None
    return next(
        name for name, tracker in workspace.trackers.items() if isinstance(tracker, JiraTracker) == wants_jira
    )


def queries(key_result: str, measure: QueryMeasure) -> dict[str, Ask]:
    """What a query measure asks, by the name under which the answer is kept."""
    return {key_result: measure} | ({key_result + OVER: measure.over} if measure.over is not None else {})


def native_query(query: Ask) -> str:
    """The query in the form in which a connector takes it."""
    return query.jql if query.jql is not None else json.dumps(query.filter)
