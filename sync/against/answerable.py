"""What a snapshot can say of a declaration under which it was not read. Pure.

Nothing is asked a second time: what was not read stays unknown. A key result whose answer is not there is shown without data, as is
one whose question is another than the one that was answered; both are named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.measures import KeepMeasure, Measure, MetricMeasure, QueryMeasure
from config.okrs import KeyResult
from config.workspace import Workspace
from sync.align.native_queries import rule_queries
from sync.kept import lacks_commitments
from sync.measure import DENOMINATOR
from sync.observation import Observation, Sample


@dataclass(frozen=True, slots=True)
class Answerable:
    """The snapshot, and the declaration as far as the snapshot can answer it; `gaps`: sentences about the rest."""

    observation: Observation
    workspace: Workspace
    gaps: tuple[str, ...]


def answerable(
    snapshot: Observation, workspace: Workspace, read_for: Workspace, samples: Mapping[str, Sample]
) -> Answerable:
    """What the snapshot can say of `workspace`.

    `read_for`: the declaration that it was read for. `samples`: values that files say now, which count instead of those of the
    snapshot.
    """
    read = snapshot.as_of
    missing = sorted(set(workspace.active) - set(read))
    gaps = [f"the snapshot holds no items of {name}" for name in missing]
    asked = [one.tracker for one in rule_queries(workspace) if one not in snapshot.answers]
    gaps += [
        f"{asked.count(name)} of the rules' queries to {name} not asked yet; they match nothing here"
        for name in sorted(set(asked))
    ]
    if lacks_commitments(snapshot, workspace):
        gaps.append(
            "the snapshot does not say what is in a sprint or cycle; open work counts as not committed"
        )
    before = {one.id: one for _, one in read_for.key_results()}
    unknown = {
        one.id
        for _, one in workspace.key_results()
        if not _is_answered(one, before.get(one.id), snapshot, samples)
    }
    if unknown:
        gaps.append(f"not read yet, so without data here: {', '.join(sorted(unknown))}")
    dated = {name: one for name, one in snapshot.samples.items() if name not in unknown}
    observation = replace(
        snapshot,
        pulls=tuple(one for one in snapshot.pulls if one.tracker in workspace.active),
        samples={**dated, **samples},
    )
    return Answerable(observation, _without_questions(workspace, unknown), tuple(gaps))


def _is_answered(
    one: KeyResult, before: KeyResult | None, snapshot: Observation, samples: Mapping[str, Sample]
) -> bool:
    """Whether the snapshot, or a file, has the answer to what the key result's measure asks outside the items."""
    how = one.measure
    if isinstance(how, QueryMeasure):
        names = [one.id] if how.over is None else [one.id, one.id + DENOMINATOR]
        known = snapshot.counts if how.field is None else snapshot.field_values
        was = before.measure if before is not None else None
        same = isinstance(was, QueryMeasure) and _question(was) == _question(how)
        return same and all(name in known for name in names)
    if isinstance(how, MetricMeasure | KeepMeasure) and (how.file is not None or how.http is not None):
        if one.id in samples:
            return True
        was = before.measure if before is not None else None
        same = isinstance(was, MetricMeasure | KeepMeasure) and (was.file, was.http) == (how.file, how.http)
        return same and one.id in snapshot.samples
    return True


def _question(how: QueryMeasure) -> tuple[object, ...]:
    return how.tracker, how.native, how.field, how.over


def _without_questions(workspace: Workspace, unknown: set[str]) -> Workspace:
    """The declaration with the queries of these key results answered by nothing: without data, and all else as it is."""
    if not unknown:
        return workspace
    objectives = tuple(
        objective.model_copy(
            update={
                "key_results": tuple(
                    one.model_copy(update={"measure": _nothing(one)}) if one.id in unknown else one
                    for one in objective.key_results
                )
            }
        )
        for objective in workspace.objectives
    )
    return workspace.model_copy(update={"objectives": objectives})


def _nothing(one: KeyResult) -> Measure:
    """A measure of the same target that nobody has given a value yet; only what trackers count must be replaced to have none."""
    how = one.measure
    if not isinstance(how, QueryMeasure):
        return how
    return MetricMeasure(kind="metric", start=how.start, target=how.target, unit=how.unit, since=how.since)
