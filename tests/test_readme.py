"""The README and the pages for users tell the truth: YAML, commands, options, exit codes, settings and policy are the program's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from config.hooks.declared import hook_variable
from config.load import load
from config.origins import origin_variable
from config.posting.webhooks import webhook_variable
from config.settings import SOURCE_ORIGINS, Settings, variables
from config.workspace import Workspace
from sync.cli.app import app
from sync.cli.exit_codes import Exit

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATORS = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
PAGES = ("README.md", "SECURITY.md", *(f"docs/{name.name}" for name in sorted((ROOT / "docs").glob("*.md"))))

GROUP = typer.main.get_command(app)
CONTEXT = typer.Context(GROUP)
OPTIONS = {
    name: {
        option
        for parameter in GROUP.get_command(CONTEXT, name).params  # type: ignore[attr-defined]
        for option in parameter.opts
    }
    | {"--help"}
    for name in GROUP.list_commands(CONTEXT)  # type: ignore[attr-defined]
}

OF_ALL = {option for parameter in GROUP.params for option in parameter.opts}
"""What is typed before the name of a command, or without any."""


def quoted(text: str) -> list[str]:
    """Everything that a page shows as code, line by line."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [line.split("  #")[0] for block in blocks for line in block.splitlines()] + spans


def test_it_opens_with_the_two_commands() -> None:
    first = README.split("```")[1]
    assert [line.split("#")[0].strip() for line in first.splitlines()[1:] if line] == [
        "make demo",
        "make test",
    ]


def test_it_is_short_and_so_is_its_picture() -> None:
    assert len(README.splitlines()) <= 160
    (picture,) = re.findall(r"src=\"([^\"]+\.png)\"", README)
    content = (ROOT / picture).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 60_000


def test_the_example_declaration_is_valid(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "truenorth.yaml"
    path.write_text(block, encoding="utf-8")
    workspace = load(path)
    assert [key_result.measure.kind for _, key_result in workspace.key_results()] == [
        "metric",
        "work",
        "query",
    ]


def test_every_command_and_only_those_are_listed() -> None:
    assert sorted(re.findall(r"^\| `truenorth ([a-z-]+)", README, re.MULTILINE)) == sorted(OPTIONS)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_can_be_typed(page: str) -> None:
    wrong = []
    for line in quoted((ROOT / page).read_text(encoding="utf-8")):
        for name, rest in re.findall(r"(?:^|[ $])truenorth ([a-z][a-z-]*)(.*)", line):
            asked = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", rest))
            if name == "help":
                continue
            if name not in OPTIONS or not asked <= OPTIONS[name]:
                wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize("page", ["README.md", "docs/operators.md", "docs/leads.md", "docs/engineers.md"])
def test_every_option_named_exists(page: str) -> None:
    # Docker's own are not ours; a command of several lines ends where no backslash does.
    others = r"docker run (?:.*\\\n)*.*|--build-arg\b"
    text = re.sub(others, "", (ROOT / page).read_text(encoding="utf-8"))
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= set().union(OF_ALL, *OPTIONS.values())


def test_exit_codes_are_those_of_the_program() -> None:
    table = OPERATORS.split("| Exit code | Meaning |")[1].split("\n\n")[0]
    listed = {
        int(code) for cell in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in cell.split(",")
    }
    assert listed == {int(code) for code in Exit}


def test_every_variable_of_the_environment_is_listed_and_only_those() -> None:
    settings = {f"TRUENORTH_{name.upper()}" for name in Settings.model_fields}
    linear = {name for name in variables("linear") if not name.endswith("EMAIL")}
    known = settings | {*variables("jira"), variables("jira-eu")[0]} | linear
    sources = {"TRUENORTH_SOURCE_NAME", origin_variable("TRUENORTH_SOURCE_NAME"), SOURCE_ORIGINS}
    hooks = {webhook_variable("default"), webhook_variable("name"), "TRUENORTH_BRIEF_NAME_KIND"}
    hooks |= {hook_variable("jira"), hook_variable("linear")}
    assert set(re.findall(r"TRUENORTH_[A-Z_]+", OPERATORS)) == known | sources | hooks


def test_every_key_of_the_policy_is_listed() -> None:
    policy = Workspace.model_fields["policy"].annotation
    assert policy is not None
    fields = policy.model_fields
    named = set(re.findall(r"`([a-z_]+)`", OPERATORS))
    assert set(fields) <= named
    guards = fields["guards"].annotation.model_fields
    assert {name for name in guards if not re.search(rf"`(policy\.guards\.)?{name}`", OPERATORS)} == set()
