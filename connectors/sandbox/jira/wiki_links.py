r"""What stands in brackets in wiki markup, and where it leads.

Sources: the server's renderer (`LinkRendererComponent`, `GenericLinkParser`, `UrlLink`, Jira's link resolvers), whose page
people look at, and Atlassian's reader behind the editor. Where one of the two sees a link, here is one; where both do,
its words are those of the server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

LINK = re.compile(r"\[((?:\\[\[\]]|[^\[\]\n])+)(?<!\\)\]")
r"""The server lets `\[` and `\]` stand within."""
ENTITY = re.compile(r"&#?\w+;")

_URL = re.compile(r"(?:https?|ftps?|irc|nntp|news)://|mailto:|file:|/|#", re.IGNORECASE)
_ISSUE = re.compile(r"[A-Z][A-Z0-9_]+-\d+")
_EMPTY_MENTIONS = ("~", "~accountid:")


@dataclass(frozen=True, slots=True)
class WikiLink:
    """A link as it is shown.

    - `href`: where it leads; None where it names a user.
    - `text`: its words, and whether they are read for marks: an address without words of its own is shown as it stands.
    - `user`: whom it names.
    """

    href: str | None
    text: str = ""
    marked: bool = False
    user: str | None = None


def link_in(inside: str) -> WikiLink | None:
    """What the text between the brackets is; None where neither reader sees a link."""
    label, rest = _parted(inside)
    target = rest.partition("|")[0].strip()
    if target.startswith("~"):
        return (
            None if target in _EMPTY_MENTIONS else WikiLink(None, user=target[1:].removeprefix("accountid:"))
        )
    if target.startswith("\\\\"):
        href = "file:" + target.replace("\\", "/")
    elif _URL.match(target):
        href = _address(target)
    elif _ISSUE.fullmatch(target):
        href = f"/browse/{target}"
    else:
        return None
    if label is not None and label.strip() != target:
        return WikiLink(href, label.removeprefix("mailto:"), marked=True)
    return WikiLink(href, unescaped(_shown(target)))


def _parted(inside: str) -> tuple[str | None, str]:
    """The words, if there are any, and the rest. A pipe between two exclamation marks, as in a picture, parts nothing."""
    pipe, bang = inside.find("|"), inside.find("!")
    if pipe < 0:
        return None, inside
    if 0 <= bang < pipe and bang != inside.rfind("!"):
        pipe = next(
            (at for at, sign in enumerate(inside) if sign == "|" and inside[:at].count("!") % 2 == 0), -1
        )
        if pipe < 0:
            return None, inside
    return inside[:pipe] or None, inside[pipe + 1 :]


def _address(target: str) -> str:
    """The address without its backslashes, and as a browser reads the entities that the page leaves in it."""
    if target.startswith("///"):
        target = target[2:]
    elif target.startswith("//"):
        target = target[1:]
    return ENTITY.sub(lambda one: unescape(one[0]), unescaped(target))


def _shown(target: str) -> str:
    if target.startswith("#"):
        return target[1:]
    return target.removeprefix("mailto:")


def unescaped(text: str) -> str:
    """The text without its backslashes; of two in a row the second stays."""
    return "".join(sign for at, sign in enumerate(text) if sign != "\\" or (at > 0 and text[at - 1] == "\\"))
