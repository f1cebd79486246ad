"""The pages of the last report, from its folder. Only files of the report are served, whatever else lies there."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sync.jobs.report.folder import OURS
from sync.report.html.report import INDEX

_HEADERS = {
    # A browser asks each time whether it is still the same, and gets 304 if so.
    "Cache-Control": "no-cache",
    # Ids of key results and keys of tickets are nobody else's business.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NOT_YET = (
    "There is no report yet: the first run has not ended, or could not read enough. Try again in a minute."
)
NO_PAGE = "There is no such page in the report. The overview is at /."


class Pages:
    """The report, file by file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def routes(self, middleware: Sequence[Middleware] = ()) -> list[Route]:
        """Where the pages are: / and /kr/ID, to which tickets link."""
        return [
            Route("/kr/{id}", self._key_result, methods=["GET"], middleware=middleware),
            Route("/{path:path}", self._page, methods=["GET"], middleware=middleware),
        ]

    def names(self) -> frozenset[str]:
        """The files of the report; none before there is one."""
        try:
            return frozenset(json.loads((self._folder / OURS).read_bytes())["files"])
        except FileNotFoundError:
            return frozenset()

    async def _key_result(self, request: Request) -> Response:
        name = request.path_params["id"]
        await run_in_threadpool(self._content, f"kr/{name}/{INDEX}")
        # With the slash, from which the links of the page count.
        return RedirectResponse(f"/kr/{quote(name, safe='')}/", 308)

    async def _page(self, request: Request) -> Response:
        path: str = request.path_params["path"]
        name = f"{path}{INDEX}" if not path or path.endswith("/") else path
        content = await run_in_threadpool(self._content, name)
        tag = f'"{await run_in_threadpool(_digest, content)}"'
        headers = {**_HEADERS, "ETag": tag}
        if tag in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=_kind(name))

    def _content(self, name: str) -> bytes:
        """A file of the report, whole: another may take its place at any moment."""
        names = self.names()
        if not names:
            raise HTTPException(503, NOT_YET, {"Retry-After": "60"})
        if name not in names:
            raise HTTPException(404, NO_PAGE)
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            raise HTTPException(404, NO_PAGE) from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _kind(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind == "application/json" else kind
