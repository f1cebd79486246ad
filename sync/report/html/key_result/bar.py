"""How far a key result or objective is, where it should be by now, and where it will end, as one bar. Pure."""

from __future__ import annotations

from markupsafe import Markup

from config.text.texts import Texts
from sync.forecast.simulation import Forecast
from sync.measure import ObjectiveReading, Reading, to_percent
from sync.report.html.cells import TONES, chance_cell, percent_cell
from sync.report.html.charts import bullet
from sync.report.html.key_result.values import range_words


def progress_bar(one: Reading | ObjectiveReading, name: str, found: Forecast | None, texts: Texts) -> Markup:
    """The bar, with all that it shows in words."""
    words = {
        "name": name,
        "reached": percent_cell(one.percent, texts).text,
        "expected": percent_cell(to_percent(one.expected), texts).text,
    }
    if found is None:
        title = texts.text("report_overview.bar.title", **words)
    else:
        low, high = (to_percent(end) or 0 for end in (found.low, found.high))
        end = {"range": range_words(low, high, texts), "chance": chance_cell(found.chance, texts).text}
        title = texts.text("report_overview.bar.title.forecast", **words, **end)
    return bullet(
        value=one.progress,
        pace=one.expected if one.phase == "running" else None,
        low=found.low if found else None,
        middle=found.middle if found else None,
        high=found.high if found else None,
        title=title,
        tone=TONES[one.health] if one.phase != "planned" else "quiet",
    )
