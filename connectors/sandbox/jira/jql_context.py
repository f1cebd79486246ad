"""What the fields and clauses of a JQL query are read against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.sandbox.company import Person
from connectors.sandbox.jira.state import JiraSite


@dataclass(frozen=True, slots=True)
class JqlContext:
    """Who asks, of which site, and when; on Data Center people go by their user names.

    - `lenient`: keys of issues that do not exist find nothing, in place of an error.
    """

    site: JiraSite
    person: Person | None
    now: datetime
    by_user_name: bool = False
    lenient: bool = False
