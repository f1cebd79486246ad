"""What came of a row against what the table promises, as sentences; none where all is well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from tests.support.acts.play import Phase, Story
from tests.support.acts.seen import Seen, Shows, Site
from tests.support.acts.table import Row, Step


def _steps(row: Row, story: Story) -> Iterator[tuple[int, Step | None, Phase]]:
    """The phases in which something is promised; the first, -1, is that of the first write."""
    for number, phase in enumerate(story.phases, -1):
        if number < len(row.steps):
            yield number, row.steps[number] if number >= 0 else None, phase


def plan(row: Row, site: Site, story: Story) -> Iterator[str]:
    """What the plans say of the ticket."""
    for number, step, phase in _steps(row, story):
        key, planned = story.keys[number][row.act], phase.planned[row.act]
        said, notes = planned.lines[row.act], "\n".join(planned.notes)
        texts = step.said_at(site) if step else list(row.plan_first)
        if texts is None and key in planned.changed:
            yield f"step {number}: the plan has the ticket, and nothing was to change: {said}"
        if texts is not None and step and key not in planned.changed:
            yield f"step {number}: the plan does not have the ticket"
        yield from (
            f"step {number}: {one!r} is not in the plan: {said}" for one in texts or () if one not in said
        )
        wanted = step.notes if step else row.notes_first
        yield from (
            f"step {number}: {one!r} is not in the notes: {notes}" for one in wanted if one not in notes
        )


def shown(row: Row, site: Site, story: Story) -> Iterator[str]:
    """What the ticket shows after each sync."""
    for number, step, phase in _steps(row, story):
        shows = step.shown_at(site) if step else row.ticket.shows
        seen = phase.seen[row.act]
        wanted = _wanted(row, site, shows, phase)
        for name in (one.name for one in fields(Seen) if one.compare):
            got, right = getattr(seen, name), getattr(wanted, name)
            if got != right:
                yield f"step {number}: {name} {_difference(got, right)}"
        told = " ".join(seen.texts)
        if step is not None:
            yield from (f"step {number}: nothing says {one!r}" for one in step.tells if one not in told)
            yield from (f"step {number}: something says {one!r}" for one in step.silent_on if one in told)


def _wanted(row: Row, site: Site, shows: Shows, phase: Phase) -> Seen:
    wanted = shows.at(site, phase.goals)
    # A project has marks of another kind: no labels and no groups.
    return (
        replace(wanted, labels=frozenset(), fields={}) if row.ticket.project and site == "linear" else wanted
    )


def quiet(row: Row, site: Site, story: Story) -> Iterator[str]:
    """Whether the run after each sync leaves the ticket alone."""
    assert site in row.sites
    for number, _, phase in _steps(row, story):
        if story.keys[number][row.act] in phase.left_over:
            yield f"step {number}: the next run would change it again"


def left(row: Row, site: Site, story: Story) -> Iterator[str]:
    """What stands on the ticket, and on copies of it, after undo and the removal of setup."""
    assert site in row.sites
    for number, (got, without) in enumerate(zip(story.left[row.act], story.without[row.act], strict=True)):
        right = row.left(without)
        yield from (
            f"ticket {number}: {name} {_difference(got.get(name), right.get(name))}"
            for name in sorted({*got, *right})
            if got.get(name) != right.get(name)
        )


def _difference(got: Any, right: Any) -> str:
    if isinstance(got, dict) and isinstance(right, dict):
        names = [name for name in sorted({*got, *right}) if got.get(name) != right.get(name)]
        got, right = ({name: one.get(name) for name in names} for one in (got, right))
    return f"is {got!r}, not {right!r}"
