"""Pages as HTML that needs nothing but itself: one file, no network, and a policy by which only our own style and script hold.

Pure: values in, text out. Jinja escapes every text; charts are the only HTML that is put in as it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import jinja2
from markupsafe import Markup

from config.text.texts import Texts
from sync.report.html.choosing import Choosing
from sync.report.html.page import Cell, Link, Page, Table

_STYLES = ("charts.css", "map.css", "look.css")
_SCRIPT = "page.js"
_MOST_COLUMNS = 16
"""Columns of which each may stand on the right by itself."""
_ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M8 1l3 14-3-3-3 3z' fill='%232f54c8'/%3E%3C/svg%3E"
_ADDRESS = re.compile(r"https?://[^\s]|#|(?:\.\./)*[A-Za-z0-9][^\s:]*\Z")
_WORDS = [
    "report",
    "apart",
    "contents",
    "empty",
    "everything",
    "filter",
    "foot",
    "links",
    "objectives",
    "shown",
    "skip",
    "sort",
    "teams",
    "undrawn",
    "unread",
    "values",
]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the sections of a page.

    - `when`: the moment that it tells of. `warnings`: what could not be read.
    - `home`: the address of the report, from a page that is not it. `downloads`: the same as files for programs.
    """

    when: str
    warnings: Sequence[str] = ()
    home: str = ""
    downloads: Sequence[Link] = ()


def render(page: Page, frame: Frame, choosing: Choosing, texts: Texts) -> str:
    """A page as one HTML file, which says everything without its script."""
    look, script = _look(), _script()
    return (
        _environment()
        .get_template("page.html")
        .render(
            language=texts.language,
            policy=_policy(look, script),
            look=Markup(look),  # noqa: S704  ours, as it is hashed
            script=Markup(script),  # noqa: S704  likewise
            icon=_ICON,
            title=page.title,
            sections=page.sections,
            when=frame.when,
            warnings=frame.warnings,
            home=frame.home,
            downloads=frame.downloads,
            choose=choosing,
            words=SimpleNamespace(**{name: texts.text(f"report.{name}") for name in _WORDS}),
        )
    )


def _policy(look: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(look)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sync.report.html"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(address=address, alignment=_alignment, attributes=_attributes, kind=_kind)
    return environment


@cache
def _look() -> str:
    return "".join(_source(name) for name in _STYLES) + _by_place()


def _by_place() -> str:
    """The rules by which columns of numbers and days stand on the right, and short ones on one line."""
    numbers = range(1, _MOST_COLUMNS + 1)
    places = [f".from-{n} :nth-child(n+{n})" for n in numbers] + [f".n-{n} :nth-child({n})" for n in numbers]
    chosen = f":is({','.join(places)})"
    short = ",".join(f".s-{n} td:nth-child({n}):not(.long)" for n in numbers)
    return (
        f"{chosen}:is(td,th){{text-align:right}}\n{chosen}:is(td){{white-space:nowrap}}\n"
        f"{short}{{white-space:nowrap}}\n"
    )


@cache
def _script() -> str:
    return _source(_SCRIPT)


def _source(name: str) -> str:
    loader = _environment().loader
    assert loader is not None  # noqa: S101  it was made with one
    return loader.get_source(_environment(), name)[0]


def address(href: str) -> str:
    """An address that a page may lead to: of the web, or of a place in the report; "" for any other, such as a script."""
    return href if _ADDRESS.match(href) else ""


def _kind(block: Any) -> str:
    return type(block).__name__


def _alignment(table: Table) -> Markup:
    """The classes of a table: from which column on all stand on the right, or which ones do, and which are short."""
    kinds = [one.kind != "text" for one in table.columns]
    first = kinds.index(True) if True in kinds else len(kinds)
    if all(kinds[first:]):
        names = [f"from-{first + 1}"] if first < len(kinds) else []
    else:
        names = [f"n-{number}" for number, is_right in enumerate(kinds, 1) if is_right]
    names += [
        f"s-{place + 1}" for place, is_right in enumerate(kinds) if not is_right and _is_short(table, place)
    ]
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")


_SHORT = 16
"""Up to how many characters of nearly all its cells keep a column on one line, such as keys and statuses."""


def _is_short(table: Table, place: int) -> bool:
    short = sum(len(row.cells[place].text) <= _SHORT for row in table.rows)
    return 10 * short >= 9 * len(table.rows)


_LONG = 40
"""Characters of a cell that is given room, so that its row does not grow tall."""


def _attributes(cell: Cell, kind: str) -> Markup:
    """How a cell looks, and by what it is sorted where its text does not tell.

    `data-v` is a number, or a day without its dashes; "" where nothing is known, which stands last in either direction.
    """
    by = _sorted_by(cell, kind)
    names = [*([f"tone-{cell.tone}"] if cell.tone else []), *(["long"] if len(cell.text) > _LONG else [])]
    shown = Markup(' class="{}"').format(" ".join(names)) if names else Markup("")
    return shown if by is None else shown + Markup(' data-v="{}"').format(by)


def _sorted_by(cell: Cell, kind: str) -> str | None:
    """None where the text says it itself."""
    value = cell.value
    if kind == "text":
        return "" if value in (None, "") and not cell.text else None
    if isinstance(value, str):
        day = value[:10].replace("-", "")
        value = int(day) if day.isdigit() else None
    elif isinstance(value, bool):
        value = int(value)
    written = "" if value is None else f"{value!r}"
    return None if written and written == cell.text else written
