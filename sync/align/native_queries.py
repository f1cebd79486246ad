"""Native queries in rules: who is asked what. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from config.conditions import Condition
from config.trackers import TrackerBase, trackers_for
from config.workspace import Workspace
from connectors.model import Ref
from sync.observation import Answers, RuleQuery


def query_of(condition: Condition, trackers: Mapping[str, TrackerBase]) -> RuleQuery | None:
    """What the condition itself asks; None where it asks nothing. `trackers`: the declared ones by name.

    The configuration makes sure that exactly one tracker can answer.
    """
    query = condition.native
    if query is None:
        return None
    return RuleQuery(condition.tracker or next(iter(trackers_for(query.language, trackers)), ""), query)


def rule_queries(workspace: Workspace) -> tuple[RuleQuery, ...]:
    """Everything that the rules ask trackers, each once, sorted."""
    asked = (query_of(condition, workspace.trackers) for condition in workspace.conditions())
    return tuple(sorted({one for one in asked if one is not None}))


def found_by(answers: Answers) -> dict[Ref, tuple[str, ...]]:
    """The queries that found each item."""
    found: dict[Ref, list[str]] = defaultdict(list)
    for query in sorted(answers):
        for id_ in answers[query]:
            found[Ref(query.tracker, id_)].append(query.id)
    return {ref: tuple(ids) for ref, ids in found.items()}
