"""The digest of a week as one section of blocks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.phrases import say
from config.text.texts import Texts
from sync.brief.channels import to_text
from sync.brief.rows import chance_phrase, thing_row
from sync.forecast.attribution import CAUSES, Attribution
from sync.history.movement import KINDS, Movement
from sync.measure import to_percent
from sync.report.html.cells import NOTHING, chance_cell, health_cell, percent_cell, signed, signed_cell
from sync.report.html.page import Block, Cell, Choice, Fact, Facts, Paragraph, Row, Section, Table, Text
from sync.report.review.cells import HrefOf, choices_of, columns, day_words, name_cell
from sync.report.review.conclusions import effort_block, work_words
from sync.report.review.data import Items
from sync.review.digest import Digest, KeyResultWeek, ObjectiveWeek


def digest_section(digest: Digest, items: Items, texts: Texts, href_of: HrefOf) -> Section:
    """The digest, with links to the pages of key results."""
    since, day = (day_words(one, texts) for one in (digest.since, digest.day))
    lead = texts.text("digest.lead" if digest.objectives else "digest.no_cycle", since=since, day=day)
    blocks = tuple(_Blocks(digest, items, texts, href_of).all()) if digest.objectives else ()
    return Section("digest", texts.text("digest.title", day=day), (lead,), blocks)


class _Blocks:
    def __init__(self, digest: Digest, items: Items, texts: Texts, href_of: HrefOf) -> None:
        self._digest, self._items, self._texts, self._href_of = digest, items, texts, href_of

    def all(self) -> Iterator[Block]:
        yield Facts(tuple(self._facts()))
        yield self._progress()
        yield self._chances()
        yield self._scope()
        if self._digest.effort is not None:
            yield effort_block(self._digest.effort, self._texts)
        yield from (self._wins(), self._behind())

    # --- Facts -----------------------------------------------------------------------------------

    def _facts(self) -> Iterator[Fact]:
        texts, digest = self._texts, self._digest
        now, before = digest.unaligned.now, digest.unaligned.before
        cell = NOTHING if now is None else Cell(texts.figures.percent(round(100 * now.share)), now.share)
        note = texts.text("digest.unaligned.none")
        if before is not None:
            share = texts.figures.percent(round(100 * before.share))
            note = texts.text("digest.unaligned.before", share=share, day=texts.figures.day(before.on))
        yield Fact("unaligned", texts.text("review.fact.unaligned"), cell, note)
        done = {one.ref for each in digest.key_results for one in each.done.items}
        yield Fact(
            "done",
            texts.text("digest.fact.done"),
            Cell(texts.figures.count(len(done)), len(done)),
            texts.text("digest.fact.done.note"),
        )

    # --- Tables ----------------------------------------------------------------------------------

    def _progress(self) -> Table:
        rows: list[Row] = []
        for objective in self._digest.objectives:
            rows.append(self._objective(objective))
            rows += [self._key_result(one) for one in objective.key_results]
        names = ("result", "title", "before", "progress", "points", "by_work", "by_scope", "health")
        return self._table("progress", names, rows)

    def _objective(self, one: ObjectiveWeek) -> Row:
        reading, texts = one.reading, self._texts
        shown = {choice for each in one.key_results for choice in choices_of(each.reading)}
        cells = (
            Cell(reading.objective, reading.objective),
            Cell(reading.title, reading.title),
            NOTHING,
            percent_cell(reading.percent, texts),
            NOTHING,
            NOTHING,
            NOTHING,
            health_cell(reading, texts),
        )
        return Row(cells, frozenset({Choice("objective", reading.objective), *shown}))

    def _key_result(self, one: KeyResultWeek) -> Row:
        reading, texts, moved = one.reading, self._texts, one.moved
        before = None if one.before is None else to_percent(one.before.progress)
        now = reading.percent
        points = None if before is None or now is None else now - before
        cells = (
            name_cell(reading, self._href_of),
            Cell(reading.title, reading.title),
            percent_cell(before, texts),
            percent_cell(now, texts),
            signed_cell(points, texts),
            signed_cell(None if moved is None else moved.by_work, texts),
            signed_cell(None if moved is None else moved.by_scope, texts),
            health_cell(reading, texts),
        )
        return Row(cells, choices_of(reading))

    def _chances(self) -> Block:
        """What was forecast a week ago, what is now, and what moved it."""
        rows = [
            Row(self._chance(one), choices_of(one.reading))
            for one in self._digest.key_results
            if one.outlook is not None and one.outlook.forecast is not None
        ]
        if not rows:
            return Text(
                ((self._texts.text("digest.chances.none"),),), title=self._texts.text("digest.chances")
            )
        names = ("key_result", "chance_before", "chance", "work", "scope", "time", "range")
        return self._table("chances", names, rows)

    def _chance(self, one: KeyResultWeek) -> tuple[Cell, ...]:
        texts, outlook, moved = self._texts, one.outlook, one.chance
        found = outlook.forecast if outlook is not None else None
        causes: tuple[Cell, ...] = (NOTHING,) * len(CAUSES)
        before = NOTHING if one.forecast is None else chance_cell(one.forecast.chance, texts)
        if isinstance(moved, Attribution):
            causes = tuple(signed_cell(moved.points(cause), texts) for cause in CAUSES)
            before = chance_cell(moved.before, texts)
        if found is None:
            return (name_cell(one.reading, self._href_of), before, NOTHING, *causes, NOTHING)
        low, high = (texts.figures.percent(to_percent(at) or 0) for at in (found.low, found.high))
        reach = Cell(texts.text("review.range.is", low=low, high=high), round(found.middle, 4))
        return (
            name_cell(one.reading, self._href_of),
            before,
            chance_cell(found.chance, texts),
            *causes,
            reach,
        )

    def _scope(self) -> Block:
        """What changed of the linked work."""
        texts = self._texts
        rows = [
            Row((name_cell(one.reading, self._href_of), *self._counts(one.moved)), choices_of(one.reading))
            for one in self._digest.key_results
            if one.moved is not None and any(getattr(one.moved, kind) for kind in KINDS)
        ]
        if not rows:
            return Text(((texts.text("digest.scope.none"),),), title=texts.text("digest.scope"))
        return self._table("scope", ("key_result", *(f"kind_{kind}" for kind in KINDS)), rows)

    def _counts(self, moved: Movement) -> Iterator[Cell]:
        for kind in KINDS:
            count = getattr(moved, kind)
            yield Cell(self._texts.figures.count(count), count) if count else NOTHING

    def _table(self, name: str, names: tuple[str, ...], rows: list[Row]) -> Table:
        texts = self._texts
        return Table(
            name,
            texts.text(f"digest.{name}"),
            columns(texts, *names),
            tuple(rows),
            texts.text(f"digest.{name}.note"),
        )

    # --- Lists -----------------------------------------------------------------------------------

    def _wins(self) -> Text:
        texts = self._texts
        mine = [one for one in self._digest.key_results if one.is_new_win or one.done.pieces]
        mine.sort(key=lambda one: not one.is_new_win)
        rows = tuple(self._win(one) for one in mine) or ((texts.text("digest.wins.none"),),)
        return Text(rows, listed=bool(mine), title=texts.text("digest.wins"))

    def _win(self, one: KeyResultWeek) -> Paragraph:
        key = "digest.win.reached" if one.is_new_win else "digest.win"
        said = self._texts.text(key, name=one.reading.key_result, title=one.reading.title)
        if not one.done.pieces:
            return (f"{said}.",)
        colon = self._texts.text("digest.win.work", win=said)
        return (f"{colon} ", *work_words(one.done, self._texts))

    def _behind(self) -> Text:
        """What is behind, why, and what to do first."""
        texts = self._texts
        mine = [
            one
            for one in self._digest.key_results
            if one.reading.health in ("at_risk", "off_track", "no_data")
        ]
        rows = tuple((self._why(one),) for one in mine) or ((texts.text("digest.behind.none"),),)
        return Text(rows, listed=bool(mine), title=texts.text("digest.behind"))

    def _why(self, one: KeyResultWeek) -> str:
        reading, texts = one.reading, self._texts
        standing = texts.text(f"health.{reading.health}")
        if reading.percent is not None:
            standing = f"{standing}, {texts.figures.percent(reading.percent)}"
        parts = [say(each.message, texts) for each in one.warned]
        if isinstance(one.chance, Attribution) and one.chance.change:
            parts.insert(0, self._moved(one.chance))
        if one.thing is not None:
            [line] = to_text([thing_row(one.thing, self._items)], texts)
            parts.append(line.strip().removeprefix("•").strip())
        said = texts.text("review.miss", name=reading.key_result, title=reading.title, standing=standing)
        return f"{said} {'; '.join(parts) or texts.text('digest.behind.nothing')}."

    def _moved(self, found: Attribution) -> str:
        texts = self._texts
        points = {cause: signed(found.points(cause), texts) for cause in CAUSES}
        before, after = (say(chance_phrase(at), texts) for at in (found.before, found.after))
        return texts.text("digest.moved", before=before, after=after, **points)
