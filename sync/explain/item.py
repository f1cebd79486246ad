"""One ticket in plain words: which key results it serves, by which rule, along which path, or why none. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.align.suggestions import Suggestion, suggest
from sync.decide import Decision
from sync.marks.comments import HEALTH_WORDS, doubt
from sync.measure import to_percent


class UnknownKeyError(Exception):
    """No item with that key was read; the text names the nearest ones."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say about one item. Sentences are plain text.

    `verdict`: "aligned", "orphaned", "waiting" (unaligned within its grace), "closed" (unaligned and no
    longer open), "exempt" or "out of scope". `closest`: what open unaligned work may serve, the likeliest first.
    """

    item: WorkItem
    verdict: str
    summary: str
    links: tuple[str, ...]
    counts: str
    advice: tuple[str, ...]
    closest: tuple[Suggestion, ...]


def explain(key: str, run: Decision, workspace: Workspace) -> Explanation:
    """Explain the item with that key; case does not matter. Raises UnknownKeyError."""
    item = _find(key, run.alignment)
    placement = run.alignment.placements[item.ref]
    verdict = _verdict(item, placement, run)
    closest: tuple[Suggestion, ...] = ()
    if verdict in ("orphaned", "waiting"):
        closest = suggest(run.alignment, workspace, run.observation.keywords).get(item.ref, ())
    return Explanation(
        item=item,
        verdict=verdict,
        summary=_summary(item, placement, verdict, run, workspace),
        links=tuple(_link_words(link, item, run) for link in placement.links),
        counts=_counts(item, placement, run.alignment),
        advice=_advice(item, placement, verdict, workspace, run, closest),
        closest=closest,
    )


def _find(key: str, alignment: Alignment) -> WorkItem:
    wanted = key.strip().casefold()
    found = [item for item in alignment.items.values() if item.key.casefold() == wanted]
    if found:
        # The same key in two trackers: the one in scope is meant.
        return min(found, key=lambda item: (not item.in_scope, item.ref))
    keys = {item.key.casefold(): item.key for item in alignment.items.values()}
    near = [keys[one] for one in difflib.get_close_matches(wanted, keys, n=3, cutoff=0.6)]
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UnknownKeyError(
        f"{key} is not among the {len(keys)} items that were read.{hint} "
        "It may lie outside the declared scope, or be hidden from the credential."
    )


def _verdict(item: WorkItem, placement: ItemAlignment, run: Decision) -> str:
    match placement.state:
        case "aligned":
            return "aligned"
        case "exempt":
            return "exempt"
        case "out_of_scope":
            return "out of scope"
        case "unaligned":
            if item.ref in run.signals.orphans:
                return "orphaned"
            return "waiting" if item.is_open else "closed"


def _summary(
    item: WorkItem, placement: ItemAlignment, verdict: str, run: Decision, workspace: Workspace
) -> str:
    match verdict:
        case "aligned":
            served = ", ".join(link.key_result for link in placement.links)
            return f"{item.key} serves {served}."
        case "exempt":
            return f"{item.key} is exempt as {placement.category}: {placement.reason}."
        case "out of scope":
            return (
                f"{item.key} is out of scope: {placement.reason}. Truenorth reads it, and never writes to it."
            )
        case "orphaned":
            age = run.signals.orphans[item.ref].age_days
            return (
                f"{item.key} is orphaned: {placement.reason}. It is {age} days old; "
                f"the grace period is {workspace.policy_of(item.ref.tracker).grace_days} days."
            )
        case "waiting":
            return (
                f"{item.key} serves no key result yet: {placement.reason}. It is still within its grace "
                f"period of {workspace.policy_of(item.ref.tracker).grace_days} days, so nobody is warned."
            )
        case _:
            return f"{item.key} serves no key result: {placement.reason}. It is {item.status}, so nobody is warned."


def _link_words(link: Link, item: WorkItem, run: Decision) -> str:
    reading = run.scorecard.readings[link.key_result]
    percent = to_percent(reading.progress)
    figure = "no data" if percent is None else f"{percent} %"
    figures = ", ".join(part for part in (figure, HEALTH_WORDS[reading.health], doubt(reading)) if part)
    share = "" if link.share == 1 else f", with {_share(link)} of it"
    because = link.because
    path = f"; path {' → '.join([item.key, *because.path])}" if because.path else ""
    rank = {
        "claim": "a person's claim",
        "named": "a rule that names it",
        "matched": "a rule that matches it",
    }[because.rank]
    how = f"inherited: {because}{path}" if because.inherited else str(because)
    return f"{link.key_result} · {reading.title} ({figures}){share}, by {rank} ({how})"


def _share(link: Link) -> str:
    return f"{link.share.numerator}/{link.share.denominator}"


def _counts(item: WorkItem, placement: ItemAlignment, alignment: Alignment) -> str:
    if placement.state != "aligned":
        return "It counts for no key result."
    if item.category == "dropped":
        return "It was dropped, so it counts for nothing, neither as work nor as done."
    below = len(alignment.counted_below(item.ref))
    if below:
        return f"It does not count itself: what is below it does ({below} item{'s' if below > 1 else ''})."
    state = "counts as done" if item.category == "done" else "counts as open work"
    estimate = "without an estimate" if item.estimate is None else f"with {item.estimate:g} points"
    return f"It {state}, {estimate}."


def _advice(
    item: WorkItem,
    placement: ItemAlignment,
    verdict: str,
    workspace: Workspace,
    run: Decision,
    closest: tuple[Suggestion, ...],
) -> tuple[str, ...]:
    dangling = [claim for claim in run.alignment.dangling if claim.item == item.ref]
    advice = [
        f"Its claim {claim.claim!r} names no key result"
        + (f"; did you mean {claim.nearest}?" if claim.nearest else "; correct or remove it.")
        for claim in dangling
    ]
    ids = [key_result.id for _, key_result in workspace.key_results()]
    first = [one.key_result for one in closest] + ids
    label = f"kr:{first[0]}" if first else "kr:ID"
    if closest:
        advice.append(f"It looks closest to {' or '.join(map(_closeness, closest))}.")
    match verdict:
        case "aligned" if placement.carries:
            advice.append("To change this, put a kr:ID label on it: a person's claim beats every rule.")
        case "aligned":
            advice.append(f"To link it otherwise than its parent, put a label such as {label} on it.")
        case "orphaned" | "waiting":
            advice += [
                f"Link it: put a label such as {label} on it or on a parent ({', '.join(ids)}).",
                "Or give it a parent that serves a key result.",
                _exempt_advice(workspace),
                "Or close it, if it is not worth doing now.",
            ]
        case "exempt":
            advice.append(
                f"To count it all the same, put a label such as {label} on it: a claim beats an exemption."
            )
        case "out of scope":
            advice.append(
                f"To include it, add its project or team to the scope of tracker {item.ref.tracker}."
            )
        case _:
            pass
    return tuple(advice)


def _closeness(near: Suggestion) -> str:
    because = f": {', '.join(near.words)}" if near.words else ""
    return f"{near.key_result} ({int(near.score * 100)} %{because})"


def _exempt_advice(workspace: Workspace) -> str:
    labels = [label for rule in workspace.exempt for label in rule.labels]
    if labels:
        return f"Or exempt it: put the label {' or '.join(labels[:3])} on it."
    return "Or exempt it: declare a category under `exempt` in the OKR files."
