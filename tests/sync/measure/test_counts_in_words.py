"""What is counted in the words on a value has its thousands apart, as every number for people has."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from config.measures import WorkMeasure
from sync.measure.bounds import Bounds
from sync.measure.pieces import Tally
from sync.measure.work import work
from tests.support.builders import NOW

TALLY = replace(
    Tally(), leaves=20_000, done=4_000, doing=3_000, weight=Fraction(20_000), done_weight=Fraction(4_000)
)


def test_counts_have_their_thousands_apart() -> None:
    how = WorkMeasure(kind="work", started=0.5)
    told = work(replace(TALLY, before=3_557), how, Bounds(NOW.tzinfo, first=date(2026, 10, 1)))  # type: ignore[arg-type]  # UTC
    assert told.evidence.startswith("4,000 of 20,000 items done, 3,000 in progress counted as 0.5")
    assert told.evidence.endswith("3,557 finished before 2026-10-01 not counted")
