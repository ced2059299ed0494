"""Which template a header row belongs to, and which cell is which column (CONTRACT 3, "Header matching")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from graphkit.errors import Text
from graphkit.intake.reading import Status
from graphkit.intake.templates import Template, templates
from graphkit.values.clean import HIDDEN
from graphkit.values.money import UNITS

_NOISE = re.compile(rf"[\s_\-*:：{HIDDEN}]+")
_UNIT = re.compile(r"[(\[](?:单位[:]?)?([^()\[\]]*)[)\]]$")
_BARE_UNIT = re.compile(r"(百万元|千万元|万元|亿元|千元|元)$")


def norm_header(text: str) -> str:
    """A header cell for matching: NFKC, lower case, without blanks, underscores, dashes, stars and colons."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def split_unit(header: str) -> tuple[str, str | None]:
    """`金额（万元）` → (`金额`, `万元`); a header without a bracketed or trailing unit comes back whole with None."""
    text = norm_header(header)
    if found := _UNIT.search(text):
        return text[: found.start()], found[1]
    if (found := _BARE_UNIT.search(text)) and found.start():
        return text[: found.start()], found[1]
    return text, None


@dataclass(frozen=True, slots=True)
class Layout:
    """A header row read against one template.

    `places`: column → position of its cell; `fen`: money column → fen per number, where the header names a unit;
    `extra`: header → position of the cells no column takes; `missing`: required columns without a cell; `orders`: date
    column → order of day, month and year that a person gave.
    """

    template: Template
    places: Mapping[str, int]
    fen: Mapping[str, int]
    extra: Mapping[str, int]
    missing: tuple[str, ...]
    width: int
    orders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """The layout chosen, or why none was: `refused` (columns missing) or `needs_decision`, with the sentence."""

    layout: Layout | None
    status: Status
    message: Text
    candidates: tuple[str, ...] = ()


@cache
def _lookup(template_name: str) -> Mapping[str, tuple[str, int]]:
    """Normalised header → (column, preference) of one template; the English name wins over aliases."""
    found: dict[str, tuple[str, int]] = {}
    for column in templates()[template_name].columns:
        found[norm_header(column.name)] = (column.name, 0)
    for column in templates()[template_name].columns:
        for place, alias in enumerate(column.aliases, 1):
            found.setdefault(norm_header(alias), (column.name, place))
    return MappingProxyType(found)


def _find(template_name: str, header: str, stacked: bool) -> tuple[str, int, int | None] | None:
    """(column, preference, fen per number or None) of a header; a stacked one, `金额/成交`, also as 成交金额, 成交 or 金额."""
    lookup = _lookup(template_name)
    wordings, units = [header], []
    if stacked and "/" in header:
        above, _, below = header.rpartition("/")
        group = above.replace("/", "")
        wordings += [group + below, below + group, below, above.rpartition("/")[2], group]
        units = [split_unit(part)[1] for part in reversed(header.split("/"))]
    for wording in wordings:
        whole = norm_header(wording)
        bare, unit = split_unit(wording)
        hit = lookup.get(whole) or (lookup.get(bare) if unit is not None else None)
        if hit is not None:
            named = (str(u).split("/")[0] for u in (None if whole in lookup else unit, *units))
            return *hit, next((UNITS[name] for name in named if name in UNITS), None)
    return None


def lay_out(template: Template, headers: Sequence[str], stacked: bool = False) -> Layout:
    """Match a header row against one template; for two cells of one column the better known wording wins.

    `stacked`: the headers stood on several lines and were joined with `/`.
    """
    best: dict[str, tuple[int, int]] = {}
    fen: dict[int, int] = {}
    for position, header in enumerate(headers):
        found = _find(template.name, header, stacked)
        if found is None:
            continue
        hit = found[:2]
        if found[2] is not None:
            fen[position] = found[2]
        if hit[0] not in best or hit[1] < best[hit[0]][0]:
            best[hit[0]] = (hit[1], position)
    places = {column: position for column, (_, position) in sorted(best.items(), key=lambda item: item[1][1])}
    taken = set(places.values())
    extra = {_unique(headers, i): i for i in range(len(headers)) if i not in taken and headers[i].strip()}
    money = {c.name for c in template.columns if c.kind == "money"}
    return Layout(
        template,
        MappingProxyType(places),
        MappingProxyType({c: fen[p] for c, p in places.items() if c in money and p in fen}),
        MappingProxyType(extra),
        tuple(c for c in template.required if c not in places),
        len(headers),
    )


def _unique(headers: Sequence[str], position: int) -> str:
    """The header, with `_2`, `_3` … when the same text stands further left."""
    text = headers[position].strip()
    nth = sum(1 for other in headers[: position + 1] if other.strip() == text)
    return text if nth == 1 else f"{text}_{nth}"


def _by_name(names: Sequence[str]) -> list[tuple[Template, bool]]:
    """Templates named by sheet or file name: (template, named exactly), the longest name first."""
    found: list[tuple[Template, bool]] = []
    for name in filter(None, names):
        text = norm_header(name)
        titles = [
            (norm_header(t), template) for template in templates().values() for t in (template.name, template.name_zh)
        ]
        exact = [template for title, template in titles if title == text]
        inside = sorted((pair for pair in titles if pair[0] in text), key=lambda pair: -len(pair[0]))
        found += [(template, True) for template in exact] + [(template, False) for _, template in inside]
    return found


def choose(headers: Sequence[str], names: Sequence[str] = (), stacked: bool = False) -> Choice:
    """The template of a header row; `names` are the sheet's and the file's name without suffix, most telling first."""
    for template, exact in _by_name(names):
        layout = lay_out(template, headers, stacked)
        if not layout.missing:
            return Choice(layout, "ok", Text("", ""))
        if exact and len(layout.places) >= max(1, _best_score(headers, stacked) // 2):
            return _missing(layout)
    layouts = [lay_out(template, headers, stacked) for template in templates().values()]
    complete = [layout for layout in layouts if not layout.missing]
    if complete:
        top = max(len(layout.places) for layout in complete)
        best = [layout for layout in complete if len(layout.places) == top]
        return Choice(best[0], "ok", Text("", "")) if len(best) == 1 else _tie(best)
    return _nearest(layouts, headers)


def _best_score(headers: Sequence[str], stacked: bool) -> int:
    return max(len(lay_out(template, headers, stacked).places) for template in templates().values())


def _title(template: Template) -> str:
    return f"{template.name}（{template.name_zh}）"


def _missing(layout: Layout) -> Choice:
    template = layout.template
    zh = "、".join(f"{name}（{(template.column(name).aliases or (name,))[0]}）" for name in layout.missing)
    return Choice(
        None,
        "refused",
        Text(
            f"按模板 {_title(template)} 读取，缺少必填列：{zh}。请补上这些列后重新导入",
            f"read as {template.name}, required columns are missing: {', '.join(layout.missing)}; add them and load again",
        ),
        (template.name,),
    )


def _tie(layouts: Sequence[Layout]) -> Choice:
    names = tuple(layout.template.name for layout in layouts)
    return Choice(
        None,
        "needs_decision",
        Text(
            f"表头同时符合多个模板：{'、'.join(_title(layout.template) for layout in layouts)}。请把文件改名为其中之一（如 {names[0]}.csv）或给出映射",
            f"the headers fit several templates: {', '.join(names)}; rename the file (for example {names[0]}.csv) or give a mapping",
        ),
        names,
    )


def _nearest(layouts: Sequence[Layout], headers: Sequence[str]) -> Choice:
    filled = [header for header in headers if header.strip()]
    ranked = sorted(layouts, key=lambda layout: (-len(layout.places), len(layout.missing)))
    best, second = ranked[0], ranked[1]
    clear = len(best.places) > len(second.places) or len(best.missing) < len(second.missing)
    if clear and len(best.places) >= max(3, 0.6 * len(filled)):
        return _missing(best)
    names = tuple(layout.template.name for layout in ranked[:3] if layout.places)
    zh = "、".join(_title(layout.template) for layout in ranked[:3] if layout.places)
    return Choice(
        None,
        "needs_decision",
        Text(
            f"没有模板符合这些列：{'、'.join(filled[:8]) or '（无）'}。"
            + (f"最接近的是 {zh}。" if zh else "")
            + "请改用模板表头，或用 graphkit map 建立映射",
            f"no template fits these columns: {', '.join(filled[:8]) or '(none)'}."
            + (f" Nearest: {', '.join(names)}." if names else "")
            + " Use a template's headers, or make a mapping with graphkit map",
        ),
        names,
    )
