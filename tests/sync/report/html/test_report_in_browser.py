"""The report as a person reads it: opened from its folder in Chromium, with the network off, at three widths, light and dark.

One small world, with hostile titles, is synced and reported once for all of it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World, generate
from sync.jobs.sandbox import environment
from tests.support.cli import AS_OF
from tests.support.clients import node
from tests.support.fake_company import silent_cli

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)

EVIL = "\"'><script>window.taken = 1</script><img src=x onerror='alert(1)'>"
LOOKS = ((360, "light"), (768, "light"), (1280, "light"), (1280, "dark"), (768, "dark"), (360, "dark"))
CONTRAST = ("color-contrast", "link-in-text-block")
"""Rules of axe-core that another width or colour scheme can break; all others are asked once."""
SPY = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (one) => window.violations.push(one.violatedDirective));
"""
TABLES = """
() => Object.fromEntries(Array.from(document.querySelectorAll('main table')).map((table) => [table.id, {
  columns: Array.from(table.tHead.rows[0].cells).map((cell) => [cell.textContent.trim(), cell.dataset.kind]),
  rows: Array.from(table.tBodies[0].rows).map((row) => Array.from(row.cells).map((cell, place) => ({
    text: cell.childNodes.length ? cell.textContent.trim() : '', value: cell.dataset.v ?? (table.tHead.rows[0].cells[place].dataset.kind === 'text' ? null : cell.textContent.trim()),
    href: cell.querySelector('a') ? cell.querySelector('a').getAttribute('href') : null,
  }))),
}]))
"""


@dataclass(frozen=True)
class Site:
    """The folder of a report."""

    folder: Path

    @cached_property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "report.json").read_bytes())
        return found

    @property
    def pages(self) -> Mapping[str, str]:
        return {
            str(one.relative_to(self.folder)): one.read_text(encoding="utf-8")
            for one in sorted(self.folder.rglob("*.html"))
        }


@dataclass
class Walk:
    """A page of the report, and what went wrong on it."""

    page: Page
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(SPY)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error {error}"))
        self.page.on("dialog", self._on_dialog)
        self.page.on("request", lambda one: self._on_request(one.url))

    def to(self, file: Path) -> Page:
        self.page.goto(file.as_uri())
        return self.page

    def violations(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def _on_console(self, message: ConsoleMessage) -> None:
        self.trouble.append(f"{message.type} {message.text}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.trouble.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _on_request(self, url: str) -> None:
        if not url.startswith(("file:", "data:")):
            self.trouble.append(f"request {url}")


def plant(world: World) -> None:
    for issue in world.jira.issues.values():
        if issue.key.startswith("WEB-"):
            issue.summary = f"{EVIL} {issue.summary}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("report")
    world = generate(items=60, seed=3, flow=True)
    plant(world)
    with Sandbox(world) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(sandbox).items():
            patch.setenv(name, value)
        patch.setenv("TRUENORTH_STORE", f"sqlite:///{folder}/store.db")
        patch.chdir(folder)
        run = silent_cli(patch)
        assert run("sync", *AS_OF, "--first-run", "--report", "site").code == 0
        yield Site(folder / "site")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="module")
def walk(site: Site, browser: Browser) -> Iterator[Walk]:
    """The report, opened once; each test leaves it with everything shown."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    one = Walk(context.new_page())
    one.to(site.folder / "index.html")
    yield one
    context.close()


def test_it_opens_from_its_folder_without_trouble(walk: Walk, site: Site, browser: Browser) -> None:
    assert walk.page.evaluate("window.taken") is None
    assert walk.violations() == []
    some = Walk(browser.new_context(offline=True).new_page())
    for name in site.data["key_results"]:
        page = some.to(site.folder / "kr" / name / "index.html")
        assert page.evaluate("window.taken") is None
        assert some.violations() == []
    some.page.context.close()
    assert (walk.trouble, some.trouble) == ([], [])


def test_the_policy_holds_and_is_watched(browser: Browser, site: Site) -> None:
    """What the other tests find nothing of would be found: script and style that are not ours are stopped, and reported."""
    one = Walk(browser.new_context(offline=True).new_page())
    page = one.to(site.folder / "index.html")
    page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.taken = 1';
          document.body.append(script);
          document.body.setAttribute('style', 'color: red');
          document.body.insertAdjacentHTML('beforeend', '<img src="https://elsewhere.example/x.png">');
        }"""
    )
    page.wait_for_function("window.violations.length >= 3")
    assert set(one.violations()) == {"script-src-elem", "style-src-attr", "img-src"}
    assert page.evaluate("window.taken") is None
    page.context.close()


def test_hostile_titles_are_text(site: Site) -> None:
    pages = "".join(site.pages.values())
    assert "&lt;img src=x onerror=" in pages
    assert "<img src=x" not in pages
    assert "<script>window" not in pages


def test_what_the_page_itself_says_is_words(site: Site) -> None:
    for text in site.pages.values():
        assert "Values as a table</summary>" in text
        assert not re.search(r"built-in|object at 0x|\bNone\)|report_\w+\.", Anchors(text).said)


def test_no_two_landmarks_of_a_page_have_one_name(site: Site) -> None:
    """As axe-core's landmark-unique asks, on every page."""
    for name, text in site.pages.items():
        named = re.findall(r'<(?:section|div|nav)\b[^>]*aria-labelledby="([^"]+)"', text)
        said = {one: re.search(rf'id="{re.escape(one)}"[^>]*>([^<]*)<', text) for one in named}
        words = [
            found[1] for one in named if (found := said[one]) is not None and not one.endswith("-values")
        ]
        assert len(words) > 3
        assert sorted(words) == sorted(set(words)), name


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_nobody_is_kept_out(walk: Walk, width: int, scheme: str) -> None:
    page = walk.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, "the page has to be scrolled sideways"
    if not page.evaluate("'axe' in window"):
        page.evaluate((node.packages() / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    whole = (width, scheme) == LOOKS[0]
    options = "{}" if whole else json.dumps({"runOnly": {"type": "rule", "values": CONTRAST}})
    found = page.evaluate(f"axe.run(document, {options}).then((all) => all.violations)")
    told = [(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"]) for one in found]
    assert told == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_a_choice_shows_its_rows_and_its_charts(walk: Walk) -> None:
    page = walk.page
    tokens = page.eval_on_selector_all("#choice option", "all => all.map((one) => one.value)")
    assert tokens[0] == ""
    assert {one[0] for one in tokens[1:]} == {"t", "o"}
    for token in (*tokens[1:3], tokens[-1]):
        page.select_option("#choice", token)
        wrong = page.evaluate(
            """(token) => {
              const bears = (one) => one.dataset.for.split(' ').includes(token);
              const rows = Array.from(document.querySelectorAll('main tr[data-for]'));
              const charts = Array.from(document.querySelectorAll('.chart'));
              const isShown = (one) => one.checkVisibility();
              return {
                rows: rows.filter((one) => bears(one) === one.hidden).length,
                others: Array.from(document.querySelectorAll('main tr:not([data-for])')).filter((one) => one.hidden).length,
                charts: charts.filter((chart) => {
                  const drawn = Array.from(chart.querySelectorAll('figure')).filter(isShown);
                  const own = Array.from(chart.querySelectorAll('figure[data-for]')).filter(bears);
                  const isSaid = isShown(chart.querySelector('.undrawn'));
                  return own.length ? drawn.length !== own.length || !own.every(isShown) || isSaid : !isSaid;
                }).length,
                shown: rows.filter((one) => !one.hidden).length, of: rows.length,
              };
            }""",
            token,
        )
        assert (wrong["rows"], wrong["others"], wrong["charts"]) == (0, 0, 0)
        assert page.inner_text("#chosen").startswith(f"{wrong['shown']} of {wrong['of']} rows. ")
        assert 0 < wrong["shown"] < wrong["of"]
    page.select_option("#choice", "")
    assert page.eval_on_selector_all("main tr", "all => all.filter((one) => one.hidden).length") == 0
    assert page.inner_text("#chosen") == ""


def test_a_table_is_sorted_by_what_its_cells_mean(walk: Walk) -> None:
    page = walk.page
    head = "#method-thresholds-table th:nth-child(2)"
    read = "all => all.map((one) => one.dataset.v ?? one.textContent.trim())"
    for direction in ("ascending", "descending"):
        page.click(f"{head} button")
        assert page.get_attribute(head, "aria-sort") == direction
        values = page.eval_on_selector_all("#method-thresholds-table td:nth-child(2)", read)
        numbers = [float(one) for one in values if one]
        assert numbers == sorted(numbers, reverse=direction == "descending")
        assert len(set(numbers)) > 3
        # What has no number stands last, whichever way.
        assert values[len(numbers) :] == [""] * (len(values) - len(numbers))
    assert len(values) > len(numbers)
    name = "#method-thresholds-table th:nth-child(1)"
    page.click(f"{name} button")
    assert page.get_attribute(head, "aria-sort") is None
    texts = page.eval_on_selector_all(
        "#method-thresholds-table td:nth-child(1)", "all => all.map((one) => one.textContent.trim())"
    )
    assert texts == sorted(texts, key=str.casefold)
    page.reload()


def test_the_keyboard_goes_past_the_contents_and_print_shows_no_controls(walk: Walk) -> None:
    page = walk.page
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.emulate_media(media="print")
    assert not page.is_visible("nav")
    assert not page.is_visible(".filter")
    page.emulate_media(media="screen")


def test_all_of_it_is_readable_without_a_script(site: Site, browser: Browser) -> None:
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto((site.folder / "index.html").as_uri())
    assert not page.is_visible(".filter")
    assert page.locator("th button").count() == 0
    assert page.locator("main [hidden]:not(.undrawn)").count() == 0
    context.close()


def test_tables_say_what_the_data_say(walk: Walk, site: Site) -> None:
    shown = walk.page.evaluate(TABLES)
    met = 0
    for id_, section in site.data["sections"].items():
        for block in section["blocks"]:
            if block["kind"] == "table":
                met += compare(block, shown.get(f"{id_}-{block['id']}-table"))
            elif block["kind"] == "chart":
                place, drawn = f"{id_}-{block['id']}", {True: 0, False: 0}
                for one in block["drawings"]:
                    drawn[is_all := one["for"] is None] += 1
                    number = drawn[is_all]
                    name = ("all" if number == 1 else f"all-{number}") if is_all else str(number)
                    met += compare(one["table"], shown.get(f"{place}-{name}-table"))
    assert met == len(shown) > 3


def compare(table: Mapping[str, Any], shown: Mapping[str, Any] | None) -> int:
    """How many tables are shown: one, unless it has no rows."""
    if not table["rows"]:
        assert shown is None
        return 0
    assert shown is not None, table["id"]
    assert shown["columns"] == [[one["title"], one["kind"]] for one in table["columns"]]
    assert len(shown["rows"]) == len(table["rows"])
    for cells, row in zip(shown["rows"], table["rows"], strict=True):
        for cell, (name, value), column in zip(cells, row["values"].items(), table["columns"], strict=True):
            where = table["id"], name, cell
            assert cell["href"] == row.get("links", {}).get(name), where
            if value is None or (column["kind"] == "text" and value == ""):
                assert cell["value"] in ("", None), where
            elif column["kind"] == "number" and not isinstance(value, str):
                assert float(cell["value"]) == float(value), where
            elif column["kind"] == "day":
                assert cell["value"] == value[:10].replace("-", ""), where
            assert cell["text"] != "", where
    return 1


class Anchors(HTMLParser):
    """The ids of a page, where it leads, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.said = ""
        self._is_code = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._is_code = tag in ("script", "style")
        if name := found.get("id"):
            self.ids.append(name)
        if tag == "a" and (href := found.get("href")):
            self.hrefs.append(href)

    def handle_endtag(self, tag: str) -> None:
        self._is_code = self._is_code and tag not in ("script", "style")

    def handle_data(self, data: str) -> None:
        self.said += "" if self._is_code else data


def test_every_link_within_the_report_leads_somewhere(site: Site) -> None:
    anchors = {name: Anchors(text) for name, text in site.pages.items()}
    files = {str(one.relative_to(site.folder)) for one in site.folder.rglob("*") if one.is_file()}
    met = 0
    for name, page in anchors.items():
        assert len(page.ids) == len(set(page.ids)), f"{name} has an id twice"
        for href in page.hrefs:
            if re.match(r"https?://", href):
                continue
            path, _, place = unquote(href).partition("#")
            target = (site.folder / name).parent / path if path else site.folder / name
            found = str(target.resolve().relative_to(site.folder.resolve()))
            assert found in files, (name, href)
            assert not place or place in anchors[found].ids, (name, href)
            met += 1
    assert met > 10
