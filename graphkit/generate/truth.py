"""What was planted, for tests and recall figures: `truth.json` beside the files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Member:
    """A person (by ID number) or an organization (by USCC) with the part it plays."""

    kind: Literal["person", "org"]
    number: str
    name: str
    role: str

    def as_json(self) -> dict[str, str]:
        """As it stands in `truth.json`."""
        key = "id_no" if self.kind == "person" else "uscc"
        return {"kind": self.kind, key: self.number, "name": self.name, "role": self.role}


@dataclass(frozen=True, slots=True)
class Nest:
    """A planted 窝案: its shape 1–5, the unit it sits in, the detectors that should fire, its members."""

    id: str
    shape: int
    title: str
    hospital: str
    detectors: tuple[str, ...]
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Something lawful that resembles a nest; nothing about its subjects may turn red."""

    kind: str
    why: str
    subjects: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything planted in one set of files."""

    seed: int
    nests: tuple[Nest, ...]
    lookalikes: tuple[LookAlike, ...]

    def as_json(self) -> dict[str, object]:
        """As it stands in `truth.json`."""
        return {
            "seed": self.seed,
            "nests": [
                {
                    "id": nest.id,
                    "shape": nest.shape,
                    "title": nest.title,
                    "hospital": nest.hospital,
                    "detectors": list(nest.detectors),
                    "members": [member.as_json() for member in nest.members],
                }
                for nest in self.nests
            ],
            "lookalikes": [
                {"kind": like.kind, "why": like.why, "subjects": [subject.as_json() for subject in like.subjects]}
                for like in self.lookalikes
            ],
        }

    def write(self, path: Path) -> None:
        """Write the JSON document, UTF-8, one trailing line end."""
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
