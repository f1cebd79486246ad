"""The moment that a run is evaluated at, and what that means for the work that it shows. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from sync.decide import Decision


def moment_words(moment: datetime, zone: tzinfo) -> str:
    """A moment as the clocks of a zone show it."""
    here = moment.astimezone(zone)
    return f"{here:%Y-%m-%d %H:%M} {here.tzname() or ''}".rstrip()


def rewound(run: Decision) -> str:
    """What the items are that a moment before the read shows; "" where they are those that were read."""
    if not run.observation.rewound:
        return ""
    when = moment_words(run.scorecard.as_of, run.scorecard.zone)
    return (
        f"Work is shown as it was on {when}, as far as the trackers tell: what was finished later is open, what was created "
        "later is absent. Links, parents and estimates are those of now."
    )


def taken_as_now(run: Decision) -> str:
    """That a run which may write takes work as it is, where it is to be evaluated as of an earlier day; "" elsewhere."""
    if not any(pull.as_of - run.scorecard.as_of > timedelta(days=1) for pull in run.observation.pulls):
        return ""
    return (
        "Work counts as it is now, since tickets show what they are: --as-of only moves the clock here. "
        "To see how it was then: truenorth status --as-of"
    )
