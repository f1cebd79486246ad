"""The forecast that a key result would have if its work stood otherwise: the same measure, the same draws, the same days. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from config.measures import MilestonesMeasure, WorkMeasure
from config.okrs import Cycle, KeyResult
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.forecast.key_results import forecast_of
from sync.forecast.outlook import Outlook
from sync.forecast.past import past_of
from sync.forecast.simulation import Forecast
from sync.measure import (
    Bounds,
    Estimates,
    Piece,
    Reading,
    fold,
    milestone_pieces,
    pieces_of,
    progress_of_milestones,
    standing,
    weighting_of,
)
from sync.measure.work import work
from sync.observation import Past


@dataclass(frozen=True, slots=True)
class ForecastBasis:
    """A key result with all that its forecast comes from.

    `pieces`: its work, or its milestones; () where neither makes its progress. `kept`: its readings of earlier days, oldest
    first.
    """

    key_result: KeyResult
    cycle: Cycle
    reading: Reading
    outlook: Outlook
    pieces: tuple[Piece, ...]
    kept: Sequence[Past] = ()

    @staticmethod
    def of(
        key_result: KeyResult,
        cycle: Cycle,
        reading: Reading,
        outlook: Outlook,
        alignment: Alignment,
        kept: Sequence[Past] = (),
    ) -> ForecastBasis | None:
        """That of a key result; None where no work makes its progress."""
        how = key_result.measure
        if isinstance(how, MilestonesMeasure):
            pieces = milestone_pieces(key_result, how, alignment, reading.bounds)
        elif isinstance(how, WorkMeasure):
            pieces = reading.pieces
        else:
            return None
        return ForecastBasis(key_result, cycle, reading, outlook, pieces, kept)

    def with_pieces(self, before: Iterable[Piece], after: Iterable[Piece]) -> Reading:
        """The reading with these pieces in place of those; its evidence in words is that of before."""
        gone = {piece.item.ref for piece in before}
        come = tuple(after)
        pieces = (*(piece for piece in self.pieces if piece.item.ref not in gone), *come)
        if isinstance(self.key_result.measure, MilestonesMeasure):
            return replace(self.reading, progress=progress_of_milestones(pieces))
        how = weighting_of(self.key_result)
        gone_pieces = (piece for piece in self.pieces if piece.item.ref in gone)
        tally = self.reading.tally - fold(gone_pieces, how) + fold(come, how)
        return replace(self.reading, tally=tally, pieces=pieces, progress=work(tally, how).progress)

    def forecast(self, reading: Reading, today: date | None = None) -> Forecast | None:
        """The forecast for a reading as of a day, today unless one is given; with the working days of today, whatever was done."""
        if reading.progress is None:
            return None
        day = self.outlook.today if today is None else today
        past = past_of(self.key_result, self.cycle, reading, self.kept, day)
        return forecast_of(past, self.outlook.end, self.outlook.goal, self.outlook.days)


def done_at(item: WorkItem, moment: datetime) -> WorkItem:
    """The item as if it were finished at a moment."""
    return replace(item, category="done", completed=moment, dropped=None)


def piece_done(piece: Piece, moment: datetime, bounds: Bounds) -> Piece:
    """The piece with its item finished; what came after the baseline still counts nowhere."""
    item = done_at(piece.item, moment)
    now = standing(item, bounds)
    left_out = now.outside or ("late" if piece.left_out == "late" else None)
    return replace(piece, item=item, category=now.category, done_on=now.done_on, left_out=left_out)


def parent_done(
    ref: Ref, key_result: KeyResult, reading: Reading, alignment: Alignment, moment: datetime
) -> tuple[Piece, frozenset[Ref]] | None:
    """The piece that an estimated parent becomes once it is done, and the leaves in whose place it counts.

    None where its estimate is spread over none that serve the key result as it does.
    """
    spread = reading.estimates.spreads.get(ref)
    if spread is None or key_result.id not in spread.alike:
        return None
    parent = done_at(spread.parent, moment)
    if standing(parent, reading.bounds).outside is not None:
        return None
    share = next(
        link.share for link in alignment.placements[ref].of_every_cycle if link.key_result == key_result.id
    )
    whole = replace(spread, parent=parent, whole_in=frozenset((key_result.id,)))
    estimates = Estimates(
        unit=reading.estimates.unit,
        own={ref: spread.estimate},
        spreads={ref: whole},
        whole={key_result.id: ((parent, share),)},
    )
    (piece,) = pieces_of((), weighting_of(key_result), reading.bounds, key_result.id, estimates)
    return piece, frozenset(whole.replaced(key_result.id))
