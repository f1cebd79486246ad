"""Why a brief was not posted."""

from __future__ import annotations


class BriefNotPosted(Exception):
    """The brief is not there, or nobody knows; the text says what to do, and holds no part of the webhook's address."""


class BriefDelayed(BriefNotPosted):
    """A later run may do better."""
