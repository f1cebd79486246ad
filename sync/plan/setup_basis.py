"""What setup made things for, and what has changed since: the scope, the key results, the labels. Pure.

Setup keeps it in the store beside the ids of what it made, so that a run can say without a request that setup has
something to do. Where setup never ran, the store was lost, or is older than this, nothing is known and nothing said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from config.messages import DEFAULT
from config.workspace import Workspace
from sync.memory import Memory

FOR = "for "
"""How the store's names of what setup was for begin; those of what it made begin with their kinds."""
APPLY = "`truenorth setup --apply`"
VIEW_OF_PROJECTS = f"{FOR}projects"
_KEY_RESULT = f"{FOR}key result "
_LABEL = f"{FOR}label "
_LANGUAGE = f"{FOR}language"
_LABELS = ("orphaned", "below", "aligned", "dangling", "at_risk")
_GROUPED = (f"{_LABEL}orphaned", f"{_LABEL}aligned")
_NAMED = 3
"""How many names a sentence gives of a kind."""


def basis(workspace: Workspace, tracker: str) -> dict[str, str]:
    """What setup of a tracker goes by, as the store keeps it."""
    declared = workspace.trackers[tracker]
    found = {f"{FOR}{declared.scope_noun} {key}": "" for key in declared.scope_keys}
    if declared.has_label_groups:
        found |= {f"{_KEY_RESULT}{one.id}": one.title for _, one in workspace.key_results()}
    language = workspace.policy_of(tracker).language
    if language != DEFAULT:
        # Stores that are older than names in other languages have none: so setup is said to have something to do.
        found[_LANGUAGE] = language
    labels = workspace.policy.labels
    found |= {f"{_LABEL}{one}": label for one in _LABELS if (label := getattr(labels, one)) is not None}
    if declared.has_label_groups:
        # Views of before went by the label alone, and the group's child stands on issues in its place.
        found |= {name: f"{label} or its child" for name, label in found.items() if name in _GROUPED}
    return {name: _short(value) for name, value in found.items()}


def projects_basis(projects: Iterable[str]) -> dict[str, str]:
    """Likewise of the view that names projects."""
    return {VIEW_OF_PROJECTS: _short(" ".join(sorted(projects)))}


def views_are_current(workspace: Workspace, memory: Memory, tracker: str) -> bool:
    """Whether setup made the views of a tracker, and for what is declared now, as far as the store knows."""
    made = memory.provisions.get(tracker, {})
    was = {name: value for name, value in made.items() if name.startswith(FOR) and name != VIEW_OF_PROJECTS}
    return bool(was) and _of_views(was) == _of_views(basis(workspace, tracker))


def _of_views(basis: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in basis.items() if not _is_key_result(name) and name != _LANGUAGE}


def setup_notes(workspace: Workspace, memory: Memory) -> tuple[str, ...]:
    """What setup has to bring up to date on each tracker, in sentences."""
    return tuple(
        note
        for tracker in workspace.active
        if any(name.startswith(FOR) for name in memory.provisions.get(tracker, ()))
        for note in _notes(tracker, memory.provisions[tracker], basis(workspace, tracker))
    )


def _notes(tracker: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    changes = {
        "new": [name for name in now if name not in was],
        "gone": [
            name for name in was if name.startswith(FOR) and name != VIEW_OF_PROJECTS and name not in now
        ],
        "changed": [name for name in now if name in was and was[name] != now[name]],
    }
    views = {
        how: [one for one in names if not _is_key_result(one) and one != _LANGUAGE]
        for how, names in changes.items()
    }
    labels = {how: list(filter(_is_key_result, names)) for how, names in changes.items()}
    if words := _listed(views):
        among = [one.startswith(_LABEL) for names in views.values() for one in names]
        older = " and ".join([*["the scope"] * (not all(among)), *["policy.labels"] * any(among)])
        yield f"{tracker}: the views are older than {older} ({words}); {APPLY} brings them up to date."
    if any(_LANGUAGE in names for names in changes.values()):
        yield f"{tracker}: what setup made has names in another language than policy.language; {APPLY} renames it."
    if words := _listed(labels):
        yield f"{tracker}: setup has labels of key results to bring up to date ({words}): run {APPLY}."


def _is_key_result(name: str) -> bool:
    return name.startswith(_KEY_RESULT)


def _listed(changes: Mapping[str, list[str]]) -> str:
    """As in "new: project STRAT; gone: project OPS"; "" where there is nothing."""
    return "; ".join(f"{how}: {_first(names)}" for how, names in changes.items() if names)


def _first(names: list[str]) -> str:
    shown = [one.removeprefix(_KEY_RESULT).removeprefix(_LABEL).removeprefix(FOR) for one in names[:_NAMED]]
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return ", ".join(shown + more)


def _short(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]
