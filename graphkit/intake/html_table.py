"""The rows of an HTML page that calls itself .xls, as many office systems export them. No network, no scripts."""

from __future__ import annotations

from html.parser import HTMLParser

from graphkit.intake.encoding import sniff

_CELLS = frozenset({"td", "th"})
_SILENT = frozenset({"script", "style", "head"})


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._cell: list[str] | None = None
        self._silent = 0

    def close(self) -> None:
        """Take in a last cell that the page never closes."""
        super().close()
        self._close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._close()
            self.rows.append([])
        elif tag in _CELLS:
            self._close()
            self._cell = []
        elif tag in _SILENT:
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _CELLS or tag == "tr":
            self._close()
        elif tag in _SILENT:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is not None and self.rows:
            self.rows[-1].append("".join(self._cell).strip())
        self._cell = None


def html_rows(data: bytes) -> list[list[str]]:
    """The cells of every `<tr>`, padded to one width; all tables of the page one below the other."""
    encoding = sniff(data)
    parser = _Rows()
    parser.feed(data[encoding.skip :].decode(encoding.name, "backslashreplace"))
    parser.close()
    width = max(map(len, parser.rows), default=0)
    return [row + [""] * (width - len(row)) for row in parser.rows]
