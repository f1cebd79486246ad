"""How far each key result and each objective has come. Pure."""

from __future__ import annotations

from sync.measure.context import OVER, latest, way
from sync.measure.field_values import draw
from sync.measure.flow import needs_history
from sync.measure.key_results import closed_on, end_of, weigher
from sync.measure.reading import Creep, ObjectiveReading, Reading, Scorecard, health, to_percent
from sync.measure.scorecard import measure
from sync.measure.tally import ZERO, Tally, fold, tally_of, weight_of
from sync.observation import Drawn, Histories, Past, Sample

__all__ = [
    "OVER",
    "ZERO",
    "Creep",
    "Drawn",
    "Histories",
    "ObjectiveReading",
    "Past",
    "Reading",
    "Sample",
    "Scorecard",
    "Tally",
    "closed_on",
    "draw",
    "end_of",
    "fold",
    "health",
    "latest",
    "measure",
    "needs_history",
    "tally_of",
    "to_percent",
    "way",
    "weigher",
    "weight_of",
]
