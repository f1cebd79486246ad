"""The map as Mermaid: drawn by the real one, with every place, every band and every title as it is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from config.text.texts import ENGLISH_TEXTS, Texts
from sync.impact_map.fold import fold
from sync.report.impact_map import mermaid
from sync.report.impact_map.mermaid import MOST_BANDS, MOST_TEXT, escaped
from tests.support.builders import epic, item, work, workspace
from tests.support.clients import node
from tests.support.maps import NAMES, hostile_world, large_world, map_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRAW = """
async ([text]) => {
  mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
  const {svg} = await mermaid.render('drawn', text);
  document.body.innerHTML = svg;
  const words = (one) => (one.querySelector('foreignObject div')?.innerText ?? one.textContent).replaceAll('\\u2060', '').replace(/\\s+/g, ' ').trim();
  return {
    nodes: Array.from(document.querySelectorAll('g.node'), words),
    bands: Array.from(document.querySelectorAll('.edgePaths path, path.flowchart-link'), (one) => one.style.strokeWidth),
    links: document.body.querySelectorAll('a, img, script, iframe').length,
  };
}
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    script = node.packages() / "node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        one = browser.new_page()
        one.on("dialog", lambda _: pytest.fail("a title was run"))
        one.add_script_tag(path=script)
        yield one
        browser.close()


def test_every_place_is_drawn_with_its_words_whatever_they_are(page: Page) -> None:
    space, items = hostile_world()
    found = map_of(space, *items)
    drawn = page.evaluate(DRAW, [mermaid(found, ENGLISH_TEXTS)])
    assert len(drawn["nodes"]) == len(found.nodes)
    assert len(drawn["bands"]) == len(found.bands)
    assert drawn["links"] == 0
    for name in NAMES:
        shown = " ".join(name.split())[:59].rstrip()
        assert sum(shown in one for one in drawn["nodes"]) >= 4, name


def test_a_large_map_stays_within_what_mermaid_draws(page: Page) -> None:
    space, items = large_world(70, 4)
    found = map_of(space, *items)
    text = mermaid(found, ENGLISH_TEXTS)
    assert len(text) <= MOST_TEXT
    drawn = page.evaluate(DRAW, [text])
    assert 100 < len(drawn["nodes"]) == len(re.findall(r"^  n\d+[\[({]", text, re.MULTILINE))
    assert 100 < len(drawn["bands"]) == len(re.findall(" -+ n", text)) <= MOST_BANDS


SMALL = workspace(work("KR1", {"under": "WEB-1"}, actor="New teams"), work("KR2"))


def test_a_map_is_this_text() -> None:
    found = map_of(SMALL, epic("WEB-1"), item("WEB-2", "WEB-1", category="done"), item("WEB-3", "WEB-1"))
    assert mermaid(found, ENGLISH_TEXTS).splitlines()[:9] == [
        "flowchart LR",
        '  n0(["O<br/>Objective<br/>2 items#44; 50 #37; done<br/>on track"]):::on_track',
        '  n1{{"New teams<br/>2 items#44; 50 #37; done<br/>on track"}}:::on_track',
        '  n2["KR1<br/>Result KR1<br/>2 items#44; 50 #37; done<br/>on track"]:::on_track',
        '  n3["KR2<br/>Result KR2<br/>no work<br/>no data"]:::no_data',
        '  n4["WEB#45;1<br/>Title of WEB#45;1<br/>2 items#44; 50 #37; done"]:::on_track',
        "  n0 --- n1",
        "  n1 --- n2",
        "  n0 -..- n3",
    ]


def test_lines_are_as_wide_as_the_effort() -> None:
    space = workspace(work("KR1", {"under": "WEB-1"}), work("KR2", {"under": "WEB-2"}))
    items = [
        epic("WEB-1"),
        epic("WEB-2"),
        item("WEB-3", "WEB-1", estimate=23),
        item("WEB-4", "WEB-2", estimate=1),
    ]
    text = mermaid(map_of(space, *items), ENGLISH_TEXTS)
    assert re.findall("linkStyle [0-9].*", text) == [
        "linkStyle 1,3 stroke-width:2px",
        "linkStyle 0,2 stroke-width:24px",
    ]


def test_it_is_said_in_french_too() -> None:
    text = mermaid(map_of(SMALL, epic("WEB-1"), item("WEB-3", "WEB-1")), Texts("fr"))
    assert "aucun travail" in text
    assert "en bonne voie" in text or "en retard" in text


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_nothing_but_letters_digits_and_spaces_is_written_as_it_is(name: str) -> None:
    left = re.sub(r"#\d+;", "", escaped(name))
    assert all(one.isalnum() or one == " " for one in left)


def test_a_folded_map_says_how_many_more_there_are() -> None:
    space, items = large_world(1, 12)
    assert "and 6 more epics and projects" in mermaid(map_of(space, *items), ENGLISH_TEXTS)
    assert fold(map_of(space, *items), 40, 6).of_layer("deliverable")[-1].folded == 6
