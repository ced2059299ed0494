"""What a detector is: declared needs, a pure `find`, three answers, and a page (the module's docstring).

A detector module is called `<id>_<name>.py` and ends in `DETECTOR = Detector(…)`. It does no I/O and knows no clock:
everything comes through `Data`. `find` gives a `Result` — how many cases it could judge, and the hits among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, Protocol

import narwhals as nw

from graphkit.errors import Text
from graphkit.types import Check, Colour, Grade

Klass = Literal["认定级", "线索级"]


@dataclass(frozen=True, slots=True)
class Param:
    """A threshold with its default, unit and meaning; thresholds are inclusive."""

    name: str
    default: Any
    unit: str
    meaning: Text


@dataclass(frozen=True, slots=True)
class Need:
    """Columns of one template file. Required ones missing → `not_run`; of all needs that share `any_of`, one suffices."""

    file: str
    columns: tuple[str, ...]
    any_of: str | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """A piece of evidence: the id of a node or edge of the facts.

    `src` names another row than the one the node or edge was read from (an item line of a contract, say); it is the
    `src` column of a view.
    """

    id: str
    src: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One red flag, before it becomes a finding.

    `subjects` are (id, role) pairs; `grades` are those of the links the detector requires (red needs `identifier` or
    `unique_name` on each, the runner lowers it otherwise); `window` keeps two episodes of the same subjects apart.
    `values` fill the detector's message template. `law_refs`, where given, stand for the detector's own.
    """

    subjects: tuple[tuple[str, str], ...]
    score: float
    evidence: tuple[Ref, ...]
    values: Mapping[str, object]
    grades: tuple[Grade, ...] = ()
    checks: tuple[Check, ...] = ()
    colour: Colour | None = None
    klass: Klass | None = None
    window: str = ""
    p_value: float | None = None
    amount_fen: int = 0
    missing: tuple[str, ...] = ()
    law_refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What `find` saw: `applied` is the denominator (tenders, pairs, accounts … that it could judge).

    With nothing to judge, `missing` names what was absent in the rows (a limit for the place, say): then `not_run`.
    """

    applied: int
    hits: tuple[Hit, ...] = ()
    missing: tuple[str, ...] = ()


class Data(Protocol):
    """What a detector may read."""

    as_of: date
    seed: int

    def view(self, name: str) -> nw.LazyFrame[Any]:
        """A view by name (`graphkit.views`), lazy; finish small results with `.collect()`."""
        ...

    def has(self, file: str, column: str | None = None) -> bool:
        """Whether any live row of that template file (with a value in that column) was loaded."""
        ...


@dataclass(frozen=True, slots=True)
class Detector:
    """A red flag. `message` is a `str.format` template per language that states facts, no verdict, no advice."""

    id: str
    name: str
    title: Text
    message: Text
    colour: Colour
    klass: Klass
    needs: tuple[Need, ...]
    find: Callable[[Data, Mapping[str, Any]], Result]
    version: str = "1"
    params: tuple[Param, ...] = ()
    law_refs: tuple[str, ...] = ()
    refutes: tuple[Text, ...] = ()
    page: str = field(default="", compare=False)

    @property
    def family(self) -> str:
        """The catalogue group: P, B, K, F, H, W or N."""
        return self.id[0]

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Parameter name → default, read-only."""
        return MappingProxyType({p.name: p.default for p in self.params})
