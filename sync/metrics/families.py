"""Each metric: its name, what it means, its labels and its samples. Pure.

Names follow Prometheus's conventions: base units, `_ratio` for 0..1, `_timestamp_seconds` for moments. None ends in a suffix
that the text format or OpenMetrics gives a meaning (`_total`, `_count`, `_sum`, `_bucket`, `_created`), but for `_info`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sync.metrics.figures import OUTCOMES, Figures, KeyResultFigures, TrackerFigures

Samples = Iterable[tuple[tuple[str, ...], float | None]]
"""Values by their labels; None where there is no value, which gives no sample."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with its samples, each with the values of its labels."""

    name: str
    help: str
    labels: tuple[str, ...]
    samples: tuple[tuple[tuple[str, ...], float], ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as documented: `truenorth_` and its name, its help, its labels, and what it takes of figures."""

    name: str
    help: str
    labels: tuple[str, ...]
    of: Callable[[Figures], Samples]

    def family(self, figures: Figures) -> Family:
        """With its samples."""
        found = tuple((labels, value) for labels, value in self.of(figures) if value is not None)
        return Family(self.name, self.help, self.labels, found)


def families(figures: Figures) -> Iterator[Family]:
    """Every metric, in the order of `METRICS`; those without a value have no samples."""
    return (metric.family(figures) for metric in METRICS)


def _one(value: float | datetime | None) -> Samples:
    yield (), value.timestamp() if isinstance(value, datetime) else value


def _by_tracker(of: Callable[[TrackerFigures], float | None]) -> Callable[[Figures], Samples]:
    return lambda figures: (((one.tracker,), of(one)) for one in figures.trackers)


def _by_part(of: Callable[[TrackerFigures], Mapping[str, float]]) -> Callable[[Figures], Samples]:
    return lambda figures: (
        ((one.tracker, part), value) for one in figures.trackers for part, value in sorted(of(one).items())
    )


def _by_key_result(of: Callable[[KeyResultFigures], float | None]) -> Callable[[Figures], Samples]:
    return lambda figures: (
        ((one.key_result, one.objective, one.cycle), of(one)) for one in figures.goals.key_results
    )


_TRACKER = ("tracker",)
_KEY_RESULT = ("key_result", "objective", "cycle")

METRICS: tuple[Metric, ...] = (
    Metric("truenorth_build_info", "The version that wrote this; always 1.", ("version",),
           lambda it: [((it.version,), 1)]),
    Metric("truenorth_run_timestamp_seconds", "When the last sync began.", (), lambda it: _one(it.began)),
    Metric("truenorth_run_success_timestamp_seconds",
           "When the last sync began that read every tracker and wrote all of its plan.", (),
           lambda it: _one(it.last_good)),
    Metric("truenorth_run_interval_seconds",
           "Time between two syncs: as declared, else the median of the last ten gaps.", (),
           lambda it: _one(it.interval)),
    Metric("truenorth_run_outcome",
           "1 for how the last sync ended: done, partial, stopped (by a guard) or failed; else 0.", ("outcome",),
           lambda it: [((one,), float(one == it.outcome)) for one in OUTCOMES if it.outcome is not None]),
    Metric("truenorth_run_duration_seconds", "How long the last sync took, by stage.", ("stage",),
           lambda it: [((stage,), seconds) for stage, seconds in it.stages.items()]),
    Metric("truenorth_run_unread", "1 for each thing that the last sync could not read.", ("kind", "name"),
           lambda it: [(one, 1) for one in it.unread]),
    Metric("truenorth_run_guard", "1 for each guard that stopped the last sync.", ("guard",),
           lambda it: [((one,), 1) for one in it.guards]),
    Metric("truenorth_run_changes", "Changes in the plan of the last sync, by mark.", ("mark",),
           lambda it: [((mark,), count) for mark, count in sorted(it.changes.items())]),
    Metric("truenorth_run_requests", "Requests of the last sync, repeated ones included.", (*_TRACKER, "kind"),
           _by_part(lambda one: one.requests)),
    Metric("truenorth_run_retries", "Requests that the last sync sent again.", _TRACKER,
           _by_tracker(lambda one: one.retries)),
    Metric("truenorth_run_wait_seconds",
           "Time that requests of the last sync waited, added up over threads: to keep people's quota (pace), "
           "or before the next attempt (retry).", (*_TRACKER, "cause"), _by_part(lambda one: one.waited)),
    Metric("truenorth_run_writes", "Items that the last sync was to write, by what came of it.",
           (*_TRACKER, "outcome"), _by_part(lambda one: one.writes)),
    Metric("truenorth_run_refusals", "Items that the last sync refused to write, as those that another owner marks.",
           _TRACKER, _by_tracker(lambda one: one.refusals)),
    Metric("truenorth_tracker_up", "Whether the last sync could read the tracker.", _TRACKER,
           _by_tracker(lambda one: float(one.is_read))),
    Metric("truenorth_items", "Items in scope.", _TRACKER, _by_tracker(lambda one: one.items)),
    Metric("truenorth_stuck_items", "Items whose last write failed or has an unknown result.", _TRACKER,
           _by_tracker(lambda one: one.stuck)),
    Metric("truenorth_quota_limit", "What the tracker allows, in its own units.", (*_TRACKER, "quota"),
           _by_part(lambda one: {quota.name: quota.limit for quota in one.quotas})),
    Metric("truenorth_quota_remaining", "What of that was left at the end of the last sync.", (*_TRACKER, "quota"),
           _by_part(lambda one: {quota.name: quota.remaining for quota in one.quotas})),
    Metric("truenorth_orphans", "Items that are warned about, since they serve no key result.", (),
           lambda it: _one(it.goals.orphans)),
    Metric("truenorth_orphans_in_grace", "Items that lost their last link and are not warned about yet.", (),
           lambda it: _one(it.goals.in_grace)),
    Metric("truenorth_findings", "Contradictions in tickets or OKR files, by kind.", ("kind",),
           lambda it: [((kind,), count) for kind, count in sorted(it.goals.findings.items())]),
    Metric("truenorth_key_result_progress_ratio", "Progress of the key result, 0 to 1, in whole percent.", _KEY_RESULT,
           _by_key_result(lambda one: one.progress)),
    Metric("truenorth_key_result_expected_ratio", "Progress that is expected by now, 0 to 1.", _KEY_RESULT,
           _by_key_result(lambda one: one.expected)),
    Metric("truenorth_key_result_chance_ratio", "Chance that the key result succeeds by the end of its cycle, 0 to 1.",
           _KEY_RESULT, _by_key_result(lambda one: one.chance)),
    Metric("truenorth_key_result_health",
           "1 for the health of the key result: on_track, at_risk, off_track, done or no_data.",
           (*_KEY_RESULT, "health"),
           lambda it: [((one.key_result, one.objective, one.cycle, one.health), 1) for one in it.goals.key_results]),
)  # fmt: skip
"""All of them, in the order in which they are written."""
