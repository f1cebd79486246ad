"""What every row of the Linear workspace has, and how names become attributes and addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

SITE = "https://linear.app/acme"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Entity:
    """What every row has. `updated_at` equals `created_at` until the first meaningful change."""

    id: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None

    def __repr__(self) -> str:
        # Rows point at each other: a dataclass's own text would hold half the workspace.
        name = getattr(self, "identifier", None) or getattr(self, "name", None) or self.id
        return f"<{type(self).__name__} {name}>"


def slug(text: str) -> str:
    """The text as it stands in a page's address."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "untitled"


def snake(name: str) -> str:
    """The attribute that holds a field of the schema."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
