"""Ask an ASGI application over its own protocol, keeping its cookies like a browser."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any


@dataclass
class Answer:
    """Status, headers (lower case) and body."""

    status_code: int
    headers: dict[str, str]
    content: bytes


@dataclass
class Browser:
    """One browser with its cookies."""

    app: Any
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, host: str = "127.0.0.1:8501") -> Answer:
        """GET `path` under the host name `host`."""
        headers = [(b"host", host.encode())]
        if self.cookies:
            headers.append((b"cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()).encode()))
        answer = asyncio.run(self._ask(path, headers))
        for name, morsel in SimpleCookie(answer.headers.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        return answer

    async def _ask(self, path: str, headers: list[tuple[bytes, bytes]]) -> Answer:
        sent: list[dict[str, Any]] = []

        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            return next(asked, None) or await asyncio.Future()

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(),
            "query_string": b"", "headers": headers, "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8501),
        }  # fmt: skip
        await self.app(scope, receive, send)
        first = sent[0]
        told = {k.decode().lower(): v.decode() for k, v in first["headers"]}
        return Answer(first["status"], told, b"".join(m.get("body", b"") for m in sent[1:]))
