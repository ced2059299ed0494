"""Two cards side by side: what agrees, what does not, what is missing, and a score that is the sum of documented weights.

The weights are fixed by judgement, not learned: + speaks for one and the same, − against, a missing field says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from graphkit.errors import Text
from graphkit.identity.cards import Card, body
from graphkit.identity.confusable import bare, core, skeleton
from graphkit.identity.judged import kind

Verdict = Literal["agree", "near", "disagree", "missing"]

NAMES: Mapping[str, Text] = {
    "name": Text("名称", "name"), "number": Text("号码", "number"), "birth": Text("出生日期", "date of birth"), "sex": Text("性别", "sex"),
    "phone": Text("电话", "phone"), "address": Text("地址", "address"), "email": Text("邮箱", "e-mail"), "wechat": Text("微信", "WeChat"),
    "unit": Text("单位", "unit"), "kin": Text("亲属", "kin"), "account": Text("账户", "account"), "rep": Text("法定代表人", "legal representative"),
    "founded": Text("成立日期", "founded"),
}  # fmt: skip

WEIGHTS: Mapping[str, Mapping[str, tuple[float, float, float]]] = {
    "person": {
        "name": (2.0, 1.0, -3.0), "number": (6.0, 5.0, -3.0), "birth": (3.0, 0.5, -3.0), "sex": (0.1, 0.0, -3.0), "phone": (3.0, 0.0, -0.5),
        "address": (2.0, 0.0, -0.5), "email": (3.0, 0.0, -0.5), "wechat": (3.0, 0.0, -0.5), "unit": (2.0, 0.0, -0.5), "kin": (3.0, 0.0, -0.5),
        "account": (3.0, 0.0, 0.0),
    },
    "org": {
        "name": (3.0, 2.0, -1.0), "number": (6.0, 4.0, -3.0), "rep": (2.0, 0.0, -1.0), "phone": (2.0, 0.0, -0.5), "address": (2.0, 0.0, -0.5),
        "email": (2.0, 0.0, -0.5), "account": (3.0, 0.0, 0.0), "founded": (1.0, 0.0, -1.0),
    },
}  # fmt: skip
"""Kind → field → (agrees, nearly agrees, disagrees); fields in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class FieldResult:
    """One field of a comparison; `at` is the place (from 1) at which two numbers part, 0 where that says nothing."""

    field: str
    verdict: Verdict
    weight: float
    at: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ids (`a` < `b`), field by field; `score` is the sum of the weights."""

    a: str
    b: str
    fields: tuple[FieldResult, ...]

    @property
    def score(self) -> float:
        """Sum of the weights, rounded to 2 places."""
        return round(sum(f.weight for f in self.fields), 2)

    def verdict(self, field: str) -> Verdict:
        """What a field says."""
        return next((f.verdict for f in self.fields if f.field == field), "missing")


def compare(a: Card, b: Card) -> Comparison:
    """Compare two people or two units."""
    if b.id < a.id:
        a, b = b, a
    weights = WEIGHTS[kind(a.id)]
    return Comparison(a.id, b.id, tuple(_field(a, b, name, weights[name]) for name in weights))


def _field(a: Card, b: Card, name: str, weights: tuple[float, float, float]) -> FieldResult:
    judge = _SPECIAL.get((kind(a.id), name), _plain)
    verdict, at = judge(a, b, name)
    weight = 0.0 if verdict == "missing" else weights[("agree", "near", "disagree").index(verdict)]
    return FieldResult(name, verdict, weight, at)


def _plain(a: Card, b: Card, name: str) -> tuple[Verdict, int]:
    mine, other = a.keys(name), b.keys(name)
    if not mine or not other:
        return "missing", 0
    return ("agree" if mine & other else "disagree"), 0


def _birth(a: Card, b: Card, name: str) -> tuple[Verdict, int]:
    verdict, _ = _plain(a, b, name)
    if verdict == "disagree" and {k[:4] for k in a.keys(name)} & {k[:4] for k in b.keys(name)}:
        return "near", 0
    return verdict, 0


def _person_name(a: Card, b: Card, name: str) -> tuple[Verdict, int]:
    verdict, _ = _plain(a, b, name)
    if verdict == "disagree" and any(alike(x, y) for x in a.keys(name) for y in b.keys(name)):
        return "near", 0
    return verdict, 0


def alike(x: str, y: str) -> bool:
    """Two people's names that one slip of reading or typing makes equal: confusable characters, or one other character."""
    x, y = skeleton(x), skeleton(y)
    return len(x) == len(y) and sum(c != d for c, d in zip(x, y, strict=True)) <= 1


def _org_name(a: Card, b: Card, name: str) -> tuple[Verdict, int]:
    """A unit's names are its registered one and its former and short ones."""
    mine, other = a.keys("name") | a.keys("alias"), b.keys("name") | b.keys("alias")
    if not mine or not other:
        return "missing", 0
    if mine & other or {bare(n) for n in mine} & {bare(n) for n in other}:
        return "agree", 0
    if {core(n) for n in mine} & {core(n) for n in other} or any(alike(x, y) for x in mine for y in other):
        return "near", 0
    return "disagree", 0


def _number(a: Card, b: Card, name: str) -> tuple[Verdict, int]:
    mine, other = a.keys(name), b.keys(name)
    if not mine or not other:
        return "missing", 0
    if mine & other:
        return "agree", 0
    plain: Callable[[str], str | None] = body if kind(a.id) == "person" else _same
    places = [p for x in mine for y in other if (p := parted(plain(x), plain(y))) is not None]
    return ("near", min(places)) if places else ("disagree", 0)


def _same(code: str) -> str:
    return code


def parted(x: str | None, y: str | None) -> int | None:
    """Where two numbers part (from 1) when one digit, or two neighbours in the wrong order, is all; 0 for equal ones."""
    if x is None or y is None or len(x) != len(y):
        return None
    places = [i for i, (c, d) in enumerate(zip(x, y, strict=True)) if c != d]
    if len(places) <= 1:
        return places[0] + 1 if places else 0
    i = places[0]
    swapped = places == [i, i + 1] and x[i] == y[i + 1] and x[i + 1] == y[i]
    return i + 1 if swapped else None


_SPECIAL: Mapping[tuple[str, str], Callable[[Card, Card, str], tuple[Verdict, int]]] = {
    ("person", "name"): _person_name,
    ("person", "birth"): _birth,
    ("person", "number"): _number,
    ("org", "name"): _org_name,
    ("org", "number"): _number,
}


def reasons(found: Comparison) -> list[Text]:
    """What speaks for and against, in words; missing fields are not named."""
    words = {
        "agree": Text("{}相同", "same {}"),
        "near": Text("{}相近", "similar {}"),
        "disagree": Text("{}不同", "another {}"),
    }
    out = []
    for f in found.fields:
        if f.verdict != "missing":
            word, name = words[f.verdict], NAMES[f.field]
            place = (f"（第 {f.at} 位起不同）", f" (they part at place {f.at})") if f.at else ("", "")
            out.append(Text(word.zh.format(name.zh) + place[0], word.en.format(name.en) + place[1]))
    return out
