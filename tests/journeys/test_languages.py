"""Everything that is written on a tracker is in the workspace's language, whichever that is: judged by what was sent."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.messages import ENGLISH, SHIPPED
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment, examples
from sync.plan import setup_basis
from tests.support.cli import AS_OF, Cli
from tests.support.languages import MARKED, Heard, add_marked_language, data_of, strange_words, without_data

FRENCH = SHIPPED["fr"]
_YAML = YAML(typ="safe")
EVERYTHING = {"updates": {"every_days": 1}, "grace_days": 1}
"""What the policy must say for everything to be written that can be."""


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    return Heard(monkeypatch)


@pytest.fixture
def sandbox(heard: Heard) -> Iterator[Sandbox]:  # noqa: ARG001  it listens before anything is said
    with Sandbox(generate(items=120, seed=3)) as running:
        yield running


class Company:
    """The example company, in a language that can change, on Jira Cloud or Data Center."""

    def __init__(
        self, folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, deployment: str
    ) -> None:
        shutil.copytree(examples(), folder)
        self._file = folder / "truenorth.yaml"
        for name, value in environment(sandbox).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
        declared = self._declared()
        if deployment == "data_center":
            declared["trackers"]["jira"]["deployment"] = deployment
            monkeypatch.delenv("TRUENORTH_JIRA_EMAIL")
            monkeypatch.setenv("TRUENORTH_JIRA_URL", f"{sandbox.url}/jira-dc")
            monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", SERVER_TOKEN)
        self._write(declared)

    def speak(self, language: str, **policy: Any) -> None:
        declared = self._declared()
        declared["policy"] |= {"language": language, **policy}
        self._write(declared)

    def data(self, run: Cli) -> set[str]:
        """What people wrote, and the words of theirs by which work looks close to a key result."""
        files = (_YAML.load(one) for one in self._file.parent.glob("*.yaml"))
        found = {"Truenorth", *(text for one in files for text in data_of(one))}
        near = json.loads(run("suggest", "--format", "json", *AS_OF).out)
        return found | {word for text in _words_in(near) for word in text}

    def _declared(self) -> Any:
        return _YAML.load(self._file)

    def _write(self, declared: Any) -> None:
        _YAML.dump(declared, self._file)


def _words_in(told: Any) -> Iterator[list[str]]:
    match told:
        case dict():
            yield from ([told["words"]] if isinstance(told.get("words"), list) else [])
            for one in told.values():
                yield from _words_in(one)
        case list():
            for one in told:
                yield from _words_in(one)


@pytest.fixture(params=["cloud", "data_center"])
def company(
    request: pytest.FixtureRequest, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Company:
    return Company(tmp_path / "okrs", sandbox, monkeypatch, request.param)


def done(run: Cli, *command: str) -> str:
    ran = run(*command)
    assert ran.code == 0, ran.out + ran.err
    return ran.out


def steps(run: Cli) -> list[str]:
    """What setup would do."""
    plans = json.loads(done(run, "setup", "--format", "json"))["setup"]
    return [
        f"{one['verb']} {one['kind']} {one['name']}" for plan in plans.values() for one in plan["actions"]
    ]


PLACES = frozenset(("name", "description", "title", "subtitle", "summary", "relationship", "value", "body"))
"""Keys of requests that must have been heard, so that the test does not pass for want of anything to judge."""


def write_everything(run: Cli) -> None:
    done(run, "setup", "--apply")
    done(run, "sync", "--first-run", *AS_OF)


def test_every_word_that_is_written_is_of_the_language(
    run: Cli, company: Company, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A language is its file and nothing else: all that does not come from there would stand outside of its marks."""
    add_marked_language(monkeypatch)
    company.speak(MARKED, **EVERYTHING)
    data = company.data(run)
    write_everything(run)
    texts = heard.texts()
    strange = {where: (words, text) for where, text in texts if (words := strange_words(text, data))}
    assert not strange
    assert {where.rpartition(" ")[2] for where, _ in texts} >= PLACES

    heard.exchanges.clear()
    assert steps(run) == []
    done(run, "sync", *AS_OF)
    assert heard.texts() == []


ENGLISH_WORDS = re.compile(
    r"(?i)\b(the|of|by|is|this|and|with|due|rule|claim|label|key results?|serves?|health|track|work|items?|weeks?|"
    r"days?|milestones?|unaligned|aligned|orphaned|exempt|provided|views?|progress|more|also|off|to|from|it|no)\b"
)
PLAIN_SPACE = re.compile(r"\w [:;!?%»]|« ")


@pytest.mark.parametrize("company", ["cloud"], indirect=True)
def test_french_holds_no_english_word(run: Cli, company: Company, heard: Heard) -> None:
    company.speak("fr", **EVERYTHING)
    data = company.data(run)
    write_everything(run)
    left = {without_data(text, data): (where, text) for where, text in heard.texts()}
    assert len(left) > 100
    assert not {one: sent for one, sent in left.items() if ENGLISH_WORDS.search(one)}
    # What stands in comments is put together of parts, whose own texts are looked at.
    assert not [
        sent
        for one, sent in left.items()
        if PLAIN_SPACE.search(one) and not sent[0].endswith((" text", " body"))
    ]


# --- Another language than before ----------------------------------------------------------------


def speak_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the version before this one: French in comments, English in all else."""
    for key, text in ENGLISH.items():
        if not key.startswith(("health.", "progress.", "update.", "orphan.")):
            monkeypatch.setitem(FRENCH, key, text)
    monkeypatch.setattr(setup_basis, "DEFAULT", "fr")  # of which setup kept nothing


def names(sandbox: Sandbox) -> dict[str, list[str]]:
    """What there is on both trackers, by kind."""
    jira, linear = sandbox.world.jira, sandbox.world.linear
    options = [
        f"{jira.fields[context.field_id].name}: {option.value}"
        for context in jira.contexts.values()
        if context.field_id not in jira.trashed_fields
        for option in context.options.values()
    ]
    return {
        "fields": sorted(one.name for one in jira.fields.values() if one.id not in jira.trashed_fields),
        "options": sorted(options),
        "filters": sorted(one.name for one in jira.filters.values()),
        "dashboards": sorted(one.name for one in jira.dashboards.values()),
        "gadgets": sorted(g.title for one in jira.dashboards.values() for g in one.gadgets.values()),
        "labels": sorted(one.name for one in linear.labels.values()),
        "views": sorted(one.name for one in linear.custom_views.values()),
    }


@pytest.mark.parametrize("company", ["cloud"], indirect=True)
@pytest.mark.parametrize("is_upgrade", [True, False], ids=["upgrade", "new language"])
def test_setup_names_everything_in_french_that_had_english_names(
    run: Cli,
    company: Company,
    heard: Heard,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    is_upgrade: bool,
) -> None:
    """An upgrade writes nothing by itself; a language that people change renews the comments, as it always did."""
    company.speak("fr" if is_upgrade else "en", **EVERYTHING)
    with monkeypatch.context() as before:
        if is_upgrade:
            speak_as_before(before)
        write_everything(run)
    there = names(sandbox)
    assert "Unaligned work" in there["filters"]
    company.speak("fr")

    heard.exchanges.clear()
    out = done(run, "sync", *AS_OF)
    places = {where.rpartition(" ")[2] for where, _ in heard.texts()}
    assert (
        places == set() if is_upgrade else "body" in places and not places & {"name", "description", "value"}
    )
    assert "what setup made has names in another language than policy.language" in out

    # Until setup has run, what is written goes by the names that are there.
    jira = sandbox.world.jira
    health = next(one.id for one in jira.fields.values() if one.name == "KR health")
    issue = next(one for one in jira.issues.values() if one.custom.get(health) is not None)
    said = issue.custom[health]
    sandbox.call(lambda: issue.custom.update({health: None}))
    # No tracker tells of what was changed behind its back: only a whole read sees it.
    done(run, "sync", "--full", *AS_OF)
    assert issue.custom[health] == said

    planned = steps(run)
    assert {one.split()[0] for one in planned} == {"change"}
    done(run, "setup", "--apply")
    assert steps(run) == []
    now = names(sandbox)
    assert {kind: len(some) for kind, some in now.items()} == {
        kind: len(some) for kind, some in there.items()
    }
    for kind, french in FRENCH_NAMES.items():
        assert french <= set(now[kind]), kind
    assert {"Unaligned work", "OKR alignment", "Alignment", "aligned"}.isdisjoint(
        name for some in now.values() for name in some
    )

    heard.exchanges.clear()
    assert "another language" not in done(run, "sync", *AS_OF)
    assert heard.texts() == []
    done(run, "undo", "--all", "--apply")
    done(run, "setup", "--remove", "--apply")
    left = names(sandbox)
    assert not any(name in some for kind, some in left.items() for name in FRENCH_NAMES.get(kind, ()))


FRENCH_NAMES = {
    "fields": {"Santé RC", "Alignement", "Objectif"},
    "options": {"Santé RC: À risque", "Alignement: Orphelin"},
    "filters": {"Travail non aligné", "Travail par résultat clé"},
    "dashboards": {"Alignement OKR"},
    "gadgets": {"Travail non aligné", "Travail par résultat clé"},
    "labels": {"Alignement", "aligné", "orphelin"},
    "views": {"Travail non aligné", "Projets non alignés"},
}
