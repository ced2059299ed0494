"""Download tickets: one evidence pack, one browser, sixty seconds.

Streamlit serves its own downloads to anybody who knows the address, and may confuse two large files. Packs therefore go
out through our own route, bound to the cookie of the browser that built them, and are hashed again as they leave.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60.0
"""How long a ticket lives."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may fetch which file until when (`until` on the monotonic clock, seconds)."""

    path: Path
    sha256: str
    name: str
    owner: str
    until: float


class Tickets:
    """The tickets of one server process; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Ticket] = {}

    def issue(self, path: Path, sha256: str, owner: str, now: float | None = None) -> str:
        """A new ticket for the browser `owner`; the SHA-256 becomes part of the file's name."""
        now = time.monotonic() if now is None else now
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._open = {k: t for k, t in self._open.items() if t.until > now}
            self._open[token] = Ticket(
                path, sha256, download_name(path.stem, sha256, path.suffix), owner, now + SECONDS
            )
        return token

    def redeem(self, token: str, owner: str, now: float | None = None) -> Ticket | None:
        """The ticket, if it is alive and this browser's; otherwise None (which of both is not told)."""
        now = time.monotonic() if now is None else now
        with self._lock:
            ticket = self._open.get(token)
        if ticket is None or ticket.until <= now or not owner:
            return None
        return ticket if hmac.compare_digest(ticket.owner.encode(), owner.encode()) else None


def download_name(stem: str, sha256: str, suffix: str) -> str:
    """`<stem>-<sha256><suffix>` in plain ASCII, the hash once."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._") or "pack"
    return f"{plain.removesuffix(sha256).rstrip('-')}-{sha256}{suffix}"


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


TICKETS = Tickets()
"""The tickets of this process: pages issue them, the download route redeems them."""
