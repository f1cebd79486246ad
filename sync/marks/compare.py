"""When a mark that is shown says what is wanted, by what it means. Pure.

Percents are news from a declared step on. What people declare is news at once: title, owner, measure, start, target,
unit, due day, address, rule. What moves with work beside a percent, such as a value or the contribution of an item,
is none. Records of older versions lack parts: what a record does not hold cannot be outdated, so an upgrade renews
nothing, but what it does hold is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import msgspec

from config.text.redaction import redactor
from config.workspace import Workspace
from connectors.converter import Converter
from connectors.model import Comment, Fact, KeyResultMark
from sync.marks.details import Goal, Offer, OrphanDetails, ProgressDetail, ProgressDetails
from sync.marks.facts import figures_in, is_declared

_PROGRESS = Converter(ProgressDetails)
_ORPHAN = Converter(OrphanDetails)


def declared_titles(workspace: Workspace) -> Mapping[str, str]:
    """The titles of all declared key results by their ids, as texts show them."""
    titles = {key_result.id: key_result.title for _, key_result in workspace.key_results()}
    return cast("dict[str, str]", redactor.value(titles))


def within_step(shown: int | None, wanted: int | None, step: int) -> bool:
    """Whether a percent moved by less than `step`; 0 and 100 are always news."""
    if shown is None or wanted is None or shown == wanted:
        return shown == wanted
    return wanted not in (0, 100) and abs(shown - wanted) < step


def same_mark(shown: KeyResultMark, wanted: KeyResultMark, step: int) -> bool:
    """Whether a key result is shown as wanted. What closing an item moves changes a little with every other item: it is
    renewed with the rest."""
    goal = shown.goal if shown.goal is not None else wanted.goal
    alike = replace(shown, percent=wanted.percent, moves=wanted.moves, goal=goal)
    return alike == wanted and within_step(shown.percent, wanted.percent, step)


def same_comment(
    shown: Comment | None, wanted: Comment | None, step: int, titles: Mapping[str, str] | None = None
) -> bool:
    """Whether a comment says what is wanted. `titles`: those of all declared key results, by their ids; without them
    those that the wanted comment names."""
    if shown is None or wanted is None or shown.purpose != wanted.purpose:
        return shown == wanted
    return _same_facts(shown.facts, wanted.facts, step) and not _is_outdated(shown, wanted, titles)


def _same_facts(shown: tuple[Fact, ...], wanted: tuple[Fact, ...], step: int) -> bool:
    said, says = dict(shown), dict(wanted)
    lacking = {name for name in says.keys() - said.keys() if is_declared(name)}
    if said.keys() != says.keys() - lacking:
        return False
    return all(_same_value(said[name], says[name], step) for name in said)


def _same_value(shown: str | int, wanted: str | int, step: int) -> bool:
    if isinstance(shown, int) and isinstance(wanted, int):
        return within_step(shown, wanted, step)
    return shown == wanted


# --- What stands in the details ------------------------------------------------------------------


def _is_outdated(shown: Comment, wanted: Comment, titles: Mapping[str, str] | None) -> bool:
    """Whether the details that a comment was made of say of the declaration what it says no longer.

    False where there are none, or none of ours: whether somebody spoilt them is another question.
    """
    try:
        if wanted.purpose == "orphan":
            return _outdated_warning(_ORPHAN.convert(shown.details), _ORPHAN.convert(wanted.details), titles)
        said, says = _PROGRESS.convert(shown.details), _PROGRESS.convert(wanted.details)
    except msgspec.ValidationError:
        return False
    before = dict(zip(figures_in(shown.facts), said.key_results, strict=False))
    after = zip(figures_in(wanted.facts), says.key_results, strict=False)
    return any(name in before and _outdated(before[name], now) for name, now in after)


def _outdated(said: ProgressDetail, says: ProgressDetail) -> bool:
    if (said.url, said.because) != (says.url, says.because):
        return True
    if said.goal is not None or says.goal is None:
        return False  # the facts tell the goal
    return (
        (said.unit, said.smaller_is_better) != (says.unit, says.smaller_is_better)
        or said.pace.due not in ("", says.goal.due)
        or (_has_fixed_target(says.goal) and not _same_figure(said.target, says.target))
    )


def _has_fixed_target(goal: Goal) -> bool:
    """Whether the target does not grow with the work that is linked."""
    return goal.kind not in ("work", "milestones") or goal.target is not None


def _same_figure(said: float | None, says: float | None) -> bool:
    # Older records keep six digits.
    return said is None or says is None or f"{said:g}" == f"{says:g}"


def _outdated_warning(said: OrphanDetails, says: OrphanDetails, titles: Mapping[str, str] | None) -> bool:
    """Whether a warning names a key result that is not there or is called otherwise, other ways to be exempt, or other
    claims on the item that lead to nothing. Warnings older than claims name none, and are renewed where there are some.

    Which key results look close moves with the words of all work, and is no news.
    """
    if said.exempt != says.exempt or said.claims != says.claims:
        return True
    known = titles if titles is not None else _titles((*says.closest, *says.declared))
    offered = _titles((*said.closest, *said.declared))
    return any(known.get(id_) != title for id_, title in offered.items())


def _titles(offers: tuple[Offer, ...]) -> dict[str, str]:
    return {one.id: one.title for one in offers}
