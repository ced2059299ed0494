"""The one place where data may stand inside HTML: everything is escaped here, tags and classes are ours."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

CSS = """
<style>
.stMainBlockContainer {padding: 3.75rem 1.6rem 1rem}
.stMainBlockContainer h3 {padding: .1rem 0 .2rem; font-size: 1.35rem}
.stMain [data-testid="stVerticalBlock"] {gap: .7rem}
.gkx {font-size: .95rem; line-height: 1.55; color: #1d2733; overflow-wrap: anywhere}
.gkx .chip {display: inline-block; padding: 0 .55em; border-radius: 4px; margin-right: .4em; font-size: .85rem;
  background: #eef1f5; color: #1d2733}
.gkx .red {background: #d92d20; color: #fff}
.gkx .yellow {background: #e8a400; color: #1d2733}
.gkx .green {background: #2f9e44; color: #fff}
.gkx h4 {font-size: 1.15rem; margin: .1rem 0 .35rem; padding: 0; font-weight: 650}
.gkx h5 {font-size: .9rem; margin: .7rem 0 .15rem; padding: 0; color: #1f4e79; font-weight: 650}
.gkx ul {margin: 0; padding-left: 1.2em}
.gkx li {margin: .1rem 0; font-size: .95rem}
.gkx .dim {color: #5a6774; font-size: .85rem}
.gkx .hash {color: #5a6774; font: .72rem/1.35 monospace; margin: 0}
.gkx .line {display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden;
  color: #3e4c59; font-size: .88rem; line-height: 1.35}
.stMain :has(> .st-key-side) {flex: 0 0 max(520px, calc(100vh - 122px)) !important}
.gkx p {margin: .15rem 0}
</style>
"""


class Html(str):
    """Text that this module has escaped already; only `tag`, `join` and `bullets` make it."""

    __slots__ = ()


def _safe(piece: object) -> str:
    return piece if isinstance(piece, Html) else escape(str(piece))


def tag(name: str, content: object, cls: str = "") -> Html:
    """`<name class=cls>content</name>`; content that is not `Html` is escaped."""
    opened = f'<{name} class="{escape(cls)}">' if cls else f"<{name}>"
    return Html(f"{opened}{_safe(content)}</{name}>")


def join(pieces: Iterable[object]) -> Html:
    """Pieces one after the other, the plain ones escaped."""
    return Html("".join(map(_safe, pieces)))


def bullets(items: Iterable[object]) -> Html:
    """A list of texts."""
    return tag("ul", join(tag("li", item) for item in items))


def block(*pieces: object) -> str:
    """A finished block for `st.html`."""
    return tag("div", join(pieces), "gkx")
