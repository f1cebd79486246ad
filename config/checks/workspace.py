"""Checks across the whole declaration: names that must exist, ids that must differ, sums that must fit."""

from __future__ import annotations

from collections.abc import Iterator

from config.checks.calendar import check_calendar
from config.checks.finding import ConfigFinding, Names, Path, check_answerable, key_result_places
from config.checks.flow import check_flow
from config.checks.jql import check_jql
from config.checks.link_rules import check_link_rules
from config.checks.measures import check_measures
from config.checks.urls import unsafe_address
from config.errors import did_you_mean, nearest, quoted
from config.link_rules import LinkRule
from config.measures import MADE_OF_LINKS, KeepMeasure, MetricMeasure, QueryMeasure
from config.messages import (
    ENGLISH,
    FIXED,
    REMOVED,
    RENAMED,
    RETIRED,
    SHIPPED,
    any_plural,
    names_in,
)
from config.origins import PREFIX, is_reserved
from config.trackers import KINDS, Tracker, trackers_for
from config.workspace import Workspace

_MOST = 5
"""Names that one sentence tells."""


def check(workspace: Workspace, names: Names | None = None) -> Iterator[ConfigFinding]:
    """Every fault that no single entry shows by itself."""
    names = names or Names(tuple(workspace.trackers), tuple(workspace.cycles))
    yield from _trackers(workspace)
    yield from _policy(workspace)
    yield from check_calendar(workspace, names)
    yield from check_flow(workspace, names)
    yield from _modes(workspace)
    yield from _words(workspace)
    yield from _ids(workspace)
    for at, objective in enumerate(workspace.objectives):
        if objective.cycle not in names.cycles:
            hint = did_you_mean(objective.cycle, names.cycles)
            message = f"unknown cycle {quoted(objective.cycle)}"
            yield ConfigFinding(("objectives", at, "cycle"), message, hint)
    yield from _continued(workspace)
    yield from _measures(workspace, names)
    yield from check_link_rules(workspace, names)


def _trackers(workspace: Workspace) -> Iterator[ConfigFinding]:
    variables: dict[str, str] = {}
    projects: dict[tuple[str, str], Path] = {}
    for name, tracker in workspace.trackers.items():
        path: Path = ("trackers", name)
        fault = unsafe_address(tracker.url)
        if fault:
            yield ConfigFinding((*path, "url"), *fault)
        stem = "".join(letter if letter.isalnum() else "_" for letter in name.upper())
        if is_reserved(f"{PREFIX}{stem}"):
            message = (
                f"tracker {quoted(name)} would read variables that hold secrets of sources, sinks or webhooks"
            )
            yield ConfigFinding(path, message, "rename it", at_key=True)
        if stem in variables:
            message = (
                f"trackers {quoted(variables[stem])} and {quoted(name)} read the same environment variables"
            )
            yield ConfigFinding(
                path,
                message,
                f"rename one of them: both read TRUENORTH_{stem}_TOKEN",
                ("trackers", variables[stem]),
                at_key=True,
            )
        variables.setdefault(stem, name)
        if tracker.policy.updates is not None and not tracker.has_updates:
            able = " or ".join(f"a {kind.title} tracker" for kind in KINDS if kind.has_updates)
            message, hint = f"{tracker.title} has no status updates", f"move updates to policy or to {able}"
            yield ConfigFinding((*path, "policy", "updates"), message, hint)
        for nr, project in enumerate((tracker.project_keys or ()) if tracker.url_is_scope else ()):
            here: Path = (*path, "scope", "projects", nr)
            twin = (tracker.url.rstrip("/").casefold(), project.casefold())
            if twin in projects:
                message = f"project {quoted(project)} of this site is in scope twice"
                yield ConfigFinding(here, message, "remove one of them", projects[twin])
            projects.setdefault(twin, here)


def _modes(workspace: Workspace) -> Iterator[ConfigFinding]:
    """Something must be read, and what measures ask must be there to answer."""
    if not workspace.active:
        yield ConfigFinding(
            ("trackers",), "every tracker is off", "set policy.mode of at least one to observe, label or full"
        )
        return
    for path, at, nr in key_result_places(workspace):
        measure = workspace.objectives[at].key_results[nr].measure
        if not isinstance(measure, QueryMeasure):
            continue
        able = trackers_for(measure.native.language, workspace.trackers)
        asked = [measure.tracker] if measure.tracker else able
        if len(asked) == 1 and asked[0] in workspace.trackers and asked[0] not in workspace.active:
            message = f"the query uses tracker {quoted(asked[0])}, whose mode is off"
            yield ConfigFinding(
                (*path, "measure"), message, "set its policy.mode to observe, or use another measure"
            )


def _what_became_of(key: str) -> str:
    """A hint that leads from a message that is not there to one that is."""
    if key in RENAMED:
        return f"it is called {quoted(RENAMED[key])} now; see `truenorth validate --diff`"
    if key in REMOVED:
        return f"remove it: {REMOVED[key]}; see `truenorth validate --diff`"
    return did_you_mean(key, ENGLISH)


def _words(workspace: Workspace) -> Iterator[ConfigFinding]:
    """Templates name what there is, and languages exist."""
    for language, texts in workspace.words.items():
        for key, template in texts.items():
            path: Path = ("words", language, key)
            if key in FIXED:
                message = f"{quoted(key)} cannot be replaced: Truenorth knows by it what it made"
                yield ConfigFinding(path, message, "remove it", at_key=True)
                continue
            english = ENGLISH.get(key) or ENGLISH.get(any_plural(key))
            if english is None and key in RETIRED:
                continue
            if english is None:
                yield ConfigFinding(path, f"unknown message {quoted(key)}", _what_became_of(key), at_key=True)
                continue
            try:
                unknown = sorted(names_in(template) - names_in(english))
            except ValueError as error:
                yield ConfigFinding(path, str(error))
                continue
            if unknown:
                known = ", ".join(f"{{{name}}}" for name in sorted(names_in(english)))
                hint = f"use one of: {known}" if known else "this message has no placeholders"
                yield ConfigFinding(path, f"unknown placeholder {{{unknown[0]}}}", hint)
    known_languages = {**SHIPPED, **workspace.words}
    places: list[tuple[Path, str]] = [(("policy", "language"), workspace.policy.language)]
    for name, tracker in workspace.trackers.items():
        if tracker.policy.language is not None:
            places.append((("trackers", name, "policy", "language"), tracker.policy.language))
    for at, language in places:
        if language not in known_languages:
            hint = f"{did_you_mean(language, known_languages)} (or add messages for it under words)"
            yield ConfigFinding(at, f"no messages for language {quoted(language)}", hint)


def _policy(workspace: Workspace) -> Iterator[ConfigFinding]:
    health = workspace.policy.health
    if health.at_risk > health.off_track:
        message = f"at_risk ({health.at_risk}) is greater than off_track ({health.off_track})"
        yield ConfigFinding(("policy", "health"), message, "set at_risk to at most off_track")
    seen: dict[str, str] = {}
    for state in ("aligned", "orphaned", "exempt", "dangling", "at_risk"):
        label: str | None = getattr(workspace.policy.labels, state)
        if label is None:
            continue
        path: Path = ("policy", "labels", state)
        if label.casefold() in seen:
            twin = seen[label.casefold()]
            both = " and ".join(one.replace("_", "-") for one in (twin, state))
            message = f"the labels for {both} work are both {quoted(label)}"
            yield ConfigFinding(path, message, "use a different label for each")
        if label.casefold().startswith("kr:"):
            message = f"the label {quoted(label)} would claim a key result"
            yield ConfigFinding(path, message, 'use one that does not start with "kr:"')
        seen.setdefault(label.casefold(), state)


def _ids(workspace: Workspace) -> Iterator[ConfigFinding]:
    objectives: dict[str, tuple[str, Path]] = {}
    key_results: dict[str, tuple[str, Path]] = {}
    for at, objective in enumerate(workspace.objectives):
        yield from _twin(objectives, "objective", objective.id, ("objectives", at, "id"))
    for path, at, nr in key_result_places(workspace):
        identifier = workspace.objectives[at].key_results[nr].id
        yield from _twin(key_results, "key result", identifier, (*path, "id"))


def _continued(workspace: Workspace) -> Iterator[ConfigFinding]:
    """What goes on with a key result belongs to a later cycle than that."""
    cycles = {kr.id.casefold(): (kr.id, objective.cycle) for objective, kr in workspace.key_results()}
    for path, at, nr in key_result_places(workspace):
        objective = workspace.objectives[at]
        continues = objective.key_results[nr].continues
        if continues is None or continues.casefold() not in cycles:
            continue
        before, cycle = cycles[continues.casefold()]
        both = [workspace.cycles.get(name) for name in (cycle, objective.cycle)]
        if both[0] is not None and both[1] is not None and both[0].start >= both[1].start:
            message = f"{quoted(before)} is of cycle {quoted(cycle)}, which does not begin before {quoted(objective.cycle)}"
            yield ConfigFinding((*path, "continues"), message, "name a key result of an earlier cycle")


def _twin(seen: dict[str, tuple[str, Path]], what: str, name: str, path: Path) -> Iterator[ConfigFinding]:
    # Labels carry these ids, and trackers do not agree on upper and lower case.
    if name.casefold() not in seen:
        seen[name.casefold()] = (name, path)
        return
    other, first = seen[name.casefold()]
    differs = f" ({quoted(other)} differs only in case)" if other != name else ""
    yield ConfigFinding(path, f"duplicate {what} id {quoted(name)}{differs}", first=first)


def _measures(workspace: Workspace, names: Names) -> Iterator[ConfigFinding]:
    for path, at, nr in key_result_places(workspace):
        measure = workspace.objectives[at].key_results[nr].measure
        if isinstance(measure, QueryMeasure):
            language = measure.native.language
            yield from check_answerable((*path, "measure"), language, measure.tracker, workspace, names)
            yield from check_jql((*path, "measure"), measure.native)
            if measure.over is not None:
                yield from check_jql((*path, "measure", "over"), measure.over.native)
    yield from check_measures(workspace)


def advice(workspace: Workspace) -> tuple[str, ...]:
    """What is allowed, but probably not what was meant; one sentence each."""
    return tuple(_advice(workspace))


def _advice(workspace: Workspace) -> Iterator[str]:
    yield from _without_links(workspace)
    declared = {one.id.casefold() for _, one in workspace.key_results()}
    for _, key_result in workspace.key_results():
        name = f'Key result "{key_result.id}"'
        if key_result.continues and key_result.continues.casefold() not in declared:
            near = did_you_mean(key_result.continues, [one.id for _, one in workspace.key_results()])
            yield (
                f"{name} continues {quoted(key_result.continues)}, which is not declared"
                f"{f' ({near})' if near else ''}; what claims that one claims this one."
            )
        measure = key_result.measure
        if isinstance(measure, MetricMeasure | KeepMeasure) and not (
            measure.checkins or measure.file or measure.http
        ):
            yield f"{name} has no check-ins, file or http: it will show no data."
        for rule in key_result.links:
            for label in (one.label for one in rule.nested() if one.label is not None):
                if label.casefold() in _ours(workspace):
                    yield f'{name} links by label "{label}", which Truenorth sets itself, so the rule never matches.'
            yield from _out_of_scope(name, rule, workspace)
    for exempt in workspace.exempt:
        labels = (*exempt.labels, *(part.label for one in exempt.any for part in one.nested() if part.label))
        for label in labels:
            if label.casefold() in _ours(workspace):
                yield f'Exemption "{exempt.name}" lists label "{label}", which Truenorth sets itself, so it never matches.'


def _without_links(workspace: Workspace) -> Iterator[str]:
    """Once, of all that are made of linked work."""
    found = [
        f'"{one.id}"'
        for _, one in workspace.key_results()
        if not one.links and isinstance(one.measure, MADE_OF_LINKS)
    ]
    if found:
        more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
        many = len(found) > 1
        yield (
            f"Key {'results' if many else 'result'} {', '.join(found[:_MOST])}{more} {'have' if many else 'has'} no links: only "
            f"work that claims {'one of them' if many else 'it'} by label or field counts."
        )


def _ours(workspace: Workspace) -> set[str]:
    return {label.casefold() for label in workspace.policy.labels.all}


def _out_of_scope(name: str, rule: LinkRule, workspace: Workspace) -> Iterator[str]:
    """A rule on a project outside the scope can still match an ancestor, so it is no error."""
    could_mean: dict[str, Tracker] = {
        tracker: declared
        for tracker, declared in workspace.trackers.items()
        if rule.tracker in (None, tracker)
    }
    if rule.project is None or rule.level == "initiative":
        return
    scope: list[str] = []
    for tracker in could_mean.values():
        if tracker.project_keys is None:
            return
        scope += tracker.project_keys
    if rule.project.casefold() not in {project.casefold() for project in scope}:
        near = nearest(rule.project, scope)
        meant = f' Did you mean "{near}"?' if near else ""
        yield f'{name} links to project "{rule.project}", which is outside every scope: only ancestors can match.{meant}'
