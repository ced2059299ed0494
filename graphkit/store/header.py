"""Cypher files (CONTRACT 5): `// key: value` lines, then one statement.

    // id: shared_device
    // title_zh: 共用设备的投标人
    // params:
    //   since: date = null [day]
    //   min_lots: int = 1
    // returns: lot, bidder_a, bidder_b
    MATCH …

A parameter may also stand on the line of its key (`// params: since: date = null`). Types: `text int number money date datetime bool
ids`; a list of texts is `ids`. A parameter without `= default` must be given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from graphkit.errors import Text, UsageError, Where

KEYS = ("id", "title_zh", "title_en", "question", "params", "returns", "kind", "law", "falsepositives", "status")
REQUIRED = ("id", "title_zh", "title_en", "question", "returns", "status")
_KEY = re.compile(r"//\s?(?P<key>[a-z_]+):\s*(?P<value>.*)$")
_PARAM = re.compile(
    r"(?P<name>[A-Za-z_]\w*)\s*:\s*(?P<type>[a-z]+)\s*(?:=\s*(?P<default>.*?))?\s*(?:\[(?P<unit>[^\[\]]*)\])?$"
)
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Param:
    """`default` is a typed value, or None; `required` when the file gives none."""

    name: str
    type: str
    default: Any
    unit: str | None
    required: bool


@dataclass(frozen=True, slots=True)
class QueryFile:
    """One query of the library. `id` is `<topic>/<stem>`; `cypher` is the statement without the header."""

    id: str
    topic: str
    path: Path
    header: Mapping[str, str]
    params: tuple[Param, ...]
    cypher: str

    def as_json(self) -> dict[str, Any]:
        """One entry of `queries` (CONTRACT 2)."""
        return {
            "id": self.id,
            "title_zh": self.header["title_zh"],
            "title_en": self.header["title_en"],
            "question": self.header["question"],
            "params": [{"name": p.name, "type": p.type, "default": plain(p.default), "unit": p.unit} for p in self.params],
            "returns": self.header["returns"],
            "topic": self.topic,
            "status": self.header["status"],
            "file": str(self.path),
            "kind": self.header.get("kind", "rows"),
            "law": self.header.get("law", ""),
            "falsepositives": self.header.get("falsepositives", ""),
        }  # fmt: skip


def plain(value: Any) -> Any:
    """A default as JSON."""
    return value.isoformat() if isinstance(value, date) else value


def read_query(path: Path, text: str | None = None) -> QueryFile:
    """Parse one file. Raises `UsageError` naming file, line and key."""
    lines = (path.read_text("utf-8") if text is None else text).splitlines()
    header: dict[str, str] = {}
    params: list[Param] = []
    key = ""
    body = len(lines)
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("//"):
            body = number - 1
            break
        found = _KEY.match(stripped)
        inside = key == "params" and re.match(r"//\s{2,}\S", stripped)
        if found and not inside and found["key"] in KEYS:
            key = found["key"]
            if key == "params":
                _add_param(params, found["value"], path, number)
            else:
                header[key] = found["value"].strip()
        elif inside:
            _add_param(params, stripped.removeprefix("//").strip(), path, number)
        elif key and key != "params" and re.match(r"//\s{2,}\S", stripped):
            header[key] += " " + stripped.removeprefix("//").strip()
        elif found:
            raise _bad(path, number, f"未知的头部键 {found['key']}", f"unknown header key {found['key']}")
    for needed in REQUIRED:
        if not header.get(needed):
            raise _bad(path, 1, f"缺少头部键 {needed}", f"header key {needed} is missing")
    if header["id"] != path.stem:
        raise _bad(path, 1, f"id {header['id']} 与文件名不同", f"id {header['id']} is not the file's name")
    if header["status"] not in ("draft", "stable") or header.get("kind", "rows") not in ("rows", "subgraph"):
        raise _bad(path, 1, "status 或 kind 的取值无效", "status or kind has a value that is not known")
    return QueryFile(
        f"{path.parent.name}/{path.stem}",
        path.parent.name,
        path,
        header,
        tuple(params),
        "\n".join(lines[body:]).strip(),
    )


def _add_param(params: list[Param], text: str, path: Path, line: int) -> None:
    if not text.strip() or text.strip() == "none":
        return
    found = _PARAM.match(text.strip())
    if not found or found["type"] not in _COERCE:
        raise _bad(
            path,
            line,
            f"参数写法无效：{text}（应为 name: type = default [unit]）",
            f"not a parameter: {text} (write name: type = default [unit])",
        )
    default = found["default"]
    value = None if default in (None, "null", "") else coerce(found["name"], found["type"], default.strip("'\""))
    params.append(Param(found["name"], found["type"], value, found["unit"], default is None))


def coerce(name: str, kind: str, value: Any) -> Any:
    """A parameter as its type; texts come from the command line. Raises `UsageError` naming the parameter."""
    if value is None or value == "null":
        return None
    try:
        return _COERCE[kind](value)
    except (ValueError, TypeError, InvalidOperation):
        raise UsageError(
            "bad-parameter",
            Text(
                f"参数 {name} 的值 {value!r} 不是 {_NAMES[kind][0]}",
                f"parameter {name}: {value!r} is not {_NAMES[kind][1]}",
            ),
            Text(f"例如 --param {name}={_NAMES[kind][2]}", f"for example --param {name}={_NAMES[kind][2]}"),
            parameter=name,
        ) from None


def bind(query: QueryFile, given: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """Every parameter of the text, typed. `limit` is bound to `$limit` unless the file declares it and it is given.

    Raises `UsageError` for a parameter that is unknown, missing or of another type.
    """
    known = {p.name: p for p in query.params}
    for name in given:
        if name not in known:
            raise UsageError(
                "unknown-parameter",
                Text(f"查询 {query.id} 没有参数 {name}", f"query {query.id} has no parameter {name}"),
                Text(f"可用参数：{'、'.join(known) or '无'}", f"parameters: {', '.join(known) or 'none'}"),
                parameter=name,
            )
    out = {"limit": limit}
    for name, param in known.items():
        value = given.get(name, _MISSING)
        if value is _MISSING:
            if param.required:
                raise UsageError(
                    "missing-parameter",
                    Text(f"查询 {query.id} 缺少参数 {name}", f"query {query.id} needs parameter {name}"),
                    Text(f"加上 --param {name}={_NAMES[param.type][2]}", f"add --param {name}={_NAMES[param.type][2]}"),
                    parameter=name,
                )
            value = param.default
        out[name] = coerce(name, param.type, value)
    return out


def _int(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _money(value: Any) -> float:
    amount = Decimal(str(value).replace(",", "")) if not isinstance(value, bool) else Decimal("NaN")
    if not amount.is_finite():
        raise ValueError
    return float(amount)


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        raise TypeError
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _datetime(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False, "是": True, "否": False}[str(value).lower()]


def _bool_or_error(value: Any) -> bool:
    try:
        return _bool(value)
    except KeyError:
        raise ValueError from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _ids(value: Any) -> list[str]:
    if isinstance(value, str):
        value = (
            json.loads(value) if value.startswith("[") else [part.strip() for part in value.split(",") if part.strip()]
        )
    return [_text(item) for item in value]


_COERCE: dict[str, Callable[[Any], Any]] = {
    "text": _text, "int": _int, "number": _number, "money": _money, "date": _date, "datetime": _datetime, "bool": _bool_or_error, "ids": _ids,
}  # fmt: skip

_NAMES = {
    "text": ("文本", "a text", "abc"), "int": ("整数", "an integer", "3"), "number": ("数字", "a number", "0.5"),
    "money": ("金额（元）", "an amount in yuan", "10000.00"), "date": ("日期", "a date", "2024-12-31"),
    "datetime": ("时间", "a date and time", "2024-12-31T09:00:00"), "bool": ("真假值", "true or false", "true"),
    "ids": ("编号列表", "a list of ids", "org:1,org:2"),
}  # fmt: skip


def _bad(path: Path, line: int, zh: str, en: str) -> UsageError:
    return UsageError(
        "query-file",
        Text(f"{path.name} 第 {line} 行：{zh}", f"{path.name} line {line}: {en}"),
        Text("格式见 graphkit new query", "graphkit new query writes a file in the right form"),
        Where(file=str(path), row=line),
    )
