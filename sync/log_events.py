"""The events that an operator would act on: how each is named for who looks for it, and what to do. Pure.

What is logged in words is here by its words; docs/observability.md lists them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One kind of event: its name, its words in the log, and what whoever reads it does."""

    name: str
    words: str
    remedy: str


SYNC_STARTED = "sync started"
SYNC_ENDED = "sync ended"
GUARD = "a guard stopped the sync"
UNREAD = "cannot be read"
REFUSED = "refused to write items"
FAILED = "writing items failed"

EVENTS: tuple[LogEvent, ...] = (
    # The run.
    LogEvent("truenorth.sync.started", SYNC_STARTED, "Nothing."),
    LogEvent("truenorth.sync.started", "distributed sync begun", "Nothing."),
    LogEvent("truenorth.sync.ended", SYNC_ENDED, "Where the outcome is not `done`, look at the events before it, which have the same run id."),
    LogEvent("truenorth.guard.stopped", GUARD, "Read the plan; then fix its cause, or run again with the flag that the plan names."),
    LogEvent("truenorth.write.refused", REFUSED, "See `truenorth plan`: another owner marks these items, or they may not be written to."),
    LogEvent("truenorth.write.failed", FAILED, "`truenorth status` lists stuck items; later runs try them again, each time later."),
    LogEvent("truenorth.sync.signalled", "stopping after the current write", "Nothing; the next run continues."),
    LogEvent("truenorth.sync.signalled", "stopped while reading; nothing was written", "Nothing; the next run continues."),
    LogEvent("truenorth.metrics.failed", "cannot write the metrics", "Make the folder of `--metrics` writable."),
    # Trackers.
    LogEvent("truenorth.read.failed", UNREAD, "As the event says; `truenorth check` looks closer. It counts as last read until then."),
    LogEvent("truenorth.read.failed", "cannot read", "As the event says; `truenorth check` looks closer."),
    LogEvent("truenorth.read.items_failed", "cannot read items", "Correct what the tracker shows of these items. They count as last read until then."),
    LogEvent("truenorth.read.labels_failed", "cannot look for labels out of scope", "Nothing, unless it stays: then give the account the right to search."),
    LogEvent("truenorth.read.whole", "reads all of the tracker", "Nothing; a whole read takes more requests than one of changes."),
    LogEvent("truenorth.read.compared", "compares all ids early: a count differs", "Nothing."),
    LogEvent("truenorth.read.drifted", "reading changes had left an item otherwise", "Report it with the event; the whole read has put it right."),
    LogEvent("truenorth.tracker.stopped", "tracker stopped", "As the event says, such as a new credential; the next run continues."),
    LogEvent("truenorth.request.retried", "waiting before the next attempt", "Nothing, unless there are many: then look at the site's status."),
    LogEvent("truenorth.quota.reserved", "slowing down to keep the reserved quota for people", "If often: run less often, or lower `policy.quota_for_people`."),
    LogEvent("truenorth.quota.reached", "fewer requests in flight for a minute: the rate limit is reached", "If often: lower `policy.reads_in_flight` or `writes_in_flight`."),
    LogEvent("truenorth.quota.unshared", "cannot share the pace with other processes", "Look at the database of the store."),
    LogEvent("truenorth.jira.remote_links_rejected", "Jira rejected remote links; grant the account Link Issues", "Grant the permission Link Issues in the project."),
    LogEvent("truenorth.jira.comments_exposed", "Jira shows internal comments to customers; the project stays without comments", "Nothing, or ask the site's administrator."),
    LogEvent("truenorth.jira.watchers_notified", "edits notify watchers: the account cannot suppress notifications", "Grant the account Administer Projects."),
    LogEvent("truenorth.jira.bulk_rejected", "Jira rejected the job that removes stamps; removing them one by one", "Nothing, unless runs take too long: grant the account Make bulk changes."),
    LogEvent("truenorth.jira.bulk_rejected", "Jira rejected bulk edits; editing issues one by one", "Nothing, unless runs take too long: grant the account Make bulk changes."),
    LogEvent("truenorth.jira.fields_unsettable", "cannot set fields", "As the event says: put the fields on the edit screen."),
    LogEvent("truenorth.view.failed", "cannot update the view of projects", "Run `truenorth setup`."),
    # The store and the lease.
    LogEvent("truenorth.store.exposed", "others can read the store: its file system keeps no permissions", "Put the store on a file system with permissions."),
    LogEvent("truenorth.lease.taken_over", "took over a lease that ends later than any lease can; the clock of its holder was wrong", "Set the clock of that machine."),
    LogEvent("truenorth.lease.unrenewed", "cannot renew the lease", "Look at the database of the store; without a renewal the run ends."),
    LogEvent("truenorth.lease.unreleased", "cannot release the lease", "Nothing; the lease ends by itself within minutes."),
    LogEvent("truenorth.lease.lost", "the lease of the run is lost", "See why the run took so long; the next one continues."),
    # Several machines.
    LogEvent("truenorth.worker.missing", "waiting for a worker: start `truenorth worker`", "Start `truenorth worker`."),
    LogEvent("truenorth.worker.refused", "refusing the jobs of a run: give every worker the OKR files and the version of Truenorth that it was begun with", "Give all workers the same OKR files and version."),
    LogEvent("truenorth.worker.part_failed", "a part failed", "Report it with the stack trace; the part is tried again."),
    LogEvent("truenorth.worker.part_stopped", "stopped writing", "Nothing; another worker goes on, or the next run."),
    LogEvent("truenorth.worker.part_taken_over", "beginning again what another worker left", "See why that worker ended, as for lack of memory."),
    LogEvent("truenorth.worker.queue_lost", "cannot reach the queue of jobs; trying again", "Look at the database of the store."),
    LogEvent("truenorth.worker.configuration_refused", "cannot load the configuration anew", "Correct the OKR files; `truenorth validate` says where."),
    LogEvent("truenorth.sync.uncancelled", "cannot cancel the run; the workers go on to its end", "Look at the database of the store."),
    LogEvent("truenorth.sync.unseen", "cannot see how far the run is; looking again", "Look at the database of the store."),
    # The service.
    LogEvent("truenorth.serve.run_ended", "run ended", "Where it is a warning, look at the events of that run, which stand before it."),
    LogEvent("truenorth.serve.run_overdue", "run does not end", "Report it with the events of the run; the service ended it."),
    LogEvent("truenorth.serve.run_failed", "run cannot begin", "As the event says: give the container more memory or processes."),
    LogEvent("truenorth.webhook.refused", "webhook refused", "Where it is the tracker's own: run `truenorth setup --apply`, so that both have the same secret."),
    LogEvent("truenorth.serve.failed", "the timetable broke off", "Report it with the stack trace; the service ends, and whoever supervises it starts it again."),
    # Assistants.
    LogEvent("truenorth.mcp.failed", "a tool failed", "Report it with the stack trace."),
)  # fmt: skip
"""All of them, in the order of the documentation."""

NAMES: Mapping[str, str] = MappingProxyType({event.words: event.name for event in EVENTS})
"""Names by words."""

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "event": "body",
        "level": "severity_text",
        "timestamp": "timestamp",
        "cause": "exception.message",
        "exception": "exception.stacktrace",
        "error_type": "error.type",
        "status": "http.response.status_code",
        "attempt": "http.request.resend_count",
        "file": "file.path",
        "run": "truenorth.run.id",
        "to": "truenorth.tracker",
    }
)
"""Fields that OpenTelemetry's log model or conventions have a name for, by ours; all others begin with `truenorth.`."""


def field_name(ours: str) -> str:
    """The name of a field in the log that machines read."""
    return FIELDS.get(ours) or f"truenorth.{ours}"
