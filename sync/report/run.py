"""A run as sections: titled tables of plain cells, which any output format can render. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from config.fields import Level
from config.wording import agree, counted, percent
from connectors.model import (
    ALL_MARKS,
    Change,
    Comment,
    KeyResultMark,
    Pull,
    Ref,
    Twin,
    Update,
)
from sync.align.alignment import Alignment
from sync.marks.comments import HEALTH_WORDS
from sync.marks.compare import same_comment
from sync.marks.facts import figures_in
from sync.plan.guards import NOUNS, GuardViolation
from sync.plan.outcome import Applied, Moved
from sync.plan.overrides import Overrides
from sync.plan.plan import Edit, Plan, Refusal, natural
from sync.plan.project_views import listed
from sync.report.not_warned import SHOW_ALL, left_out
from sync.report.table import Cell, Section, cells
from sync.signals.findings import Finding
from sync.signals.orphans import Signals

NOTHING_TO_WRITE = "Nothing to write: every item is up to date."
_FEW = 3
_LEVELS: tuple[Level, ...] = ("initiative", "project", "epic", "issue", "subtask")


def pulled(pulls: Iterable[Pull]) -> Section:
    """What was read, by tracker and level."""
    rows = []
    notes: list[str] = []
    for pull in pulls:
        levels = Counter(item.level for item in pull.items if item.in_scope)
        outside = sum(1 for item in pull.items if not item.in_scope)
        figures = [str(levels[level] or "–") for level in _LEVELS]
        rows.append(cells(pull.tracker, *figures, str(outside or "–"), str(pull.requests)))
        notes += [f"{pull.tracker}: {note}" for note in pull.notes]
    headings = ("initiatives", "projects", "epics", "issues", "sub-tasks", "ancestors", "requests")
    return Section("Pulled", (), ("tracker", *headings), tuple(rows), headings, tuple(notes))


def orphans(alignment: Alignment, signals: Signals, most: int | None = None, *, rest: bool = True) -> Section:
    """Work that serves no key result and is warned about: the topmost pieces, with how much of it hangs below each.

    `rest`: say how much more is not warned about, and how to see it.
    """
    items = alignment.items
    below: Counter[Ref] = Counter()
    for ref in signals.orphans:
        top = _topmost(ref, signals)
        below[top] += ref != top
    tops = [orphan for orphan in signals.orphans.values() if orphan.top]
    tops.sort(key=lambda one: (one.item.tracker, natural(items[one.item].key)))
    # Most never served one, and claim none: the columns are there for those that do.
    dated = any(one.since for one in tops[:most])
    claims = {one.item: alignment.placements[one.item].unmet for one in tops[:most]}
    claimed = any(claims.values())
    rows = tuple(
        (
            Cell(items[one.item].name, "strong"),
            Cell(items[one.item].title),
            Cell(items[one.item].level),
            Cell(items[one.item].status),
            Cell(f"{one.age_days} d"),
            *((Cell(str(one.since or "–")),) if dated else ()),
            Cell(str(below[one.item] or "–")),
            *((Cell("; ".join(map(str, claims[one.item])) or "–", "dim"),) if claimed else ()),
        )
        for one in tops[:most]
    )
    count = len(signals.orphans)
    lead = f"{counted(count, 'open item')} {agree(count, 'is', 'are')} warned for serving no key result"
    lead += f"; {len(tops)} of them {agree(len(tops), 'has', 'have')} no orphaned parent." if count else "."
    beside = (f"{left_out(signals)} {SHOW_ALL}",) if rest and left_out(signals) else ()
    more = (
        (f"… and {len(tops) - len(rows)} more. Show all: truenorth orphans",) if len(rows) < len(tops) else ()
    )
    since = ("unaligned since",) if dated else ()
    columns = (
        "key",
        "title",
        "level",
        "status",
        "age",
        *since,
        "child items",
        *(("claims",) if claimed else ()),
    )
    lines = (lead, *beside, *_planned(signals))
    return Section("Orphaned work", lines, columns, rows, ("age", "child items"), more)


def _planned(signals: Signals) -> Iterator[str]:
    """How much open work waits for a cycle yet to come: it is not orphaned."""
    counts = Counter(cycles for cycles in signals.planned.values())
    for cycles, count in sorted(counts.items()):
        yield f"{counted(count, 'open item')} planned for {' and '.join(cycles)}, not counted."


def _topmost(ref: Ref, signals: Signals) -> Ref:
    seen = {ref}
    while (above := signals.orphans[ref].above) is not None and above not in seen:
        ref = above
        seen.add(ref)
    return ref


def unmatched(findings: Iterable[Finding]) -> Section:
    """Of the findings, what the declaration names and nothing bears."""
    found = [one for one in findings if one.kind == "unmatched_rule"]
    rows = tuple((Cell(one.message), Cell(one.remedy, "dim")) for one in found)
    return Section("Rules that match nothing", () if rows else ("None.",), ("rule", "remedy"), rows)


def findings(signals: Signals) -> Section:
    """What else deserves attention, with a remedy each."""
    rows = tuple((Cell(one.message), Cell(one.remedy, "dim")) for one in signals.findings)
    return Section("Findings", () if rows else ("No findings.",), ("finding", "remedy") if rows else (), rows)


def plan(plan: Plan, most: int | None = None) -> Section:
    """The plan in words: one row an item, sorted."""
    if plan.empty and not plan.refusals:
        nothing = "Nothing to write now; some changes are on hold." if plan.waiting else NOTHING_TO_WRITE
        return Section("Plan", (nothing, *plan.waiting, *plan.notes))
    totals = ", ".join(counted(plan.totals[mark], NOUNS[mark]) for mark in ALL_MARKS if mark in plan.totals)
    would = [f"{counted(len(plan.edits), 'item')} would change{f': {totals}' if totals else ''}"]
    would = would if plan.edits or plan.refusals else []
    would += [f"{counted(len(plan.views), 'view')} would be updated"] * bool(plan.views)
    lead = f"{'; '.join(would)}. Plan {plan.digest}."
    hidden = 0 if most is None else max(0, len(plan.edits) - most)
    tail = (f"… and {hidden} more. Show all: truenorth plan",) if hidden else ()
    rows = _plan_rows(plan, most)
    return Section(
        "Plan", (lead, *plan.waiting, *plan.notes), ("key", "change") if rows else (), rows, tail=tail
    )


def _plan_rows(plan: Plan, most: int | None = None) -> tuple[tuple[Cell, ...], ...]:
    rows = tuple((Cell(edit.item.name, "strong"), Cell(_edit_words(edit))) for edit in plan.edits[:most])
    return rows + _refused_rows(
        one for one in plan.refusals if one.owner != plan.foreign_owner or not one.owner
    )


def _refused_rows(refusals: Iterable[Refusal]) -> tuple[tuple[Cell, ...], ...]:
    """A row for each reason: a whole workspace may be refused for one."""
    reasons: dict[str, list[str]] = {}
    for one in refusals:
        reasons.setdefault(one.reason, []).append(one.name)
    rows = []
    for reason, keys in reasons.items():
        few = f", for example {', '.join(keys[:_FEW])}" if len(keys) > 1 else ""
        name = keys[0] if len(keys) == 1 else counted(len(keys), "item")
        rows.append((Cell(name, "strong"), Cell(f"skipped: {reason}{few}", "warn")))
    return tuple(rows)


def moved(found: Sequence[Moved]) -> Section:
    """What of a saved plan changed since it was made."""
    if not found:
        return Section("Changed since the plan", ("No items.",))
    rows = tuple((Cell(one.name, "strong"), Cell(f"skipped: {one.what}", "warn")) for one in found)
    return Section("Changed since the plan", (), ("key", "reason"), rows)


def undoing(plan: Plan, made: Mapping[str, tuple[str, ...]], *, whole: bool = True) -> Section:
    """What an undo would remove, and what it leaves alone. `whole`: everything could be looked at."""
    labels = [f"{label} ({tracker})" for tracker, names in made.items() for label in names]
    beside = (f"Labels created by Truenorth, deleted unless people use them: {', '.join(labels)}.",)
    if plan.empty and not plan.refusals:
        nothing = "No Truenorth marks found" + ("." if whole else " in what could be read.")
        return Section("Undo", (nothing, *(beside if labels else ())))
    lead = f"Truenorth's marks would be removed from {counted(len(plan.edits), 'item')}. Plan {plan.digest}."
    rows = _plan_rows(plan)
    return Section(
        "Undo", (lead, *plan.notes, *(beside if labels else ())), ("key", "change") if rows else (), rows
    )


def _edit_words(edit: Edit) -> str:
    return "; ".join(_change_words(change) for change in edit.changes) or "remove Truenorth's record only"


def _change_words(change: Change) -> str:
    before, after = change.before, change.after
    match change.mark:
        case "key_results":
            return _key_result_words(before, after)
        case "labels":
            return _label_words(_texts(before), _texts(after))
        case "alignment":
            return f"{before or 'no alignment'} → {after or 'no alignment'}"
        case "comment":
            return _comment_words(before, after)
        case "update":
            return _update_words(after)
        case "twins":
            return _twin_words(before)


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, tuple) else []


def _key_result_words(before: object, after: object) -> str:
    old, new = _marks(before), _marks(after)
    said, says = _figures(old), _figures(new)
    if said != says:
        return f"{said} → {says}"
    known = {mark.id: mark for mark in old}
    parts = {
        name: None
        for mark in new
        for name, value in asdict(mark).items()
        if mark.id in known and (getattr(known[mark.id], name) or None) != (value or None)
    }
    named = dict.fromkeys(_PARTS.get(name, name) for name in parts)
    return f"{says}: update {', '.join(named) or 'order'}"


_PARTS = {
    "url": "URL",
    "due": "due day",
    "because": "reason for the link",
    "moves": "contribution",
    "percent_after": "contribution",
    "goal": "target",
}


def _marks(value: object) -> list[KeyResultMark]:
    return [mark for mark in value if isinstance(mark, KeyResultMark)] if isinstance(value, tuple) else []


def _figures(marks: Sequence[KeyResultMark]) -> str:
    return ", ".join(f"{mark.id} {percent(mark.percent)}" for mark in marks) or "no key result"


def _label_words(before: Sequence[str], after: Sequence[str]) -> str:
    added = [f"+{label}" for label in after if label not in before]
    removed = [f"-{label}" for label in before if label not in after]
    return f"label {' '.join(added + removed)}"


def _comment_words(before: object, after: object) -> str:
    if not isinstance(after, Comment):
        return "remove the comment"
    if not isinstance(before, Comment):
        return f"add the {after.purpose} comment"
    if (before.purpose, before.facts) == (after.purpose, after.facts) and same_comment(before, after, 0):
        return f"restore the {after.purpose} comment: its text differs from its record"
    return f"update the {after.purpose} comment"


def _twin_words(before: object) -> str:
    twins = [one for one in before if isinstance(one, Twin)] if isinstance(before, tuple) else []
    edited = sum(one.edited for one in twins)
    public = sum(one.public for one in twins)
    removed = len(twins) - edited - public
    words = [f"remove {counted(public, 'comment')} that customers can see"] if public else []
    words += [f"remove {counted(removed, 'duplicate comment')}"] if removed else []
    words += [f"leave {counted(edited, 'duplicate comment')} that a person edited"] if edited else []
    return " and ".join(words)


def _update_words(after: object) -> str:
    if not isinstance(after, Update):
        return "remove the status updates"
    said = figures_in(after.facts).items()
    figures = ", ".join(f"{name} {percent(one.percent)}" for name, one in said if one.percent is not None)
    return f"post a status update: {HEALTH_WORDS[after.health]}, {figures}"


def stops(
    found: Iterable[GuardViolation], overrides: Overrides, flag_of: Callable[[GuardViolation], str]
) -> Section:
    """The guards that trip. `flag_of`: the option that overrides one."""
    rows = []
    for stop in found:
        done = overrides.covers(stop)
        name = Cell(stop.guard, "dim" if done else "bad")
        rows.append((name, Cell(_stop_words(stop)), Cell("overridden" if done else flag_of(stop))))
    return Section("Guards", (), ("guard", "reason", "override"), tuple(rows))


def _stop_words(stop: GuardViolation) -> str:
    return f"{stop.message}, for example {', '.join(stop.samples)}" if stop.samples else stop.message


def written(plan: Plan, applied: Applied, elapsed: float | None = None) -> Section:
    """What became of the plan, with everything that was not written."""
    names = {edit.item.ref: edit.item.name for edit in plan.edits}
    took = f" in {elapsed:.1f} s" if elapsed is not None else ""
    requests = sum(receipt.requests for receipt in applied.receipts)
    figures = ", ".join(
        f"{applied.count(outcome)} {outcome}"
        for outcome in ("written", "skipped", "failed")
        if outcome == "written" or applied.count(outcome)
    )
    rows = tuple(
        (
            Cell(names.get(receipt.item, receipt.key), "strong"),
            Cell(receipt.outcome, "bad"),
            Cell(receipt.error or ""),
        )
        for receipt in applied.receipts
        if receipt.outcome != "written"
    )
    tail = tuple(f"{tracker} stopped: {why}" for tracker, why in applied.stopped.items())
    rows += tuple(
        (Cell(f"{one.view.tracker}: {one.view.name}", "strong"), Cell(one.outcome, "bad"), Cell(one.why))
        for one in applied.views
        if one.outcome != "written"
    )
    columns = ("key", "outcome", "reason") if rows else ()
    items = (f"{figures}, with {counted(requests, 'request')}{took}.",) if plan.edits else ()
    views = tuple(
        f"{one.view.tracker}: the {one.view.name} lists {listed(one.view)}."
        for one in applied.views
        if one.outcome == "written"
    )
    return Section("Written", (*items, *views), columns, rows, tail=tail)
