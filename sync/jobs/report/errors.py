"""Why a report was not written."""

from __future__ import annotations


class ReportFolderRefused(Exception):
    """The folder holds what is somebody else's; nothing was written. The text says what to do."""


class ReportNotWritten(Exception):
    """The folder could not be written to, or only in part; a later report writes all of it."""
