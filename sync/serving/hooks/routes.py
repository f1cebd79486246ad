"""The routes that receive webhooks.

Nothing is written by what a request says: a delivery at most lets the next run begin sooner, and that run reads the truth. So
everything but a false signature is answered 200, at once and without a body: Linear disables hooks that err, and repeats
after a minute, an hour and six hours, when its signature is aged by its own rule.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from config.hooks.hook import Hook
from config.workspace import Workspace
from connectors.hooks.verdict import Verdict, Worth
from connectors.model import Ref
from connectors.registry import Verify, verifier_of
from sync.serving.hooks.seen import SeenDeliveries

Nudge = Callable[[str, Sequence[Ref]], None]
"""Called with a tracker and the items that are said to have changed; none where all that is known is that a look is worth it."""

MOST_BYTES = 5 * 1024 * 1024
"""Of a body: Jira sends whole issues, with long descriptions; a larger one is not read."""
COMPLAIN_EVERY = 60.0
"""Seconds between two log lines on false signatures of one tracker: somebody may send many."""

log = structlog.get_logger(__name__)


def hook_routes(
    workspace: Workspace,
    secrets: Mapping[str, Hook],
    nudge: Nudge,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Route]:
    """The routes of the trackers that are read and for which a secret is set; none without one."""
    hooks = {
        name: _Receiver(secrets[name], verify, nudge, clock)
        for name, tracker in workspace.active.items()
        if name in secrets and (verify := verifier_of(tracker)) is not None
    }
    if not hooks:
        return []

    async def signed(request: Request) -> Response:
        found = hooks.get(request.path_params["name"])
        return _nothing_here() if found is None else await found.signed(request)

    async def unsigned(request: Request) -> Response:
        found = hooks.get(request.path_params["name"])
        if found is None or not found.is_at(request.path_params["token"]):
            return _nothing_here()
        return await found.unsigned(request)

    return [
        Route("/hooks/{name}", signed, methods=["POST"], name="hook"),
        Route("/hooks/{name}/{token}", unsigned, methods=["POST"], name="unsigned hook"),
    ]


class _Receiver:
    """Receives the deliveries of one tracker."""

    def __init__(self, hook: Hook, verify: Verify, nudge: Nudge, clock: Callable[[], datetime]) -> None:
        self._tracker = hook.tracker
        self._secret = hook.secret
        self._token = hook.token.encode()
        self._verify = verify
        self._nudge = nudge
        self._clock = clock
        self._seen = SeenDeliveries()
        self._complained: datetime | None = None
        self._not_told = 0

    def is_at(self, token: str) -> bool:
        """Whether this is the path that nobody can guess; compared in constant time."""
        return hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self._token)

    async def signed(self, request: Request) -> Response:
        """Take a delivery that is signed with the secret."""
        return await self._receive(request, self._secret.get_secret_value())

    async def unsigned(self, request: Request) -> Response:
        """Take one that is not."""
        return await self._receive(request, None)

    async def _receive(self, request: Request, secret: str | None) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return PlainTextResponse("The body is too large.\n", 413)
        verdict = self._verify(body, request.headers, secret, self._clock())
        if verdict.worth is Worth.FORGED:
            self._complain(verdict)
            return PlainTextResponse("The signature is missing or false.\n", 401)
        is_new = self._seen.is_new(self._tracker, verdict.delivery)
        # One that came before is no news, nor is one that is aged: they hasten the look at the tracker, and no more.
        items = verdict.items if is_new and verdict.worth is Worth.NEWS else ()
        self._nudge(self._tracker, [Ref(self._tracker, id_) for id_ in items])
        return Response(status_code=200)

    def _complain(self, verdict: Verdict) -> None:
        """Tell the operator: the secrets differ, or somebody tries."""
        now = self._clock()
        self._not_told += 1
        if self._complained is None or (now - self._complained).total_seconds() >= COMPLAIN_EVERY:
            log.warning("webhook refused", tracker=self._tracker, reason=verdict.why, refused=self._not_told)
            self._complained, self._not_told = now, 0


async def _body(request: Request) -> bytes | None:
    """The body as it came; None where it is larger than is read."""
    gathered = bytearray()
    async for piece in request.stream():
        gathered += piece
        if len(gathered) > MOST_BYTES:
            return None
    return bytes(gathered)


def _nothing_here() -> Response:
    return PlainTextResponse("Not found.\n", 404)
