"""The references say what the program has: every command and option, every key of the OKR files; and every page has its place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from config.loading.json_schema import schema
from handbook.__main__ import references
from handbook.markdown import cell
from handbook.navigation import REST, Group, as_toml, pages, present, unplaced
from handbook.staging import place_of, sources
from sync.cli.app import app
from sync.cli.help_texts import HELP

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return references()


def test_every_command_has_its_options_examples_and_codes(made: dict[str, str]) -> None:
    group: Any = typer.main.get_command(app)
    root = typer.Context(group)
    parts = re.split(r"^### truenorth ", made["commands.md"], flags=re.MULTILINE)[1:]
    by_name = {part.split("\n")[0]: part for part in parts}
    assert list(by_name) == group.list_commands(root)
    for name, part in by_name.items():
        for one in group.get_command(root, name).params:
            if not one.hidden and one.param_type_name == "option":
                assert any(f"{option}" in part for option in one.opts), (name, one.name)
        for typed in HELP[name].examples:
            assert f"\n{typed}\n" in part


def test_every_key_has_its_meaning(made: dict[str, str]) -> None:
    whole = schema()
    text = made["yaml.md"]
    for model in (whole, *whole["$defs"].values()):
        for key, body in model.get("properties", {}).items():
            meaning = cell(body.get("description") or "")
            assert re.search(rf"^\| `{key}` \|.*{re.escape(meaning)} \|$", text, re.MULTILINE), key


def test_links_within_a_reference_lead_to_its_headings(made: dict[str, str]) -> None:
    headings = {
        re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-")
        for one in re.findall(r"^#+ (.+)$", made["yaml.md"], re.MULTILINE)
    }
    linked = set(re.findall(r"\]\(#([^)]+)\)", made["yaml.md"]))
    assert len(linked) > 20
    assert linked <= headings


def test_every_page_has_one_place_in_the_navigation() -> None:
    named = [page.file for page in pages()]
    assert len(named) == len(set(named))
    staged = {str(place_of(one)) for one in sources(ROOT) if one.suffix == ".md"}
    assert unplaced(staged) == [], "give it a place in handbook/navigation.py"


def test_a_page_that_is_not_there_is_left_out_and_one_without_a_place_comes_last() -> None:
    entries = present({"index.md", "marks.md", "another.md"})
    assert [page.file for page in pages(entries)] == ["index.md", "marks.md", "another.md"]
    assert entries[-1].title == REST
    assert isinstance(entries[-1], Group)


def test_the_navigation_is_toml() -> None:
    entries = present({"index.md", "marks.md"})
    parsed = tomllib.loads(f"nav = {as_toml(entries)}")
    assert parsed["nav"] == [{"Truenorth": "index.md"}, {"Concepts": [{"Marks": "marks.md"}]}]
