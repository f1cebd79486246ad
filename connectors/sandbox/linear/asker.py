"""Who asks, and when: what every resolver, filter and mutation is told besides its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.sandbox.linear.entities import User
from connectors.sandbox.linear.quota import Quota
from connectors.sandbox.linear.state import LinearSpace


@dataclass(frozen=True, slots=True)
class Asker:
    """One request: the workspace, whose key it bears, what that user may spend, the moment."""

    space: LinearSpace
    viewer: User
    quota: Quota
    now: datetime
