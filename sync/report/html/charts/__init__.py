"""Charts of the report as static SVG in one look. Pure.

Each function gives HTML that may stand in a page under `default-src 'none'`: no script, no `style`, text escaped. Their classes
are given looks by `templates/charts.css`. `title` says in a sentence what is seen, for who cannot see it; values are in
tooltips, and in a table that the page puts beside each chart.
"""

from sync.report.html.charts.aging import aging
from sync.report.html.charts.areas import cumulative, stacked
from sync.report.html.charts.bars import bars
from sync.report.html.charts.bullets import bullet, bullets
from sync.report.html.charts.columns import columns
from sync.report.html.charts.course import CourseWords, Ends, course
from sync.report.html.charts.scatter import scatter
from sync.report.html.charts.sparkline import sparkline
from sync.report.html.charts.value_stream import value_stream
from sync.report.html.charts.values import (
    Aged,
    AgingColumn,
    Band,
    Bar,
    Bullet,
    ChartWords,
    Dot,
    Guide,
    StageBox,
    words_of,
)

__all__ = [
    "Aged",
    "AgingColumn",
    "Band",
    "Bar",
    "Bullet",
    "ChartWords",
    "CourseWords",
    "Dot",
    "Ends",
    "Guide",
    "StageBox",
    "aging",
    "bars",
    "bullet",
    "bullets",
    "columns",
    "course",
    "cumulative",
    "scatter",
    "sparkline",
    "stacked",
    "value_stream",
    "words_of",
]
