"""The pages under docs/ tell the truth: the index of decisions is whole, links lead somewhere, named files exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML

from benchmarks import quarters
from config.load import load
from config.measures import Measure

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted(DOCS.rglob("*.md"))]

HEAD = re.compile(
    r"# (?P<number>[1-9]\d*)\. (?P<title>.+)\n\n"
    r"- Status: (?P<status>accepted|superseded by (?P<successor>[1-9]\d*))\n"
    r"- Date: (?P<date>\d{4}-\d\d-\d\d)\n"
)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def head_of(decision: Path) -> re.Match[str]:
    head = HEAD.match(decision.read_text(encoding="utf-8"))
    assert head, "begins with `# N. Title`, then `- Status: …` and `- Date: YYYY-MM-DD`"
    return head


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_every_decision_has_a_number_a_status_and_a_date(decision: Path) -> None:
    head = head_of(decision)
    assert decision.name.startswith(f"{int(head['number']):04}-")
    if head["successor"]:
        assert any(one.name.startswith(f"{int(head['successor']):04}-") for one in DECISIONS)


def test_numbers_of_decisions_follow_each_other() -> None:
    assert [int(head_of(one)["number"]) for one in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_index_of_decisions_says_what_they_say() -> None:
    index = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in index.splitlines() if line.startswith("| [")]
    heads = [(one.name, head_of(one)) for one in DECISIONS]
    assert rows == [
        f"| [{head['number']}]({name}) | {head['title']} | {head['status']} | {head['date']} |"
        for name, head in heads
    ]


def test_the_changelog_has_the_headings_of_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] in ("Unreleased", "[Unreleased]")
    assert all(re.fullmatch(r"\[?\d+\.\d+\.\d+\]? - \d{4}-\d\d-\d\d", one) for one in versions[1:])
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, made as GitHub makes them."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text):
        link = "".join(target)
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(link)
    assert broken == []


DATED = {"mutation.md"}
"""Pages that say what was run on a day, and keep the names of that day; decisions do likewise."""

FILE = re.compile(
    r"(?<![\w./-])(?:config|connectors|sync|tests|benchmarks|docs)/[\w./*-]+\.(?:py|md|yaml|png)"
)
"""The path of a file, from the root of the repository; a `*` stands for any name."""


def named_files() -> list[tuple[str, str]]:
    pages = [ROOT / "README.md", *(page for page in sorted(DOCS.glob("*.md")) if page.name not in DATED)]
    return [
        (name_of(page), path)
        for page in pages
        for path in sorted(set(FILE.findall(re.sub(r"\]\([^)]*\)", "]", page.read_text(encoding="utf-8")))))
    ]


@pytest.mark.parametrize(("page", "path"), named_files(), ids=str)
def test_every_file_that_a_page_names_exists(page: str, path: str) -> None:
    assert any(ROOT.glob(path)), f"{page} names {path}"


def test_the_lists_of_what_to_touch_name_files() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    lists = re.split(r"^### … ", text, flags=re.MULTILINE)[1:]
    assert [part.splitlines()[0] for part in lists] == [
        "a measure",
        "a signal",
        "a mark",
        "a tracker",
        "a command",
    ]
    assert all(len(set(FILE.findall(part))) >= 3 for part in lists)


def test_the_table_of_two_quarters_is_what_the_script_gives() -> None:
    text = (DOCS / "measures.md").read_text(encoding="utf-8")
    shown = text.split(quarters.BEGIN)[1].split(quarters.END)[0].strip()
    assert shown == quarters.table(), "run python benchmarks/quarters.py --write"


def measures_in(page: Path) -> list[dict[str, Any]]:
    """The key results in a page's blocks of YAML; some say no more than their measure."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    parsed = [YAML(typ="safe").load(block) for block in blocks]
    entries = [one for block in parsed for one in (block if isinstance(block, list) else [block])]
    return [{"id": f"KR{at}", "title": "Any", **one} for at, one in enumerate(entries) if "measure" in one]


def test_every_measure_stands_in_yaml_that_can_be_declared(tmp_path: Path) -> None:
    found = measures_in(DOCS / "measures.md")
    kinds = [get_args(one.model_fields["kind"].annotation)[0] for one in get_args(get_args(Measure)[0])]
    assert {one["measure"]["kind"] for one in found} == set(kinds)
    (tmp_path / "truenorth.yaml").write_text(
        "workspace: acme\n"
        "trackers:\n"
        '  jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB, OPS]}}\n'
        "  linear: {kind: linear, scope: {teams: [ENG]}}\n"
        "cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}\n"
    )
    objective = {"id": "O", "title": "Any", "cycle": "2026-Q4", "key_results": found}
    with (tmp_path / "okrs.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({"objectives": [objective]}, file)
    assert len(list(load(tmp_path).key_results())) == len(found)
