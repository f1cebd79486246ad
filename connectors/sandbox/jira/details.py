"""The finer grain of the generated site: descriptions, comments by people, links between issues."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from connectors.sandbox.company import NOW, PEOPLE, at_work, from_unix
from connectors.sandbox.description_texts import opening_sentence
from connectors.sandbox.jira.state import BLOCKS, RELATES, Comment, Issue, IssueLink, JiraSite


def _text(words: str, *marks: str, href: str | None = None) -> dict[str, Any]:
    found: list[dict[str, Any]] = [{"type": mark} for mark in marks]
    if href:
        found.append({"type": "link", "attrs": {"href": href}})
    return {"type": "text", "text": words} | ({"marks": found} if found else {})


def _para(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inline)}


def _bullets(*lines: str) -> dict[str, Any]:
    return {
        "type": "bulletList",
        "content": [{"type": "listItem", "content": [_para(_text(line))]} for line in lines],
    }


def _doc(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(blocks)}


_REASONS = (
    "Support hears about this every week.",
    "We promised this to two customers.",
    "It costs us half a day each time.",
    "The numbers of last month point here.",
    "Sales lost a deal over it.",
    "It came up in three retrospectives.",
)
_SUBJECTS = (
    "The slow case",
    "What new teams see first",
    "The part that nobody owns",
    "The way back after a failure",
    "Whatever can go wrong on a Friday",
    "The oldest browser we support",
)
_STEPS = (
    ("Agree on what good looks like", "Build the smallest thing", "Look at the numbers after a week"),
    ("Write down how it is today", "Ask two customers", "Decide"),
    ("Reproduce it", "Find the first bad release", "Fix it with a test"),
)


def describe(source: random.Random, theme: str) -> dict[str, Any]:
    """A description as people write them, many of them with a template's words around what it is about. Whoever
    edits one puts another in its place."""
    return _description(source.randrange(len(_REASONS) * len(_SUBJECTS) * len(_STEPS)), theme)


@cache
def _description(number: int, theme: str) -> dict[str, Any]:
    # Half of a million issues have one: the same text is kept once, however many bear it.
    about = opening_sentence(theme, number)
    number, steps = divmod(number, len(_STEPS))
    reason, subject = divmod(number, len(_SUBJECTS))
    return _doc(
        *([_para(_text(about))] if about else []),
        _para(_text(_REASONS[reason] + " "), _text(_SUBJECTS[subject], "em"), _text(" is where we start.")),
        _bullets(*_STEPS[steps]),
    )


_COMMENTS = (
    "I had a look: the simple way works, no need for the new library.",
    "Can we split this? The second half waits for the design.",
    "Done on staging. Please try it with a big workspace.",
    "Moved to next week, I am on call until Friday.",
    "Two more customers asked for it.",
    "Looks good to me 👍",
)


@cache
def _comment_body(number: int, kind: int, person: int) -> dict[str, Any]:
    """The remark of this number as plain text, or to a person, in a panel, or with a table."""
    text = _COMMENTS[number]
    if kind == 1:
        mentioned = PEOPLE[person]
        attrs = {"id": mentioned.account_id, "text": f"@{mentioned.name}"}
        return _doc(_para({"type": "mention", "attrs": attrs}, _text(" " + text)))
    if kind == 2:
        panel = {"type": "panel", "attrs": {"panelType": "warning"}, "content": [_para(_text(text))]}
        return _doc(
            panel, _para(_text("See "), _text("the run book", href="https://wiki.acme.example/run-book"))
        )
    if kind == 3:
        rows = [("Case", "Result"), ("small workspace", "fine"), ("10,000 items <b>", "slow")]
        cells = [
            {
                "type": "tableRow",
                "content": [
                    {"type": "tableHeader" if number == 0 else "tableCell", "content": [_para(_text(cell))]}
                    for cell in row
                ],
            }
            for number, row in enumerate(rows)
        ]
        return _doc(_para(_text(text, "strong")), {"type": "table", "content": cells})
    return _doc(_para(_text(text)))


def add_comments(site: JiraSite, source: random.Random, issue: Issue) -> None:
    """Comments on about a quarter of the issues, one in eight of them edited later."""
    if source.random() > 0.27:
        return
    last, first = NOW.timestamp() - 120, issue.created.timestamp() + 30
    moments = sorted(at_work(source, first, max(first, last)) for _ in range(source.choice((1, 1, 1, 2, 3))))
    for at in moments:
        created = updated = from_unix(at)
        if source.random() < 0.125:
            updated = from_unix(min(last, at + source.random() * 3 * 3600))
        author = source.choice(PEOPLE)
        kind = source.choices((0, 1, 2, 3), cum_weights=(74, 86, 94, 100))[0]
        person = source.randrange(len(PEOPLE)) if kind == 1 else 0
        body = _comment_body(source.randrange(len(_COMMENTS)), kind, person)
        comment = Comment(site.next_id(), author, body, created, max(created, updated), author)
        issue.comments[comment.id] = comment
        issue.updated = max(issue.updated, comment.updated)


def add_links(site: JiraSite, source: random.Random, issues: Sequence[Issue]) -> None:
    """One issue in twelve blocks a younger one; a few are related. Blocks form no circle."""
    base = [issue for issue in issues if issue.type.level == 0 and issue.project.key in ("WEB", "OPS")]
    for position, issue in enumerate(base[:-1]):
        chance = source.random()
        if chance > 0.12:
            continue
        other = base[source.randrange(position + 1, len(base))]
        link = IssueLink(site.next_id(), BLOCKS if chance < 0.085 else RELATES, issue.id, other.id)
        issue.links.append(link)
        other.links.append(link)
