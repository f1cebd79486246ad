"""`plan --against`: what changing the OKR files does, for who reviews the change."""

from __future__ import annotations

from pathlib import Path

from config.load import load
from config.loading.regular_files import folder_of
from config.settings import Settings
from sync.against.comparison import Comparison
from sync.cli.exit_codes import Cause
from sync.cli.options import GivenTime
from sync.cli.output import Format, Output
from sync.cli.reporter import OutputReporter
from sync.cli.session import command_session, configured, end
from sync.jobs.against.compare import compare_fresh_read, compare_last_read
from sync.jobs.against.earlier import Earlier, earlier
from sync.report.against.data import document
from sync.report.against.sections import marker, sections
from sync.store.database import is_there
from sync.store.store import Store


def show_against(
    config: Path | None, style: Format, against: str, given: GivenTime, *, full: bool, exit_code: bool
) -> None:
    """Compare the OKR files with earlier ones on what was read last; on a fresh read where nothing was, with `full`, and for another time."""
    settings = configured()
    place = config or settings.config
    later = Earlier(load(place), folder_of(place))
    with earlier(place, against) as before:
        found = None if full or given.text is not None else _on_last_read(settings, later, before)
        if found is not None:
            output = Output(style)
            _tell(output, found, against, later, exit_code=exit_code)
            end(output)
            return
        with command_session(config, style) as (session, output):
            now, reporter = given.in_zone_of(session.workspace), OutputReporter(output)
            found = compare_fresh_read(session, later, before, now, reporter, full=full)
            _tell(output, found, against, later, exit_code=exit_code)


def _on_last_read(settings: Settings, later: Earlier, before: Earlier) -> Comparison | None:
    """By the store alone, without any credential of a tracker."""
    if not is_there(settings.store):
        return None
    store = Store(settings.store, may_change=False)
    try:
        return compare_last_read(later, before, store)
    finally:
        store.close()


def _tell(output: Output, found: Comparison, against: str, later: Earlier, *, exit_code: bool) -> None:
    output.mark(marker(later.workspace.workspace))
    output.show(*sections(found, against))
    output.data(**document(found, against))
    if exit_code and not found.is_empty:
        output.causes.add(Cause.CHANGES)
