"""The file that is proposed: valid whatever the trackers call things, and with the values that were found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load
from config.measures import BinaryMeasure, WorkMeasure
from config.workspace import Workspace
from connectors.discovery import Candidate, Estimates, Place, Site, Survey
from sync.starter.file_text import file_text
from sync.starter.proposal import (
    Example,
    Found,
    Proposal,
    lacking,
    proposed_examples,
    proposed_scope,
    proposed_workspace,
    upkeep,
)

DAY = date(2026, 11, 30)
SURVEY = Survey(
    estimates=Estimates(10, (1, 2, 3, 5, 8, 8)),
    estimate_fields=("Story Points",),
    own_fields=("Key result",),
    candidates=(
        Candidate("epic", "WEB-1", "New onboarding", "WEB", 7),
        Candidate("epic", "WEB-2", "Empty", "WEB"),
    ),
    types={"Bug": 3, "Story": 9},
    labels={"ktlo": 1, "flaky": 4},
)
JIRA = Found(
    name="jira", title="Jira", languages=("jql",), noun="project", url="https://acme.atlassian.net", scope=("WEB",), survey=SURVEY,
    site=Site("Ann", counts_are_about=True, url="https://acme.atlassian.net", time_zone="Europe/Paris", places=(Place("WEB", "Web", 9), Place("NO", "No: #1", 2))),
    variables=("TRUENORTH_JIRA_TOKEN", "TRUENORTH_JIRA_EMAIL"),
)  # fmt: skip
LINEAR = Found(
    name="linear", title="Linear", noun="team", scope=("ENG",),
    survey=Survey(Estimates(4, (1,)), claim_noun="label group", candidates=(Candidate("project", "Onboarding v2", "Onboarding v2", "ENG", 3),)),
    site=Site("Ann", company="acme-inc", places=(Place("ENG", "Engineering", 250, at_least=True, scale="fibonacci"),)),
)  # fmt: skip


def proposal(*found: Found, examples: tuple[Example, ...] | None = None) -> Proposal:
    chosen = proposed_examples(found) if examples is None else examples
    return Proposal(proposed_workspace(found), "Europe/Paris", DAY, found, chosen)


def declared(made: Proposal) -> Workspace:
    text = file_text(made)
    path = Path("truenorth.yaml")
    return load(path, {path: text.encode()})


def test_it_declares_what_was_found() -> None:
    found = declared(proposal(JIRA, LINEAR))
    assert found.workspace == "acme"
    assert {name: one.scope_keys for name, one in found.trackers.items()} == {
        "jira": ("WEB",),
        "linear": ("ENG",),
    }
    assert {name: (one.start, one.end) for name, one in found.cycles.items()} == {
        "2026-Q4": (date(2026, 10, 1), date(2026, 12, 31)),
        "2027-Q1": (date(2027, 1, 1), date(2027, 3, 31)),
    }
    first, second, third = [one for _, one in found.key_results()]
    assert [str(one.links[0]) for one in (first, second, third)] == [
        "key WEB-1", "project Onboarding v2, tracker linear", "key WEB-2"
    ]  # fmt: skip
    assert isinstance(first.measure, WorkMeasure)
    assert isinstance(second.measure, WorkMeasure)
    # Most of Jira's work is estimated, and little of Linear's.
    assert (first.measure.weigh, first.measure.default_estimate) == ("points", 4)
    assert (second.measure.weigh, second.measure.default_estimate) == ("count", 1)
    (exempt,) = found.exempt
    assert (exempt.types, exempt.labels) == (("Bug",), ("ktlo",))


def test_its_comments_say_what_was_seen() -> None:
    text = file_text(proposal(JIRA, LINEAR))
    for said in (
        "- WEB   # Web, about 9 open items",
        '# - "NO"   No: #1, about 2 open items',
        "- ENG   # Engineering, more than 250 open items, fibonacci estimates",
        '# Points are read from "Story Points", found by name.',
        "6 of 10 open items looked at have points; the others count 4, the median",
        "1 of 4 open items looked at has points, so each counts 1.",
        "epic WEB-1 with all that is below it: at least 7 open items",
        "TRUENORTH_JIRA_TOKEN, TRUENORTH_JIRA_EMAIL",
        'The field "Key result" is there: people claim',
        '`truenorth setup --apply` adds the label group "Key result" for it.',
    ):
        assert said in text


def test_every_template_in_it_is_valid_too() -> None:
    lines = file_text(proposal(JIRA, LINEAR)).split("\n")
    at = next(nr for nr, line in enumerate(lines) if "O1-KR8" in line and "- id" in line)
    for nr in range(at, len(lines)):
        if lines[nr].startswith("      # - id:") or lines[nr].startswith("      #   "):
            lines[nr] = lines[nr].replace("# ", "", 1)
    text = (
        "\n".join(lines)
        .replace("# site: ", "site: ")
        .replace("# owner: ", "owner: ")
        .replace("   who answers", "   # who")
    )
    text = text.replace("# estimate_field: ", "estimate_field: ")
    path = Path("truenorth.yaml")
    found = load(path, {path: text.encode()})
    assert [one.measure.kind for _, one in found.key_results()] == ["work", "work", "work", "metric", "query"]


@pytest.mark.parametrize("found", [(), (JIRA,), (LINEAR,)], ids=["both", "jira", "linear"])
def test_where_nothing_is_seen_it_is_valid_and_says_so(found: tuple[Found, ...]) -> None:
    nothing = [
        replace(one, scope=(), survey=Survey(), site=Site("Ann"))
        for one in (JIRA, LINEAR)
        if one not in found
    ]
    made = proposal(*found, *nothing)
    workspace = declared(made)
    assert set(workspace.trackers) == ({one.name for one in found} or {"jira", "linear"})
    said = lacking(made.found, made.examples)
    assert next(line for line in said if "sees no" in line).startswith(
        f"{nothing[0].name}: Ann sees no {nothing[0].noun}"
    )
    assert not found or f"  # {nothing[0].name}:" in file_text(made)


def test_without_work_the_example_is_done_or_not() -> None:
    made = proposal(replace(JIRA, survey=Survey()))
    (only,) = [one for _, one in declared(made).key_results()]
    assert isinstance(only.measure, BinaryMeasure)
    assert only.links == ()
    assert "no open work in WEB" in lacking(made.found, made.examples)[0]


@pytest.mark.parametrize(
    ("median", "declared_as"),
    [(2.5, "2.5"), (100.0, "100"), (1e9, "1000000"), (1e-9, "0.01"), (1 / 3, "0.33")],
)
def test_any_estimate_is_written_as_yaml_has_numbers(median: float, declared_as: str) -> None:
    found = replace(JIRA, survey=replace(SURVEY, estimates=Estimates(1, (median,))))
    measure = next(one.measure for _, one in declared(proposal(found)).key_results())
    assert isinstance(measure, WorkMeasure)
    assert measure.default_estimate == float(declared_as)
    assert f"default_estimate: {declared_as}}}" in file_text(proposal(found))


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Zl", "Zp")), min_size=1, max_size=30
)
NASTY = ('a: b # c', '- x', '"', "'", "*x", "&x", "{x}", "no", "null", "%", "x" * 300, "ünï", "日本 🦀", "\\n", "a'b\"c", "#", "!x", "@", "1.5")  # fmt: skip


def _named(name: str) -> Proposal:
    epic, project = Candidate("epic", "WEB-1", name, "WEB", 1), Candidate("project", name, name, "ENG", 1)
    jira = replace(
        JIRA,
        site=replace(JIRA.site, account=name, places=(Place("WEB", name, 1), Place("OPS", name, 1))),
        survey=replace(SURVEY, candidates=(epic,), estimate_fields=(name,), number_fields=(name,)),
    )
    linear = replace(
        LINEAR,
        site=replace(LINEAR.site, places=(Place("ENG", name, 1),)),
        survey=replace(LINEAR.survey, candidates=(project,)),
    )
    return proposal(jira, linear)


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_it_is_valid_whatever_things_are_called(name: str) -> None:
    epic, project = [one for _, one in declared(_named(name)).key_results()]
    assert epic.title == (name if len(name) <= 200 else f"{name[:199]}…")
    assert project.links[0].project == name


@settings(max_examples=25)
@given(NAMES)
def test_it_is_valid_whatever_things_may_be_called(name: str) -> None:
    if name.strip():
        declared(_named(name))


def test_the_scope_is_what_has_open_work() -> None:
    some = tuple(Place(f"P{nr}", "P", nr) for nr in range(20))
    assert proposed_scope(Site("Ann", places=some)) == tuple(f"P{nr}" for nr in range(19, 7, -1))
    assert proposed_scope(Site("Ann", places=(Place("A", "A", 0), Place("B", "B")))) == ("A", "B")
    assert proposed_scope(Site("Ann")) == ()


@pytest.mark.parametrize(
    ("company", "url", "name"),
    [
        ("", "https://acme.atlassian.net", "acme"),
        ("", "https://jira.acme.co.uk/jira", "acme"),
        ("", "https://jira.acme.example", "acme"),
        ("", "https://jira", "truenorth"),
        ("", "http://10.0.0.1/jira", "truenorth"),
        ("Acme & Co", "", "acme-co"),
    ],
)
def test_the_installation_is_called_by_the_company(company: str, url: str, name: str) -> None:
    assert proposed_workspace([replace(JIRA, site=Site("Ann", company=company, url=url))]) == name


def test_upkeep_is_what_is_there_in_one_spelling() -> None:
    linear = replace(LINEAR, survey=Survey(labels={"KTLO": 5, "Bug": 2}))
    assert upkeep([JIRA, linear]) == (("Bug",), ("KTLO", "Bug"))
    assert upkeep([replace(JIRA, survey=Survey(types={"Story": 1}))]) == ((), ())
