"""The pages of the last report, from its folder. Only files of the report are served, whatever else lies there."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
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
NOT_YET = "There is no report yet: the first run has not ended. Try again in a minute."


class Pages:
    """The report, file by file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: frozenset[str] = frozenset()
        self._read_at = -1

    @property
    def routes(self) -> list[Route]:
        """Where the pages are: / and /kr/ID, to which tickets link."""
        return [
            Route("/kr/{id}", self._key_result, methods=["GET"]),
            Route("/{path:path}", self._page, methods=["GET"]),
        ]

    def names(self) -> frozenset[str]:
        """The files of the report; none before there is one."""
        file = self._folder / OURS
        try:
            written_at = file.stat().st_mtime_ns
            if written_at != self._read_at:
                self._names = frozenset(json.loads(file.read_bytes())["files"])
                self._read_at = written_at
        except FileNotFoundError:
            self._names = frozenset()
        return self._names

    async def _key_result(self, request: Request) -> Response:
        # With the slash, from which the links of the page count.
        name = request.path_params["id"]
        await self._there(f"kr/{name}/{INDEX}")
        return RedirectResponse(f"/kr/{quote(name, safe='')}/", 308)

    async def _page(self, request: Request) -> Response:
        path: str = request.path_params["path"]
        name = f"{path}{INDEX}" if not path or path.endswith("/") else path
        file = await self._there(name)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return FileResponse(file, headers=_HEADERS, media_type=kind)

    async def _there(self, name: str) -> Path:
        names = await run_in_threadpool(self.names)
        if not names:
            raise HTTPException(503, NOT_YET, {"Retry-After": "60"})
        if name not in names:
            raise HTTPException(404, "There is no such page in the report.")
        return self._folder / name
