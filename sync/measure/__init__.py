"""How far each key result and each objective has come. Pure."""

from __future__ import annotations

from sync.measure.bounds import Bounds, as_it_was, bounds_of, end_of, first_day, standing
from sync.measure.context import DENOMINATOR, latest, progress_between
from sync.measure.ended import closed_on, last_day
from sync.measure.estimates import EstimateBook, Estimates, Spread
from sync.measure.field_values import collect_values
from sync.measure.flow import needs_history
from sync.measure.key_results import LITTLE, MUCH
from sync.measure.objectives import ASPIRATION, grade_of
from sync.measure.pieces import LEFT_OUT, ZERO, LeftOut, Piece, Tally, fold, pieces_of, tally_of, weighting_of
from sync.measure.reading import (
    Creep,
    ObjectiveReading,
    Reading,
    Scorecard,
    exact_percent,
    health,
    to_percent,
)
from sync.measure.scorecard import measure
from sync.measure.weights import Unit, estimate_in
from sync.measure.work import milestone_pieces, progress_of, progress_of_milestones
from sync.observation import FieldValues, Histories, Past, Sample

__all__ = [
    "ASPIRATION",
    "DENOMINATOR",
    "LEFT_OUT",
    "LITTLE",
    "MUCH",
    "ZERO",
    "Bounds",
    "Creep",
    "EstimateBook",
    "Estimates",
    "FieldValues",
    "Histories",
    "LeftOut",
    "ObjectiveReading",
    "Past",
    "Piece",
    "Reading",
    "Sample",
    "Scorecard",
    "Spread",
    "Tally",
    "Unit",
    "as_it_was",
    "bounds_of",
    "closed_on",
    "collect_values",
    "end_of",
    "estimate_in",
    "exact_percent",
    "first_day",
    "fold",
    "grade_of",
    "health",
    "last_day",
    "latest",
    "measure",
    "milestone_pieces",
    "needs_history",
    "pieces_of",
    "progress_between",
    "progress_of",
    "progress_of_milestones",
    "standing",
    "tally_of",
    "to_percent",
    "weighting_of",
]
