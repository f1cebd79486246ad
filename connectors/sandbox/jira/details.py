"""The finer grain of the generated site: descriptions, comments by people, links between issues."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from connectors.sandbox.company import NOW, PEOPLE
from connectors.sandbox.jira.state import BLOCKS, RELATES, Comment, Issue, JiraSite, Link


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


def describe(source: random.Random, subject: str) -> dict[str, Any]:
    """A description as people write them."""
    why = source.choice(
        (
            "Support hears about this every week.",
            "We promised this to two customers.",
            "It costs us half a day each time.",
            "The numbers of last month point here.",
        )
    )
    return _doc(
        _para(_text(why + " "), _text(subject, "em"), _text(" is where we start.")),
        _bullets(
            "Agree on what good looks like", "Build the smallest thing", "Look at the numbers after a week"
        ),
    )


_REMARKS = (
    "I had a look: the simple way works, no need for the new library.",
    "Can we split this? The second half waits for the design.",
    "Done on staging. Please try it with a big workspace.",
    "Moved to next week, I am on call until Friday.",
    "Two more customers asked for it.",
    "Looks good to me 👍",
)


def _remark(source: random.Random) -> dict[str, Any]:
    text = source.choice(_REMARKS)
    chance = source.random()
    if chance < 0.12:
        person = source.choice(PEOPLE)
        mention = {"type": "mention", "attrs": {"id": person.account_id, "text": f"@{person.name}"}}
        return _doc(_para(mention, _text(" " + text)))
    if chance < 0.2:
        panel = {"type": "panel", "attrs": {"panelType": "warning"}, "content": [_para(_text(text))]}
        return _doc(
            panel, _para(_text("See "), _text("the run book", href="https://wiki.acme.example/run-book"))
        )
    if chance < 0.26:
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
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        span = NOW - timedelta(minutes=2) - issue.created
        created = issue.created + span * source.random()
        if issue.comments:
            created = max(created, max(comment.created for comment in issue.comments.values()))
        edited = created + (NOW - timedelta(minutes=1) - created) * source.random() * 0.1
        author = source.choice(PEOPLE)
        updated = edited if source.random() < 0.125 else created
        comment = Comment(site.next_id(), author, _remark(source), created, updated, author)
        issue.comments[comment.id] = comment
        issue.updated = max(issue.updated, updated)


def add_links(site: JiraSite, source: random.Random, issues: Sequence[Issue]) -> None:
    """One issue in twelve blocks a younger one; a few are related. Blocks form no circle."""
    base = [issue for issue in issues if issue.type.level == 0 and issue.project.key in ("WEB", "OPS")]
    for position, issue in enumerate(base[:-1]):
        chance = source.random()
        if chance > 0.12:
            continue
        other = base[source.randrange(position + 1, len(base))]
        link = Link(site.next_id(), BLOCKS if chance < 0.085 else RELATES, issue.id, other.id)
        issue.links.append(link)
        other.links.append(link)
