"""The native queries of the rules, put to the trackers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from config.workspace import Workspace
from connectors.base import Connector
from sync.questions import Answers, Question, questions


def ask(
    workspace: Workspace, connectors: Mapping[str, Connector], stale: Collection[str], last: Answers
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
