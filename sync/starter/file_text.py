"""The text of a first declaration: valid as it stands, with comments that say what each part does and what to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from config.text.redaction import shorten
from config.text.yaml_scalars import yaml_text
from config.wording import counted, part_of
from connectors.discovery import Estimates, Place, Survey, most_open_first
from connectors.model import CLAIM_NAME
from sync.starter.proposal import Example, Found, Proposal, open_items, upkeep
from sync.starter.quarters import Quarter, quarter_of

PLACEHOLDER = "CHANGE-ME"
"""Stands in a scope where nothing can be seen: `check` says so until there is a key in its place."""

OBJECTIVE = "O1"
_LONGEST_TITLE = 200
_LARGEST_ESTIMATE = 1_000_000
_MOST_OTHERS = 10
"""Places out of scope that are listed for people to take in."""


def file_text(proposal: Proposal) -> str:
    """The file. What the trackers call things is quoted wherever YAML would read it otherwise."""
    now = quarter_of(proposal.day)
    sections = (
        _head(proposal),
        _names(proposal),
        _trackers(proposal),
        _cycles(now),
        _objectives(proposal, now),
        _exempt(proposal.found),
        _policy(),
        _flow(),
    )
    return "\n".join("\n".join(lines) + "\n" for lines in sections if lines)


def _head(proposal: Proposal) -> list[str]:
    credentials = ", ".join(name for one in proposal.found for name in one.variables)
    return [
        f"# OKRs for Truenorth, proposed on {proposal.day} by `truenorth init` from what your trackers hold. The file is valid as",
        "# it stands: look at what would happen with `truenorth check` and `truenorth plan`, which write nothing. Then",
        "# replace the example objective by yours, and keep the file under version control, where others can review it.",
        "#",
        "# Editors complete and check it with the schema that `truenorth schema` prints. Credentials never stand here: they are in the",
        f"# environment, or in files of the same names in the secrets folder ({credentials}).",
    ]


def _names(proposal: Proposal) -> list[str]:
    return [
        "# Signs every mark that Truenorth writes, so that installations leave each other's alone. Choose it before the first",
        "# sync, and keep it.",
        f"workspace: {yaml_text(proposal.workspace)}",
        "# Where people read your OKRs: key results on tickets link to SITE/kr/ID. Take the # away once there is such a site.",
        "# site: https://okrs.example.com",
        "# Days begin and end here: those of cycles, check-ins and quiet hours.",
        f"time_zone: {yaml_text(proposal.time_zone)}",
    ]


# --- Trackers ------------------------------------------------------------------------------------


def _trackers(proposal: Proposal) -> list[str]:
    seen = [one for one in proposal.found if one.scope]
    lines = ["trackers:"]
    # One that shows nothing could not be read, so it is left to people to take in; a file has one tracker at least.
    for one in proposal.found:
        body = list(_tracker(one))
        lines += (
            body if one.scope or not seen else [f"  # {line.removeprefix('  ')}".rstrip() for line in body]
        )
    return lines


def _tracker(found: Found) -> Iterator[str]:
    yield f"  {found.name}:"
    yield f"    kind: {found.name}"
    if found.deployment:
        yield f"    deployment: {found.deployment}"
    if found.url:
        yield f"    url: {yaml_text(found.url)}"
    yield f"    # The {found.noun}s to read, and to write marks in. Everything else on the site is left alone."
    yield "    scope:"
    yield f"      {found.noun}s:"
    if not found.scope:
        yield f"        - {PLACEHOLDER}   # {found.site.account} sees no {found.noun}: give the account access to one, and put its key here"
        return
    width = max(len(yaml_text(key)) for key in found.scope)
    for key in found.scope:
        yield f"        - {yaml_text(key):<{width}}   # {_described(found.place(key), found)}"
    others = [one for one in most_open_first(found.site.places) if one.key not in found.scope]
    for place in others[:_MOST_OTHERS]:
        yield f"        # - {yaml_text(place.key)}   {_described(place, found)}"
    if len(others) > _MOST_OTHERS or found.site.unlisted:
        yield "        # …   there are more"
    yield from _estimate_field(found)
    yield f"    # {_claims(found.survey)}"


def _claims(survey: Survey) -> str:
    """How people claim key results on tickets here."""
    if CLAIM_NAME in survey.own_fields:
        return f'The {survey.claim_noun} "{CLAIM_NAME}" is there: people claim a key result by it, or by a label kr:ID.'
    return f'People claim a key result by a label kr:ID; `truenorth setup --apply` adds the {survey.claim_noun} "{CLAIM_NAME}" for it.'


def _described(place: Place, found: Found) -> str:
    """A place in words: its name, its open work, and how the team estimates."""
    said = [place.name]
    if place.open_items is not None:
        said.append(open_items(place.open_items, at_least=place.at_least, about=found.site.counts_are_about))
    if place.scale is not None:
        said.append(f"{place.scale} estimates" if place.scale else "no estimates")
    return ", ".join(said)


def _estimate_field(found: Found) -> Iterator[str]:
    survey = found.survey
    if survey.estimate_fields:
        fields = " and ".join(f'"{name}"' for name in survey.estimate_fields)
        yield f"    # Points are read from {fields}, found by name. Another field of numbers:"
        yield f"    # estimate_field: {yaml_text(survey.number_fields[0] if survey.number_fields else 'Effort')}"
    elif survey.number_fields:
        yield "    # No field has a usual name for points. If this one holds them, take the # away:"
        yield f"    # estimate_field: {yaml_text(survey.number_fields[0])}"


# --- Goals ---------------------------------------------------------------------------------------


def _cycles(now: Quarter) -> list[str]:
    return [
        "# Spans of time in which objectives are pursued, by any name. Both days are inside.",
        "cycles:",
        *(f"  {one.name}: {{start: {one.start}, end: {one.end}}}" for one in (now, now.next)),
    ]


def _objectives(proposal: Proposal, now: Quarter) -> list[str]:
    by_name = {one.name: one for one in proposal.found}
    made_of = (
        "An example, made of open work that is there, so that `truenorth plan` has something to show. A key result is better"
        if proposal.examples
        else "An example, to be replaced by yours, as there was no open work to make one of. A key result is better"
    )
    lines = [
        f"# {made_of}",
        "# than the name of a project: say what will be true, and how you will see it.",
        "objectives:",
        f"  - id: {OBJECTIVE}   # stands on tickets: short, and not changed later",
        f'    title: "Example: what should be true at the end of {now.name}?"',
        f"    cycle: {now.name}",
        "    # owner: growth@example.com   who answers for it",
        "    key_results:",
    ]
    for number, example in enumerate(proposal.examples, 1):
        lines += _key_result(f"{OBJECTIVE}-KR{number}", example, by_name[example.tracker])
    if not proposal.examples:
        lines += [
            f"      - id: {OBJECTIVE}-KR1   # people claim it by the label kr:{OBJECTIVE}-KR1 on a ticket",
            '        title: "Example: something that is done or not"',
            "        # On the day: `truenorth check-in O1-KR1 done --write`",
            "        measure: {kind: binary}",
            "        # Work that serves it: an epic by its key, a label, a Linear project. None was found to propose.",
            "        # links: [{key: WEB-1}, {label: onboarding}, {tracker: linear, project: Onboarding}]",
        ]
    return [*lines, *_templates(proposal)]


def _key_result(id_: str, example: Example, found: Found) -> list[str]:
    one = example.candidate
    if one.kind == "epic":
        link, what = f"{{key: {yaml_text(one.name)}}}", f"epic {one.name}"
    else:
        link = f"{{tracker: {found.name}, project: {yaml_text(one.name)}}}"
        what = f"{found.title} project"
    below = f": at least {counted(one.open_items, 'open item')}" if one.open_items else ""
    return [
        f"      - id: {id_}   # people claim it by the label kr:{id_} on a ticket",
        f"        title: {yaml_text(shorten(one.title, _LONGEST_TITLE).strip() or one.name)}",
        f"        # {_how_estimated(found)}",
        f"        measure: {_measure(found.survey.estimates)}",
        "        links:",
        f"          - {link}   # {what} with all that is below it{below}",
    ]


def _measure(estimates: Estimates) -> str:
    if estimates.unit is None:
        return "{kind: work}"
    weigh = "points" if estimates.unit == "points" else "time"
    default = "" if estimates.usual == 1 else f", default_estimate: {_plain(estimates.usual)}"
    return f"{{kind: work, weigh: {weigh}{default}}}"


def _plain(value: float) -> str:
    """An estimate as YAML has it, within what one may be."""
    return f"{min(max(round(value, 2), 0.01), _LARGEST_ESTIMATE):f}".rstrip("0").rstrip(".")


def _how_estimated(found: Found) -> str:
    """How much of the open work is estimated, and what follows from it."""
    estimates = found.survey.estimates
    if not estimates.sampled:
        return "Share of the linked work that is done; each item counts 1. With estimates: weigh: points"
    values = estimates.hours if estimates.unit == "hours" else estimates.points
    unit = "an original estimate" if estimates.unit == "hours" else "points"
    share = f"{part_of(len(values), estimates.sampled, 'open item')} looked at {'has' if len(values) == 1 else 'have'} {unit}"
    if estimates.unit is None:
        return f"{share}, so each counts 1. Where most have some: weigh: points"
    return f"{share}; the others count {_plain(estimates.usual)}, the median"


def _templates(proposal: Proposal) -> list[str]:
    """Key results of other kinds, to take the # away from."""
    asked = next((one for one in proposal.found if "jql" in one.languages and one.scope), None)
    lines = [
        "      # A number from elsewhere, reported with `truenorth check-in O1-KR8 24.5 --write`:",
        "      # - id: O1-KR8",
        '      #   title: "Activation from 22 % to 35 %"',
        '      #   measure: {kind: metric, start: 22, target: 35, unit: "%"}',
    ]
    if asked is not None:
        bugs, _ = upkeep([asked])
        type_ = f" AND issuetype = {_jql(bugs[0])}" if bugs else ""
        query = f"project = {_jql(asked.scope[0])}{type_} AND statusCategory != Done"
        lines += [
            "      # A count that the tracker itself answers:",
            "      # - id: O1-KR9",
            '      #   title: "Open bugs from 40 to 5"',
            f"      #   measure: {{kind: query, start: 40, target: 5, jql: {_in_single_quotes(query)}}}",
        ]
    return lines


def _in_single_quotes(text: str) -> str:
    """As YAML has it, without escapes for the double quotes of JQL. For what can be seen, on one line."""
    return "'" + text.replace("'", "''") + "'"


def _jql(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


# --- The rest ------------------------------------------------------------------------------------


def _exempt(found: Sequence[Found]) -> list[str]:
    types, labels = upkeep(found)
    lines = [
        "# Work that need not serve a key result, so that nobody is warned of it. One hit in any list is enough."
    ]
    if not types and not labels:
        return [
            *lines,
            "# Nothing of that kind was found among the open work; an example:",
            "# exempt:",
            "#   - {name: keep-the-lights-on, types: [Bug], labels: [ktlo]}",
        ]
    lists = [f"{key}: [{_listed(names)}]" for key, names in (("types", types), ("labels", labels)) if names]
    return [
        *lines,
        "exempt:",
        f"  - {{name: keep-the-lights-on, {', '.join(lists)}}}",
    ]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(yaml_text, names))


def _policy() -> list[str]:
    return [
        "policy:",
        "  # observe: read only. label: write labels alone. full: labels, fields, links and comments.",
        "  mode: full",
        "  # Days from its start before work that serves no key result bears a warning.",
        "  grace_days: 7",
        "  # Whether to write comments: one on each epic or project of a key result, one on the topmost work that serves none.",
        "  comments: true",
    ]


def _flow() -> list[str]:
    return [
        "# Histories of statuses are read, so that `truenorth signals` shows how work flows and what has grown old. Say in which stages",
        "# work only waits, and flow efficiency is known, too:",
        "# flow: {stages: [{name: Review, statuses: [In Review], waiting: true}]}",
        "flow: {}",
    ]
