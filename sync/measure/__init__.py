"""How far each key result and each objective has come. Pure."""

from __future__ import annotations

from sync.measure.context import DENOMINATOR, latest, progress_between
from sync.measure.field_values import collect_values
from sync.measure.flow import needs_history
from sync.measure.key_results import closed_on, end_of
from sync.measure.pieces import Piece, pieces_of, weighting_of
from sync.measure.reading import Creep, ObjectiveReading, Reading, Scorecard, health, to_percent
from sync.measure.scorecard import measure
from sync.measure.tally import ZERO, Tally, fold, tally_of
from sync.measure.weights import weight_of
from sync.observation import FieldValues, Histories, Past, Sample

__all__ = [
    "DENOMINATOR",
    "ZERO",
    "Creep",
    "FieldValues",
    "Histories",
    "ObjectiveReading",
    "Past",
    "Piece",
    "Reading",
    "Sample",
    "Scorecard",
    "Tally",
    "closed_on",
    "collect_values",
    "end_of",
    "fold",
    "health",
    "latest",
    "measure",
    "needs_history",
    "pieces_of",
    "progress_between",
    "tally_of",
    "to_percent",
    "weight_of",
    "weighting_of",
]
