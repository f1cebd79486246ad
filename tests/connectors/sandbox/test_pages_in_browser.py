"""The sandbox's pages as a person sees them, in Chromium, after Truenorth has written its marks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from connectors.sandbox.jira.state import RemoteLink
from connectors.sandbox.linear.entities import Attachment, Comment
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World
from sync.jobs import sandbox as demo
from sync.jobs.reporter import Reporter

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"
)

EVIL = "\"'><script>window.taken = 1</script><img src=x onerror='window.taken = 2'>"
EVIL_LINK = "javascript:window.taken=3"
RIGHT_TO_LEFT = "שלום ‮ dlrow"
UNBROKEN = "x" * 250


@dataclass
class Walk:
    """A browser's page, and what went wrong on the way: errors on the console, requests elsewhere."""

    page: Page
    base: str
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error {error}"))
        self.page.on("request", self._asked)

    def to(self, path: str) -> Page:
        reply = self.page.goto(f"{self.base}{path}")
        assert reply is not None
        assert reply.status == 200, path
        wider = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{path} has to be scrolled sideways"
        return self.page

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(f"{message.type} {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.trouble.append(f"request {request.url}")


def plant(world: World) -> None:
    """What people and other tools may have typed, at its worst, on WEB-3, ENG-2 and a project."""
    issue = next(one for one in world.jira.issues.values() if one.key == "WEB-3")
    issue.summary, issue.labels = EVIL, [*issue.labels, "<script>window.taken=4</script>"]
    link = {"type": "link", "attrs": {"href": EVIL_LINK}}
    nodes = [{"type": "text", "text": EVIL}, {"type": "text", "text": "click me", "marks": [link]}]
    issue.description = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": nodes}]}
    web = {"object": {"title": EVIL, "url": EVIL_LINK, "summary": EVIL}}
    issue.remote_links.append(RemoteLink(1, "x", web))
    for key, title in (("WEB-4", RIGHT_TO_LEFT), ("WEB-5", UNBROKEN)):
        next(one for one in world.jira.issues.values() if one.key == key).summary = title
    space = world.linear
    card = space.issue("ENG-2")
    assert card is not None
    card.title = EVIL
    card.description = f"{EVIL}\n\n[click me]({EVIL_LINK}) ![x](https://elsewhere.example/x.png) {UNBROKEN}"
    at = space.now()
    row: dict[str, Any] = {"created_at": at, "updated_at": at, "issue": card, "title": EVIL}
    card.attachments.append(Attachment(**row, id="x", url=EVIL_LINK, subtitle=EVIL))
    card.comments.append(Comment(id="y", created_at=at, updated_at=at, user=None, issue=card, body=EVIL))
    project = next(iter(space.projects.values()))
    project.description = EVIL


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def walking(browser: Browser, sandbox: Sandbox, **context: Any) -> Iterator[Walk]:
    with browser.new_context(**context) as opened:
        walk = Walk(opened.new_page(), sandbox.url)
        yield walk
        assert walk.trouble == []


@pytest.fixture(scope="module")
def marked() -> Iterator[tuple[Sandbox, dict[str, str]]]:
    """A sandbox after a run of the demo, and the paths of tickets by tracker and kind of mark."""
    with demo.serving_sandbox(120, 1, 0) as sandbox:
        sandbox.call(lambda: plant(sandbox.world))
        first, _ = demo.demonstrate(sandbox, Reporter())
        paths: dict[str, str] = {}
        for edit in first.run.plan.edits:
            comment = edit.wanted.comment
            kind = comment.purpose if comment else "key result" if edit.wanted.key_results else ""
            page = demo.page_of(sandbox, edit.item).removeprefix(sandbox.url)
            paths.setdefault(f"{edit.item.ref.tracker} {kind}", page)
        yield sandbox, paths


WINDOWS: list[dict[str, Any]] = [
    {"viewport": {"width": 1100, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 380, "height": 800}, "color_scheme": "dark"},
]


@pytest.mark.parametrize("window", WINDOWS, ids=["wide", "narrow"])
def test_the_marks_are_seen_at_once(
    browser: Browser, marked: tuple[Sandbox, dict[str, str]], window: dict[str, Any]
) -> None:
    sandbox, paths = marked
    with walking(browser, sandbox, **window) as walk:
        for place in ("jira progress", "linear progress"):
            page = walk.to(paths[place])
            ours = page.locator("article.comment", has_text="kept up to date by Truenorth")
            expect(ours).to_be_visible()
            assert on_first_screen(ours.bounding_box(), window)
            expect(ours).to_contain_text("%")
        for place in ("jira orphan", "linear orphan"):
            page = walk.to(paths[place])
            ours = page.locator("article.comment", has_text="This work serves no key result")
            expect(ours).to_be_visible()
            assert on_first_screen(ours.bounding_box(), window)
        page = walk.to(paths["jira key result"])
        side = page.locator("aside")
        expect(side).to_contain_text("KR")
        expect(side.locator("[aria-label$=percent]")).to_be_visible()
        expect(side.locator(".chip", has_text="okr-aligned")).to_be_visible()
        page = walk.to(paths["linear key result"])
        expect(page.locator("a.card", has_text="KR").first).to_be_visible()
        expect(page.locator("aside .chip", has_text="okr-aligned")).to_be_visible()


def on_first_screen(box: Any, window: dict[str, Any]) -> bool:
    return bool(box and box["y"] < window["viewport"]["height"])


def test_every_link_of_the_front_page_and_its_pages_leads_somewhere(
    browser: Browser, marked: tuple[Sandbox, dict[str, str]]
) -> None:
    sandbox, _ = marked
    with walking(browser, sandbox) as walk:
        front = walk.to("/")
        expect(front.locator("body")).to_contain_text("sandbox-jira-token")
        found = front.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.getAttribute('href'))")
        assert len(found) > 10
        for path in dict.fromkeys(found):
            walk.to(path)


def test_a_query_is_typed_and_its_answer_read(
    browser: Browser, marked: tuple[Sandbox, dict[str, str]]
) -> None:
    sandbox, _ = marked
    with walking(browser, sandbox) as walk:
        page = walk.to("/jira/issues")
        page.get_by_label("JQL").fill("labels = okr-aligned AND issuetype = Epic ORDER BY key")
        page.get_by_label("JQL").press("Enter")
        rows = page.locator("table.list tr:has(td)")
        expect(rows.first).to_contain_text("okr-aligned")
        rows.first.get_by_role("link").click()
        expect(page.locator("aside")).to_contain_text("okr-aligned")
        page = walk.to(f"/jira/issues?jql={quote('nonsense =')}")
        expect(page.locator(".panel.error")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/jira/browse/WEB-3", "/linear/issue/ENG-2", "/linear/project/", "/jira/issues"]
)
def test_hostile_text_is_shown_and_does_nothing(
    browser: Browser, marked: tuple[Sandbox, dict[str, str]], path: str
) -> None:
    sandbox, _ = marked
    if path.endswith("project/"):
        path += next(iter(sandbox.world.linear.projects))
    if path.endswith("issues"):
        path += f"?jql={quote('key in (WEB-3, WEB-4, WEB-5)')}"
    with walking(browser, sandbox, viewport={"width": 380, "height": 800}) as walk:
        page = walk.to(path)
        expect(page.locator("main")).to_contain_text("<script>window.taken = 1</script>")
        assert page.locator("script, img, iframe, [onerror], [onload], a[href^='javascript']").count() == 0
        for link in page.get_by_text("click me").all() + page.locator(".card").all():
            if link.is_visible() and (link.get_attribute("href") or "#") == "#":
                link.click()
        assert page.evaluate("window.taken") is None


@pytest.mark.parametrize("key", ["WEB-4", "WEB-5"])
def test_odd_titles_do_not_break_the_page(
    browser: Browser, marked: tuple[Sandbox, dict[str, str]], key: str
) -> None:
    sandbox, _ = marked
    with walking(browser, sandbox, viewport={"width": 380, "height": 800}) as walk:
        expect(walk.to(f"/jira/browse/{key}").locator("aside")).to_be_visible()


def test_an_edited_comment_says_when(browser: Browser, marked: tuple[Sandbox, dict[str, str]]) -> None:
    sandbox, paths = marked
    key = paths["jira progress"].rpartition("/")[2]

    def edit() -> None:
        issue = sandbox.world.jira.issues[sandbox.world.jira.keys[key]]
        comment = next(iter(issue.comments.values()))
        comment.updated = comment.created + timedelta(hours=1)

    sandbox.call(edit)
    with walking(browser, sandbox) as walk:
        page = walk.to(paths["jira progress"])
        expect(page.locator("article.comment").first).to_contain_text("edited 16 Nov 2026, 10:0")
