"""Unaligned work that is warned about, as a section: the topmost pieces, the most effort first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from config.text.figures import ENGLISH
from config.wording import agree, counted
from connectors.model import Ref
from sync.decide import Decision
from sync.plan.plan import natural
from sync.report.table import Cell, Section, team_of, title_beside_name
from sync.report.unaligned.not_warned import SHOW_ALL, left_out
from sync.signals.effort import Effort
from sync.signals.orphans import Orphan, Signals, orphans_below

EFFORT = (
    "By effort at stake, the most first: the points of its open work, 1 for each item without an estimate."
)


def efforts_of(run: Decision) -> dict[Ref, Effort]:
    """The effort at stake in each orphan."""
    found = run.efforts
    return {ref: found[ref] for ref in run.signals.orphans}


def by_effort(run: Decision, at_stake: dict[Ref, Effort]) -> list[Orphan]:
    """The orphans, the most effort first; of the same effort the oldest, then by tracker and key."""
    items = run.alignment.items

    def key(one: Orphan) -> tuple[float, int, str, list[tuple[int, int, str]], Ref]:
        effort = at_stake[one.item]
        return -effort.points, -one.age_days, one.item.tracker, natural(items[one.item].key), one.item

    return sorted(run.signals.orphans.values(), key=key)


def orphans(
    run: Decision, most: int | None = None, *, rest: bool = True, narrowed_by: str = "", whole: int = 0
) -> Section:
    """Work that serves no key result and is warned about: the topmost pieces, with how much of it hangs below each.

    `most`: so many rows, and of each only what tells which it is. `rest`: say how much more is not warned about, and how
    to see it. `narrowed_by`: what narrows it of the `whole` number.
    """
    signals, items = run.signals, run.alignment.items
    at_stake = efforts_of(run)
    below = orphans_below(signals.orphans)
    tops = [one for one in by_effort(run, at_stake) if one.top]
    shown = tops[:most]
    rows = tuple(
        (
            Cell(items[one.item].name, "strong"),
            Cell(title_beside_name(items[one.item])),
            Cell(items[one.item].level),
            Cell(items[one.item].status),
            Cell(f"{ENGLISH.count(one.age_days)} d"),
            Cell(str(one.since or "–")),
            Cell(ENGLISH.number(round(at_stake[one.item].points, 1))),
            Cell(f"{ENGLISH.count(below[one.item])}" if below[one.item] else "–"),
            Cell(items[one.item].assignee or "–"),
            Cell(team_of(items[one.item])),
            Cell("; ".join(map(str, run.alignment.placements[one.item].unmet)) or "–", "dim"),
            Cell(items[one.item].url if most is None else "", "dim"),
        )
        for one in shown
    )
    columns = ("key", "title", "level", "status", "age", "unaligned since", "effort", "child items", "assignee", "team", "claims", "url")  # fmt: skip
    lines = [_lead(len(signals.orphans), len(tops))]
    if narrowed_by:
        lines.append(f"Only {narrowed_by}, of {counted(whole, 'warned item')}.")
    lines += [f"{left_out(signals)} {SHOW_ALL}"] if rest and left_out(signals) else []
    lines += [*_planned(signals), *([EFFORT] if rows else [])]
    hidden = len(tops) - len(shown)
    more = (f"… and {ENGLISH.count(hidden)} more. Show all: truenorth orphans",) if hidden else ()
    return Section(
        "Orphaned work",
        tuple(lines),
        columns,
        rows,
        ("age", "effort", "child items"),
        more,
        prose=("title", "claims"),
        links=("url",),
        private=("assignee",),
    )


def _lead(count: int, tops: int) -> str:
    lead = f"{counted(count, 'open item')} {agree(count, 'is', 'are')} warned for serving no key result"
    return lead + (
        f"; {ENGLISH.count(tops)} of them {agree(tops, 'has', 'have')} no orphaned parent."
        if tops < count
        else "."
    )


def _planned(signals: Signals) -> Iterator[str]:
    """How much open work waits for a cycle yet to come: it is not orphaned."""
    counts = Counter(cycles for cycles in signals.planned.values())
    for cycles, count in sorted(counts.items()):
        yield f"{counted(count, 'open item')} planned for {' and '.join(cycles)}, not counted."
