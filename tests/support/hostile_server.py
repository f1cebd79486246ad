"""A server on loopback that answers as it is told, byte for byte and as slowly as it is told."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from tests.support import loopback

Part = bytes | float
"""Bytes to send, or seconds to let pass."""

Script = Callable[[bytes], Iterable[Part]]
"""What the server sends in answer to a request. Nothing at all means that it closes the connection."""

SECRET, ELSEWHERE = b"{secret}", b"{elsewhere}"
"""In a script: the credential as it came, and the address of another origin."""

_END = b"\r\n\r\n"
_URL = "http://127.0.0.1:{}"


class HostileServer:
    """Listens until it is closed.

    `heads` are the heads of all requests, in the order in which they came; `connections` counts what was accepted.
    """

    def __init__(self, script: Script, elsewhere: str = "") -> None:
        self.heads: list[bytes] = []
        self.connections = 0
        self._script = script
        self._elsewhere = elsewhere.encode()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._closed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return _URL.format(self._listener.getsockname()[1])

    def close(self) -> None:
        self._closed.set()
        # A thread that waits for a connection does not notice that its listener was closed.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The other side goes away in the midst of most of what is sent here.
        with connection, contextlib.suppress(OSError):
            while request := _request(connection):
                self.heads.append(request.partition(_END)[0])
                sent = False
                for part in self._script(request):
                    if self._closed.is_set():
                        return
                    if isinstance(part, float):
                        time.sleep(part)
                        continue
                    part = part.replace(SECRET, credential(request)).replace(ELSEWHERE, self._elsewhere)
                    connection.sendall(part)
                    sent = True
                if not sent:
                    return


def _request(connection: socket.socket) -> bytes:
    """The next request with its body; nothing when there is none."""
    received = b""
    while _END not in received:
        more = connection.recv(65536)
        if not more:
            return b""
        received += more
    head, _, body = received.partition(_END)
    length = re.search(rb"(?im)^content-length: *(\d+)", head)
    while length is not None and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head + _END + body


def credential(request: bytes) -> bytes:
    """The secret that a request carries, bare; nothing where it carries none."""
    found = re.search(rb"(?im)^authorization: *(?:(basic|bearer) +)?(\S+)", request)
    if found is None:
        return b""
    if (found[1] or b"").lower() == b"basic":
        return base64.b64decode(found[2]).partition(b":")[2]
    return found[2]


# --- Scripts -------------------------------------------------------------------------------------


def reply(body: bytes = b"{}", *headers: str, status: str = "200 OK", length: int | None = None) -> Script:
    """A reply with that body; `length` is what it says of its length."""

    def script(request: bytes) -> Iterator[Part]:
        shown = body.replace(SECRET, credential(request))
        size = len(shown) if length is None else length
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {size}", *headers]
        yield "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        yield shown

    return script


def in_turn(*parts: Part) -> Script:
    """These parts, one after the other."""
    return lambda _: iter(parts)


def again_and_again(first: bytes, *parts: Part) -> Script:
    """The first part, and then the others for ever."""

    def script(_: bytes) -> Iterator[Part]:
        yield first
        while True:
            yield from parts

    return script


def dripping(first: bytes, rest: bytes, seconds: float = 0.2) -> Script:
    """The first part at once, and the rest byte by byte."""

    def script(_: bytes) -> Iterator[Part]:
        yield first
        for byte in rest:
            yield seconds
            yield bytes([byte])

    return script


def relay(url: str, alter: Callable[[bytes], bytes], *headers: str) -> Script:
    """What another server answers, with its body altered and these headers."""

    def script(request: bytes) -> Iterable[Part]:
        head, _, body = request.partition(_END)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        sent = dict(line.split(": ", 1) for line in lines)
        kept = {
            name: sent[name] for name in sent if name.lower() in ("authorization", "content-type", "accept")
        }
        answered = loopback.request(method, url + path, headers=kept, content=body)
        return reply(alter(answered.content), *headers, status=f"{answered.status_code} Relayed")(request)

    return script
