"""The `jira` package's session on our one HTTP layer."""

from __future__ import annotations

import http.client
import io
from collections.abc import Sequence
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from connectors.http.exchange import Exchange, Reply


class ExchangeAdapter(BaseAdapter):
    """Sends a session's requests through an exchange; the session's own time-outs, proxies and certificates are unused.

    `api`: the address that all of them begin with; errors leave it out.
    """

    def __init__(self, exchange: Exchange, api: str) -> None:
        super().__init__()
        self._exchange = exchange
        self._api = api

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """One request and its whole reply. Raises as `Exchange.send` does."""
        content = request.body if isinstance(request.body, bytes) else None
        headers = {_text(name): _text(value) for name, value in request.headers.items()}
        method, url = request.method or "GET", request.url or ""
        what = f"{method} {url.removeprefix(self._api).partition('?')[0]}"
        reply = self._exchange.send(method, url, headers, content, what)
        return _response(reply, request)

    def close(self) -> None:
        """Nothing: several sessions share the exchange."""


class _Response(requests.Response):
    """A reply that is no redirect to the session, which would make a request of the address that it names."""

    @property
    def is_redirect(self) -> bool:
        return False


def _response(reply: Reply, request: requests.PreparedRequest) -> requests.Response:
    response = _Response()
    response.status_code = reply.status
    response.reason = HTTPStatus(reply.status).phrase if reply.status in _STATUSES else ""
    response.headers = CaseInsensitiveDict(reply.headers)
    response.url = request.url or ""
    response.request = request
    response.raw = _Raw(reply.headers.get_list("set-cookie"))
    response._content = reply.content  # type: ignore[assignment]  # noqa: SLF001  no public way, and any buffer does
    return response


_STATUSES = frozenset(HTTPStatus)


class _Raw(io.BytesIO):
    """What a session looks for in a reply beside its content, which was read already: the cookies."""

    def __init__(self, cookies: Sequence[str]) -> None:
        super().__init__()
        if cookies:
            message = http.client.HTTPMessage()
            for cookie in cookies:
                message["Set-Cookie"] = cookie
            self._original_response = SimpleNamespace(msg=message)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("ascii")
