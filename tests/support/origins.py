"""Who was contacted: names that were looked up and connections that reached a listener, while nothing leaves this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

LOCAL = ("127.0.0.1", "localhost", "::1")


class Listener:
    """A port of loopback that somebody else owns; `heard` is all that reached it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    self.heard.append(connection.recv(65_536))
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n5")
                except OSError:
                    self.heard.append(b"")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener, closed at the end."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()


def sealed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names beyond this machine lead nowhere; those that are asked for are noted."""
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def noted(host: str | bytes | None, *rest: object, **more: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name in LOCAL or name is None:
            return look_up(host, *rest, **more)  # type: ignore[arg-type]
        asked.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return asked
