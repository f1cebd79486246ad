"""The plain look that all sandbox pages share.

Templates live beside the code that fills them and are named from this folder ("jira/issue.html"). They
extend "base.html", which has the blocks `title`, `crumbs` and `body`, and import "parts.html" for
`lozenge(text, colour)`, `bar(percent)`, `person(name)` and `when(moment)`. Everything is escaped; a
template may mark as safe only what our own renderers made from escaped parts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import jinja2
from aiohttp import web

_HERE = Path(__file__).parent

# Nothing on a page may run or load: the text of tickets is hostile until proven otherwise.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

AVATAR_COLOURS = ("#0052cc", "#00875a", "#5243aa", "#b65c02", "#ae2e24", "#206a83", "#943d73")


def _when(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC") if moment else ""


def _initials(name: str) -> str:
    words = name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


def _tint(name: str) -> str:
    return AVATAR_COLOURS[sum(map(ord, name)) % len(AVATAR_COLOURS)]


def _web(url: str) -> str:
    """The address, if a browser may follow it; else one that leads nowhere."""
    return url if url.startswith(("https://", "http://")) else "#"


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_HERE),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(when=_when, initials=_initials, tint=_tint, web=_web)


def render(template: str, **values: object) -> str:
    """The template filled with `values`, as HTML."""
    return _ENVIRONMENT.get_template(template).render(**values)


def page(template: str, status: int = 200, **values: object) -> web.Response:
    """The filled template as a reply that no script can run in."""
    return web.Response(
        text=render(template, **values), status=status, content_type="text/html", headers=_HEADERS
    )


def missing(what: str) -> web.Response:
    """A friendly page that says what was not found."""
    return page("message.html", status=404, heading="Not found", text=what)
