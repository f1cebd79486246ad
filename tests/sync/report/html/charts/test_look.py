"""The colours of charts: told apart from the paper, in light, in dark and in print."""

from __future__ import annotations

import re

import pytest

from tests.support import chart_gallery

LOOK = chart_gallery.LOOK.read_text(encoding="utf-8")
PALETTES = re.findall(r":root \{(.*?)\}", LOOK, re.DOTALL)
TEXT, GRAPHIC = 4.5, 3.0
"""WCAG 2.2: success criteria 1.4.3 and 1.4.11."""


def _colours(palette: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", palette))


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark", "print"])
def test_every_colour_stands_out_from_the_paper(palette: str) -> None:
    colours = _colours(palette)
    paper, track = colours["chart-paper"], colours["chart-track"]
    marks = [name for name in colours if name.startswith(("series-", "tone-"))]
    assert len(marks) == 12
    faint = {
        **{name: _contrast(colours[name], paper) for name in (*marks, "chart-edge")},
        # A bar ends somewhere on its track.
        **{f"{name} on its track": _contrast(colours[name], track) for name in marks if name != "tone-quiet"},
    }
    assert {name: round(ratio, 2) for name, ratio in faint.items() if ratio < GRAPHIC} == {}
    said = {
        name: _contrast(colours[one], other)
        for one in ("chart-ink", "chart-muted")
        for name, other in ((one, paper), (f"{one} on a queue", track))
    }
    assert {name: round(ratio, 2) for name, ratio in said.items() if ratio < TEXT} == {}
    # The badge of the bottleneck is paper on tone.
    assert _contrast(colours["tone-bad"], paper) >= TEXT


def test_every_palette_has_every_colour() -> None:
    assert [set(_colours(one)) for one in PALETTES[1:]] == [set(_colours(PALETTES[0]))] * 2


def test_nothing_is_asked_for_from_elsewhere() -> None:
    assert not re.search(r"url\(|@import|@font-face", LOOK)
