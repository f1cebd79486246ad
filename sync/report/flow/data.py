"""The figures of flow as plain data for `--format json`: days with all their digits, and null where nothing is known. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from connectors.model import Ref
from sync.flow.aging import Bands
from sync.flow.figures import FlowFigures, PlaceFlow, StageFlow
from sync.flow.finished import Efficiency, Times, in_days
from sync.flow.journeys import Journey, ValueStream

Data = dict[str, Any]


def data(figures: FlowFigures) -> Data:
    """Everything about flow. Where it is not declared, `streams` and `places` are empty."""
    return {
        "declared": figures.declared,
        "as_of": figures.as_of.isoformat(),
        "weeks": [day.isoformat() for day in figures.weeks.days[:-1]],
        "streams": [
            _stream(one, figures.streams.unnamed.get(one.name, ())) for one in figures.streams.streams
        ],
        "places": [_place(one, figures.journeys) for one in figures.places],
    }


def _stream(stream: ValueStream, unnamed: tuple[str, ...]) -> Data:
    return {
        "stream": stream.name,
        "declared": stream.declared,
        "waiting_declared": stream.knows_waiting,
        "stages": [
            {"stage": one.name, "category": one.category, "waiting": one.waiting} for one in stream.stages
        ],
        "statuses_in_no_declared_stage": list(unnamed),
    }


def _place(place: PlaceFlow, journeys: Mapping[Ref, Journey]) -> Data:
    return {
        "stream": place.stream.name,
        "team": place.team or None,
        "items": place.items,
        "without_history": place.unread,
        "begun": list(place.arrivals),
        "finished": list(place.departures),
        "dropped": list(place.dropped),
        "moves_backwards": list(place.backwards),
        "behind_their_furthest_stage": place.behind,
        "stages": [_stage(one) for one in place.stages],
        "in_progress": [
            {
                "item": journeys[one.ref].item.name,
                "stage": one.stage.name,
                "days_in_stage": one.days_in_stage,
                "age_days": one.age,
                "age_whole_days": one.whole_days,
            }
            for one in place.in_progress
        ],
        "flow_efficiency": _efficiency(place.efficiency, knows_waiting=place.knows_waiting),
        "cycle_time": _times(place.cycle_time),
        "lead_time": _times(place.lead_time),
        "blocked": {
            "days": in_days(place.blocked.time),
            "days_by_link": in_days(place.blocked.by_link),
            "days_by_flag": in_days(place.blocked.by_flag),
            "items": place.blocked.items,
            "now": place.blocked.now,
            "now_undated": place.blocked.undated,
        },
        "bottleneck": _bottleneck(place),
    }


def _stage(one: StageFlow) -> Data:
    return {
        "stage": one.stage.name,
        "reached": list(one.reached),
        "queue": list(one.queue),
        "now": one.now,
        "item_days": in_days(one.time),
        "days_per_item": _bands(one.per_item),
        "age_when_left": _bands(one.aging),
    }


def _efficiency(one: Efficiency, *, knows_waiting: bool) -> Data:
    """`state` says why there is no percent: no stage is declared as waiting, or nothing was finished whose times are known."""
    share = one.share
    state = "known" if share is not None else "no_finished_work" if knows_waiting else "no_waiting_stage"
    return {
        "state": state,
        "percent": None if share is None else 100 * share,
        "active_days": None if share is None else in_days(one.active),
        "waiting_days": None if share is None else in_days(one.whole - one.active),
        "items": one.items,
        "left_out": {
            "history_unknown": one.unknown,
            "never_in_progress": one.never,
            "no_waiting_stage": one.undeclared,
        },
    }


def _bottleneck(place: PlaceFlow) -> Data:
    one = place.bottleneck
    state = "found" if one.stage is not None else "none" if one.known else "too_little_history"
    return {
        "state": state,
        "stage": one.stage.name if one.stage is not None else None,
        "queue": one.queue,
        "median": one.usual,
        "p85": one.limit,
    }


def _times(times: Times | None) -> Data | None:
    if times is None:
        return None
    return {"days": _bands(times.days), "whole_days": _bands(times.whole_days)}


def _bands(bands: Bands | None) -> Data | None:
    return None if bands is None else asdict(bands)
