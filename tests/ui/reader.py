"""A real browser at the workbench: the server it asks, and somebody who reads and clicks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from graphkit.ui.launch import command

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / ".screenshots"
STUB = ROOT / "tests" / "ui" / "stub_asgi.py"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)  # fmt: skip
CANVAS = "[...(globalThis.__graphkit ?? new Map()).values()].find(s => s.root.isConnected && s.rev > 0)"
WAIT = 60_000


def served(workspace: Path, *paths: Path, entry: Path = STUB, **settings: str) -> Iterator[str]:
    """A workbench on a free port, on the workspace in memory unless `entry` says otherwise; ends with the test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    search = os.pathsep.join(map(str, [*paths, ROOT]))
    env = {**os.environ, "PYTHONPATH": search, "GRAPHKIT_WORKSPACE": str(workspace), **settings}
    words = command(port, entry)
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        told = next((line for line in server.stdout if "URL" in line), None)
        assert told is not None, "the server did not start"
        yield f"http://127.0.0.1:{port}"
        server.terminate()
        server.stdout.read()


class Reader:
    """Somebody at the screen, with a log of everything the browser asked for."""

    def __init__(self, chromium: Browser, url: str, width: int = 1440, height: int = 960) -> None:
        self.page: Page = chromium.new_page(viewport={"width": width, "height": height})
        self.asked: list[str] = []
        self.trouble: list[str] = []
        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.on("dialog", lambda d: (self.trouble.append(d.message), d.dismiss()))
        self.page.on("pageerror", lambda e: self.trouble.append(str(e)))
        self.page.set_default_timeout(WAIT)
        self.page.goto(url)
        self.url = url

    def outside(self) -> list[str]:
        return [u for u in self.asked if not u.startswith((self.url, "data:", f"blob:{self.url}"))]

    def canvas(self, body: str, *arguments: Any) -> Any:
        return self.page.evaluate(f"(args) => {{ const s = {CANVAS}; return {body}; }}", list(arguments))

    def until(self, body: str) -> None:
        self.page.wait_for_function(f"() => {{ const s = {CANVAS}; return s && {body}; }}", timeout=WAIT)

    def still(self) -> None:
        """Until Python has answered every event, the camera stands and what is drawn can be clicked."""
        self.until(
            "!s.pending.length && !s.settling && s.drawn === s.net.getScale() + ' ' + s.rev && s.eye && Math.abs(s.eye.scale - s.net.getScale()) < 1e-9"
        )

    def at(self, node: str) -> tuple[float, float]:
        x, y = self.canvas("s.point(args[0])", node)
        return x, y

    def place(self) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = self.canvas("s.positions()")
        return found

    def click(self, node: str, **options: Any) -> None:
        self.page.mouse.click(*self.at(node), **options)

    def go(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()
        expect(self.page.get_by_role("heading", name=name, exact=True)).to_be_visible()

    def press(self, action: str) -> None:
        self.page.locator(f".gk-bar [data-act='{action}']").click()

    def tick(self, frame: Locator, row: int) -> None:
        """Tick a row of a table: tables are drawn on a canvas, so by its place."""
        expect(frame).to_be_visible()
        frame.scroll_into_view_if_needed()
        frame.click(position={"x": 16, "y": 37 + 35 * row + 17})

    def shot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")
