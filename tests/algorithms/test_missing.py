"""Years in words."""

from __future__ import annotations

from datetime import date

import pytest

from graphkit.algorithms.missing import dealing_years, in_ranges
from graphkit.algorithms.paths import Hop, Path


def path(kind: str, first: date | None, last: date | None) -> Path:
    hop = Hop(kind, "a", "b", "甲", "乙", True, ("e",), (), 1, 0, first, last, "identifier")
    return Path(("a", "b"), (hop,), 1.0, "identifier")


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([], []),
        ([2021], ["2021"]),
        ([2019, 2020, 2021], ["2019–2021"]),
        ([2018, 2020, 2021, 2023], ["2018", "2020–2021", "2023"]),
    ],
)
def test_years_become_ranges(years: list[int], expected: list[str]) -> None:
    assert in_ranges(years) == expected


def test_only_dated_dealings_give_years() -> None:
    paths = [
        path("PAID", date(2019, 12, 31), date(2021, 1, 1)),
        path("OWNS", date(2000, 1, 1), date(2010, 1, 1)),
        path("AWARDED_TO", None, None),
    ]
    assert dealing_years(paths) == [2019, 2020, 2021]
