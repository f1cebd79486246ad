"""Which locale data stays in the image, and what a language says whose data does not."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel import localedata
from babel.core import get_global

from config.errors import ConfigError
from config.load import load
from config.messages import FORMATS
from tests.support.product import ROOT

SCRIPT = runpy.run_path(str(ROOT / "deploy" / "image" / "keep_locales.py"))
kept: Callable[..., set[str]] = SCRIPT["kept"]

KNOWN = ["de", "de_AT", "en", "en_001", "en_GB", "es", "es_419", "es_MX", "fr", "fr_CH", "nb", "no"]
PARENTS = {"en_GB": "en_001", "es_MX": "es_419", "nb": "no", "es_419": "root"}


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (["en-GB", "fr"], {"root", "en", "en_001", "en_GB", "fr", "fr_CH"}),
        (["fr", "de"], {"root", "fr", "fr_CH", "de", "de_AT"}),
        (["nb"], {"root", "nb", "no"}),
        ([], {"root"}),
    ],
)
def test_a_language_keeps_its_regions_and_what_they_inherit(languages: list[str], expected: set[str]) -> None:
    assert kept(languages, KNOWN, PARENTS) == expected


def test_a_language_that_nobody_knows_ends_the_build() -> None:
    with pytest.raises(ValueError, match="no locale data for xx_YY"):
        kept(["fr", "xx-YY"], KNOWN, PARENTS)


def test_shipped_languages_write_the_same_with_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import date

    from config.text.figures import Figures

    def written() -> list[str]:
        localedata._cache.clear()
        figures = [Figures(**one) for one in FORMATS.values()]
        return [
            f"{one.number(12345.6, 'EUR')} {one.percent(12.5)} {one.day(date(2026, 11, 30), year=True)} {one.plural(2)}"
            for one in figures
        ]

    whole = written()
    names = kept(
        [one["locale"] for one in FORMATS.values()],
        localedata.locale_identifiers(),
        get_global("parent_exceptions"),
    )
    assert len(names) < 250
    for name in names:
        shutil.copy(Path(localedata._dirname) / f"{name}.dat", tmp_path)
    monkeypatch.setattr(localedata, "_dirname", str(tmp_path))
    assert written() == whole
    localedata._cache.clear()


@pytest.fixture
def rid_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    real: Any = localedata.exists

    def away(name: str) -> None:
        monkeypatch.setattr(localedata, "exists", lambda one: one != name and real(one))

    return away


def declared(tmp_path: Path, language: str) -> Path:
    place = tmp_path / "truenorth.yaml"
    place.write_text(
        "workspace: acme\n"
        "trackers: {linear: {kind: linear, scope: {teams: [ENG]}}}\n"
        "cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}\n"
        "objectives: [{id: A, title: A, cycle: 2026-Q4, key_results: [{id: A-1, title: A, measure: {kind: work}, links: [{label: a}]}]}]\n"
        "words:\n"
        f"  {language}: {{}}\n"
    )
    return place


def test_a_language_whose_data_was_left_out_is_an_error_at_its_place(
    tmp_path: Path, rid_of: Callable[[str], None]
) -> None:
    place = declared(tmp_path, "pt-BR")
    load(place)
    rid_of("pt_BR")
    with pytest.raises(ConfigError) as stopped:
        load(place)
    (problem,) = stopped.value.problems
    assert str(problem).startswith(f"{place}:6:3: ")
    assert "--build-arg LANGUAGES=pt_BR" in str(problem)


def test_a_language_that_no_installation_knows_still_writes_as_english_does(
    tmp_path: Path, rid_of: Callable[[str], None]
) -> None:
    rid_of("tlh")
    load(declared(tmp_path, "tlh"))
