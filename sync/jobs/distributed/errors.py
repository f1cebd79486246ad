"""What ends a distributed sync, or keeps one from beginning. The texts say what to do."""

from __future__ import annotations


class WorkersMissing(Exception):
    """What workers need is not installed."""


class NoWorker(Exception):
    """No worker took up the run."""


class RunFailed(Exception):
    """A run that workers could not bring to its end."""


class RunCancelled(Exception):
    """The run was ended by whoever began it."""


class Differs(Exception):
    """Two processes decide otherwise of the same."""
