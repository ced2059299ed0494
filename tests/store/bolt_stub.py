"""A server that speaks just enough Bolt 5.4 to be asked for an index and to have none; slow or broken on demand."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_HELLO, _GOODBYE, _RUN, _PULL = 0x01, 0x02, 0x10, 0x3F
_SUCCESS = b"\xb1\x70"


@dataclass(slots=True)
class Stub:
    """`connections` counts those that came; the first `drop` of them are cut when the first query arrives."""

    port: int
    delay: float
    drop: int
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def bolt_server(delay: float = 0.0, drop: int = 0) -> Iterator[Stub]:
    """A server on 127.0.0.1 that waits `delay` seconds before it answers a newcomer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stub = Stub(server.getsockname()[1], delay, drop)
        threading.Thread(target=_accept, args=(server, stub), daemon=True).start()
        try:
            yield stub
        finally:
            stub.closing.set()


def _accept(server: socket.socket, stub: Stub) -> None:
    with suppress(OSError):  # the listening socket is closed when the test is over
        while True:
            client, _ = server.accept()
            stub.connections += 1
            threading.Thread(target=_serve, args=(client, stub, stub.connections <= stub.drop), daemon=True).start()


def _serve(client: socket.socket, stub: Stub, drop: bool) -> None:
    with client, suppress(OSError):
        _read(client, 20)  # magic and four proposed versions
        if stub.closing.wait(stub.delay):
            return
        client.sendall(b"\x00\x00\x04\x05")
        while (kind := _message(client)) not in (None, _GOODBYE):
            if kind == _RUN and drop:
                return
            client.sendall(_chunked(_SUCCESS + _answer(kind)))


def _answer(kind: int | None) -> bytes:
    if kind == _HELLO:
        return _map({"server": _text("Neo4j/5.26.0"), "connection_id": _text("c")})
    return _map({_RUN: {"fields": b"\x90"}, _PULL: {"type": _text("r")}}.get(kind or 0, {}))


def _message(client: socket.socket) -> int | None:
    """The kind of the next message; None when the client is gone."""
    body = b""
    while True:
        size = int.from_bytes(_read(client, 2))
        if size == 0 and body:
            return body[1]
        body += _read(client, size)


def _read(client: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        more = client.recv(size - len(got))
        if not more:
            raise ConnectionResetError
        got += more
    return got


def _text(value: str) -> bytes:
    return bytes([0x80 + len(value)]) + value.encode("ascii")


def _map(items: dict[str, bytes]) -> bytes:
    return bytes([0xA0 + len(items)]) + b"".join(_text(key) + value for key, value in items.items())


def _chunked(body: bytes) -> bytes:
    return len(body).to_bytes(2) + body + b"\x00\x00"
