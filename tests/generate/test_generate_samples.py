"""The shipped samples are what the command makes, and small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphkit.generate.samples import write_samples
from graphkit.shipped import shipped

SAMPLES = shipped("sample_graphs")


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_samples_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    write_samples(tmp_path)
    committed = files(SAMPLES)
    assert committed.pop("README.md")
    assert files(tmp_path) == committed


@pytest.mark.parametrize(("name", "limit"), [("tiny", 20_000), ("county", 600_000), ("clean", 400_000)])
def test_the_samples_stay_small(name: str, limit: int) -> None:
    assert sum(map(len, files(SAMPLES / name).values())) <= limit


def test_tiny_can_be_read_by_hand() -> None:
    tables = list((SAMPLES / "tiny" / "files").glob("*.csv"))
    assert sum(path.read_text("utf-8").count("\n") for path in tables) <= 60
    assert len(tables) <= 12


def test_clean_has_no_nest_and_the_same_look_alikes_as_county() -> None:
    clean, county = (json.loads((SAMPLES / name / "truth.json").read_text("utf-8")) for name in ("clean", "county"))
    assert clean["nests"] == []
    assert {like["kind"] for like in clean["lookalikes"]} == {like["kind"] for like in county["lookalikes"]}
    assert [nest["shape"] for nest in county["nests"]] == [5, 1, 2]
