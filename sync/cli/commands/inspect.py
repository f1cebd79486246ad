"""The commands that show and never write: status, orphans, suggest, explain, log."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from sync.align.suggestions import suggest as find_suggestions
from sync.cli.options import AsOf, Config, FormatOption, Fresh, given_moment
from sync.cli.output import Format, Output
from sync.cli.reporter import OutputReporter
from sync.cli.session import command_session, configured
from sync.decide import Decision
from sync.explain.item import explain as explain_item
from sync.explain.item import written_as
from sync.explain.key_result import Derivation, derive
from sync.explain.objective import derive_objective
from sync.jobs.asked_key import with_key_of_now
from sync.jobs.last_read import forecasts, latest_run, progress_history, removed_marks
from sync.jobs.remote_links import with_remote_links
from sync.jobs.session import Session
from sync.observation import homonyms
from sync.report import audit_log, budgets, data, explanation, movement, suggestions
from sync.report import run as run_tables
from sync.report import status as status_tables
from sync.report.in_grace import in_grace
from sync.store.store import Store

_MOST_IN_GRACE = 12


def status(
    config: Config = None, style: FormatOption = Format.TEXT, fresh: Fresh = False, as_of: AsOf = None
) -> None:
    """Show progress, forecasts, the last sync and stuck items."""
    moment = given_moment(as_of)
    with command_session(config, style) as (session, output):
        run = latest_run(session, OutputReporter(output), moment, fresh=fresh)
        last = session.store.last_run("sync")
        troubled = session.store.journal.failed_writes(last.id) if last else []
        stuck = session.store.stuck()
        histories = progress_history(session, run)
        ends = forecasts(session, run)
        output.show(run_tables.scorecard(run.scorecard), movement.movement(histories))
        if ends:
            output.show(status_tables.forecast_section(ends, run.scorecard))
        output.show(budgets.section(run, session.workspace))
        unmatched = run_tables.unmatched(run.signals.findings)
        if unmatched.rows:
            output.show(unmatched)
        output.show(*in_grace(run.alignment.items, run.signals, _MOST_IN_GRACE))
        output.show(status_tables.last_run(last, troubled, run))
        removed = removed_marks(session, run)
        if removed:
            output.show(status_tables.removed(removed))
        if stuck:
            output.show(status_tables.stuck(stuck, run))
        output.data(
            as_of=run.scorecard.as_of.isoformat(),
            scorecard=data.of_scorecard(run.scorecard),
            movement=movement.movement_data(histories),
            outlook=status_tables.forecasts_data(ends),
            work=budgets.data(run, session.workspace),
            last_run=status_tables.last_run_data(last, troubled),
            undone=status_tables.removed_data(removed),
            stuck=[asdict(one) for one in stuck],
            orphans=len(run.signals.orphans),
            in_grace=data.of_in_grace(run),
            unwritten=len(run.plan.edits),
            findings=data.of_findings(run, run.signals),
        )


def orphans(
    config: Config = None, style: FormatOption = Format.TEXT, fresh: Fresh = False, as_of: AsOf = None
) -> None:
    """List open work that serves no key result, and other findings."""
    moment = given_moment(as_of)
    with command_session(config, style) as (session, output):
        run = latest_run(session, OutputReporter(output), moment, fresh=fresh)
        output.show(run_tables.orphans(run.alignment.items, run.signals))
        output.show(*in_grace(run.alignment.items, run.signals))
        output.show(run_tables.findings(run.signals))
        output.data(
            as_of=run.scorecard.as_of.isoformat(),
            orphans=data.of_orphans(run),
            in_grace=data.of_in_grace(run),
            findings=data.of_findings(run, run.signals),
        )


def suggest(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    as_yaml: Annotated[bool, typer.Option("--as-yaml", help="Print link rules for the OKR files.")] = False,
    fresh: Fresh = False,
    as_of: AsOf = None,
) -> None:
    """Suggest key results for orphaned work, each with a score and the matching words."""
    if as_yaml and style is not Format.TEXT:
        raise typer.BadParameter("--as-yaml is a format of its own: leave --format out")
    moment = given_moment(as_of)
    with command_session(config, style) as (session, output):
        output.notice = "# " if as_yaml else ""
        run = latest_run(session, OutputReporter(output), moment, fresh=fresh)
        # Work that is within its grace period is left in peace.
        orphaned = run.signals.orphans
        likely = find_suggestions(run.alignment, session.workspace, run.observation.keywords)
        found = {ref: some for ref, some in likely.items() if ref in orphaned}
        if as_yaml:
            titles = {one.id: one.title for _, one in session.workspace.key_results()}
            sys.stdout.write(suggestions.as_yaml(found, run.alignment, titles))
            return
        output.show(suggestions.suggestions(found, run.alignment, len(orphaned)))
        output.data(
            as_of=run.scorecard.as_of.isoformat(),
            orphans=len(orphaned),
            suggestions=suggestions.suggestions_data(found, run.alignment),
        )


def explain(
    key: Annotated[
        str,
        typer.Argument(help="Ticket key, Linear project name, or id of a key result or objective."),
    ],
    config: Config = None,
    style: FormatOption = Format.TEXT,
    fresh: Fresh = False,
    as_of: AsOf = None,
) -> None:
    """Explain the links of a ticket, or the number of a key result or objective."""
    moment = given_moment(as_of)
    with command_session(config, style) as (session, output):
        run = latest_run(session, OutputReporter(output), moment, fresh=fresh)
        when = run.scorecard.as_of.isoformat()
        if (derived := derive(key, run, session.workspace)) is not None:
            _show_key_result(session, run, derived, output, when)
        elif (whole := derive_objective(key, run, session.workspace)) is not None:
            output.show(explanation.objective_derivation(whole))
            output.data(as_of=when, **explanation.objective_data(whole))
        else:
            found = explain_item(key, with_key_of_now(session, run, key), session.workspace)
            if fresh:
                found = with_remote_links(session, run, found)
            output.show(status_tables.explanation(found))
            output.data(**status_tables.explanation_data(found, run))


def _show_key_result(session: Session, run: Decision, derived: Derivation, output: Output, when: str) -> None:
    id_ = derived.reading.key_result
    forecast, history = forecasts(session, run).get(id_), progress_history(session, run)[id_]
    output.show(explanation.derivation(derived, forecast))
    if (by_week := movement.weeks(history)) is not None:
        output.show(by_week)
    output.data(
        as_of=when,
        **explanation.derivation_data(derived, forecast),
        history=movement.history_data(history),
    )


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
    output.show(audit_log.section(entries, " ".join(parts) or "ever", double))
    runs = [one for one in runs if run in (None, one.id)]
    if views := audit_log.views_data(runs):
        output.show(audit_log.views(runs))
    output.data(log=audit_log.data(entries), views=views)
    output.finish()
