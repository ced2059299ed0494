"""The one place where data may stand inside HTML: everything is escaped here, tags and classes are ours."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

Html = NewType("Html", str)

CSS = """
<style>
.gkx {font-size: .95rem; line-height: 1.55; color: #1d2733; overflow-wrap: anywhere}
.gkx .chip {display: inline-block; padding: 0 .55em; border-radius: 4px; margin-right: .4em; font-size: .85rem; background: #eef1f5; color: #1d2733}
.gkx .red {background: #d92d20; color: #fff} .gkx .yellow {background: #e8a400; color: #1d2733} .gkx .green {background: #2f9e44; color: #fff}
.gkx h4 {font-size: 1.15rem; margin: .1rem 0 .35rem; padding: 0; font-weight: 650}
.gkx h5 {font-size: .9rem; margin: .7rem 0 .15rem; padding: 0; color: #1f4e79; font-weight: 650}
.gkx ul {margin: 0; padding-left: 1.2em} .gkx li {margin: .1rem 0; font-size: .95rem}
.gkx .dim {color: #5a6774; font-size: .85rem}
.gkx p {margin: .15rem 0}
</style>
"""


def tag(name: str, content: object, cls: str = "") -> Html:
    """`<name class=cls>content</name>`; anything but `Html` made by `join` or `tag` is escaped."""
    inner = content.inner if isinstance(content, _Made) else escape(str(content))
    return _Made(f'<{name} class="{escape(cls)}">{inner}</{name}>' if cls else f"<{name}>{inner}</{name}>")  # type: ignore[return-value]


class _Made(str):
    """Text that this module escaped already."""

    __slots__ = ()

    @property
    def inner(self) -> str:
        return str(self)


def join(pieces: Iterable[object]) -> Html:
    """Pieces one after the other, the plain ones escaped."""
    return _Made("".join(p.inner if isinstance(p, _Made) else escape(str(p)) for p in pieces))  # type: ignore[return-value]


def bullets(items: Iterable[object]) -> Html:
    """A list of texts."""
    return tag("ul", join(tag("li", i) for i in items))


def block(*pieces: object) -> str:
    """A finished block for `st.html`."""
    return tag("div", join(pieces), "gkx")
