"""Where the header of a table is: below title lines, on one line or on several that belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from graphkit.errors import Text
from graphkit.intake.headers import Choice, choose, norm_header
from graphkit.values.money import UNITS

HEADER_ROWS = 6
"""How many filled lines are looked at."""
_DEEPEST = 3
_LONGEST = 40
_FIGURE = re.compile(r"[\d\s.,:/%¥￥()（）+-]+")
_TITLE_UNIT = re.compile(r"单位[:：]?\s*\(?(" + "|".join(sorted(UNITS, key=len, reverse=True)) + r")(?![\w一-鿿])")

Cells = Sequence[str]
Spans = Sequence[tuple[int, int, int, int]]
"""Merged ranges as (first row, first column, last row, last column), counted from 0."""


@dataclass(frozen=True, slots=True)
class Head:
    """A header that was found: its texts, the choice of template, the first line of the body, counted from 0.

    `asks`: what a person has to confirm before the table is read so.
    """

    headers: tuple[str, ...]
    choice: Choice
    body: int
    asks: tuple[Text, ...] = ()


def find_head(rows: Sequence[Cells], names: Sequence[str], spans: Spans = ()) -> Head | None:
    """The header among the first lines of a table; None when all are blank.

    The first line, or stack of lines, that fits a template wins. When none does, the head of the choice that says most.
    """
    failed: list[Head] = []
    titles: list[str] = []
    for nth, cells in enumerate(rows):
        filled = [text for text in cells if text.strip()]
        if not filled:
            continue
        if (stacked := _stacked(rows, nth, names, spans)) is not None:
            return _with_unit(stacked, titles)
        choice = choose(cells, names)
        head = Head(tuple(cells), choice, nth + 1, _beside(cells, choice))
        if head.choice.layout is not None:
            return _with_unit(head, titles)
        failed.append(head)
        titles += filled
        if len(failed) == HEADER_ROWS:
            break
    says_most = sorted(failed, key=lambda head: (head.choice.status != "refused", not head.choice.candidates))
    return says_most[0] if failed else None


def _with_unit(head: Head, titles: Sequence[str]) -> Head:
    """A title line that says 单位：万元 holds for every amount whose own header names no unit; unit prices stay in yuan."""
    layout = head.choice.layout
    found = next((hit for hit in map(_TITLE_UNIT.search, titles) if hit), None)
    if layout is None or found is None or UNITS[found[1]] == 100:
        return head
    money = [layout.template.column(name) for name in layout.places if layout.template.column(name).kind == "money"]
    fen = {column.name: UNITS[found[1]] for column in money if not column.per_unit} | dict(layout.fen)
    return replace(head, choice=replace(head.choice, layout=replace(layout, fen=MappingProxyType(fen))))


def _stacked(rows: Sequence[Cells], first: int, names: Sequence[str], spans: Spans) -> Head | None:
    """Two or three lines read as one header, when together they fit a template and no lower line does as well alone."""
    best: Head | None = None
    for depth in range(2, _DEEPEST + 1):
        lines = rows[first : first + depth]
        if len(lines) < depth or not _belongs(lines[-2], lines[-1], first + depth - 2, spans):
            break
        headers = _joined(lines)
        choice = choose(headers, names, stacked=True)
        if choice.layout is not None:
            best = Head(
                headers, choice, first + depth, (_reading_of(headers, choice, depth), *_beside(headers, choice))
            )
    if best is None or any(_as_good(choose(line, names), best.choice) for line in rows[first + 1 : best.body]):
        return None
    return best


def _as_good(choice: Choice, other: Choice) -> bool:
    """Whether a choice finds as many columns as the other."""
    return bool(choice.layout and other.layout and len(choice.layout.places) >= len(other.layout.places))


def _reading_of(headers: Cells, choice: Choice, depth: int) -> Text:
    columns = {place: name for name, place in choice.layout.places.items()} if choice.layout else {}
    shown = "、".join(f"{header}→{columns.get(place, 'extra')}" for place, header in enumerate(headers) if header)
    return Text(f"表头占 {depth} 行，合并读作：{shown}", f"the header takes {depth} lines and is read as: {shown}")


def _belongs(above: Cells, below: Cells, row: int, spans: Spans) -> bool:
    """Whether a line continues the header above it: it stands under groups only, and holds no figures."""
    width = max(len(above), len(below))
    upper, lower = _padded(above, width), _padded(below, width)
    texts = [text for text in lower if text]
    if len([text for text in upper if text]) < 2 or not texts:
        return False
    if any(_FIGURE.fullmatch(text) or len(text) > _LONGEST for text in texts):
        return False
    grouped = _grouped(upper, lower) | {
        column for top, left, _, right in spans if top == row and right > left for column in range(left, right + 1)
    }
    return bool(grouped) and all(not text or place in grouped for place, text in enumerate(lower))


def _grouped(upper: Cells, lower: Cells) -> set[int]:
    """Places that stand under a group: a filled cell with empty ones right of it, and text below the first and others."""
    grouped: set[int] = set()
    for place in range(1, len(upper)):
        if not upper[place] and lower[place]:
            start = place
            while start > 0 and not upper[start]:
                start -= 1
            if upper[start] and lower[start]:
                grouped |= set(range(start, place + 1))
    return grouped


def _joined(lines: Sequence[Cells]) -> tuple[str, ...]:
    """The texts of each column from top to bottom, joined with `/`; a group holds for the empty cells right of it."""
    width = max(map(len, lines))
    grid = [_padded(line, width) for line in lines]
    used = [any(line[place] for line in grid) for place in range(width)]
    for depth, line in enumerate(grid[:-1]):
        for place in range(1, width):
            under = any(lower[place] for lower in grid[depth + 1 :])
            same = all(upper[place] == upper[place - 1] for upper in grid[:depth])
            if not line[place] and (under or not used[place]) and same:
                line[place] = line[place - 1]
    columns = zip(*grid, strict=True)
    return tuple(
        "/".join(dict.fromkeys(filter(None, column))) if use else "" for use, column in zip(used, columns, strict=True)
    )


def _padded(cells: Cells, width: int) -> list[str]:
    return [text.strip() for text in cells] + [""] * (width - len(cells))


def _beside(headers: Cells, choice: Choice) -> tuple[Text, ...]:
    """A question when a second table stands right of the first, behind an empty column."""
    used = set(choice.layout.places.values()) if choice.layout else set()
    starts = [i for i in range(1, len(headers)) if headers[i].strip() and not headers[i - 1].strip()]
    for start in starts:
        left = {norm_header(text) for text in headers[:start] if text.strip()}
        right = [text for text in headers[start:] if text.strip()]
        repeated = [text for text in right if norm_header(text) in left]
        sides = (
            (right, any(place >= start for place in used)),
            (list(headers[:start]), any(place < start for place in used)),
        )
        if left and (len(repeated) > 1 or any(not taken and _is_head(texts) for texts, taken in sides)):
            shown = "、".join(right[:4])
            return (Text(f"表右侧还有另一个表：{shown}", f"a second table stands right of the first: {shown}"),)
    return ()


def _is_head(texts: Cells) -> bool:
    """Whether some texts are the header of a table: all that a template needs, and more than a word by chance."""
    texts = [text for text in texts if text.strip()]
    layout = choose(texts).layout if len(texts) > 1 else None
    return layout is not None and len(layout.places) > 1 and 2 * len(layout.places) >= len(texts)


def second_head(rows: Iterator[tuple[int, Cells]], headers: Cells) -> tuple[Text, ...]:
    """A question when one of some body lines is itself the header of a table (a repeated header of this one is not)."""
    own = [norm_header(text) for text in headers if text.strip()]
    for number, cells in rows:
        texts = [text for text in cells if text.strip()]
        if len(texts) < 2 or [norm_header(text) for text in texts] == own:
            continue
        if any(_FIGURE.fullmatch(text) for text in texts) or not _is_head(texts):
            continue
        shown = "、".join(texts[:4])
        return (
            Text(
                f"第 {number} 行像是另一个表的表头：{shown}",
                f"row {number} looks like the header of another table: {shown}",
            ),
        )
    return ()
