"""Numbers, percents, counts and days as people read them, by language: the one place that formats them. Pure.

By CLDR (https://cldr.unicode.org), as the package babel has it. What programs compare or send is not for here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from config.messages import DEFAULT, FORMATS

if TYPE_CHECKING:
    from babel import Locale

_STATED = 6
"""Significant digits of a value that people state: 99.95 stays as it is."""

_MEASURED = 3
"""Significant digits of a value that is computed: a median of 11.1958 days means 11.2."""

_ALL = 15
"""Those that a float has for sure."""

_MOST_DIGITS = 700
"""Before and behind the point of any float together."""

Number = float | Fraction | Decimal


class Figures:
    """What a language makes of numbers and days; `ENGLISH` is the terminal's.

    `locale`: as CLDR names it, such as "fr" or "pt-BR"; `percent`: how a percent is written where that is not as CLDR
    has it, with `{number}` in it. Raises ValueError for a locale that CLDR does not know.
    """

    def __init__(self, locale: str, percent: str = "") -> None:
        self._name = locale
        self._percent_template = percent

    def number(self, value: Number, unit: str = "") -> str:
        """A value as stated: at most six significant digits, whole from 100,000 on, never in powers of ten."""
        return self._with_unit(self._digits(value, _STATED), unit)

    def measured(self, value: Number, unit: str = "") -> str:
        """A computed value with the digits that it means: three significant ones, whole from 100 on."""
        return self._with_unit(self._digits(value, _MEASURED), unit)

    def apart(self, values: Sequence[Number], *, measured: bool = False) -> list[str]:
        """Values that stand together, each with as many digits more as it takes for different ones to look different."""
        different = len(set(map(float, values)))
        for digits in range(_MEASURED if measured else _STATED, _ALL + 1):
            found = [self._digits(one, digits) for one in values]
            if len(set(found)) == different:
                break
        return found

    def ratio(
        self, value: Number, target: Number, unit: str = "", *, measured: bool = False
    ) -> tuple[str, str]:
        """A value, and with its unit the target that it is held against; different ones look different."""
        shown, of = self.apart((value, target), measured=measured)
        return shown, self._with_unit(of, unit)

    def percent(self, value: Number) -> str:
        """A percent, 0 to 100, with at most four significant digits; how it is rounded further is for the caller to say."""
        return self._as_percent(self._digits(value, 4))

    def count(self, count: int) -> str:
        """A whole number with its thousands apart."""
        return self._digits(count, _ALL)

    def plural(self, count: Number) -> str:
        """Which plural a count takes, as CLDR names it: "one", "other", in some languages "few", "many", ..."""
        return str(self._locale.plural_form(abs(float(count)) if count % 1 else abs(int(count))))

    def day(self, day: date, *, year: bool = False) -> str:
        """A day in short: "17 Nov", with its year "17 Nov 2026"."""
        from babel.dates import format_date

        pattern = self._locale.datetime_skeletons["yMMMd" if year else "MMMd"]
        return str(format_date(day, pattern.pattern, locale=self._locale))

    @cached_property
    def _locale(self) -> Locale:
        # Loaded by who formats: a command that prints no number starts without it.
        from babel import Locale, UnknownLocaleError

        try:
            return Locale.parse(self._name.replace("-", "_"))
        except UnknownLocaleError:
            raise ValueError(f"CLDR knows no locale {self._name!r}") from None

    def _digits(self, value: Number, digits: int) -> str:
        if not math.isfinite(value):
            return "∞" if value > 0 else "−∞" if value < 0 else "–"
        return _formatted(self._locale, float(value), digits)

    def _as_percent(self, digits: str) -> str:
        if self._percent_template:
            return self._percent_template.format(number=digits)
        pattern = self._locale.percent_formats[None]
        return f"{pattern.prefix[0]}{digits}{pattern.suffix[0]}"

    def _with_unit(self, digits: str, unit: str) -> str:
        if unit == "%":
            return self._as_percent(digits)
        if not _is_currency(unit):
            return f"{digits} {unit}" if unit else digits
        before = self._locale.currency_formats["standard"].pattern.startswith("¤")
        space = "\u00a0" if unit.isalpha() or not before else ""
        return f"{unit}{space}{digits}" if before else f"{digits}{space}{unit}"


@lru_cache(maxsize=4096)
def _formatted(locale: Locale, value: float, digits: int) -> str:
    from babel.numbers import format_decimal

    places = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    rounded = Decimal(repr(round(value, places)))
    # With zero in front, a value below one keeps its place among the significant ones.
    pattern = f"#,##0.{'#' * places}" if places else "#,##0"
    # The library rounds within the context, whose 28 digits are fewer than a number in a file may have.
    with localcontext(prec=_MOST_DIGITS):
        return str(format_decimal(rounded, format=pattern, locale=locale))


def _is_currency(unit: str) -> bool:
    if len(unit) == 1:
        return unit in "€$£¥₹₩₽₺₴₫₪₦₱฿₡₲₵₸₼₾"
    if not (len(unit) == 3 and unit.isascii() and unit.isupper()):
        return False
    from babel.core import get_global

    return unit in get_global("all_currencies")


@cache
def figures_for(language: str) -> Figures:
    """The figures of a language, shipped or declared; of one that CLDR does not know, those of English."""
    if language in FORMATS:
        return Figures(**FORMATS[language])
    own = Figures(language)
    try:
        own.count(1)
    except ValueError:
        return ENGLISH
    return own


ENGLISH = Figures(**FORMATS[DEFAULT])
"""Those of the terminal, of logs and of errors."""
