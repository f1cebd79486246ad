"""Names in the declaration that a tracker does not have, by its own lists: before any item was read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby

from config.conditions import Condition
from config.link_rules import LinkRule
from config.measures import ProjectMeasure, WorkMeasure
from config.trackers import NativeQuery
from config.workspace import Path, Workspace
from connectors.preflight import Catalog
from sync.align.native_queries import query_of
from sync.align.rule_book import declared_rules
from sync.signals.declared.names import Names
from sync.signals.declared.unmatched import in_effect, judged_key_results, possible_trackers, runs
from sync.signals.findings.finding import Finding

KINDS = ("label", "type", "team", "project")
Catalogs = Mapping[str, Catalog]
"""What each tracker that could be asked has, by its name."""


def saved_queries(workspace: Workspace, tracker: str) -> frozenset[NativeQuery]:
    """The saved filters and views that rules ask a tracker for."""
    asked = (query_of(one, workspace.trackers) for one in workspace.conditions())
    return frozenset(
        one.query
        for one in asked
        if one is not None and one.tracker == tracker and one.query.language in ("saved_filter", "view")
    )


def find_unknown(catalogs: Catalogs, workspace: Workspace, now: datetime) -> tuple[Finding, ...]:
    """One finding for each rule, exemption or measure of running cycles that names what no tracker has.

    Where a tracker that may have it was not asked, or cannot list that kind of name, nothing is said.
    """
    lines = groupby(_unknown(catalogs, workspace, now), key=lambda one: one[:2])
    return tuple(
        _finding(workspace, path, about, [words for *_, words in some]) for (path, about), some in lines
    )


Unknown = tuple[Path, str, tuple[str, str | None]]


def _unknown(catalogs: Catalogs, workspace: Workspace, now: datetime) -> Iterator[Unknown]:
    today = now.astimezone(workspace.zone).date()
    judged, running = judged_key_results(workspace, today), runs(workspace, today)
    for rule in declared_rules(workspace):
        condition = rule.condition
        if isinstance(condition, LinkRule):
            if rule.owner not in judged or not in_effect(condition, today):
                continue
            path, about = rule.path, f"a rule of {rule.owner}"
        elif running:
            path, about = rule.path[:2], f"the exemption {rule.owner}"
        else:
            continue
        for one in condition.nested():
            for words in _of_condition(one, condition, catalogs, workspace):
                yield path, about, words
    for at, objective in enumerate(workspace.objectives):
        for nr, key_result in enumerate(objective.key_results):
            if key_result.id in judged:
                path = ("objectives", at, "key_results", nr, "measure")
                for kind, name in _in_measure(key_result.measure):
                    for words in _missing(kind, name, catalogs, frozenset(workspace.active)):
                        yield path, f"the measure of {key_result.id}", words


def _in_measure(measure: object) -> Iterator[tuple[str, str]]:
    match measure:
        case WorkMeasure(weigh="type" | "label" as kind, weights=weights):
            yield from ((kind, name) for name in weights)
        case ProjectMeasure(project=name):
            yield "project", name


def _of_condition(
    one: Condition, whole: Condition, catalogs: Catalogs, workspace: Workspace
) -> Iterator[tuple[str, str | None]]:
    where = possible_trackers(one, workspace) & possible_trackers(whole, workspace)
    for kind in KINDS:
        name = getattr(one, kind)
        if name is not None:
            yield from _missing(kind, name, catalogs, where)
    query = query_of(one, workspace.trackers)
    catalog = catalogs.get(query.tracker) if query is not None else None
    if query is not None and catalog is not None and query.query in catalog.absent:
        words = query.query.language.replace("_", " ")
        yield f"{query.tracker} has no {words} {query.query.text} that the account may use", None


def _missing(
    kind: str, name: str, catalogs: Catalogs, where: frozenset[str]
) -> Iterator[tuple[str, str | None]]:
    if not where or not all(one in catalogs and kind in catalogs[one].names for one in where):
        return
    known = Names(text for one in where for text in catalogs[one].names[kind])
    if name not in known:
        yield (
            f'{" and ".join(sorted(where))} {"has" if len(where) == 1 else "have"} no {kind} "{name}"',
            known.nearest(name),
        )


def _finding(workspace: Workspace, path: Path, about: str, words: list[tuple[str, str | None]]) -> Finding:
    place = workspace.place_of(path)
    message = f"{about} names what is not there: {'; '.join(dict.fromkeys(what for what, _ in words))}"
    meant = " and ".join(dict.fromkeys(f'"{near}"' for _, near in words if near is not None))
    remedy = f"did you mean {meant}?" if meant else "correct or remove it"
    return Finding("unmatched_rule", (), f"{place}: {message}" if place else message, remedy, place)
