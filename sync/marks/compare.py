"""When a mark that is shown says what is wanted, by what it means, never by its words. Pure.

Percents are news from a declared step on. What people declare is news at once: title, owner, measure, start, target,
unit, due day, address, rule. What moves with work beside a percent, such as a value or the contribution of an item,
is none. Records of older versions lack parts: what a record does not hold cannot be outdated, so an upgrade renews
nothing, but what it does hold is compared.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

import msgspec

from config.text.redaction import redactor
from config.workspace import Workspace
from connectors.converter import Converter
from connectors.meaning import same_but_figures, same_meaning
from connectors.model import Comment, Fact, KeyResultMark
from sync.marks.details import Goal, Offer, OrphanDetails, ProgressDetail, ProgressDetails
from sync.marks.facts import figures_in, goal_in, is_always_stated, is_goal

_PROGRESS = Converter(ProgressDetails)
_ORPHAN = Converter(OrphanDetails)


def titles_of(offered: Collection[str], workspace: Workspace) -> Mapping[str, str]:
    """The titles of these key results by their ids, as texts show them."""
    titles = {one.id: one.title for _, one in workspace.key_results() if one.id in offered}
    return cast("dict[str, str]", redactor.value(titles))


def within_step(shown: int | None, wanted: int | None, step: int) -> bool:
    """Whether a percent moved by less than `step`; 0 and 100 are always news."""
    if shown is None or wanted is None or shown == wanted:
        return shown == wanted
    return wanted not in (0, 100) and abs(shown - wanted) < step


def same_mark(shown: KeyResultMark, wanted: KeyResultMark, step: int) -> bool:
    """Whether a key result is shown as wanted. What closing an item moves changes a little with every other item: it is
    renewed with the rest."""
    return within_step(shown.percent, wanted.percent, step) and same_but_figures(shown, wanted)


def same_comment(
    shown: Comment | None, wanted: Comment | None, step: int, titles: Mapping[str, str] | None = None
) -> bool:
    """Whether a comment says what is wanted. `titles`: those of all key results that work can be linked to now, by
    their ids; without them those that the wanted comment names."""
    if shown is None or wanted is None or shown.purpose != wanted.purpose:
        return shown == wanted
    if not same_facts(shown.facts, wanted.facts, step):
        return False
    if wanted.purpose == "orphan":
        return not _is_outdated_warning(shown, wanted, titles)
    said, says = _details_of(shown), _details_of(wanted)
    return all(
        _same_goal(said.get(name), says[name], name, shown.facts, wanted.facts)
        and not (name in said and _is_outdated(said[name], says[name]))
        for name in says
    )


def same_facts(shown: tuple[Fact, ...], wanted: tuple[Fact, ...], step: int) -> bool:
    """Whether the same is stated of the same key results, goals aside, which are compared as values.

    A kind of fact that came with a release, or went, is no news: what a record does not hold cannot be outdated.
    """
    said, says = dict(shown), dict(wanted)
    if figures_in(shown).keys() != figures_in(wanted).keys():
        return False
    if any(is_always_stated(name) for name in said.keys() ^ says.keys()):
        return False
    both = (name for name in said.keys() & says.keys() if not is_goal(name))
    return all(_same_value(said[name], says[name], step) for name in both)


def _same_value(shown: str | int, wanted: str | int, step: int) -> bool:
    if isinstance(shown, int) and isinstance(wanted, int):
        return within_step(shown, wanted, step)
    return shown == wanted


# --- What stands in the details ------------------------------------------------------------------


def _details_of(comment: Comment) -> dict[str, ProgressDetail]:
    """What the comment was made of, by key result. Nothing where there are no details, or none of ours: whether
    somebody spoilt them is another question."""
    try:
        found = _PROGRESS.convert(comment.details)
    except msgspec.ValidationError:
        return {}
    return dict(zip(figures_in(comment.facts), found.key_results, strict=False))


def _same_goal(
    said: ProgressDetail | None,
    says: ProgressDetail,
    name: str,
    shown: tuple[Fact, ...],
    wanted: tuple[Fact, ...],
) -> bool:
    """Whether a goal is the one that was stated: as a value, or where the record holds a line alone, as that."""
    if said is not None and said.goal is not None:
        return said.goal == says.goal
    before, now = goal_in(shown, name), goal_in(wanted, name)
    return before is None or before == now


def _is_outdated(said: ProgressDetail, says: ProgressDetail) -> bool:
    """Whether a record says of the declaration what it says no longer."""
    if not same_meaning(_mark_of(said), _mark_of(says)):
        return True
    if said.goal is not None or says.goal is None:
        return False  # the goal itself is compared
    return (
        (said.unit, said.smaller_is_better) != (says.unit, says.smaller_is_better)
        or (said.pace is not None and said.pace.due not in ("", says.goal.due))
        or (_has_fixed_target(says.goal) and not _same_figure(said.target, says.target))
    )


def _mark_of(detail: ProgressDetail) -> KeyResultMark:
    """Of a detail, what a mark says too: why the item is linked, and the page."""
    return KeyResultMark(
        "", "", None, "no_data", detail.url,
        because=detail.because, reason_id=detail.reason_id, basis_id=detail.basis_id,
    )  # fmt: skip


def _has_fixed_target(goal: Goal) -> bool:
    """Whether the target does not grow with the work that is linked."""
    return goal.kind not in ("work", "milestones") or goal.target is not None


def _same_figure(said: float | None, says: float | None) -> bool:
    # Older records keep six digits.
    return said is None or says is None or f"{said:g}" == f"{says:g}"


def _is_outdated_warning(shown: Comment, wanted: Comment, titles: Mapping[str, str] | None) -> bool:
    """Whether a warning offers a key result that is not there, is over or is called otherwise, other ways to be exempt, or other
    claims on the item that lead to nothing. Warnings older than claims name none, and are renewed where there are some.

    Which key results look close moves with the words of all work, and is no news.
    """
    try:
        said, says = _ORPHAN.convert(shown.details), _ORPHAN.convert(wanted.details)
    except msgspec.ValidationError:
        return False
    if said.exempt != says.exempt or _claimed(said) != _claimed(says):
        return True
    known = titles if titles is not None else _titles((*says.closest, *says.declared))
    offered = _titles((*said.closest, *said.declared))
    return any(known.get(id_) != title for id_, title in offered.items())


def _claimed(details: OrphanDetails) -> list[tuple[str, str, str]]:
    """What is claimed, wherever it stands: older records do not tell that."""
    return [(one.claim, one.nearest, one.over) for one in details.claims]


def _titles(offers: tuple[Offer, ...]) -> dict[str, str]:
    return {one.id: one.title for one in offers}
