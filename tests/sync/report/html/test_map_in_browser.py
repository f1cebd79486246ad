"""The impact map in Chromium: no word touches another one or leaves its card, at any width, and no title is run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from config.text.texts import Texts
from sync.report.html import page as values
from sync.report.html.choosing import Choosing
from sync.report.html.links import Links
from sync.report.html.render import Frame, render
from sync.report.html.sections import impact_map
from tests.support.maps import hostile_world, large_world, source_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)
TOUCHING = """
() => {
  const drawing = document.querySelector('.impact-map svg');
  const box = (one) => one.getBoundingClientRect();
  const words = Array.from(drawing.querySelectorAll('text'), (one) => ({words: one.textContent, ...box(one).toJSON()}));
  const meet = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 0.5
    && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 2;
  const touching = [];
  words.forEach((one, at) => words.slice(at + 1).forEach((other) => { if (meet(one, other)) touching.push([one.words, other.words]); }));
  const outside = [];
  for (const place of drawing.querySelectorAll('.places > g')) {
    const card = box(place.querySelector('rect'));
    for (const one of place.querySelectorAll('text')) {
      const inner = box(one);
      if (inner.left < card.left || inner.right > card.right || inner.top < card.top - 1 || inner.bottom > card.bottom + 1) outside.push(one.textContent);
    }
  }
  const cards = Array.from(drawing.querySelectorAll('rect'), box);
  const overlapping = cards.filter((one, at) => cards.slice(at + 1).some((other) => meet(one, other))).length;
  const smallest = Math.min(...Array.from(drawing.querySelectorAll('text'), (one) => parseFloat(getComputedStyle(one).fontSize)));
  return {touching, outside, overlapping, words: words.length, cards: cards.length,
    scale: box(drawing).width / drawing.viewBox.baseVal.width, smallest};
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture(params=[("hostile", "en"), ("large", "fr")], ids="-".join)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    world, language = request.param
    space, items = hostile_world() if world == "hostile" else large_world(24, 4)
    source = source_of(space, *items, texts=Texts(language))
    section = impact_map.section(source, Links({}))
    shown = values.Page("Map", (section,))
    html = render(shown, Frame("today"), Choosing(shown.sections, {}), source.texts)
    one = browser.new_page()
    trouble: list[str] = []
    one.on("dialog", lambda dialog: trouble.append(dialog.message))
    one.on("console", lambda message: trouble.append(message.text))
    one.set_content(html)
    yield one
    assert trouble == []
    one.close()


def test_no_word_touches_another_one_or_leaves_its_card(page: Page) -> None:
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found = page.evaluate(TOUCHING)
        assert found["touching"] == []
        assert found["outside"] == []
        assert found["overlapping"] == 0
        assert found["cards"] > 60
        assert found["words"] > found["cards"]
        # The drawing keeps its size: where there is less room it is moved sideways, and the page is not.
        assert (found["scale"], found["smallest"]) == (1, 12)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    region = page.locator(".impact-map .scroll").first
    assert region.get_attribute("tabindex") == "0"
    assert region.get_attribute("aria-label")
