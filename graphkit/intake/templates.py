"""The input templates of CONTRACT 3: files, columns, aliases and code words, read from `templates.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from graphkit.intake.vocabulary import vocabularies
from graphkit.values.codes import Vocabulary

TABLE = Path(__file__).with_name("templates.csv")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `kind` as in templates.csv (`ref:<file>.<column>` for references), aliases in order of preference."""

    name: str
    kind: str
    required: bool
    aliases: tuple[str, ...]
    unit: str
    meaning: str
    vocabulary: Vocabulary | None = None

    @property
    def is_number_of_someone(self) -> bool:
        """True for columns that hold an identifier, where scientific notation means lost digits."""
        return (
            self.kind in {"id_no", "uscc", "account", "phone", "org", "person", "party"}
            or "wins over the name" in self.meaning
        )

    @property
    def per_unit(self) -> bool:
        """True for prices, rents and standards, where 12元/台 is the value itself."""
        return "price" in self.name or "/" in self.unit or self.name in {"rent", "standard"}


@dataclass(frozen=True, slots=True)
class Template:
    """One input file: English and Chinese name, columns in the order of templates.csv."""

    name: str
    name_zh: str
    columns: tuple[Column, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that a file must have."""
        return tuple(c.name for c in self.columns if c.required)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


def template_table() -> list[dict[str, str]]:
    """The rows of templates.csv: file, file_zh, column, kind, required, aliases_zh, unit, meaning."""
    with TABLE.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def templates() -> Mapping[str, Template]:
    """All templates by English name, in the order of templates.csv."""
    words = vocabularies(template_table())
    names: dict[str, str] = {}
    columns: dict[str, list[Column]] = {}
    for row in template_table():
        names[row["file"]] = row["file_zh"]
        columns.setdefault(row["file"], []).append(
            Column(
                row["column"],
                row["kind"],
                row["required"] == "yes",
                tuple(filter(None, row["aliases_zh"].split("|"))),
                row["unit"],
                row["meaning"],
                words.get((row["file"], row["column"])),
            )
        )
    return MappingProxyType({n: Template(n, names[n], tuple(columns[n])) for n in names})


def write_blank(out_dir: Path, lang: str = "en") -> list[Path]:
    """Blank input files (CSV, UTF-8 with BOM so that Excel opens them): for each template one with English headers as
    `<file>.csv` and one with Chinese headers as `_zh/<中文名>.csv`. Returns their paths, those in `lang` first.
    """
    english, chinese = [], []
    for template in templates().values():
        english.append(_write_header(out_dir / f"{template.name}.csv", [c.name for c in template.columns]))
        headers = [c.aliases[0] if c.aliases else c.name for c in template.columns]
        chinese.append(_write_header(out_dir / "_zh" / f"{template.name_zh}.csv", headers))
    return chinese + english if lang == "zh" else english + chinese


def _write_header(path: Path, headers: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        csv.writer(handle, lineterminator="\r\n").writerow(headers)
    return path
