"""Remote links on issues, one for each key result that an issue serves: what each says, and what
becomes of it.

Jira has no bulk read of remote links, so the stamp records what each says; a link that a person removed
comes back when its key result changes. Wire facts: contracts/jira.md, section 5.7.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import msgspec

from config.text.redaction import shorten, shown
from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.jira.api.fields import MAX_TEXT
from connectors.jira.marks.key_result_text import TITLE_MARK
from connectors.meaning import leads_nowhere, same_meaning
from connectors.model import KeyResultMark, Marks, Stamp
from connectors.text.part_words import due_words, part_words

APPLICATION = {"type": "com.truenorth", "name": "Truenorth"}

_SPACES = re.compile(r"[^\S\u00A0\u202F]+")
"""All but those that hold words together, as before a percent sign."""

REFUSED = "refused"
"""In place of a digest: the account may not link issues in this project."""


@dataclass(slots=True)
class LinkPlan:
    """What becomes of an issue's links: bodies to send by key result, ids that go, digests that stay."""

    send: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def announced(self) -> tuple[tuple[str, str], ...]:
        """What the stamp records before the first of them is touched."""
        coming = dict.fromkeys((*self.send, *self.gone), "")
        return tuple(sorted((self.kept | coming).items()))


def plan_links(
    wanted: Marks, stamp: Stamp | None, owner: str, texts: Texts = ENGLISH_TEXTS, *, is_done: bool = False
) -> LinkPlan:
    """The way from the links that the stamp records to those that `wanted` needs. On closed work, `is_done`, those of
    marks that stay are as they were written."""
    plan, recorded = LinkPlan(), dict(stamp.links) if stamp else {}
    staying = as_written(stamp.key_results) if stamp and is_done else ()
    before = {mark.id: mark for mark in stamp.key_results} if stamp else {}
    for mark, written in zip(wanted.key_results, as_written(wanted.key_results), strict=True):
        if mark.id in recorded and written in staying:
            plan.kept[mark.id] = recorded[mark.id]
            continue
        if not mark.url:
            continue
        body = link_body(mark, owner, texts)
        if recorded.get(mark.id) == digest(body) or _says_it(
            recorded.get(mark.id), before.get(mark.id), mark
        ):
            plan.kept[mark.id] = recorded[mark.id]
        else:
            plan.send[mark.id] = body
    plan.gone = [id_ for id_ in recorded if id_ not in plan.kept and id_ not in plan.send]
    return plan


def _says_it(recorded: str | None, before: KeyResultMark | None, wanted: KeyResultMark) -> bool:
    """Whether a link that stands there, in whatever words of whatever version, says what is wanted by what it means.

    One of before there were goals gets its goal with the next edit of the issue, and one that leads nowhere an address.
    """
    if before is None or recorded in (None, "", REFUSED) or (before.goal is None and wanted.goal is not None):
        return False
    return same_meaning(before, wanted) and not (leads_nowhere(before) and not leads_nowhere(wanted))


def as_written(marks: Sequence[KeyResultMark]) -> tuple[KeyResultMark, ...]:
    """The marks without their pages: one whose link is not there shows none, whatever was wanted."""
    return tuple(replace(mark, url="") for mark in marks)


def link_body(mark: KeyResultMark, owner: str, texts: Texts = ENGLISH_TEXTS) -> dict[str, Any]:
    """The link in full: Jira empties whatever an update leaves out."""
    return {
        "globalId": global_id(owner, mark.id),
        "application": APPLICATION,
        "relationship": texts.text("link.relationship"),
        "object": {
            "url": mark.url,
            "title": _line(f"{mark.id}{TITLE_MARK}{mark.title}"),
            "summary": _line(TITLE_MARK.join(_facts(mark, texts))),
            "status": {"resolved": mark.health == "done"},
        },
    }


def _facts(mark: KeyResultMark, texts: Texts) -> list[str]:
    percent = [] if mark.percent is None else [texts.figures.percent(mark.percent)]
    facts = [*percent, texts.text(f"health.{mark.health}")]
    if mark.goal:
        facts.append(mark.goal)
    if mark.due:
        facts.append(due_words(mark.due, texts))
    return [*facts, *part_words(mark, texts)]


def _line(text: str) -> str:
    return shorten(_SPACES.sub(" ", shown(text)).strip(), MAX_TEXT)


def global_id(owner: str, key_result: str) -> str:
    """The id by which Jira knows our link for ever; at most 255 characters."""
    id_ = our_prefix(owner) + quote(key_result, safe="")
    if len(id_) <= MAX_TEXT:
        return id_
    return our_prefix(owner)[: MAX_TEXT - 64] + hashlib.sha256(id_.encode()).hexdigest()


def our_prefix(owner: str) -> str:
    """How the ids of all links of one owner begin."""
    return f"truenorth={quote(owner, safe='')}&keyResult="


def digest(body: Mapping[str, Any]) -> str:
    """Short proof of what a link says."""
    return hashlib.sha256(msgspec.json.encode(body)).hexdigest()[:12]
