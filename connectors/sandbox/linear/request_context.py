"""The context of a request: what every resolver, filter and mutation gets besides its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.sandbox.linear.entities import User
from connectors.sandbox.linear.quota import Quota
from connectors.sandbox.linear.state import Credential, LinearSpace


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request: the workspace, whose token it carries and what that allows, the quota, the moment."""

    space: LinearSpace
    viewer: User
    credential: Credential
    quota: Quota
    now: datetime
