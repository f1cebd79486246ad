"""Make the report of a run, and write it into its folder."""

from __future__ import annotations

from pathlib import Path

from config.text.texts import Texts
from sync.brief.contents import brief_of
from sync.brief.week import last_monday
from sync.decide import Decision
from sync.jobs.last_read import progress_history
from sync.jobs.report.folder import Written, write_folder
from sync.jobs.report.links import links_of
from sync.jobs.review.review import latest_review
from sync.jobs.session import Session
from sync.report.html.report import report_files
from sync.report.html.source import ReportSource


def report_source(session: Session, run: Decision, texts: Texts) -> ReportSource:
    """What the report of a run is made from."""
    workspace = session.workspace
    since = last_monday(run.scorecard.as_of, workspace.zone)
    brief = brief_of(run, run.signal_context, workspace, since)
    histories, review = progress_history(session, run), latest_review(session, run)
    return ReportSource(run, workspace, histories, brief, since, texts, review)


def write_report(session: Session, run: Decision, texts: Texts, folder: Path) -> Written:
    """Write the report of a run. Raises ReportFolderRefused and ReportNotWritten, see `write_folder`."""
    source = report_source(session, run, texts)
    return write_folder(folder, dict(report_files(source, links_of(source))))
