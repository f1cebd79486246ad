"""The commands that show and never write: status, orphans, suggest, explain, log, roll-over."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sync.align.suggestions import suggest as find_suggestions
from sync.cli.options import AsOf, Config, FormatOption, Fresh, Full, GivenTime, given_days, given_moment
from sync.cli.output import Format, Output
from sync.cli.reporter import OutputReporter
from sync.cli.session import command_session, configured
from sync.decide import Decision
from sync.explain.item import written_as
from sync.explain.next_cycle import NoSuchCycleError, next_cycle
from sync.explain.objective import ObjectiveDerivation
from sync.garbage import collecting_nothing
from sync.jobs.last_read import Part, latest_run
from sync.jobs.looking.explained import ExplainedKeyResult, explained
from sync.jobs.looking.explained import document as explained_document
from sync.jobs.looking.standing import standing_of
from sync.jobs.remote_links import with_remote_links
from sync.jobs.session import Session
from sync.observation import homonyms
from sync.report import audit_log, budgets, data, distributed, explanation, moments, movement, suggestions
from sync.report import forecasts as forecast_tables
from sync.report import roll_over as roll_over_tables
from sync.report import status as status_tables
from sync.report.documents import orphans as orphans_document
from sync.report.documents import status as status_document
from sync.report.findings import findings, unmatched
from sync.report.schemas.names import Document
from sync.report.scorecard import scorecard
from sync.report.setup.lines import things_lines
from sync.report.unaligned.narrowing import WorkFilter
from sync.report.unaligned.not_warned import in_grace, not_warned
from sync.report.unaligned.orphans import orphans as orphan_table
from sync.report.weekly import one_things
from sync.store.distributed.opening import run_under_way
from sync.store.store import Store

_MOST_IN_GRACE = 12

Everything = Annotated[
    bool, typer.Option("--all", help="Also work that is not warned: not started, or in grace.")
]


@contextmanager
def _looking(
    config: Path | None,
    style: Format,
    *,
    asks: bool,
    tells_okrs: bool = False,
    document: Document | None = None,
) -> Iterator[tuple[Session, Output]]:
    """See `command_session`. What only looks at what is stored (not `asks`) makes no garbage that is worth looking for."""
    with ExitStack() as stack:
        if not asks:
            stack.enter_context(collecting_nothing())
        yield stack.enter_context(command_session(config, style, tells_okrs=tells_okrs, document=document))


def latest(
    session: Session, output: Output, given: GivenTime, *, fresh: bool, full: bool, part: Part = "whole"
) -> Decision:
    """What is known, with a word on a moment that lies before the read."""
    asked = given.asked_in(session.workspace)
    run = latest_run(session, OutputReporter(output), asked, fresh=fresh, full=full, part=part)
    if note := moments.rewound(run):
        output.say(output.notice + note)
    output.data(rewound=run.observation.rewound)
    return run


def status(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Show progress, forecasts, the last sync and stuck items."""
    given = given_moment(as_of)
    asks = fresh or full or as_of is not None
    with _looking(config, style, asks=asks, tells_okrs=True, document="status") as (session, output):
        at_work = run_under_way(session.store)
        if at_work is not None and not (fresh or full or as_of or session.store.snapshots.pulls()):
            # To read everything beside the workers that do is not what is asked for.
            output.show(distributed.section(at_work))
            output.say(
                "Nothing was read before this run. Progress is shown once it has ended, or with --fresh."
            )
            output.data(as_of=None, running=distributed.data(at_work))
            return
        run = latest(session, output, given, fresh=fresh, full=full, part="status")
        standing = standing_of(session, run, at_work)
        running = {name for name, one in run.scorecard.readings.items() if one.phase == "running"}
        output.show(scorecard(run.scorecard))
        # What stands once its cycle has ended moves no more.
        if moving := {name: rows for name, rows in standing.histories.items() if name in running}:
            output.show(movement.movement(moving))
        output.show(*forecast_tables.sections(run.outlooks, run.scorecard, session.workspace))
        if (first := one_things.section(run.one_things, run.alignment.items)) is not None:
            output.show(first)
        output.show(budgets.section(run, session.workspace))
        rules = unmatched(run.signals.findings)
        if rules.rows:
            output.show(rules)
        output.show(*in_grace(run.alignment.items, run.signals, _MOST_IN_GRACE))
        if at_work is not None:
            output.show(distributed.section(at_work))
        output.show(status_tables.last_run(standing.last, standing.troubled, run))
        if standing.removed:
            output.show(status_tables.removed(standing.removed))
        if standing.stuck:
            output.show(status_tables.stuck(standing.stuck, run))
        if standing.set_up:
            output.say()
            output.say("Set up on the trackers", strong=True)
            for line in things_lines(standing.set_up):
                output.say(line)
        if output.wants_data:
            output.data(**status_document.document(run, standing))


def orphans(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    everything: Annotated[
        bool, typer.Option("--all", help="Also work that is not warned, and each finding by itself.")
    ] = False,
    team: Annotated[
        list[str] | None, typer.Option(help="Only this Linear team, or Jira project.", metavar="KEY")
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(help="Only this Jira or Linear project.", metavar="NAME")
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option(help="Only work created longer ago, such as 30d or 6w.", metavar="TIME"),
    ] = None,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """List unaligned work that is warned about, and other findings."""
    given = given_moment(as_of)
    asked = WorkFilter(frozenset(team or ()), frozenset(project or ()), given_days(older_than))
    asks = fresh or full or as_of is not None
    with _looking(config, style, asks=asks, document="orphans") as (session, output):
        # Which work is left out, and all of it, is told by more than the work that is warned about.
        part: Part = "whole" if everything or asked.words else "orphans"
        whole = latest(session, output, given, fresh=fresh, full=full, part=part)
        run = asked.part_of(whole)
        items, found = run.alignment.items, run.signals.findings
        warned = len(whole.signals.orphans)
        if not output.wants_data:
            output.show(orphan_table(run, rest=not everything, narrowed_by=asked.words, whole=warned))
            output.show(*in_grace(items, run.signals))
            if everything:
                output.show(not_warned(items, run.signals, run.scorecard.as_of))
            output.show(findings(found, items, each=everything, show_each="truenorth orphans --all"))
        else:
            output.data(**orphans_document.document(run, warned, asked.words, everything=everything))


def suggest(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    as_yaml: Annotated[bool, typer.Option("--as-yaml", help="Print link rules for the OKR files.")] = False,
    everything: Everything = False,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Suggest key results for orphaned work, each with a score and the matching words."""
    if as_yaml and style is not Format.TEXT:
        raise typer.BadParameter("--as-yaml is a format of its own: leave --format out")
    given, asks = given_moment(as_of), fresh or full or as_of is not None
    with _looking(config, style, asks=asks) as (session, output):
        output.notice = "# " if as_yaml else ""
        run = latest(session, output, given, fresh=fresh, full=full)
        # Work that is within its grace period or not begun is left in peace, unless it is asked for.
        orphaned = set(run.signals.orphans)
        rest = {*run.signals.in_grace, *run.signals.not_started}
        asked = orphaned | rest if everything else orphaned
        likely = find_suggestions(run.alignment, session.workspace, run.observation.keywords)
        found = {ref: some for ref, some in likely.items() if ref in asked}
        if as_yaml:
            titles = {one.id: one.title for _, one in session.workspace.key_results()}
            sys.stdout.write(suggestions.as_yaml(found, run.alignment, titles))
            return
        section = suggestions.suggestions(
            found, run.alignment, len(orphaned), len(rest), with_rest=everything
        )
        output.show(section)
        if output.wants_data:
            output.data(
                as_of=run.scorecard.as_of.isoformat(),
                orphans=len(run.signals.orphans),
                not_warned=data.of_unwarned_counts(run.signals),
                suggestions=suggestions.suggestions_data(found, run.alignment),
            )


def explain(
    key: Annotated[
        str,
        typer.Argument(help="Ticket key or URL, Linear project, or id of a key result or objective."),
    ],
    config: Config = None,
    style: FormatOption = Format.TEXT,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Explain the links of a ticket, or the number of a key result or objective."""
    given, asks = given_moment(as_of), fresh or full or as_of is not None
    with _looking(config, style, asks=asks, document="explain") as (session, output):
        run = latest(session, output, given, fresh=fresh, full=full)
        found = explained(session, run, key)
        if isinstance(found, ExplainedKeyResult):
            output.show(explanation.derivation(found.derived))
            if (by_week := movement.weeks(found.history)) is not None:
                output.show(by_week)
        elif isinstance(found, ObjectiveDerivation):
            output.show(explanation.objective_derivation(found))
        else:
            if fresh:
                found = with_remote_links(session, run, found)
            output.show(status_tables.explanation(found))
        if output.wants_data:
            output.data(**explained_document(found, run))


def log(
    style: FormatOption = Format.TEXT,
    item: Annotated[str | None, typer.Option(help="Only writes to this ticket.", metavar="KEY")] = None,
    run: Annotated[int | None, typer.Option(help="Only writes by this run.", metavar="NUMBER")] = None,
) -> None:
    """Show the audit log: every write, with values before and after. Contacts no tracker."""
    output = Output(style)
    store = Store(configured().store)
    try:
        keys = store.journal.keys()
        entries = store.journal.entries(run=run, items=None if item is None else written_as(item, keys))
        # Views are no tickets: what was written to them stands with their runs.
        runs = store.runs_after(0, "sync") if item is None else []
    finally:
        store.close()
    double = homonyms((ref.tracker, key) for ref, some in keys.items() for key in some)
    parts = [f"to {item}"] * bool(item) + [f"by run {run}"] * (run is not None)
    output.show(audit_log.section(entries, " ".join(parts), double))
    runs = [one for one in runs if run in (None, one.id)]
    if views := audit_log.views_data(runs):
        output.show(audit_log.views(runs))
    output.data(log=audit_log.data(entries), views=views)
    output.finish()


def roll_over(
    before: Annotated[str, typer.Argument(help="Cycle to carry over from, such as 2026-Q4.", metavar="FROM")],
    after: Annotated[str, typer.Argument(help="Cycle to carry over to, such as 2027-Q1.", metavar="TO")],
    config: Config = None,
    style: FormatOption = Format.TEXT,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Print unfinished key results as OKRs of the next cycle. Changes no file."""
    given, asks = given_moment(as_of), fresh or full or as_of is not None
    with _looking(config, style, asks=asks) as (session, output):
        output.notice = "# " if style is not Format.JSON else ""
        run = latest(session, output, given, fresh=fresh, full=full)
        try:
            carried = next_cycle(before, after, run, session.workspace)
        except NoSuchCycleError as error:
            raise typer.BadParameter(str(error)) from None
        output.data(as_of=run.scorecard.as_of.isoformat(), **roll_over_tables.data(carried))
        if style is not Format.JSON:
            text = roll_over_tables.as_yaml(carried, run.scorecard.as_of)
            sys.stdout.write(f"```yaml\n{text}```\n" if style is Format.MARKDOWN else text)
