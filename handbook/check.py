"""`python -m handbook.check FOLDER`: whether the built site stands by itself.

Every link and anchor within it leads somewhere, and a reader's browser asks no other host for anything.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "link": "href",
    "video": "src",
    "object": "data",
    "use": "href",
}
_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch", "manifest"}
_CSS_LOADS = re.compile(r"(?:url\(|@import\s+)[\s\"']*((?:https?:)?//[^\s\"')]+)")


@dataclass
class Page(HTMLParser):
    """What a page links to, what it loads, and what can be linked to in it."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses and the anchor of a tag."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        loads = tag != "link" or set(given.get("rel", "").split()) & _RELATIONS
        if loads and (name := _LOADED.get(tag)) and given.get(name):
            self.loads.append(given[name])


def faults(site: Path) -> Iterator[str]:
    """Everything wrong with the site, each as `page: what`."""
    pages = {file: _parsed(file) for file in sorted(site.rglob("*.html"))}
    if not pages:
        yield f"{site}: no page"
    for file, page in pages.items():
        name = file.relative_to(site)
        for address in page.loads:
            if _is_elsewhere(address):
                yield f"{name}: loads {address} from another host"
            elif (fault := _fault(site, file, address, pages)) is not None:
                yield f"{name}: {fault}"
        for address in page.links:
            if not _is_elsewhere(address) and (fault := _fault(site, file, address, pages)) is not None:
                yield f"{name}: {fault}"
    for file in sorted(site.rglob("*.css")):
        for address in _CSS_LOADS.findall(file.read_text(encoding="utf-8")):
            yield f"{file.relative_to(site)}: loads {address} from another host"


def _parsed(file: Path) -> Page:
    page = Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def _is_elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc)


def _fault(site: Path, file: Path, address: str, pages: dict[Path, Page]) -> str | None:
    parts = urlsplit(address)
    path = unquote(parts.path)
    there = (
        file
        if not path
        else ((site / path.lstrip("/")) if path.startswith("/") else (file.parent / path)).resolve()
    )
    if there.is_dir():
        there /= "index.html"
    if not there.is_file():
        return f"{address} leads nowhere"
    anchor = unquote(parts.fragment)
    if anchor and there in pages and anchor not in pages[there].anchors and anchor != "__search":
        return f"{address} has no such heading"
    return None


def main() -> int:
    """The command; exit code 1 with a line for each fault on stderr."""
    found = list(faults(Path(sys.argv[1]).resolve()))
    for one in found:
        sys.stderr.write(f"{one}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
