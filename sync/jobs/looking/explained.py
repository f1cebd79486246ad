"""What somebody asks to be explained: a key result, an objective or a ticket, by what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync.decide import Decision
from sync.explain.item import Explanation
from sync.explain.item import explain as explain_item
from sync.explain.key_result import Derivation, derive
from sync.explain.objective import ObjectiveDerivation, derive_objective
from sync.explain.pages import asked_for
from sync.forecast.outlook import KeptForecast
from sync.history.days import History
from sync.jobs.asked_key import with_key_of_now
from sync.jobs.last_read import progress_history
from sync.jobs.session import Session
from sync.report import explanation, movement
from sync.report import status as status_tables


@dataclass(frozen=True, slots=True)
class ExplainedKeyResult:
    """Where its number comes from, how it went until now, and what was forecast day by day."""

    derived: Derivation
    history: History
    forecasts: Sequence[KeptForecast]


Explained = ExplainedKeyResult | ObjectiveDerivation | Explanation


def explained(session: Session, run: Decision, key: str) -> Explained:
    """What is called so: id, key or address. Raises UnknownKeyError or AmbiguousKeyError."""
    asked = asked_for(key, run.alignment, session.workspace)
    name = asked if isinstance(asked, str) else ""
    if (derived := derive(name, run, session.workspace)) is not None:
        id_ = derived.reading.key_result
        history = progress_history(session, run)[id_]
        return ExplainedKeyResult(derived, history, session.store.readings.forecasts(id_))
    if (whole := derive_objective(name, run, session.workspace)) is not None:
        return whole
    return explain_item(asked, with_key_of_now(session, run, name), session.workspace)


def document(found: Explained, run: Decision) -> dict[str, Any]:
    """The same for programs."""
    if isinstance(found, Explanation):
        return status_tables.explanation_data(found, run)
    when = {"as_of": run.scorecard.as_of.isoformat()}
    if isinstance(found, ObjectiveDerivation):
        return when | explanation.objective_data(found)
    told = explanation.derivation_data(found.derived, found.forecasts)
    return when | told | {"history": movement.history_data(found.history)}
