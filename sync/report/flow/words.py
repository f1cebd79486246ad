"""Figures of flow in words, alike in every place where they are said. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from config.text.texts import Texts
from sync.flow.bottleneck import Bottleneck
from sync.flow.figures import FlowFigures
from sync.flow.journeys import Stage, ValueStream


def window(figures: FlowFigures, texts: Texts) -> str:
    """The weeks over which figures are counted."""
    weeks = figures.weeks
    return texts.counted(
        "flow.window",
        weeks.count,
        first=texts.figures.day(weeks.days[0], year=True),
        last=texts.figures.day(weeks.days[-1] - timedelta(days=1), year=True),
    )


def stream_name(stream: ValueStream, texts: Texts) -> str:
    """A stream by its name, or that it is all work."""
    return stream.name or texts.text("flow.everything")


def a_week(counts: Sequence[int]) -> float:
    """The mean of counts by week."""
    return sum(counts) / len(counts)


def efficiency_percent(share: float) -> int:
    """A share, 0..1, as percent: rounded to the whole, and complete only where it is."""
    percent = round(100 * share)
    return min(percent, 99) if share < 1 else percent


def bottleneck_words(one: Bottleneck, texts: Texts) -> str:
    """The stage with its queue; that there is none, or that nobody can tell."""
    if not one.known:
        return texts.text("flow.not_known")
    if one.stage is None:
        return texts.text("flow.none")
    return texts.text(
        "flow.bottleneck",
        stage=one.stage.name,
        queue=texts.figures.count(one.queue),
        usual=texts.figures.count(one.usual),
    )


def kind_words(stage: Stage, texts: Texts) -> str:
    """What a stage is: not begun, active, waiting or done; of one in progress that nobody declared, that."""
    if stage.category != "doing":
        return texts.text(f"flow.kind.{stage.category}")
    kinds = {True: "waits", False: "active", None: "undeclared"}
    return texts.text(f"flow.kind.{kinds[stage.waiting]}")


def not_known(figures: FlowFigures, texts: Texts) -> Iterator[str]:
    """What is not known of the figures, and why, in sentences."""
    streams = [one for one in figures.places if not one.team]
    if not any(one.knows_waiting for one in streams):
        yield texts.text("flow.no_waiting")
    elif lacking := [one.team or one.stream.name for one in figures.places if not one.knows_waiting]:
        yield texts.text("flow.no_waiting_in", places=", ".join(lacking))
    if any(not one.bottleneck.known for one in figures.places):
        yield texts.text("flow.short_history")
    for key, count in (
        ("unread", sum(one.unread for one in streams)),
        ("unknown", sum(one.efficiency.unknown for one in streams)),
        ("never", sum(one.efficiency.never for one in streams)),
        ("backwards", sum(sum(one.backwards) for one in streams)),
        ("blocked", sum(one.blocked.now for one in streams)),
    ):
        if count:
            yield texts.counted(f"flow.{key}", count)
