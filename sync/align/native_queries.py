"""Native queries in rules: who is asked what. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

from config.conditions import NATIVE, Condition
from config.workspace import Workspace
from connectors.model import NativeQuery, Ref
from sync.observation import Answers, RuleQuery


def query_of(condition: Condition, trackers: Mapping[str, str]) -> RuleQuery | None:
    """What the condition itself asks; None where it asks nothing. `trackers` gives kinds by name.

    The configuration makes sure that exactly one tracker can answer.
    """
    language = next((name for name in NATIVE if getattr(condition, name) is not None), None)
    if language is None:
        return None
    kind = "jira" if language in ("jql", "saved_filter") else "linear"
    value = getattr(condition, language)
    text = json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)
    tracker = condition.tracker or next((name for name, one in trackers.items() if one == kind), "")
    return RuleQuery(tracker, NativeQuery(language, text))


def tracker_kinds(workspace: Workspace) -> dict[str, str]:
    """Kind of each tracker."""
    return {name: tracker.kind for name, tracker in workspace.trackers.items()}


def rule_queries(workspace: Workspace) -> tuple[RuleQuery, ...]:
    """Everything that the rules ask trackers, each once, sorted."""
    known = tracker_kinds(workspace)
    asked = (query_of(condition, known) for condition in workspace.conditions())
    return tuple(sorted({one for one in asked if one is not None}))


def found_by(answers: Answers) -> dict[Ref, tuple[str, ...]]:
    """The queries that found each item."""
    found: dict[Ref, list[str]] = defaultdict(list)
    for query in sorted(answers):
        for id_ in answers[query]:
            found[Ref(query.tracker, id_)].append(query.id)
    return {ref: tuple(ids) for ref, ids in found.items()}
