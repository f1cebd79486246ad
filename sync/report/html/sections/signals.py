"""The section of signals: what to look at before it is too late, each with threshold, evidence, remedy and base rate. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from config.text.phrases import say
from config.text.redaction import shown
from config.text.texts import Texts
from connectors.model import Ref
from sync.report.html.cells import count_cell
from sync.report.html.charts import Bar, bars, words_of
from sync.report.html.links import Links
from sync.report.html.page import (
    Block,
    Cell,
    Chart,
    Choice,
    Column,
    Drawing,
    Fact,
    Facts,
    Row,
    Section,
    Table,
    Text,
    Tone,
)
from sync.report.html.source import ReportSource
from sync.report.html.teams import choices_of
from sync.report.signals.sections import rate_words
from sync.signals.conflicts.waits import Edge, edges, waits
from sync.signals.mechanism import SEVERITIES, not_computed
from sync.signals.rules import RULES
from sync.signals.signal import Severity, Signal
from sync.signals.subjects import short_team

MOST = 200
"""Signals in the page, the most severe first."""

ALIKE = 20
"""Signals of one kind about tickets or declarations in the page: what has no subject of its own comes in hundreds."""

NAMES = 5
"""How many tickets a cell names."""

BARS = 15
"""How many base rates are drawn, of the most severe signals; the tables have all."""

LONGEST = 1000
"""Characters of an address in a cell: searches that name many tickets would be most of the page."""

_TONES: Mapping[Severity, Tone] = {"high": "bad", "medium": "warn", "low": "quiet"}


def section(source: ReportSource, links: Links) -> Section:
    """All signals of the run, by severity; who waits for whom; what is not computed, and why."""
    texts, context = source.texts, source.run.signal_context
    found = source.run.warnings
    page = _Page(source, links)
    blocks: list[Block] = [page.facts(found)]
    if not found:
        blocks = [Text(((texts.text("signals.none"),),))]
    blocks += page.rates(found)
    blocks += page.tables(found)
    blocks += _waiting(edges(context.shared(waits)), source, links)
    blocks += _meanings(found, texts)
    blocks += _absent(source)
    return Section("signals", texts.text("signals.title"), (texts.text("report_signals.lead"),), blocks)


class _Page:
    """Makes the blocks of signals, each with the choices of the filter that show it."""

    def __init__(self, source: ReportSource, links: Links) -> None:
        self._source = source
        self._texts = source.texts
        self._links = links
        self._items = source.run.alignment.items
        self._objectives = {
            key_result.id: Choice("objective", objective.id)
            for objective, key_result in source.workspace.key_results()
        }
        self._choices: dict[Ref, frozenset[Choice]] = {}

    def facts(self, found: Sequence[Signal]) -> Facts:
        """How many there are of each severity, and of what."""
        facts = []
        for severity in SEVERITIES:
            some = [one for one in found if one.severity == severity]
            cell = count_cell(len(some), self._texts, href=f"#signals-{severity}" if some else "")
            title = self._texts.text(f"signals.title.{severity}")
            facts.append(Fact(f"count_{severity}", title, cell, self._counted(some)))
        return Facts(tuple(facts))

    def _counted(self, some: Iterable[Signal]) -> str:
        """The signals by name, each with how often it fires."""
        counts = Counter(self._texts.text(f"signals.{one.id}.name") for one in some)
        return ", ".join(f"{name} ({self._texts.figures.count(count)})" for name, count in counts.items())

    def tables(self, found: Sequence[Signal]) -> Iterator[Table]:
        """A table for each severity that has any."""
        kept = set(map(id, _kept(found)))
        for severity in SEVERITIES:
            some = [one for one in found if one.severity == severity]
            if not some:
                continue
            rows = tuple(self._row(one) for one in some if id(one) in kept)
            note = self._left_out([one for one in some if id(one) not in kept])
            yield Table(severity, self._texts.text(f"signals.title.{severity}"), self._heads(), rows, note)

    def _heads(self) -> tuple[Column, ...]:
        titles = {
            name: self._texts.text(f"signals.column.{name}")
            for name in ("signal", "subject", "message", "remedy", "items", "rate", "threshold")
        }
        return tuple(
            Column(name, title, "number" if name == "rate" else "text") for name, title in titles.items()
        )

    def _row(self, one: Signal) -> Row:
        rate = one.base_rate
        name = self._texts.text(f"signals.{one.id}.name")
        return Row(
            (
                Cell(name, one.id, tone=_TONES[one.severity]),
                Cell(_subject(one), one.subject or None, href=self._page_of(one)),
                Cell(shown(say(one.message, self._texts)), shown(say(one.message, self._texts))),
                Cell(shown(say(one.remedy, self._texts)), shown(say(one.remedy, self._texts))),
                self._evidence(one),
                Cell(
                    rate_words(rate, self._texts), None if rate is None else round(rate.fired / rate.weeks, 4)
                ),
                Cell(one.threshold or "–", one.threshold or None),
            ),
            self.choices(one),
        )

    def _page_of(self, one: Signal) -> str:
        return (
            f"kr/{one.subject}/index.html"
            if one.kind == "key_result" and one.subject in self._objectives
            else ""
        )

    def _evidence(self, one: Signal) -> Cell:
        """The tickets behind it; where one page lists exactly them, the cell leads to it."""
        refs = [ref for ref in one.items if ref in self._items]
        if not refs:
            return Cell("–", None)
        names = [shown(self._items[ref].name) for ref in refs]
        text, more = ", ".join(names[:NAMES]), len(names) - NAMES
        if more > 0:
            text = f"{text} {self._texts.counted('signals.more', more)}"
        href = self._links.ticket(refs[0]) if len(refs) == 1 else self._links.page_of(refs)
        return Cell(text, ", ".join(names), href if len(href) <= LONGEST else "")

    def choices(self, one: Signal) -> frozenset[Choice]:
        """The teams and objectives that a signal is about, or whose work it is about."""
        found: set[Choice] = set()
        if one.kind == "team":
            found.add(Choice("team", one.subject))
        elif one.kind == "objective":
            found.add(Choice("objective", one.subject))
        elif one.subject in self._objectives:
            found.add(self._objectives[one.subject])
        for ref in one.items:
            if ref not in self._items:
                continue
            if ref not in self._choices:
                self._choices[ref] = choices_of(
                    self._items[ref], self._source.run.alignment, self._source.workspace
                )
            found |= {each for each in self._choices[ref] if one.kind != "team" or each.kind != "team"}
        return frozenset(found)

    def _left_out(self, some: Sequence[Signal]) -> str:
        """Which signals are not in the page, and where they are."""
        if not some:
            return ""
        return self._texts.counted("report_signals.cut", len(some), names=self._counted(some))

    def rates(self, found: Iterable[Signal]) -> Iterator[Chart]:
        """In how many weeks what fires now would have fired: news apart from what always is."""
        rated = [one for one in found if one.base_rate is not None]
        if rated:
            title, lead = (self._texts.text(f"report_signals.rates.{name}") for name in ("title", "lead"))
            yield Chart("base_rates", title, lead, (self._rates(rated[:BARS], len(rated)),))

    def _rates(self, some: Sequence[Signal], count: int) -> Drawing:
        texts = self._texts
        rows, drawn = [], []
        for one in some:
            rate = one.base_rate
            if rate is None:
                continue
            signal, words = texts.text(f"signals.{one.id}.name"), rate_words(rate, texts)
            name = texts.text("report_signals.rates.bar", signal=signal, subject=_subject(one))
            drawn.append(Bar(name, rate.fired, rate.weeks, words, tone=_TONES[one.severity]))
            rows.append(
                Row(
                    (
                        Cell(signal, one.id),
                        Cell(_subject(one), one.subject or None),
                        count_cell(rate.fired, texts),
                        count_cell(rate.weeks, texts),
                    )
                )
            )
        title = texts.text("report_signals.rates.title")
        heads = (
            Column("signal", texts.text("signals.column.signal")),
            Column("subject", texts.text("signals.column.subject")),
            Column("fired", texts.text("report_signals.column.fired"), "number"),
            Column("weeks", texts.text("report_signals.column.weeks"), "number"),
        )
        more = count - len(some)
        note = texts.counted("signals.more", more) if more > 0 else ""
        return Drawing(
            None,
            bars(drawn, title=title, words=words_of(texts.figures), marker=heads[-1].title),
            Table("rates", title, heads, tuple(rows), note),
        )


def _subject(one: Signal) -> str:
    return (short_team(one.subject) if one.kind == "team" else one.subject) or "–"


def _kept(found: Iterable[Signal]) -> list[Signal]:
    """Those in the page: the most severe, and of those alike without a subject only some."""
    alike: Counter[str] = Counter()
    kept = []
    for one in found:
        if not one.subject:
            alike[one.id] += 1
            if alike[one.id] > ALIKE:
                continue
        kept.append(one)
    return kept[:MOST]


def _waiting(found: Sequence[Edge], source: ReportSource, links: Links) -> Iterator[Table]:
    """Who waits for whom, the oldest wait first."""
    if not found:
        return
    texts, now = source.texts, source.run.signal_context.now
    kinds = {"team": "text", "of": "text", "count": "number", "days": "number", "oldest": "text"}
    heads = tuple(
        Column(name, texts.text(f"signals.waits.{name}"), "number" if kind == "number" else "text")
        for name, kind in kinds.items()
    )
    rows = []
    for edge in found[:MOST]:
        oldest = edge.waits[0]
        days = oldest.days(now)
        served = {name for one in edge.waits for name in one.serves}
        objectives = {
            Choice("objective", objective.id)
            for objective, key_result in source.workspace.key_results()
            if key_result.id in served
        }
        page = links.page_of({one.item.ref for one in edge.waits})
        rows.append(
            Row(
                (
                    Cell(short_team(edge.team), edge.team),
                    Cell(short_team(edge.of), edge.of),
                    count_cell(len(edge.waits), texts, href=page if len(page) <= LONGEST else ""),
                    Cell(("" if oldest.is_exact else "≤ ") + texts.figures.count(days), days),
                    Cell(
                        texts.text(
                            "signals.waits.by",
                            item=shown(oldest.item.name),
                            blocker=shown(oldest.blocker.name),
                        ),
                        shown(oldest.item.name),
                        links.ticket(oldest.item.ref),
                    ),
                ),
                frozenset({Choice("team", edge.team), Choice("team", edge.of)} | objectives),
            )
        )
    yield Table("waiting", texts.text("signals.waits"), heads, tuple(rows))


def _meanings(found: Sequence[Signal], texts: Texts) -> Iterator[Table]:
    """How each signal that fires is computed."""
    first = {one.id: one for one in reversed(found)}
    counts = Counter(one.id for one in found)
    order = [rule.id for rule in RULES if rule.id in first]
    if order:
        heads = (
            Column("signal", texts.text("signals.column.signal")),
            Column("count", texts.text("report_signals.column.count"), "number"),
            Column("formula", texts.text("report_signals.column.formula")),
        )
        rows = []
        for name in order:
            formula = shown(say(first[name].formula, texts))
            rows.append(
                Row(
                    (
                        Cell(texts.text(f"signals.{name}.name"), name),
                        count_cell(counts[name], texts),
                        Cell(formula, formula),
                    )
                )
            )
        yield Table("formulas", texts.text("report_signals.formulas"), heads, tuple(rows))


def _absent(source: ReportSource) -> Iterator[Table]:
    """What is not computed, and why."""
    texts, missing = source.texts, not_computed(source.run.signal_context, RULES)
    if not missing:
        return
    heads = (
        Column("signal", texts.text("signals.absent.signal")),
        Column("reason", texts.text("signals.absent.reason")),
    )
    rows = tuple(
        Row(
            (
                Cell(texts.text(f"signals.{name}.name"), name),
                Cell("; ".join(texts.text(f"signals.absent.{one}") for one in reasons), reasons[0]),
            )
        )
        for name, reasons in missing.items()
    )
    yield Table("not_computed", texts.text("signals.absent"), heads, rows)
