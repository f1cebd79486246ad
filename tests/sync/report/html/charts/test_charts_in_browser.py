"""All charts in Chromium, under the report's policy: what is drawn can be read, and harms nobody."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import chart_gallery
from tests.support.clients import node

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)

# The gallery has 32 pixels beside its charts: at 736 their names just begin to stand beside them, where there is least room.
WIDTHS = (360, 736, 1280)

_TEXTS = """() => {
  const seen = [];
  document.querySelectorAll('.plot').forEach((plot, chart) => {
    const around = plot.getBoundingClientRect();
    const walker = document.createTreeWalker(plot, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, words = node.data.trim();
      if (!words || node.parentElement.closest('title') || !node.parentElement.checkVisibility()) continue;
      // What was hidden by a change of the width keeps its boxes in some versions of Chromium.
      const beside = node.parentElement.closest('.beside');
      if (beside && getComputedStyle(beside).display === 'none') continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      // Each line of a text by itself: two boxes of texts that wrap may overlap where the texts do not.
      for (const box of range.getClientRects()) {
        if (!box.width) continue;
        const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
        seen.push({chart, words, size, left: box.left, right: box.right, top: box.top, bottom: box.bottom,
          out: Math.max(around.left - box.left, box.right - around.right)});
      }
    }
  });
  return seen;
}"""

_AXE = """async () => (await axe.run()).violations.map(
  one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 120)).join(' ')}`)"""

_VIOLATIONS = """window.refused = [];
document.addEventListener('securitypolicyviolation', event => window.refused.push(event.violatedDirective));"""


@dataclass
class Seen:
    """What went wrong on the way: lines on the console, errors, dialogs, requests beyond the page."""

    trouble: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Page, Seen]]]:
    """The gallery as it is, in French, and with hostile names, opened from files with the network off."""
    folder: Path = tmp_path_factory.mktemp("gallery")
    drawn = {
        "en": chart_gallery.page(chart_gallery.charts(points=120)),
        "fr": chart_gallery.page(chart_gallery.charts("fr"), "fr"),
        "hostile": chart_gallery.page(chart_gallery.charts(hostile=chart_gallery.HOSTILE, points=40)),
    }
    context = browser.new_context(offline=True)
    context.add_init_script(_VIOLATIONS)
    found = {}
    for name, html in drawn.items():
        file = folder / f"{name}.html"
        file.write_text(html, encoding="utf-8")
        page, seen = context.new_page(), Seen()
        _listen(page, seen, file.as_uri())
        page.goto(file.as_uri())
        found[name] = page, seen
    yield found
    context.close()


def _listen(page: Page, seen: Seen, own: str) -> None:
    page.on("console", lambda message: seen.trouble.append(message.text))
    page.on("pageerror", lambda error: seen.trouble.append(str(error)))
    page.on("dialog", lambda dialog: seen.trouble.append(f"dialog {dialog.message}"))
    page.on("request", lambda request: seen.trouble.append(request.url) if request.url != own else None)


@pytest.mark.parametrize("name", ["en", "fr", "hostile"])
def test_the_policy_is_kept_and_nothing_is_asked_for(pages: dict[str, tuple[Page, Seen]], name: str) -> None:
    page, seen = pages[name]
    assert seen.trouble == []
    assert page.evaluate("window.refused") == []
    assert page.evaluate("window.taken") is None
    assert page.locator("main script, main img").count() == 0


@pytest.mark.parametrize("name", ["en", "fr", "hostile"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_lies_over_another_or_leaves_its_chart(
    pages: dict[str, tuple[Page, Seen]], width: int, name: str
) -> None:
    page, _ = pages[name]
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    texts: list[dict[str, Any]] = page.evaluate(_TEXTS)
    assert len(texts) > 150
    assert [one["words"] for one in texts if one["size"] < 11] == []
    assert [one["words"] for one in texts if one["out"] > 1] == []
    assert _overlapping(texts) == []


def _overlapping(texts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    ordered = sorted(texts, key=lambda one: (one["chart"], one["top"]))
    found = []
    for at, one in enumerate(ordered):
        for other in ordered[at + 1 :]:
            if other["chart"] != one["chart"] or other["top"] > one["bottom"] - 2:
                break
            if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1:
                found.append((one["words"], other["words"]))
    return found


# Colours are held against each other in test_look.py, in both schemes; what is left for axe differs by width alone.
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1280, "dark")])
def test_axe_finds_nothing(pages: dict[str, tuple[Page, Seen]], width: int, scheme: Any) -> None:
    page, _ = pages["en"]
    if page.evaluate("typeof axe") == "undefined":
        source = node.packages() / "node_modules" / "axe-core" / "axe.min.js"
        page.evaluate(source.read_text(encoding="utf-8"))
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate(_AXE) == []


def test_a_mark_is_named_by_its_tooltip(pages: dict[str, tuple[Page, Seen]]) -> None:
    page, _ = pages["en"]
    page.set_viewport_size({"width": 1280, "height": 800})
    dots = page.get_by_role("link", name=re.compile(r"^ENG-\d+: \d+ days$"))
    assert dots.count() == 6 + 28 + 60 + 3
    first = dots.first
    key = str(first.locator("title").text_content()).split(":")[0]
    assert first.get_attribute("href") == f"{chart_gallery.SITE}{key}"
    assert page.get_by_role("group", name="Cycle times", exact=True).count() == 1
    assert page.get_by_role("img", name="Arrivals and departures", exact=True).count() == 1


def test_names_stand_beside_their_marks_or_in_the_legend(pages: dict[str, tuple[Page, Seen]]) -> None:
    page, _ = pages["en"]
    area = page.get_by_role("region", name="Work in progress", exact=True)
    for width, beside in ((360, False), (1280, True)):
        page.set_viewport_size({"width": width, "height": 800})
        assert area.locator(".beside").is_visible() is beside
        assert area.locator(".legend").is_visible() is not beside
        assert area.get_by_role("link", name="No key result").count() == 1


_SCALES = """() => [...document.querySelectorAll('.rows')].map(rows =>
  [...rows.querySelectorAll(':scope > li > svg, :scope > li > .one-bullet')].map(one => {
    const box = one.getBoundingClientRect();
    return [Math.round(box.left), Math.round(box.width)];
  }))"""

_POINTED_AT = """share => {
  const area = document.querySelector('section[aria-label="Work in progress"] svg.area');
  area.scrollIntoView();
  const box = area.getBoundingClientRect();
  const found = document.elementFromPoint(box.left + share * box.width, box.top + box.height / 2);
  return found.querySelector('title').textContent.split('\\n')[0];
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_all_rows_of_a_chart_have_one_scale(pages: dict[str, tuple[Page, Seen]], width: int) -> None:
    page, _ = pages["en"]
    page.set_viewport_size({"width": width, "height": 800})
    charts = page.evaluate(_SCALES)
    assert [len(one) for one in charts] == [6, 6, 5]
    assert [len({tuple(place) for place in one}) for one in charts] == [1, 1, 1]


def test_who_points_at_a_day_reads_its_values(pages: dict[str, tuple[Page, Seen]]) -> None:
    page, _ = pages["en"]
    page.set_viewport_size({"width": 1280, "height": 800})
    # Ninety days, of which every seventh is said, the last for sure.
    assert page.evaluate(_POINTED_AT, 0.999) == "28 Nov"
    assert page.evaluate(_POINTED_AT, 1 - 7 / 89) == "21 Nov"
    assert page.evaluate(_POINTED_AT, 1 - 42 / 89) == "17 Oct"
