"""What a first look found, in words and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from config.wording import agree, counted, part_of
from connectors.discovery import Place
from sync.starter.proposal import Example, Found, Proposal, lacking, open_items, upkeep
from sync.starter.quarters import quarter_of

_MOST_NAMED = 6


def sentence(found: Found, requests: int) -> str:
    """A tracker in a sentence: who signs in, what is in scope, how it is estimated, what of ours is there."""
    parts = [f"signed in as {found.site.account}"]
    total = sum(found.place(key).open_items or 0 for key in found.scope)
    scope = ", ".join(found.scope[:_MOST_NAMED]) + (", …" if len(found.scope) > _MOST_NAMED else "")
    parts.append(
        f"{counted(len(found.scope), found.noun)} in scope ({scope}) with "
        + open_items(total, at_least=_at_least(found), about=found.site.counts_are_about)
        if scope
        else f"no {found.noun} to be seen"
    )
    estimates = found.survey.estimates
    if estimates.sampled:
        values, unit = (
            (estimates.hours, "hours") if estimates.unit == "hours" else (estimates.points, "points")
        )
        parts.append(
            f"{part_of(len(values), estimates.sampled, 'item')} looked at {agree(len(values), 'has', 'have')} {unit}"
        )
    if found.survey.estimate_fields:
        parts.append(f"points in {' and '.join(found.survey.estimate_fields)}")
    if found.survey.own_fields:
        parts.append(f"there already: {', '.join(found.survey.own_fields)}")
    return f"{found.title}: {'; '.join(parts)} ({counted(requests, 'request')})."


def _at_least(found: Found) -> bool:
    return any(found.place(key).at_least for key in found.scope)


def listed(place: Place) -> str:
    """A place in a list to choose from, behind its key."""
    open_ = (
        "not counted" if place.open_items is None else open_items(place.open_items, at_least=place.at_least)
    )
    return f"{place.name}, {open_}"


def of_example(example: Example) -> str:
    """A candidate in a line of a list to choose from."""
    one = example.candidate
    name = f"{one.name}: {one.title}" if one.title != one.name else one.name
    below = f", at least {open_items(one.open_items)} below it" if one.open_items else ""
    return f"{one.kind} {name} ({', '.join(filter(None, (example.tracker, one.place)))}){below}"


def data(proposal: Proposal, requests: dict[str, int]) -> dict[str, Any]:
    """All of it, for programs."""
    now = quarter_of(proposal.day)
    types, labels = upkeep(proposal.found)
    return {
        "workspace": proposal.workspace,
        "time_zone": proposal.time_zone,
        "cycles": {one.name: [one.start.isoformat(), one.end.isoformat()] for one in (now, now.next)},
        "trackers": {one.name: _of_tracker(one, requests[one.name]) for one in proposal.found},
        "examples": [{"tracker": one.tracker, **asdict(one.candidate)} for one in proposal.examples],
        "exempt": {"types": list(types), "labels": list(labels)},
        "lacking": list(lacking(proposal.found, proposal.examples)),
    }


def _of_tracker(found: Found, requests: int) -> dict[str, Any]:
    survey, estimates = found.survey, found.survey.estimates
    return {
        "deployment": found.deployment or None,
        "url": found.url or None,
        "account": found.site.account,
        "scope": list(found.scope),
        "places": [asdict(one) for one in found.site.places],
        "unlisted": found.site.unlisted,
        "estimates": {
            "sampled": estimates.sampled,
            "with_points": len(estimates.points),
            "with_hours": len(estimates.hours),
            "unit": estimates.unit,
            "usual": estimates.usual,
        },
        "estimate_fields": list(survey.estimate_fields),
        "number_fields": list(survey.number_fields),
        "own_fields": list(survey.own_fields),
        "candidates": [asdict(one) for one in survey.candidates],
        "requests": requests,
    }


def names(examples: Sequence[Example]) -> dict[str, Example]:
    """The examples by what people call them: the key of an epic, the name of a project."""
    return {one.candidate.name: one for one in examples}
