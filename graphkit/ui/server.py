"""What stands between the network and the pages: host check, security headers, a browser cookie, pack downloads."""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphkit.ui.tickets import TICKETS, file_sha256

SCRIPT = Path(__file__).parent / "main.py"
COOKIE = "graphkit_browser"
DOWNLOAD = "/packs"
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """Refuses foreign host names (DNS rebinding), closes metrics, asks for the browser's cookie before any file."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "").rpartition(":")[0] if headers.get("host", "")[-1:].isdigit() else ""
        known = (host or headers.get("host", "")) in LOCAL_HOSTS or headers.get("host", "") in LOCAL_HOSTS
        browser = browser_of(headers)
        path = str(scope.get("path", ""))
        if not known:
            await PlainTextResponse("unknown host", 400)(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        elif path.endswith("/_stcore/metrics") or ("/media/" in path and not browser):
            await PlainTextResponse("not found", 404)(scope, receive, send)
        else:
            await self.app(scope, receive, _with_headers(send, fresh=not browser))


def _with_headers(send: Send, fresh: bool) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if fresh and headers.get("content-type", "").startswith("text/html"):
                token = secrets.token_urlsafe(24)
                headers.append("set-cookie", f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict")
        await send(message)

    return wrapped


def browser_of(headers: Headers) -> str:
    """The cookie by which we know a browser again; empty when it has none."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def download(request: Request) -> Response:
    """A pack for the browser that built it: 404 for anybody else or too late, 410 when the file changed since."""
    ticket = TICKETS.redeem(request.path_params["token"], browser_of(request.headers))
    if ticket is None or not ticket.path.is_file():
        return PlainTextResponse("not found", 404)
    if await run_in_threadpool(file_sha256, ticket.path) != ticket.sha256:
        return PlainTextResponse("the file no longer has the recorded SHA-256", 410)
    return FileResponse(
        ticket.path, media_type="application/zip", filename=ticket.name, headers={"Cache-Control": "no-store"}
    )


ROUTES = [Route(f"{DOWNLOAD}/{{token}}", download)]
MIDDLEWARE = [Middleware(Guard)]
