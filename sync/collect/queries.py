"""What rules and measures ask the trackers beside the items: native queries, fields of what they find, descriptions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from config.measures import QueryMeasure
from config.trackers import MeasureQuery, trackers_for
from config.workspace import Workspace
from connectors.base import AnswersQueries, Connector, Connectors, HasDescriptions, KeepsHistories
from connectors.errors import TrackerError
from connectors.model import Ref, StatusSpan, WorkItem
from connectors.text.keywords import Keywords
from sync.align.alignment import Alignment
from sync.align.native_queries import rule_queries
from sync.measure import DENOMINATOR, FieldValues, collect_values, needs_history
from sync.observation import Answers, ItemKeywords, Observation, RuleQuery, Unread

FindItems = Callable[[str, Collection[str]], Mapping[str, WorkItem]]
"""Those of a tracker's items, by id, that are known."""

Answered = Callable[[], None]
"""Called when a question has its answer."""

Versions = Mapping[Ref, datetime]
"""Of which version of its item something is, by when that was last updated."""
_NO_VERSIONS: Versions = {}


def answer_rules(
    workspace: Workspace,
    connectors: Connectors,
    stale: Collection[str],
    last: Answers,
    answered: Answered = lambda: None,
) -> dict[RuleQuery, frozenset[str]]:
    """The answer to every question of the rules; of a tracker in `stale` the last one.

    Raises TrackerError when a tracker does not answer, and KeyError for a question to a stale tracker that was
    never answered: a rule that seems to match nothing would take marks away.
    """
    found: dict[RuleQuery, frozenset[str]] = {}
    for query in rule_queries(workspace):
        is_stale = query.tracker in stale
        found[query] = last[query] if is_stale else answering(connectors[query.tracker]).find(query.query)
        answered()
    return found


def answer_measures(
    workspace: Workspace,
    connectors: Connectors,
    known: FindItems,
    now: datetime,
    stale: Collection[str],
    last: Observation | None,
    answered: Answered = lambda: None,
) -> tuple[dict[str, int], dict[str, FieldValues]]:
    """What every query measure is answered: counts, and values of fields; raises as `answer_rules` does.

    Items that are not `known` are asked for by their ids, and so are histories, where a field needs them.
    """
    counts: dict[str, int] = {}
    values: dict[str, FieldValues] = {}
    known_counts = last.counts if last is not None else {}
    known_values = last.field_values if last is not None else {}
    for _, key_result in workspace.key_results():
        how = key_result.measure
        if not isinstance(how, QueryMeasure):
            continue
        name = tracker_for(how, workspace)
        if name in stale:
            counts |= {asked: known_counts[asked] for asked in queries(key_result.id, how)}
            if how.field is not None:
                values |= {asked: known_values[asked] for asked in queries(key_result.id, how)}
        elif how.field is None:
            for asked, query in queries(key_result.id, how).items():
                counts[asked] = answering(connectors[name]).count(query.native)
                answered()
        else:
            for asked, query in queries(key_result.id, how).items():
                found = _found(query, name, answering(connectors[name]), known)
                past = [item for item in found if needs_history(item, how.field)]
                spans = _histories(connectors[name], past)
                counts[asked] = len(found)
                values[asked] = collect_values(found, how.field, now, spans)
                answered()
    return counts, values


def among(items: Iterable[WorkItem]) -> FindItems:
    """What finds items among these."""
    by_ref: dict[Ref, WorkItem] = {}

    def find(tracker: str, ids: Collection[str]) -> dict[str, WorkItem]:
        if not by_ref:
            by_ref.update((item.ref, item) for item in items)
        return {id_: by_ref[Ref(tracker, id_)] for id_ in ids if Ref(tracker, id_) in by_ref}

    return find


def _found(how: MeasureQuery, name: str, connector: AnswersQueries, known: FindItems) -> list[WorkItem]:
    ids = connector.find(how.native)
    here = known(name, ids)
    beyond = ids - here.keys()
    return [*(here[id_] for id_ in sorted(here)), *(connector.fetch(beyond) if beyond else ())]


def read_keywords(
    connectors: Connectors,
    alignment: Alignment,
    stale: Collection[str],
    last: ItemKeywords,
    versions: Versions = _NO_VERSIONS,
) -> tuple[dict[Ref, Keywords], dict[Ref, datetime], tuple[Unread, ...]]:
    """The keywords of open work that serves no key result, of which version of each item, and what could not be had:
    suggestions do without it.

    Of a tracker in `stale`, or that does not give them, the last ones: a comment must not change for that. `versions`: of which
    version of its item each of the last ones is; one that is the item's still is not asked for again.
    """
    found: dict[Ref, Keywords] = {}
    of: dict[Ref, datetime] = {}
    unread: list[Unread] = []
    for name, connector in connectors.items():
        asked = [
            alignment.items[ref]
            for ref, placement in sorted(alignment.placements.items())
            if ref.tracker == name and placement.state == "unaligned" and alignment.items[ref].is_open
            if not alignment.counts_elsewhere(ref)
        ]
        kept = {item.ref: last[item.ref] for item in asked if item.ref in last}
        if not isinstance(connector, HasDescriptions):
            continue
        new = [item for item in asked if versions.get(item.ref) != item.updated and name not in stale]
        are_new = {item.ref for item in new}
        try:
            read = connector.keywords(new) if new else {}
            here = {ref: words for ref, words in kept.items() if ref not in are_new} | dict(read)
            found |= {item.ref: here[item.ref] for item in asked if item.ref in here}
            of |= {item.ref: item.updated for item in new}
            of |= {item.ref: versions[item.ref] for item in asked if item.ref in versions.keys() - are_new}
        except TrackerError as error:
            what = f"cannot read descriptions: {error.what}"
            unread.append(Unread("descriptions", name, error.cause, what, error.remedy, error.permanent))
            found |= kept
            of |= {item.ref: versions[item.ref] for item in asked if item.ref in versions}
    return found, of, tuple(unread)


def answering(connector: Connector) -> AnswersQueries:
    """The tracker that is asked, which answers: the configuration asks only those whose kind has the language."""
    if not isinstance(connector, AnswersQueries):
        raise TypeError(f"{connector.name} is of a kind that answers queries, and its connector does not")
    return connector


def _histories(connector: Connector, items: Sequence[WorkItem]) -> Mapping[Ref, tuple[StatusSpan, ...]]:
    """The statuses in which items stood, of those that the tracker keeps a history of."""
    if not items or not isinstance(connector, KeepsHistories):
        return {}
    return {ref: history.statuses for ref, history in connector.histories(items).items()}


def tracker_for(query: QueryMeasure, workspace: Workspace) -> str:
    """Name of the tracker that answers a query; the configuration makes sure that there is exactly one."""
    if query.tracker is not None:
        return query.tracker
    return trackers_for(query.native.language, workspace.trackers)[0]


def queries(key_result: str, measure: QueryMeasure) -> dict[str, MeasureQuery]:
    """What a query measure asks, by the name under which the answer is kept."""
    return {key_result: measure} | (
        {key_result + DENOMINATOR: measure.over} if measure.over is not None else {}
    )
