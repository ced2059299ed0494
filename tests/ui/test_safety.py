"""Data is text: escaped markup, complete texts in both languages, downloads for one browser and sixty seconds."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from graphkit.ui import canvas, launch, markup
from graphkit.ui.server import COOKIE, DOWNLOAD, MIDDLEWARE, ROUTES
from graphkit.ui.texts import TEXTS, known, status, word
from graphkit.ui.tickets import SECONDS, TICKETS, Tickets, download_name
from tests.ui.asgi_client import Browser
from tests.ui.stub import HOSTILE

UI = Path(launch.__file__).parent


class Seen(HTMLParser):
    """Tags and text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
@pytest.mark.parametrize("piece", [lambda s: s, lambda s: markup.tag("p", s), lambda s: markup.bullets([s, s])])
def test_data_never_becomes_a_tag(piece: object, text: str) -> None:
    harmless = Seen(markup.block(piece("x")))  # type: ignore[operator]
    seen = Seen(markup.block(piece(text)))  # type: ignore[operator]
    assert seen.tags == harmless.tags


def test_hostile_names_are_shown_as_written() -> None:
    seen = Seen(markup.block(markup.tag("h4", HOSTILE)))
    assert seen.tags == ["div", "h4"]
    assert seen.text == HOSTILE


def test_every_text_has_both_languages_and_no_markup() -> None:
    for key, text in TEXTS.items():
        assert text.zh.strip() and text.en.strip(), key
        assert not re.search(r"[`*_\[\]<>$]", text.zh + text.en), key


def test_every_text_that_the_pages_ask_for_exists() -> None:
    asked: set[str] = set()
    for path in UI.rglob("*.py"):
        asked |= set(re.findall(r'\bsay\("([a-z_]+)"\)', path.read_text("utf-8")))
    assert asked
    assert asked <= TEXTS.keys()


def test_machine_words_fall_back_to_themselves() -> None:
    assert known("excluded", "en") == "excluded"
    assert known("identifier", "zh") == TEXTS["identifier"].zh
    assert known("brand-new", "zh") == "brand-new"
    assert status("talk", "zh") == "谈话函询"
    assert status("brand-new", "en") == "brand-new"
    with pytest.raises(KeyError):
        word("brand-new", "zh")


def test_pages_use_no_call_that_reads_data_as_markdown() -> None:
    banned = re.compile(r"\bst\.(markdown|write|caption|metric|table|toast|success|info|latex)\(|unsafe_allow")
    assert [p.name for p in UI.rglob("*.py") if banned.search(p.read_text("utf-8"))] == []


def test_the_browser_side_never_parses_data_as_html() -> None:
    for name in (canvas.SCRIPT, canvas.PAINT):
        script = (canvas.ASSETS / name).read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|https?://", script)


def test_inline_and_packaged_script_are_the_same_code() -> None:
    vis, paint, own = ((canvas.ASSETS / f).read_text("utf-8") for f in (canvas.VIS, canvas.PAINT, canvas.SCRIPT))
    assert own.startswith(f'import "./{canvas.VIS}";')
    inline = canvas.inline_script().removeprefix(vis)
    modular = [line for line in f"{paint}\n{own}".splitlines() if line.startswith(("import ", "export {"))]
    assert len(modular) == 3
    kept = [line for line in f"{paint}\n{own}".splitlines() if line not in modular]
    assert [line for line in inline.splitlines() if line] == [line for line in kept if line]
    import pyvis

    shipped = Path(pyvis.__file__).parent / "lib/vis-9.1.2/vis-network.min.js"
    assert (canvas.ASSETS / canvas.VIS).read_bytes() == shipped.read_bytes()


def test_the_server_is_told_to_stay_on_this_machine() -> None:
    words = launch.command(8600)
    for option in ("--server.address=127.0.0.1", "--browser.gatherUsageStats=false", "--client.toolbarMode=viewer"):
        assert option in words
    assert "--server.port=8600" in words


@pytest.fixture
def client() -> Browser:
    async def page(_: object) -> HTMLResponse:
        return HTMLResponse("<p>page</p>")

    async def secret(_: object) -> PlainTextResponse:
        return PlainTextResponse("numbers")

    inner = [Route("/", page), Route("/media/{name}", secret), Route("/_stcore/metrics", secret)]
    return Browser(Starlette(routes=[*ROUTES, *inner], middleware=MIDDLEWARE))


def test_headers_and_cookie(client: Browser) -> None:
    answer = client.get("/")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    cookie = answer.headers["set-cookie"]
    assert COOKIE in cookie and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert "set-cookie" not in client.get("/").headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", ""])
def test_foreign_host_names_are_refused(client: Browser, host: str) -> None:
    assert client.get("/", host=host).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1", "[::1]:8501"])
def test_this_machine_s_names_are_known(client: Browser, host: str) -> None:
    assert client.get("/", host=host).status_code == 200


def test_files_need_the_cookie_and_metrics_are_closed(client: Browser) -> None:
    assert client.get("/media/x").status_code == 404
    client.get("/")
    assert client.get("/media/x").status_code == 200
    assert client.get("/_stcore/metrics").status_code == 404


def test_a_pack_goes_to_the_browser_that_built_it_and_carries_its_hash(client: Browser, tmp_path: Path) -> None:
    pack = tmp_path / "L-0001.zip"
    pack.write_bytes(b"evidence")
    digest = hashlib.sha256(b"evidence").hexdigest()
    client.get("/")
    token = TICKETS.issue(pack, digest, client.cookies[COOKIE])
    answer = client.get(f"{DOWNLOAD}/{token}")
    assert hashlib.sha256(answer.content).hexdigest() == digest
    assert digest in answer.headers["content-disposition"]
    stranger = Browser(client.app)
    assert stranger.get(f"{DOWNLOAD}/{token}").status_code == 404
    stranger.get("/")
    assert stranger.get(f"{DOWNLOAD}/{token}").status_code == 404
    pack.write_bytes(b"tampered")
    assert client.get(f"{DOWNLOAD}/{token}").status_code == 410
    assert client.get(f"{DOWNLOAD}/nonsense").status_code == 404


def test_a_ticket_dies_after_sixty_seconds(tmp_path: Path) -> None:
    tickets = Tickets()
    token = tickets.issue(tmp_path / "p.zip", "0" * 64, "me", now=100.0)
    assert SECONDS <= 60
    assert tickets.redeem(token, "me", now=100.0 + SECONDS - 0.1) is not None
    assert tickets.redeem(token, "me", now=100.0 + SECONDS) is None
    assert tickets.redeem(token, "", now=101.0) is None


@given(st.text(max_size=30))
def test_download_names_are_plain(stem: str) -> None:
    name = download_name(stem, "a" * 64, ".zip")
    assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    assert name.endswith("-" + "a" * 64 + ".zip")
    assert download_name(name.removesuffix(".zip"), "a" * 64, ".zip") == name
