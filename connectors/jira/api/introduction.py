"""What a site says of itself before it gets a credential: whether it is Cloud or Data Center, and its time.

`serverInfo` can be read without one (OpenAPI, "This operation can be accessed anonymously"); a Data Center may forbid
that, and no Cloud site does. Behind Atlassian's gateway nothing can be read without one, and nothing but Cloud is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from connectors.errors import CredentialError, Misdeclared, PermissionDenied, TrackerError
from connectors.jira.api.errors import Elsewhere, Rejected
from connectors.jira.api.wire import ServerInfo


class Introduction:
    """Asks one site once, before the first request that carries the credential; safe to use from several threads.

    `ask` asks it without one. `check` raises Misdeclared for a site of another kind. `nothing_there` is raised where
    there is no Jira.
    """

    def __init__(
        self, ask: Callable[[], ServerInfo], check: Callable[[ServerInfo], None], nothing_there: TrackerError
    ) -> None:
        self._ask = ask
        self._check = check
        self._nothing_there = nothing_there
        self._lock = threading.Lock()
        self._made = False
        self._fresh = False
        self._info: ServerInfo | None = None
        self._fault: Misdeclared | None = None

    def make(self) -> None:
        """Ask, unless that was done. Raises Misdeclared, and TrackerError where there is no site, or no answer."""
        with self._lock:
            if not self._made:
                self._info = self._asked()
                self._made = self._fresh = True
        if self._fault is not None:
            raise self._fault

    def take(self) -> tuple[bool, ServerInfo | None]:
        """Whether its answer has not been used yet, and the answer: None where the site gives none without a credential."""
        with self._lock:
            fresh, self._fresh = self._fresh, False
            return fresh, self._info

    def _asked(self) -> ServerInfo | None:
        try:
            info = self._ask()
            self._check(info)
        except Misdeclared as error:
            self._fault = error
        except Rejected as error:
            if error.status == 404:
                raise self._nothing_there from None
        except (CredentialError, PermissionDenied, Elsewhere):
            pass
        else:
            return info
        return None
