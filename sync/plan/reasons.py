"""What a plan changes on several items for one reason, each reason in a sentence with a count. Pure.

These are the changes that come with a release or with one line of the configuration: whoever reads the plan should not have
to find out from the tickets what they have in common.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.wording import agree, counted
from connectors.model import Marks
from sync.marks.details import claims_in
from sync.marks.facts import figures_in
from sync.measure import Scorecard
from sync.plan.plan import Edit, Plan
from sync.signals.orphans import Signals


def reason_notes(plan: Plan, signals: Signals, card: Scorecard) -> tuple[str, ...]:
    """At most one sentence for each reason."""
    return (*_unwarned_words(plan, signals), *_claim_words(plan), *_target_words(plan, card))


def unwarned(plan: Plan, signals: Signals) -> list[Edit]:
    """The edits that take a warning off work that the policy does not warn about while it is not started."""
    return [
        edit
        for edit in plan.edits
        if edit.item.ref in signals.not_started and warns(edit.item.shown) and not warns(edit.wanted)
    ]


def warns(marks: Marks) -> bool:
    """Whether a ticket bears a warning, as its alignment or as a comment."""
    return marks.alignment == "orphaned" or (marks.comment is not None and marks.comment.purpose == "orphan")


def _unwarned_words(plan: Plan, signals: Signals) -> Iterator[str]:
    if count := len(unwarned(plan, signals)):
        yield (
            f"The warning is removed from {counted(count, 'item')} not started, which policy.warn does not warn about."
        )


def _claim_words(plan: Plan) -> Iterator[str]:
    count = sum(_names_other_claims(edit) for edit in plan.edits)
    if count:
        yield f"{counted(count, 'warning')} will name {agree(count, 'a claim', 'claims')} that {agree(count, 'leads', 'lead')} to no key result."


def _names_other_claims(edit: Edit) -> bool:
    shown, wanted = edit.item.shown.comment, edit.wanted.comment
    if shown is None or wanted is None or {shown.purpose, wanted.purpose} != {"orphan"}:
        return False
    claims = claims_in(wanted.details)
    return bool(claims) and claims_in(shown.details) != claims


def _target_words(plan: Plan, card: Scorecard) -> Iterator[str]:
    at_target = {name for name, one in card.readings.items() if one.at_target}
    count = sum(_was_done(edit, name) for edit in plan.edits for name in at_target)
    if count:
        yield (
            f"Key results at their target are shown as on track, no longer as done, while they can fall again: "
            f"{counted(count, 'mark')}."
        )


def _was_done(edit: Edit, name: str) -> bool:
    return _health(edit.item.shown, name) == "done" and _health(edit.wanted, name) == "on_track"


def _health(marks: Marks, name: str) -> str | None:
    shown = next((mark.health for mark in marks.key_results if mark.id == name), None)
    said = figures_in(marks.comment.facts).get(name) if marks.comment is not None else None
    return shown or (said.health if said is not None else None)
