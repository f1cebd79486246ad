"""What a plan says of work that serves no key result any more: which it is, why probably, and when it is warned. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from config.link_rules import LinkRule
from config.messages import SHIPPED
from config.text.texts import Texts, texts_for
from config.wording import agree, counted
from config.workspace import Workspace
from connectors.model import KeyResultMark, Marks, Ref
from sync.align.reason_words import SaidReason, condition_words, said_reason
from sync.align.terms import phase_of
from sync.memory import Memory
from sync.plan.plan import Edit, Plan
from sync.plan.reasons import warns
from sync.signals.grace import shows_link, shows_own_link
from sync.signals.orphans import Signals

MOST_NAMED = 3
"""Objectives, key results and rules that a message names, of each."""


def losing(plan: Plan, signals: Signals) -> list[Edit]:
    """The edits that take the last key result off open work, because it serves none any more.

    Told by the tickets: what an earlier run found and could not write counts again. Copies never had one to lose.
    """
    return [
        edit
        for edit in plan.edits
        if signals.is_unaligned(edit.item.ref)
        and shows_own_link(edit.item.shown)
        and not shows_link(edit.wanted)
    ]


def lost_by(plan: Plan, day: date) -> dict[Ref, date]:
    """The open work that this plan, made on that day, takes the last key result off, for the next run to know of it.

    Whether it serves none is not told by a plan alone: the next run forgets what does, or is exempt.
    """
    return {
        edit.item.ref: day
        for edit in plan.edits
        if edit.item.is_open and shows_link(edit.item.shown) and not shows_link(edit.wanted)
    }


def linked_before(plan: Plan, undone: Collection[Ref]) -> dict[Ref, None]:
    """The open work that was linked until an undo took its marks off: its tickets no longer show that."""
    return {
        edit.item.ref: None
        for edit in plan.edits
        if edit.item.ref in undone and edit.item.is_open and shows_link(edit.item.shown)
    }


def newly_warned(plan: Plan, memory: Memory) -> list[Edit]:
    """The edits that put a warning on work that never showed a link of its own, as far as anybody knows.

    What lost its link was announced by the run that found it so. Where an undo took marks off, they are put back.
    """
    return [
        edit
        for edit in plan.edits
        if warns(edit.wanted)
        and not _was_warned(edit.item.shown)
        and not shows_own_link(edit.item.shown)
        and memory.links.get(edit.item.ref) is None
        and edit.item.ref not in memory.undone
    ]


def _was_warned(shown: Marks) -> bool:
    """Whether the ticket bears a warning, or bore one that people took off. One that a label alone tells is no new one where
    setup has made a field for it since.
    """
    stamp = shown.stamp
    return warns(shown) or (stamp is not None and not stamp.copied and stamp.alignment == "orphaned")


def grace_notes(plan: Plan, signals: Signals) -> tuple[str, ...]:
    """Sentences about the work that loses its last key result in this plan and is not warned yet."""
    until: Counter[date | None] = Counter(
        signals.in_grace[edit.item.ref].until if edit.item.ref in signals.in_grace else None
        for edit in losing(plan, signals)
        if edit.item.ref not in signals.orphans
    )
    backlog = until.pop(None, 0)
    found = [
        f"{_lose(count)}; without another one {agree(count, 'it is', 'they are')} warned from {day}."
        for day, count in sorted(until.items(), key=lambda one: str(one[0]))
    ]
    found += [f"{_lose(backlog)}; {_not_warned(backlog)}."] * bool(backlog)
    return tuple(found)


def _lose(count: int) -> str:
    return f"{counted(count, 'item')} {agree(count, 'loses its', 'lose their')} last key result"


def _not_warned(count: int) -> str:
    return f"{agree(count, 'it is', 'they are')} not warned as long as {agree(count, 'it is', 'they are')} not started"


def likely_loss(edits: Sequence[Edit], workspace: Workspace, memory: Memory, today: date) -> str:
    """Why these lose their key result: what they showed until now that is not declared any more, or only for other days
    than `today`, and since which run the declaration is another one. "" for no edits.
    """
    if not edits:
        return ""
    declared = _Rules(workspace)
    out_of_period = {
        edit.item.ref: ended for edit in edits if (ended := _out_of_period(edit, declared, today))
    }
    over = {edit.item.ref: cycles for edit in edits if (cycles := _ended(edit, workspace, today))}
    out_of_period = {ref: rules for ref, rules in out_of_period.items() if ref not in over}
    others = [edit for edit in edits if edit.item.ref not in out_of_period and edit.item.ref not in over]
    reasons = [
        *_undeclared(edits, workspace),
        *_of_ended_cycles(over, workspace),
        *_periods(out_of_period, today),
        *_changed_rules(others, declared),
    ]
    why = "".join(f". {reason[0].upper()}{reason[1:]}" for reason in reasons)
    last = memory.last_sync
    if last is None or not memory.configuration:
        return why
    when = f"run {last.id} of {last.at:%Y-%m-%d %H:%M} UTC"
    if last.configuration == memory.configuration:
        why = f"{why}. The configuration is that of {when}"
        if not others:
            return why
        which = f" of the other {counted(len(others), 'item')}" if out_of_period or over else ""
        return f"{why}, so keys, labels, parents or claims{which} changed in the tracker"
    return f"{why}. The configuration changed since {when}: {last.configuration} then, {memory.configuration} now"


def _undeclared(edits: Iterable[Edit], workspace: Workspace) -> Iterator[str]:
    """Objectives and key results that tickets show and nobody declares."""
    declared = {key_result.id for _, key_result in workspace.key_results()}
    titles = {objective.title for objective in workspace.objectives}
    gone: dict[str, KeyResultMark] = {}
    items: Counter[str] = Counter()
    for mark in _marks(edits):
        if mark.id not in declared:
            gone.setdefault(mark.id, mark)
            items[mark.id] += 1
    below: dict[str, list[str]] = defaultdict(list)
    for id_, mark in sorted(gone.items()):
        named = f"{id_} ({counted(items[id_], 'item')})"
        below[mark.objective if mark.objective not in titles else ""].append(named)
    alone = below.pop("", [])
    objectives = [f'objective "{title}" with {listed(ids)}' for title, ids in sorted(below.items())]
    for names in (objectives, alone):
        if names:
            yield f"no longer declared: {listed(names)}"


def _changed_rules(edits: Iterable[Edit], declared: _Rules) -> Iterator[str]:
    """Rules and claims that linked tickets to key results that are declared still."""
    gone: Counter[str] = Counter()
    unmet: Counter[str] = Counter()
    claims = 0
    for mark in _marks(edits):
        said = declared.said(mark) if mark.id in declared.by_key_result else None
        if said is None:
            continue
        if said.kind == "claim":
            claims += 1
        # Where it held is another item for each: the rule alone is what they have in common.
        elif declared.named(said, mark.id):
            unmet[mark.id] += 1
        else:
            gone[f'"{said.rule}" of {mark.id}'] += 1
    if gone:
        named = [f"{rule} ({counted(count, 'item')})" for rule, count in gone.most_common()]
        yield f"{agree(len(gone), 'rule', 'rules')} no longer declared: {listed(named)}"
    if unmet:
        named = [f"{id_} ({counted(count, 'item')})" for id_, count in unmet.most_common()]
        yield f"rules that are declared still and match no longer: {listed(named)}"
    if claims:
        yield f"claims that people took back: {counted(claims, 'item')}"


def _out_of_period(edit: Edit, declared: _Rules, today: date) -> tuple[str, ...]:
    """The rules that linked this ticket, each with its key result and its days; empty where one of them, or anything else
    that linked it, is not told by days other than `today`.
    """
    found = []
    for mark in _marks([edit]):
        said = declared.said(mark)
        spans = [rule.effective for rule in declared.named(said, mark.id)] if said else []
        if said is None or not spans or any(span is None or span.holds(today) for span in spans):
            return ()
        found += [f'rule "{said.rule}" of {mark.id}, {" and ".join(map(str, spans))}']
    return tuple(found)


def _ended(edit: Edit, workspace: Workspace, today: date) -> tuple[str, ...]:
    """The cycles of what this ticket shows, where all of them have ended; else none."""
    cycle_of = {kr.id: objective.cycle for objective, kr in workspace.key_results()}
    names = {mark.id for mark in _marks([edit])}
    if not names or not names <= cycle_of.keys():
        return ()
    cycles = tuple(sorted({cycle_of[name] for name in names}))
    return cycles if all(phase_of(workspace.cycles[one], today) == "ended" for one in cycles) else ()


def _of_ended_cycles(over: Mapping[Ref, tuple[str, ...]], workspace: Workspace) -> Iterator[str]:
    """The cycles that have ended, and what to do about it."""
    items = Counter(name for cycles in over.values() for name in cycles)
    for name, count in sorted(items.items()):
        cycle, days = workspace.cycles[name], workspace.policy.roll_over_days
        yield (
            f"cycle {name} ended on {cycle.end}, and no running one goes on with this work ({counted(count, 'item')}); marks "
            f"rest for {counted(days, 'day')} (policy.roll_over_days). Declare the next cycle: truenorth roll-over {name} NEXT "
            "prints its key results"
        )


def _periods(out_of_period: Mapping[Ref, tuple[str, ...]], today: date) -> Iterator[str]:
    """The rules that are declared still, and not for this day."""
    items = Counter(rule for rules in out_of_period.values() for rule in rules)
    if items:
        named = [f"{rule} ({counted(count, 'item')})" for rule, count in items.most_common()]
        yield f"not in effect on {today}: {listed(named)}"


class _Rules:
    """The rules that are declared, by key result, each with what tickets may call it: they say it in the language that the
    workspace has now, or had."""

    def __init__(self, workspace: Workspace) -> None:
        every = (texts_for(workspace, name) for name in workspace.trackers)
        own = {texts.language: texts for texts in every}
        languages = (*own.values(), *(Texts(code) for code in SHIPPED if code not in own))
        self._texts = languages[0]
        self.by_key_result = {
            key_result.id: [
                (rule, {condition_words(rule, texts) for texts in languages}) for rule in key_result.links
            ]
            for _, key_result in workspace.key_results()
        }

    def said(self, mark: KeyResultMark) -> SaidReason | None:
        """Why a ticket says it is linked; None where it does not."""
        return said_reason(mark.because, self._texts)

    def named(self, said: SaidReason, key_result: str) -> list[LinkRule]:
        """The rules of the key result that this may name."""
        rules = self.by_key_result.get(key_result, [])
        return [rule for rule, names in rules if any(map(said.may_be, names))]


def _marks(edits: Iterable[Edit]) -> Iterator[KeyResultMark]:
    """The key results that tickets show, each with its objective as the stamp tells it where the ticket has no field for it."""
    for edit in edits:
        stamp = edit.item.shown.stamp
        written = {mark.id: mark for mark in stamp.key_results} if stamp is not None else {}
        for mark in edit.item.shown.key_results:
            yield mark if mark.objective else written.get(mark.id, mark)


def listed(names: Sequence[str]) -> str:
    """The first few of these names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
