"""The commands by which an operator keeps the upper hand: apply, log, rebuild."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from config.load import fingerprint
from config.settings import Settings
from sync import logs
from sync.cli.exit_codes import Exit, stop_on_signals
from sync.cli.options import AcceptPlan, AsOf, Config, FirstRun, Style, accepted_flags, moment_of
from sync.cli.output import Format, Output
from sync.collect.pull import borne, pull
from sync.jobs.rebuild import archive_store, recover_readings
from sync.jobs.rebuild import rebuild as rebuild_store
from sync.jobs.session import Session, load_workspace, open_session, show_stops
from sync.jobs.sync import hold_lease, reconcile_journal, record_outcome, write
from sync.report import audit_log, data
from sync.report import run as sheets
from sync.store import plan_file
from sync.store.store import Store


def apply(
    file: Annotated[Path, typer.Argument(help="A plan that `truenorth plan --out` wrote.")],
    config: Config = None,
    style: Style = Format.TEXT,
    as_of: AsOf = None,
    first_run: FirstRun = False,
    accept_plan: AcceptPlan = None,
) -> None:
    """Write a saved plan exactly as it was shown; items that changed since are left alone and named."""
    output = Output(style)
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    now = moment_of(as_of)
    with open_session(settings, config) as session, stop_on_signals(session):
        known = plan_file.load(file, session.workspace, now)
        blocked = show_stops(known.stops, accepted_flags(first_run, accept_plan), output)
        code = Exit.STOPPED if blocked else _apply(session, known, now, output)
        signalled = session.halt.by
    output.finish()
    raise typer.Exit(128 + signalled if signalled is not None else code)


def _apply(session: Session, known: plan_file.Saved, now: datetime, output: Output) -> Exit:
    store, workspace = session.store, session.workspace
    with hold_lease(session) as right:
        record = store.open_run("sync", now, fingerprint(workspace))
        with output.progress() as report:
            observed = pull(workspace, session.connectors, now, None, report, borne(store, store.snapshot()))
        reconcile_journal(store, observed, workspace)
        plan, moved = plan_file.still_true(known.plan, observed.items)
        output.show(sheets.plan(plan), sheets.moved(moved))
        output.data(plan=data.of_plan(plan), moved=[{"key": one.key, "why": one.what} for one in moved])
        applied = write(session, plan, record, right)
        record_outcome(session, applied, record, plan, now, output)
    return Exit.DONE if applied.complete and not moved else Exit.PARTIAL


def log(
    style: Style = Format.TEXT,
    item: Annotated[str | None, typer.Option(help="Only this ticket, by key.", metavar="KEY")] = None,
    run: Annotated[int | None, typer.Option(help="Only this run, by number.")] = None,
) -> None:
    """Who wrote what, when, by which rule, before and after. Asks no tracker and needs no credential."""
    output = Output(style)
    settings = Settings()
    store = Store(settings.store)
    try:
        entries = store.journal.entries(run=run, key=item)
    finally:
        store.close()
    parts = [f"to {item}"] * bool(item) + [f"by run {run}"] * (run is not None)
    output.show(audit_log.section(entries, " ".join(parts) or "ever"))
    output.data(log=audit_log.data(entries))
    output.finish()


def rebuild(config: Config = None, style: Style = Format.TEXT, as_of: AsOf = None) -> None:
    """Set the store aside and make a new one from what the trackers show; readings that the old one can tell come along."""
    output = Output(style)
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    # What is wrong with the configuration must not cost the store its place.
    load_workspace(settings, config or settings.config)
    history = recover_readings(settings.store)
    aside = archive_store(settings.store, datetime.now(UTC))
    with open_session(settings, config) as session, stop_on_signals(session):
        # First, so that a tracker that cannot be read now does not cost it.
        session.store.readings.import_readings(history)
        adopted = rebuild_store(session, moment_of(as_of), output)
    if aside is not None:
        output.say(f"The old store was kept as {aside}.")
    output.say(f"{adopted} items bear our stamp and are known again.")
    days = len({row.day for rows in history.values() for row in rows})
    kept = f"The readings of {days} {'day' if days == 1 else 'days'} were taken along"
    output.say(f"{kept}." if days else "No readings could be taken along: history begins anew.")
    output.data(adopted=adopted, aside=aside, days=days)
    output.finish()
