"""One ticket in plain words: which key results it serves, by which rule, along which path, or why none. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from config.okrs import KeyResult
from config.wording import agree, counted, percent
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.align.suggestions import Suggestion, suggest
from sync.decide import Decision
from sync.explain.counting import counts_as, not_counted, not_in_force, several_cycles
from sync.explain.elsewhere import Elsewhere, RemotePages, elsewhere, remote_sentence, sentences
from sync.explain.estimates import of_item
from sync.explain.near import did_you_mean
from sync.explain.unaligned import summary_of_unaligned
from sync.marks.comments import doubt, health_words
from sync.marks.precedence import in_precedence, places_in
from sync.measure import to_percent

_NUMBER = re.compile(r"-\d+\Z")
"""At the end of what may be the key of a ticket."""

FEW = 5
"""Items that a message names."""


class UnknownKeyError(Exception):
    """No item with that key was read; the text names the nearest ones."""


class AmbiguousKeyError(UnknownKeyError):
    """Items of several trackers have that key; the text names each as it can be asked for."""

    def __init__(self, key: str, names: Sequence[str]) -> None:
        super().__init__(
            f"{key} means {counted(len(names), 'item')}: {' and '.join(names)}. Name one of them."
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say about one item. Sentences are plain text.

    `verdict`: "aligned", "rested" and "planned" as in ItemAlignment, "orphaned", "waiting" (unaligned within its grace), "not started" (unaligned, and not warned
    about as long as it is not started), "closed" (unaligned and no longer open), "unknown" (what is above it cannot be read), "exempt" or "out of scope". `closest`: what open unaligned work may serve, the likeliest first. `served`: the links behind `links`, in the order in
    which the ticket shows their key results. `others` says which links are not in force and why, and where several cycles
    count the item. `remote`: where remote links lead; None where nobody asked.
    """

    item: WorkItem
    verdict: str
    summary: str
    served: tuple[Link, ...]
    links: tuple[str, ...]
    others: tuple[str, ...]
    placement: ItemAlignment
    counts: str
    advice: tuple[str, ...]
    closest: tuple[Suggestion, ...]
    elsewhere: Elsewhere
    remote: RemotePages | None = None

    @property
    def crossing(self) -> tuple[str, ...]:
        """What it has to do with other trackers."""
        told = tuple(sentences(self.item, self.elsewhere))
        return (
            told if self.remote is None else (*told, remote_sentence(self.item, self.remote, self.elsewhere))
        )


def explain(key: str | Ref, run: Decision, workspace: Workspace) -> Explanation:
    """Explain the item with that key, whatever its case, or that item itself. Raises UnknownKeyError."""
    item = _find(key, run.alignment, workspace) if isinstance(key, str) else run.alignment.items[key]
    placement = run.alignment.placements[item.ref]
    verdict = _verdict(item, placement, run)
    closest: tuple[Suggestion, ...] = ()
    if verdict in ("orphaned", "waiting", "not started"):
        found = suggest(run.alignment, workspace, run.observation.keywords, {item.ref})
        closest = found.get(item.ref, ())
    served = in_precedence(placement.links, item, run.scorecard.readings, places_in(workspace))
    key_results = {key_result.id: key_result for _, key_result in workspace.key_results()}
    return Explanation(
        item=item,
        verdict=verdict,
        summary=_renamed(key, item) + _summary(item, placement, verdict, run, workspace, served),
        served=tuple(served),
        links=tuple(_link_words(link, item, run, key_results[link.key_result]) for link in served),
        others=(*several_cycles(item, served, run), *not_in_force(item, placement, run, workspace)),
        placement=placement,
        counts=" ".join(
            (
                counts_as(item, placement, run),
                *of_item(item, placement.of_every_cycle, run, workspace),
            )
        ),
        advice=_advice(item, placement, verdict, workspace, run, closest),
        closest=closest,
        elsewhere=elsewhere(item, run.alignment),
    )


def _renamed(asked: str | Ref, item: WorkItem) -> str:
    """That the item is called otherwise than it was asked for."""
    if isinstance(asked, Ref):
        return ""
    now = (item.key.casefold(), item.qualified_key.casefold())
    return "" if asked.strip().casefold() in now else f"{asked.strip()} is {item.name} now. "


def written_as(name: str, keys: Mapping[Ref, Collection[str]]) -> frozenset[Ref]:
    """The items that were written to under that name: a key that they ever had, with the tracker or without.

    Raises AmbiguousKeyError where items of several trackers had it.
    """
    wanted = name.strip().casefold()
    found = {
        ref: f"{ref.tracker}:{key}"
        for ref, some in keys.items()
        for key in some
        if wanted in (key.casefold(), f"{ref.tracker}:{key}".casefold())
    }
    if len({ref.tracker for ref in found}) > 1:
        raise AmbiguousKeyError(name, sorted(set(found.values())))
    return frozenset(found)


def _find(key: str, alignment: Alignment, workspace: Workspace) -> WorkItem:
    found = [item for item in alignment.items.values() if item.answers_to(key)]
    names = sorted({item.qualified_key for item in found})
    if len({item.ref.tracker for item in found}) > 1:
        raise AmbiguousKeyError(key, names)
    if found:
        # Projects may have one name: the one in scope is meant.
        return min(found, key=lambda item: (not item.in_scope, item.ref))
    wanted = key.strip().casefold()
    hidden = {
        keys[0]
        for ref, keys in alignment.unseen.items()
        if any(wanted in (key.casefold(), f"{ref.tracker}:{key}".casefold()) for key in keys)
    }
    if hidden:
        below = [item.name for item in alignment.items.values() if item.parent_key in hidden]
        raise UnknownKeyError(
            f"{key.strip()}, the parent of {', '.join(below[:FEW])}, could not be read. Rules match it by its key alone."
        )
    items = alignment.items.values()
    number = len({item.key for item in items})
    count = counted(number, "item")
    hint = did_you_mean(key, items, workspace)
    unread = " It may be out of scope, or the credential cannot see it." if _NUMBER.search(wanted) else ""
    raise UnknownKeyError(
        f"{key.strip()} not found among the {count} {agree(number, 'that was', 'that were')} read, nor as a key result or an objective.{hint}{unread}"
    )


def _judged(item: WorkItem, run: Decision) -> WorkItem:
    """What is judged in its place: of mirrored work the side that counts."""
    return run.alignment.items[run.alignment.counted(item.ref)]


def _verdict(item: WorkItem, placement: ItemAlignment, run: Decision) -> str:
    match placement.state:
        case "aligned":
            return "aligned"
        case "exempt":
            return "exempt"
        case "out_of_scope":
            return "out of scope"
        case "unknown" | "rested" | "planned":
            return placement.state
        case "unaligned":
            judged = _judged(item, run)
            if judged.ref in run.unaligned.orphans:
                return "orphaned"
            if judged.ref in run.unaligned.not_started:
                return "not started"
            return "waiting" if judged.is_open else "closed"


def _summary(
    item: WorkItem,
    placement: ItemAlignment,
    verdict: str,
    run: Decision,
    workspace: Workspace,
    served: Sequence[Link],
) -> str:
    judged = _judged(item, run)
    if verdict == "orphaned" and judged is not item:
        return f"{item.name} is orphaned: {placement.reason}. {judged.name}, which counts for it, bears the warning."
    return _own_summary(item, placement, verdict, run, workspace, served)


def _own_summary(
    item: WorkItem,
    placement: ItemAlignment,
    verdict: str,
    run: Decision,
    workspace: Workspace,
    served: Sequence[Link],
) -> str:
    judged = _judged(item, run)
    match verdict:
        case "aligned":
            names = [link.key_result for link in served]
            first = f" Where a ticket shows one of them, it is {names[0]}." if len(names) > 1 else ""
            return f"{item.name} serves {', '.join(names)}.{first}"
        case "exempt":
            return f"{item.name} is exempt as {placement.category}: {placement.reason}."
        case "out of scope" if item.triage:
            return f"{item.name} does not count: {placement.reason}. Truenorth puts no marks on it."
        case "unknown":
            return f"{item.name} may serve a key result: {placement.reason}. So there is no warning."
        case "rested":
            return f"{item.name} serves no key result of a running cycle: {placement.reason}. Its marks stay as they are."
        case "planned":
            return f"{item.name} serves no key result of a running cycle: {placement.reason}. So there is no warning."
        case "out of scope":
            return (
                f"{item.name} is out of scope: {placement.reason}. Truenorth reads it but never writes to it."
            )
        case "orphaned" | "not started" | "waiting":
            return summary_of_unaligned(item, judged, placement.reason, run, workspace)
        case _:
            which = "It" if judged is item else f"{judged.name}, which counts for it,"
            return f"{item.name} serves no key result: {placement.reason}. {which} is {judged.status}, so there is no warning."


def _link_words(link: Link, item: WorkItem, run: Decision, key_result: KeyResult) -> str:
    reading = run.scorecard.readings[link.key_result]
    figure = percent(to_percent(reading.progress), "no data")
    figures = ", ".join(dict.fromkeys(filter(None, (figure, health_words(reading), doubt(reading)))))
    share = "" if link.share == 1 else f", share {_share(link)}"
    because = link.because
    path = f"; path {' → '.join([item.name, *because.line])}" if because.path else ""
    rank = {
        "claim": "a person's claim",
        "named": "a rule for its key",
        "matched": "a matching rule",
        "above": "a rule for what is above it",
        "located": "a rule for where it lives",
    }[because.rank]
    how = f"inherited: {because}{path}" if because.inherited else str(because)
    return f"{link.key_result} · {reading.title} ({figures}){share}, by {rank} ({how}){not_counted(item, link, key_result, run)}"


def _share(link: Link) -> str:
    return f"{link.share.numerator}/{link.share.denominator}"


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
        f"It claims {claim.claim}, which is not a declared key result"
        + (f"; did you mean {claim.nearest}?" if claim.nearest else "; correct or remove the claim.")
        for claim in dangling
    ]
    ids = list(run.alignment.offered) or [key_result.id for _, key_result in workspace.key_results()]
    first = [one.key_result for one in closest] + ids
    label = f"kr:{first[0]}" if first else "kr:ID"
    if closest:
        advice.append(f"Closest key results: {' or '.join(map(_closeness, closest))}.")
    match verdict:
        case "aligned" if placement.carries:
            advice.append("To change this, add a kr:ID label to it: a claim overrides every rule.")
        case "aligned":
            advice.append(
                f"To link it to another key result than its parent, add a label such as {label} to it."
            )
        case "orphaned" | "waiting" | "not started":
            advice += [
                f"Link it: add a label such as {label} to it or to a parent ({', '.join(ids)}).",
                "Or move it to a parent that serves a key result.",
                _exempt_advice(workspace),
                "Or close it, if it is not worth doing now.",
            ]
        case "exempt":
            advice.append(
                f"To count it anyway, add a label such as {label} to it: a claim overrides an exemption."
            )
        case "unknown":
            advice += [
                "Give the account access to what is above it, or name that in a rule (under: KEY).",
                f"Or link it: add a label such as {label} to it.",
            ]
        case "out of scope" if item.triage:
            advice.append("To count it, accept it in Linear, or set policy.triage: count.")
        case "out of scope":
            advice.append(
                f"To include it, add its project or team to the scope of tracker {item.ref.tracker}."
            )
        case _:
            pass
    return tuple(advice)


def _closeness(near: Suggestion) -> str:
    because = f": {', '.join(near.words)}" if near.words else ""
    return f"{near.key_result} ({percent(int(near.score * 100))}{because})"


def _exempt_advice(workspace: Workspace) -> str:
    labels = [label for rule in workspace.exempt for label in rule.labels]
    if labels:
        return f"Or exempt it: add the label {_either(labels[:3])} to it."
    return "Or exempt it: declare a category under `exempt` in the OKR files."


def _either(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
