"""Numbers, percents, counts and days as people read them."""

import ast
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.messages import FORMATS
from config.text.figures import ENGLISH, Figures, figures_for

FRENCH = figures_for("fr")
NARROW, NO_BREAK = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "stated", "measured"),
    [
        (0, "0", "0"),
        (0.05, "0.05", "0.05"),
        (0.012345678, "0.0123457", "0.0123"),
        (7, "7", "7"),
        (11.1958, "11.1958", "11.2"),
        (29.1, "29.1", "29.1"),
        (99.95, "99.95", "100"),
        (4561.5, "4,561.5", "4,562"),
        (-1234.5, "-1,234.5", "-1,234"),
        (1.5e6, "1,500,000", "1,500,000"),
        (12345678.9, "12,345,679", "12,345,679"),
        (1e21, "1,000,000,000,000,000,000,000", "1,000,000,000,000,000,000,000"),
        (Fraction(1, 3), "0.333333", "0.333"),
        (float("nan"), "–", "–"),
        (float("inf"), "∞", "∞"),
    ],
)
def test_a_number_has_the_digits_that_it_means(value: float, stated: str, measured: str) -> None:
    assert (ENGLISH.number(value), ENGLISH.measured(value)) == (stated, measured)


def test_french_writes_as_cldr_says() -> None:
    assert FRENCH.number(1234567.5) == f"1{NARROW}234{NARROW}568"
    assert FRENCH.number(29.5) == "29,5"
    assert FRENCH.percent(57) == f"57{NO_BREAK}%"
    assert FRENCH.number(1200, "€") == f"1{NARROW}200{NO_BREAK}€"
    assert (FRENCH.day(date(2026, 12, 31), year=True), FRENCH.day(date(2026, 11, 17))) == (
        "31 déc. 2026",
        "17 nov.",
    )
    assert [FRENCH.plural(one) for one in (0, 1, 1.5, 2)] == ["one", "one", "one", "other"]


def test_english_writes_as_the_terminal_does() -> None:
    assert ENGLISH.percent(57) == "57 %"
    assert (ENGLISH.day(date(2026, 12, 31), year=True), ENGLISH.day(date(2026, 11, 17))) == (
        "31 Dec 2026",
        "17 Nov",
    )
    assert [ENGLISH.plural(one) for one in (0, 1, 2)] == ["other", "one", "other"]


@pytest.mark.parametrize(
    ("unit", "english"),
    [("", "1,200"), ("ms", "1,200 ms"), ("%", "1,200 %"), ("€", "€1,200"), ("EUR", f"EUR{NO_BREAK}1,200"), ("API", "1,200 API")],
)  # fmt: skip
def test_a_unit_stands_where_the_language_puts_it(unit: str, english: str) -> None:
    assert ENGLISH.number(1200, unit) == english


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        (29.1, 35, ("29.1", "35 %")),
        (1499999.6, 1500000, ("1,499,999.6", "1,500,000 %")),
        (1234567, 1234567, ("1,234,567", "1,234,567 %")),
        (99.99996, 100, ("99.99996", "100 %")),
    ],
)
def test_a_value_and_its_target_look_different_where_they_differ(
    value: float, target: float, shown: tuple[str, str]
) -> None:
    assert ENGLISH.ratio(value, target, "%") == shown


@given(st.lists(st.integers(-(10**9), 10**9).map(lambda one: one / 1000), min_size=1, max_size=4))
def test_different_values_look_different_and_none_is_a_power_of_ten(values: list[float]) -> None:
    for measured in (False, True):
        shown = ENGLISH.apart(values, measured=measured)
        assert len(set(shown)) == len(set(values))
        assert all("e" not in one for one in shown)
        for value, words in zip(values, shown, strict=True):
            assert float(words.replace(",", "")) == pytest.approx(value, rel=6e-3)


def test_every_language_has_a_locale_that_cldr_knows() -> None:
    for language in FORMATS:
        assert figures_for(language).count(1234)
    assert figures_for("pt-BR").count(1234) == "1.234"
    assert figures_for("klingon") is ENGLISH
    with pytest.raises(ValueError, match="klingon"):
        Figures("klingon").count(1)


ROOT = Path(__file__).parents[3]

NOT_FOR_PEOPLE = {
    "connectors/jira/marks/computed_fields.py": "what a field is set to",
    "connectors/jira/read/custom_fields.py": "what rules compare",
    "sync/marks/messages.py": "what records keep",
    "sync/marks/compare.py": "what records compare",
}


def bare_formats(source: str) -> Iterator[int]:
    """The lines on which a number is written with digits as Python likes them, or with its thousands apart by hand."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = "".join(
                str(one.value) for one in ast.walk(node.format_spec) if isinstance(one, ast.Constant)
            )
            if spec.endswith(("g", "G", "e", "n")) or "," in spec:
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "format":
            yield node.lineno


def test_every_number_for_people_is_written_by_figures() -> None:
    found = {
        f"{name}:{line}"
        for folder in ("config", "connectors", "sync")
        for path in (ROOT / folder).rglob("*.py")
        if not (name := str(path.relative_to(ROOT))).startswith("connectors/sandbox/")
        and name not in NOT_FOR_PEOPLE
        for line in bare_formats(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_the_search_finds_what_it_is_for() -> None:
    assert list(bare_formats("f'{x:g}'; f'{x:.4g}'; f'{x:,}'; format(x, 'g')")) == [1, 1, 1, 1]
    assert list(bare_formats("f'{day:%H:%M}'; f'{x:.1f}'; f'{x:+d}'; f'{x!r}'")) == []


@given(st.floats(allow_nan=False))
def test_any_number_of_a_file_can_be_shown(value: float) -> None:
    for figures in (ENGLISH, FRENCH):
        shown = {figures.number(value), figures.measured(value), figures.percent(value)}
        assert all(shown)
