"""A brief where it is shown: as plain text, Markdown, and the messages that chat services take from webhooks. Pure.

In each, what comes from elsewhere is text and nothing else: it addresses nobody, leads nowhere and is set in no type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from config.text.phrases import say
from config.text.redaction import shown
from config.text.texts import Texts
from connectors.model import WorkItem
from connectors.text.markdown import as_markdown
from sync.brief.rows import BEGIN, END, Row

Service = Literal["slack", "teams"]

_PLACE = re.compile(f"{BEGIN}([0-9]+){END}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a row; with a `url` it is the name of a ticket, and leads there."""

    text: str
    url: str = ""


def parts_of(row: Row, texts: Texts) -> tuple[Part, ...]:
    """The sentence of a row, cut where tickets are named. Nothing in it is a secret, a line break or unseen."""
    found, end, sentence = [], 0, _BLANKS.sub(" ", say(row.said, texts)).strip()
    for place in _PLACE.finditer(sentence):
        item = row.items[int(place[1])]
        found += [Part(_fit(sentence[end : place.start()])), Part(shown(item.name), _address(item))]
        end = place.end()
    found.append(Part(_fit(sentence[end:])))
    return tuple(one for one in found if one.text)


def _fit(text: str) -> str:
    # A blank at an end stands beside the name of a ticket.
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}{shown(text.strip())}{tail}" if text.strip() else text


def _address(item: WorkItem) -> str:
    """Where a ticket is seen; "" for what is no address of the web."""
    url = shown(item.url)
    if urlsplit(url).scheme not in ("http", "https"):
        return ""
    return quote(url, safe="/:?#[]@!$&'()*+,;=%~-._")


# --- For people here ------------------------------------------------------------------------------

_LEAD = {"title": "", "heading": "", "line": "  • ", "note": ""}


def to_text(rows: Iterable[Row], texts: Texts) -> tuple[str, ...]:
    """One line for each row."""
    return tuple(_LEAD[row.kind] + "".join(part.text for part in parts_of(row, texts)) for row in rows)


def to_markdown(rows: Iterable[Row], texts: Texts) -> tuple[str, ...]:
    """One line for each row, with links."""
    lead = {"title": "# ", "heading": "## ", "line": "- ", "note": ""}
    return tuple(lead[row.kind] + _joined(row, texts, _markdown_text, _markdown_link) for row in rows)


def _markdown_text(text: str) -> str:
    bare = text.strip()
    return text.replace(bare, as_markdown(bare)) if bare else text


def _markdown_link(name: str, url: str) -> str:
    return f"[{as_markdown(name)}]({quote(url, safe=_IN_LINK)})"


_IN_LINK = "/:?#@!$&'*+,;=%~-._"
"""Of an address all but what would end a link."""


def _joined(row: Row, texts: Texts, escape: Callable[[str], str], link: Callable[[str, str], str]) -> str:
    return "".join(
        link(part.text, part.url) if part.url else escape(part.text) for part in parts_of(row, texts)
    )


# --- Slack, and what takes the same: Mattermost, Rocket.Chat, Discord's /slack ------------------------

_TYPESET = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ", "@": "＠"})
"""Slack has no way to escape what sets type, and others take a bare @ for a mention: what looks alike stands in its place."""
_ITALIC = re.compile(r"(?<!\w)_|_(?!\w)")
_LINK = re.compile(r"\]\s*\(")


def to_slack(rows: Sequence[Row], texts: Texts) -> dict[str, Any]:
    """The body of an incoming webhook. Source: docs.slack.dev, "Formatting message text" and "Sending messages using incoming webhooks"."""
    lines = []
    for row in rows:
        line = _joined(row, texts, slack_text, _slack_link)
        lines.append(
            f"*{line}*" if row.kind in ("title", "heading") else f"• {line}" if row.kind == "line" else line
        )
    return {"text": "\n".join(lines), "mrkdwn": True, "unfurl_links": False, "unfurl_media": False}


def slack_text(text: str) -> str:
    """Text that Slack and its like show as it is: `&`, `<` and `>` as entities, and nothing that mentions, links or sets type."""
    plain = text.translate(_TYPESET)
    plain = _LINK.sub("] (", _ITALIC.sub("ˍ", plain)).replace("://", ":∕∕")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _slack_link(name: str, url: str) -> str:
    address = (
        quote(url, safe="/:?#@!$&'()*+,;=%~-._").replace("&", "&amp;").replace("*", "%2A").replace("~", "%7E")
    )
    return f"<{address}|{slack_text(name).replace('|', '∣')}>"


# --- Teams ----------------------------------------------------------------------------------------

_CARD = "http://adaptivecards.io/schemas/adaptive-card.json"


def to_teams(rows: Sequence[Row], texts: Texts) -> dict[str, Any]:
    """The body of a webhook of Teams: an Adaptive Card of text runs, which know no Markdown and mention nobody.

    Source: adaptivecards.io/schemas/adaptive-card.json; learn.microsoft.com, "Create and send messages" of incoming webhooks.
    """
    card = {
        "$schema": _CARD,
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [_block(row, texts) for row in rows],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _block(row: Row, texts: Texts) -> dict[str, Any]:
    runs: list[dict[str, Any]] = [] if row.kind != "line" else [{"type": "TextRun", "text": "• "}]
    for part in parts_of(row, texts):
        run: dict[str, Any] = {"type": "TextRun", "text": part.text}
        if row.kind in ("title", "heading"):
            run["weight"] = "Bolder"
        if row.kind == "title":
            run["size"] = "Medium"
        if part.url:
            run["selectAction"] = {"type": "Action.OpenUrl", "url": part.url}
        runs.append(run)
    return {
        "type": "RichTextBlock",
        "inlines": runs,
        **({"separator": True} if row.kind == "heading" else {}),
    }


MESSAGES: dict[Service, Callable[[Sequence[Row], Texts], dict[str, Any]]] = {
    "slack": to_slack,
    "teams": to_teams,
}
"""How each service takes a brief."""
