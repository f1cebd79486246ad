"""What stands where in the site's navigation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

REFERENCE = "reference"
"""Folder of the pages that are made from the code."""

DECISIONS = "adr"
MEASURED = "performance"
REST = "More"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the site: its title in the navigation, and its file in the staged tree."""

    title: str
    file: str


@dataclass(frozen=True, slots=True)
class Group:
    """Pages under one heading, for one kind of reader or question."""

    title: str
    entries: Sequence[Page | Group]


NAVIGATION: Sequence[Page | Group] = (
    Page("Truenorth", "index.md"),
    Page("The first hour", "first-hour.md"),
    Group(
        "How-to",
        (
            Page("For engineers", "engineers.md"),
            Page("For leads", "leads.md"),
            Page("For operators", "operators.md"),
            Page("Deploy it", "deploying.md"),
            Page("Run it as a service", "serving.md"),
            Page("Webhooks", "webhooks.md"),
            Page("Observe it", "observability.md"),
            Page("Jira Data Center", "data-center.md"),
            Page("Post a brief", "brief.md"),
            Page("Review a cycle", "review.md"),
            Page("Publish the report", "report.md"),
            Page("Grafana", "grafana.md"),
            Page("Python API", "python-api.md"),
        ),
    ),
    Group(
        "Concepts",
        (
            Page("Measures", "measures.md"),
            Page("Link rules", "linking.md"),
            Page("Marks", "marks.md"),
            Page("Warning signals", "signals.md"),
            Page("How work flows", "flow.md"),
            Page("Indicators", "indicators.md"),
            Page("The impact map", "impact-map.md"),
            Page("Suggestions", "suggestions.md"),
        ),
    ),
    Group(
        "Reference",
        (
            Page("Commands", f"{REFERENCE}/commands.md"),
            Page("YAML", f"{REFERENCE}/yaml.md"),
            Page("Every mark in a picture", "pictures.md"),
            Page("Numbers for machines", "machines.md"),
            Page("The sandbox", "sandbox.md"),
            Page("Changes", "changes.md"),
        ),
    ),
    Group(
        "Trust",
        (
            Page("Questions", "questions.md"),
            Page("When things go wrong", "reliability.md"),
            Page("Security", "security.md"),
            Page("Scaling", "scaling.md"),
            Page("Performance", "performance.md"),
        ),
    ),
    Group(
        "Inside",
        (
            Page("Architecture", "architecture.md"),
            Page("Decisions", f"{DECISIONS}/index.md"),
            Page("Mutation testing", "mutation.md"),
            Page("Releasing", "releasing.md"),
            Page("A newcomer's hour", "newcomer.md"),
        ),
    ),
)


def pages(entries: Sequence[Page | Group] = NAVIGATION) -> Iterator[Page]:
    """Every page of the navigation, in its order."""
    for entry in entries:
        if isinstance(entry, Page):
            yield entry
        else:
            yield from pages(entry.entries)


def unplaced(staged: Collection[str]) -> list[str]:
    """Staged pages that the navigation does not name; those of a folder with an index of its own need not be there."""
    named = {page.file for page in pages()}
    inside = (f"{DECISIONS}/", f"{MEASURED}/", "files/")
    return sorted(one for one in staged if one not in named and not one.startswith(inside))


def present(staged: Collection[str]) -> Sequence[Page | Group]:
    """The navigation over the pages that there are; those without a place come last, so that none is lost."""
    kept = [entry for one in NAVIGATION if (entry := _with(one, staged)) is not None]
    rest = [Page(one.removesuffix(".md").capitalize(), one) for one in unplaced(staged)]
    return (*kept, Group(REST, tuple(rest))) if rest else tuple(kept)


def _with(entry: Page | Group, staged: Collection[str]) -> Page | Group | None:
    if isinstance(entry, Page):
        return entry if entry.file in staged else None
    kept = tuple(inner for one in entry.entries if (inner := _with(one, staged)) is not None)
    return Group(entry.title, kept) if kept else None


def as_toml(entries: Sequence[Page | Group]) -> str:
    """The navigation as an array of TOML, as the site's generator reads it."""
    return f"[{', '.join(_entry(one) for one in entries)}]"


def _entry(entry: Page | Group) -> str:
    within = _quoted(entry.file) if isinstance(entry, Page) else as_toml(entry.entries)
    return f"{{{_quoted(entry.title)} = {within}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
