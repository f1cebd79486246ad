"""What is wrong with a built site is found: dead links and anchors, and whatever another host would be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from handbook.check import faults

GOOD = '<h1 id="top">A</h1><a href="#top">up</a><a href="b.html#there">b</a><a href="https://example.com">w</a><script src="a.js"></script>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "a.html").write_text(GOOD)
    (tmp_path / "b.html").write_text('<h2 id="there">B</h2>')
    (tmp_path / "a.js").touch()
    (tmp_path / "look.css").write_text(
        'a { background: url("data:image/png;base64,") } b { background: url(x.png) }'
    )
    return tmp_path


def test_a_site_that_stands_by_itself_has_no_fault(site: Path) -> None:
    assert list(faults(site)) == []


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ('<a href="c.html">', "c.html leads nowhere"),
        ('<a href="b.html#gone">', "b.html#gone has no such heading"),
        ('<a href="#gone">', "#gone has no such heading"),
        ('<img src="none.png">', "none.png leads nowhere"),
        ('<script src="https://cdn.example/x.js">', "loads https://cdn.example/x.js from another host"),
        ('<link rel="stylesheet" href="//fonts.example/css">', "loads //fonts.example/css from another host"),
        (
            '<link rel="preconnect" href="https://fonts.example">',
            "loads https://fonts.example from another host",
        ),
    ],
)
def test_a_planted_fault_is_found(site: Path, planted: str, said: str) -> None:
    (site / "a.html").write_text(GOOD + planted)
    assert list(faults(site)) == [f"a.html: {said}"]


def test_a_font_from_another_host_is_found(site: Path) -> None:
    (site / "look.css").write_text("@font-face { src: url(https://fonts.example/f.woff2) }")
    assert list(faults(site)) == ["look.css: loads https://fonts.example/f.woff2 from another host"]


def test_an_empty_site_is_a_fault(tmp_path: Path) -> None:
    assert len(list(faults(tmp_path))) == 1
