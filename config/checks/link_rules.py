"""Checks of link and exempt rules against the rest of the declaration."""

from __future__ import annotations

from collections.abc import Iterator

from config.checks.finding import ConfigFinding, Names, Path, check_answerable, key_result_places, no_tracker
from config.checks.jql import check_jql
from config.conditions import Condition
from config.errors import did_you_mean, quoted
from config.names import folded
from config.text.figures import ENGLISH
from config.trackers import trackers_for
from config.workspace import Workspace


def check_link_rules(workspace: Workspace, names: Names) -> Iterator[ConfigFinding]:
    """Trackers and groups that are not there, queries that nobody can answer, shares above one."""
    for path, condition in _conditions(workspace):
        yield from _condition(path, condition, workspace, names)
    yield from _shares(workspace)


def _conditions(workspace: Workspace) -> Iterator[tuple[Path, Condition]]:
    for path, at, nr in key_result_places(workspace):
        for count, rule in enumerate(workspace.objectives[at].key_results[nr].links):
            yield from _nested((*path, "links", count), rule)
    for count, exempt in enumerate(workspace.exempt):
        for at, condition in enumerate(exempt.any):
            yield from _nested(("exempt", count, "any", at), condition)


def _nested(path: Path, condition: Condition) -> Iterator[tuple[Path, Condition]]:
    yield path, condition
    for name, inside in (("all", condition.all), ("any", condition.any)):
        for at, one in enumerate(inside):
            yield from _nested((*path, name, at), one)
    if condition.not_ is not None:
        yield from _nested((*path, "not"), condition.not_)


def _condition(
    path: Path, condition: Condition, workspace: Workspace, names: Names
) -> Iterator[ConfigFinding]:
    if (query := condition.native) is not None:
        language = query.language
        yield from check_answerable(path, language, condition.tracker, workspace, names)
        yield from _check_active(path, language, condition.tracker, workspace)
        yield from check_jql(path, query)
    elif condition.tracker is not None and condition.tracker not in names.trackers:
        yield no_tracker((*path, "tracker"), condition.tracker, names.trackers)
    groups = {folded(name): name for name in workspace.groups}
    if condition.group is not None and folded(condition.group) not in groups:
        hint = did_you_mean(condition.group, workspace.groups) or "declare it under groups"
        yield ConfigFinding((*path, "group"), f"unknown group {quoted(condition.group)}", hint)


def _check_active(
    path: Path, language: str, tracker: str | None, workspace: Workspace
) -> Iterator[ConfigFinding]:
    """A query to a tracker that is not read."""
    able = [tracker] if tracker else trackers_for(language, workspace.trackers)
    if len(able) == 1 and able[0] in workspace.trackers and able[0] not in workspace.active:
        message = f"{language} uses tracker {quoted(able[0])}, whose mode is off"
        yield ConfigFinding(
            (*path, language), message, "set its policy.mode to observe, or use another condition"
        )


def _shares(workspace: Workspace) -> Iterator[ConfigFinding]:
    # Each cycle takes its own shares of an item.
    shares: dict[tuple[str, str], tuple[float, Path]] = {}
    for path, at, nr in key_result_places(workspace):
        for count, rule in enumerate(workspace.objectives[at].key_results[nr].links):
            here: Path = (*path, "links", count)
            if rule.share is None:
                continue
            same = (
                workspace.objectives[at].cycle,
                rule.model_dump_json(exclude={"share"}).casefold(),
            )
            total, first = shares.get(same, (0.0, (*here, "share")))
            shares[same] = (total + rule.share, first)
            if total <= 1.0 + 1e-9 < total + rule.share:
                message = f"the shares of this rule add up to {ENGLISH.number(total + rule.share)}, which is more than 1"
                yield ConfigFinding((*here, "share"), message, first=first)
