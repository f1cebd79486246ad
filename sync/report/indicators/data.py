"""Indicators for programs: numbers as they are; a hidden figure is null, and `hidden` says so. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sync.capacity.person_days import PersonDays
from sync.capacity.suppression import TOTAL
from sync.capacity.teams import LEAST_PEOPLE, team_name
from sync.flow.finished import Times
from sync.indicators.indicators import Indicators, TeamTimes
from sync.indicators.returns import Return

Data = dict[str, Any]


def data(found: Indicators) -> Data:
    """All indicators; `times` and `person_days` null: not known."""
    return {
        "attainment": [
            {
                "kind": one.kind,
                "cycle": one.cycle,
                "name": one.name or None,
                "phase": one.phase,
                "attained": one.attained,
                "graded": one.graded,
                "rate": one.rate,
            }
            for one in found.attainments
        ],
        "velocity": [
            {
                "team": one.team,
                "weeks": one.weeks,
                "items_a_week": asdict(one.a_week),
                "points_a_week": None if one.points is None else asdict(one.points),
                "items": one.items,
                "estimated": one.estimated,
            }
            for one in found.velocities
        ],
        "times": None if found.times is None else [_times(one) for one in found.times],
        "customers": [
            {**asdict(one), "on": None if one.on is None else one.on.isoformat()} for one in found.customers
        ],
        "person_days": None if found.days is None else _person_days(found.days),
        "returns": [_return(one) for one in found.returns],
    }


def _times(one: TeamTimes) -> Data:
    return {
        "stream": one.stream or None,
        "team": one.team or None,
        "lead_time": _days(one.lead_time),
        "cycle_time": _days(one.cycle_time),
        "efficiency": None if one.efficiency is None else one.efficiency.share,
    }


def _days(times: Times | None) -> Data | None:
    return None if times is None else {"days": asdict(times.days), "whole_days": asdict(times.whole_days)}


def _person_days(days: PersonDays) -> Data:
    """`cells`: team null: all teams; kind null: all that they did."""
    rows = [(team, part) for team in (*days.teams, TOTAL) for part in (*days.parts, TOTAL)]
    return {
        "begin": days.begin.isoformat(),
        "end": days.end.isoformat(),
        "least_people": LEAST_PEOPLE,
        "cells": [
            {
                "team": None if team is TOTAL else team_name(team),
                "kind": None if part is TOTAL else part.kind,
                "name": None if part is TOTAL else part.name or None,
                "days": days.cells[team, part],
                "hidden": days.cells[team, part] is None,
            }
            for team, part in rows
            if (team, part) in days.cells
        ],
        "shares": [
            {
                "objective": one.objective,
                "cycle": one.cycle,
                "declared": one.declared,
                "weight_is_declared": one.is_declared,
                "share": one.share,
                "hidden": one.share is None and one.under is not None,
            }
            for one in days.shares
        ],
    }


def _return(one: Return) -> Data:
    """`proxy`: declared value × attainment ÷ effort; it is none where one of them is not known."""
    return {
        "objective": one.objective,
        "effort": one.effort,
        "hidden": one.effort is None,
        "gains": [{**asdict(gain), "per_person_day": one.per_day(gain)} for gain in one.gains],
        "value": one.value,
        "attainment": one.attainment,
        "proxy": one.proxy,
        "rank": one.rank,
    }
