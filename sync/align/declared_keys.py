"""Every key and project name in the OKR files: where it stands, and which trackers may know it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.conditions import Condition
from config.measures import MilestonesMeasure, ProjectMeasure, WorkMeasure
from config.workspace import Path, Workspace
from sync.align.rule_book import DeclaredRule, declared_rules
from sync.observation import KeyName, NameKind

_KINDS: dict[str, NameKind] = {
    "key": "item",
    "parent": "item",
    "under": "item",
    "initiative": "initiative",
    "project": "project",
}


@dataclass(frozen=True, slots=True)
class DeclaredKey:
    """A name of an item or a project.

    - `path`, `about`: where it stands, and of what it is a part, in words. `rule`: of which rule; None of a measure.
    - `owner`: the key result, or the exempt category.
    - `written`: as it stands there. `name`: without the tracker that may stand before it.
    - `trackers`: those that it can mean, by their names.
    """

    path: Path
    about: str
    owner: str
    kind: NameKind
    written: str
    name: str
    trackers: tuple[str, ...]
    rule: DeclaredRule | None = None

    @property
    def names(self) -> tuple[KeyName, ...]:
        """The name on each tracker that it can mean."""
        return tuple(KeyName(tracker, self.kind, self.name.casefold()) for tracker in self.trackers)


def declared_keys(workspace: Workspace) -> Iterator[DeclaredKey]:
    """Those of rules, of exemptions, and of measures, in declared order."""
    for rule in declared_rules(workspace):
        is_link = rule.path[0] == "objectives"
        about = f"a rule of {rule.owner}" if is_link else f"the exemption {rule.owner}"
        for kind, written, tracker in _in_condition(rule.condition, None):
            yield _declared(workspace, rule.path, about, rule.owner, kind, written, tracker, rule)
    for at, objective in enumerate(workspace.objectives):
        for nr, key_result in enumerate(objective.key_results):
            path: Path = ("objectives", at, "key_results", nr, "measure")
            for kind, written in _in_measure(key_result.measure):
                about = f"the measure of {key_result.id}"
                yield _declared(workspace, path, about, key_result.id, kind, written, None, None)


def _in_condition(condition: Condition, tracker: str | None) -> Iterator[tuple[NameKind, str, str | None]]:
    tracker = condition.tracker or tracker
    for field, kind in _KINDS.items():
        if (value := getattr(condition, field)) is not None:
            yield kind, value, tracker
    for one in (*condition.all, *condition.any, *((condition.not_,) if condition.not_ else ())):
        yield from _in_condition(one, tracker)


def _in_measure(measure: object) -> Iterator[tuple[NameKind, str]]:
    match measure:
        case WorkMeasure(weigh="key", weights=weights) | MilestonesMeasure(weights=weights):
            yield from (("item", key) for key in weights)
        case ProjectMeasure(project=name):
            yield "project", name


def _declared(
    workspace: Workspace,
    path: Path,
    about: str,
    owner: str,
    kind: NameKind,
    written: str,
    tracker: str | None,
    rule: DeclaredRule | None,
) -> DeclaredKey:
    name, trackers = written.strip(), tuple(workspace.active)
    before, colon, rest = name.partition(":")
    own = next((one for one in workspace.active if one.casefold() == before.strip().casefold()), None)
    if colon and own is not None and kind != "project":
        name, trackers = rest.strip(), (own,)
    if tracker is not None:
        trackers = tuple(one for one in trackers if one == tracker)
    return DeclaredKey(path, about, owner, kind, written, name, trackers, rule)
