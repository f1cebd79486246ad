"""The store's tables.

A change here is a new `VERSION` (`sync.store.version`) with its migration (`sync.store.migrations`), and a store of a newer version is never opened.
Tables keep the names that they were first given: `drawn` holds field values, `gists` keywords, `standings` and
`footings` work states.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from config.text.redaction import redactor
from sync.store.version import VERSION as VERSION


class Words(sa.types.TypeDecorator[str]):
    """Text from elsewhere without secrets, then cut to its length, and without what no database can hold.

    SQLite limits no length, and PostgreSQL knows no NUL; cut and freed of them here, the same goes into either.
    """

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        """The text as it is kept."""
        if value is None:
            return None
        # Half of a surrogate pair, as file names have them, is no text in UTF-8.
        whole = redactor.text(value).encode("utf-8", "replace").decode()
        return whole.replace("\0", "")[: self.length]


metadata = sa.MetaData()
about = sa.Table(
    "about", metadata, sa.Column("name", sa.String(64), primary_key=True), sa.Column("value", sa.String(255))
)
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("configuration", sa.String(64), nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Column("workspace", Words(255)),
)
"""`at` is when it began, whatever moment it was to evaluate. `workspace`: None where an older version ran."""
items = sa.Table(
    "items",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("in_scope", sa.Integer),
    sa.Column("stamped", sa.Integer),
    sa.Column("commented", sa.Integer),
    sa.Column("parent", sa.String(64)),
    sa.Column("updated", sa.String(32)),
)
"""What the columns beside the body say of it: is it in scope, does it bear a stamp or a comment of ours (1 or 0), the id of its
parent on the same tracker, when it last changed. They are there to be asked; the body alone is read."""
sa.Index(
    "ix_items_parent",
    items.c.tracker,
    items.c.parent,
    sqlite_where=items.c.parent.is_not(None),
    postgresql_where=items.c.parent.is_not(None),
)
sa.Index(
    "ix_items_stamped",
    items.c.tracker,
    items.c.id,
    sqlite_where=items.c.stamped == sa.text("1"),
    postgresql_where=items.c.stamped == sa.text("1"),
)
sa.Index(
    "ix_items_commented",
    items.c.tracker,
    items.c.id,
    sqlite_where=items.c.commented == sa.text("1"),
    postgresql_where=items.c.commented == sa.text("1"),
)
pulls = sa.Table(
    "pulls",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("as_of", sa.String(32), nullable=False),
    sa.Column("in_scope", sa.Integer, nullable=False),
    sa.Column("bookmark", sa.Text),
    sa.Column("basis", sa.String(64)),
    sa.Column("whole_at", sa.String(32)),
    sa.Column("swept_at", sa.String(32)),
    sa.Column("amiss", sa.Integer),
    sa.Column("notes", sa.JSON),
    sa.Column("set_aside", sa.LargeBinary),
    sa.Column("generation", sa.Integer),
)
"""How each tracker was read: see `sync.observation.ReadState`. `generation` grows when anything of its items changed that is
decided upon."""
counts = sa.Table(
    "counts",
    metadata,
    sa.Column("key_result", sa.String(80), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)
answers = sa.Table(
    "answers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tracker", sa.String(64), nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("items", sa.JSON, nullable=False),
)
"""Ids of the items that the native queries of the rules found."""
samples = sa.Table(
    "samples",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("source", Words(512), nullable=False),
)
"""The last values of files and endpoints."""
drawn = sa.Table(
    "drawn",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""Values of a field on what the query of a measure found last."""
histories = sa.Table(
    "histories",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("updated", sa.String(32)),
)
"""The statuses in which items stood, of those whose flow was measured last. `updated`: that of the item as it
was when this was read; here, for assignees and for words."""
assigned = sa.Table(
    "assigned",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("updated", sa.String(32)),
)
"""Who items were assigned to, by the ids of their accounts, where `flow` is declared."""
flagged = sa.Table(
    "flagged",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""When items were flagged as blocked, likewise; a row for those alone that ever were."""
gists = sa.Table(
    "gists",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("updated", sa.String(32)),
)
"""Words of the descriptions of work that serves no key result."""
resolved_keys = sa.Table(
    "resolved_keys",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""What the keys in the OKR files lead to: the ids, so that a key that changes is none that is lost."""
lost = sa.Table(
    "lost",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""Done work that can no longer be seen."""
unread = sa.Table(
    "unread",
    metadata,
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""What the last snapshot could not read, in its order."""
drift = sa.Table(
    "drift",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""What the last whole read of a tracker found other than reading changes had left it."""
landings = sa.Table(
    "landings",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("begun", sa.String(32), nullable=False),
    sa.Column("about", Words(255), nullable=False),
)
landed_pages = sa.Table(
    "landed_pages",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""Pages of a whole read that is not complete yet."""
settled = sa.Table(
    "settled",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("since", sa.String(32), nullable=False),
    sa.Column("until", sa.String(32), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""One row: of what a run decided that left nothing to write, and until when that holds while nothing changes."""
readings = sa.Table(
    "readings",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("value", sa.Float),
    sa.Column("progress", sa.Float),
    sa.Column("expected", sa.Float, nullable=False),
    sa.Column("health", sa.String(16), nullable=False),
    sa.Column("moved", sa.LargeBinary),
)
"""Readings by day. `moved`: what did since the day before it that was read."""
standings = sa.Table(
    "standings",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""Where the work of each key result stood on the day that was read last, and on the one before."""
forecasts = sa.Table(
    "forecasts",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("low", sa.Float, nullable=False),
    sa.Column("middle", sa.Float, nullable=False),
    sa.Column("high", sa.Float, nullable=False),
    sa.Column("chance", sa.Float, nullable=False),
    sa.Column("goal", sa.Float, nullable=False),
    sa.Column("weeks", sa.Float, nullable=False),
)
"""Forecasts by the day on which they were made, to be held against what came."""
work_by_day = sa.Table(
    "work_by_day",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("name", Words(255), primary_key=True),
    sa.Column("pieces", sa.Float, nullable=False),
    sa.Column("share", sa.Float, nullable=False),
)
"""Where the running work went on each day that was read: by objective, exempt category, and in one row what is unaligned."""
journal = sa.Table(
    "journal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run", sa.Integer, nullable=False, index=True),
    sa.Column("tracker", sa.String(64), nullable=False),
    sa.Column("item", sa.String(64), nullable=False),
    sa.Column("key", Words(255), nullable=False),
    sa.Column("what", sa.JSON, nullable=False),
    sa.Column("outcome", sa.String(16)),
    sa.Column("error", Words),
    sa.Column("operation", sa.String(16), index=True),
    sa.Column("epoch", sa.Integer),
    sa.Column("at", sa.String(32)),
    sa.Column("changes", sa.LargeBinary),
)
"""One row for each item of each plan. `changes`: mark, before and after; None once it was compacted."""
sa.Index(
    "ix_journal_open",
    journal.c.id,
    sqlite_where=journal.c.outcome.is_(None),
    postgresql_where=journal.c.outcome.is_(None),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("holder", Words(255), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("until", sa.String(32), nullable=False),
    sa.Column("since", sa.String(32)),
)
"""Who may write, and since when. The epoch grows with every holder and never falls."""

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("item", sa.String(64), primary_key=True),
    sa.Column("key", Words(255), nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("until", sa.String(32), nullable=False),
)
"""Items whose writes failed, and when the next try is due."""
provisions = sa.Table(
    "provisions",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("id", sa.String(64), nullable=False),
)
"""What setup made on trackers: their ids, which prove it where a name cannot."""
origins = sa.Table(
    "origins",
    metadata,
    sa.Column("credential", sa.String(80), primary_key=True),
    sa.Column("origin", sa.String(300), nullable=False),
)
"""Where credentials went that could read there, by the stem of their variables."""
footings = sa.Table(
    "footings",
    metadata,
    sa.Column("key_result", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""Where the work of a key result stood when its progress was last posted."""

updates = sa.Table(
    "updates",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("item", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
"""What our latest status update on a project or initiative said, and where work stood then."""

lost_links = sa.Table(
    "lost_links",
    metadata,
    sa.Column("tracker", sa.String(64), primary_key=True),
    sa.Column("item", sa.String(64), primary_key=True),
    sa.Column("day", sa.String(10)),
)
"""Open work by the day on which it was found without its last link; without a day: linked, which its ticket does not show."""

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("content", sa.String(32), primary_key=True),
    sa.Column("made", sa.String(32), nullable=False),
    sa.Column("configuration", sa.String(64), nullable=False),
    sa.Column("applied_at", sa.String(32)),
)
"""Plans that were saved to files, by the hash of their content, and when they were applied."""
