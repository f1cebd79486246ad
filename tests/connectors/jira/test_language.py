"""An account that reads French: names are matched in English and in its own words, and Data Center is said to be in one language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.jira import JiraConnector
from connectors.jira.read.words import is_english, language_of
from connectors.model import WorkItem
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.align.alignment import align
from tests.support.builders import work, workspace
from tests.support.jira_site import connector

FRENCH = {
    "Story": "Récit", "Bug": "Bogue", "Done": "Terminé", "In Progress": "En cours", "To Do": "À faire", "High": "Haute",
    "Won't Do": "Ne sera pas fait", "Duplicate": "Doublon",
}  # fmt: skip


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(120, 3)) as one:
        yield one


def speak(sandbox: Sandbox, locale: str | None = "fr_FR") -> None:
    peculiar = sandbox.world.jira.peculiar
    sandbox.call(lambda: peculiar.words.update(FRENCH))
    sandbox.call(lambda: setattr(peculiar, "locale", locale))


def cloud(sandbox: Sandbox) -> JiraConnector:
    return connector(f"{sandbox.url}/jira")


def server(sandbox: Sandbox, **declared: Any) -> JiraConnector:
    url = f"{sandbox.url}/jira-dc"
    return connector(url, email=None, token=SERVER_TOKEN, deployment="data_center", **declared)


def read(tracker: JiraConnector) -> tuple[WorkItem, ...]:
    try:
        return tracker.pull().items
    finally:
        tracker.close()


def linked(items: tuple[WorkItem, ...], **rule: str) -> set[str]:
    placements = align(items, workspace(work("A", {**rule, "project": "WEB"}))).placements
    return {ref.id for ref, one in placements.items() if one.carries}


@pytest.mark.parametrize("locale", ["fr_FR", None])
def test_rules_match_in_english_and_in_the_accounts_words(sandbox: Sandbox, locale: str | None) -> None:
    before = read(cloud(sandbox))
    speak(sandbox, locale)
    after = read(cloud(sandbox))
    for english, french in (("Story", "récit"), ("Bug", "Bogue")):
        wanted = linked(before, type=english)
        assert wanted
        assert linked(after, type=english) == linked(after, type=french) == wanted
    assert (
        linked(after, priority="high") == linked(after, priority="HAUTE") == linked(before, priority="High")
    )
    # What is done and dropped is the same, and people's words are beside the others.
    assert [(one.ref, one.category, one.kind) for one in after] == [
        (one.ref, one.category, one.kind) for one in before
    ]
    assert {name for one in after for name in one.called("status")} > {"Done", "Terminé"}


def test_histories_know_a_status_by_both_names(sandbox: Sandbox) -> None:
    speak(sandbox)
    tracker = cloud(sandbox)
    items = [one for one in tracker.pull().items if one.status == "Done"]
    spans = [span for one in tracker.histories(items).values() for span in one.statuses]
    tracker.close()
    assert {(span.status, *span.also) for span in spans} >= {("Done", "Terminé")}


def test_english_accounts_cost_no_further_request(sandbox: Sandbox) -> None:
    read(cloud(sandbox))
    asked = {one.path.rpartition("/")[2] for one in sandbox.requests}
    assert not asked & {"issuetype", "priority", "resolution", "status"}


def test_a_data_center_account_is_told_what_to_write(sandbox: Sandbox) -> None:
    def language(tracker: JiraConnector) -> list[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = [
            (one.verdict, one.found, one.remedy) for one in tracker.preflight(()) if one.about == "language"
        ]
        tracker.close()
        return found

    assert language(server(sandbox)) == []
    speak(sandbox)
    ((verdict, said, remedy),) = language(server(sandbox))
    assert (verdict, said) == ("warning", "the account reads Jira in French")
    assert "in French (types: " in remedy
    assert "Récit" in remedy
    assert language(cloud(sandbox)) == []
    items = read(server(sandbox))
    assert linked(items, type="Récit")
    assert not linked(items, type="Story")


def test_dropped_names_are_declared_in_the_language_of_a_data_center(sandbox: Sandbox) -> None:
    wanted = {one.ref for one in read(server(sandbox)) if one.category == "dropped"}
    speak(sandbox)
    french = tuple(
        FRENCH.get(name, name) for name in ("Won't Do", "Duplicate", "Cannot Reproduce", "Rejected")
    )
    tracker = server(sandbox, dropped_resolutions=french, dropped_statuses=french)
    assert {one.ref for one in read(tracker) if one.category == "dropped"} == wanted


@pytest.mark.parametrize(
    ("locale", "english", "language"),
    [
        ("en_US", True, "en_US"),
        ("EN", True, "EN"),
        ("fr_FR", False, "French"),
        ("de", False, "German"),
        ("xx_YY", False, "xx_YY"),
    ],
)
def test_locales(locale: str, english: bool, language: str) -> None:
    assert is_english(locale) is english
    assert language_of(locale) == language


def test_a_hidden_locale_may_be_any() -> None:
    assert not is_english(None)
