"""Kinds, cache, determinism and the NetworkX face of projections."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from tiny_facts import FactsFolder, nest

from graphkit.errors import UsageError
from graphkit.projection import Projection, project
from graphkit.projection.cache import cache_key
from graphkit.projection.graph import ARRAYS
from tests.repeats import repeats


def same(a: Projection, b: Projection) -> bool:
    return (
        all(np.array_equal(a.arrays[name], b.arrays[name]) for name in ARRAYS)
        and a.nodes.to_pylist() == b.nodes.to_pylist()
        and a.parts.to_pylist() == b.parts.to_pylist()
        and (a.kind, a.as_of, a.types, a.loaded, a.snapshot) == (b.kind, b.as_of, b.types, b.loaded, b.snapshot)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return nest()[0].write(tmp_path / "abc123" / "facts")


@pytest.mark.parametrize("kind", ["people_and_firms", "whole", "money"])
def test_the_cached_projection_equals_the_built_one(folder: Path, tmp_path: Path, kind: Any) -> None:
    built = project(folder, kind)
    first = project(folder, kind, cache_dir=tmp_path / "cache")
    again = project(folder, kind, cache_dir=tmp_path / "cache")
    assert same(built, first)
    assert same(built, again)
    assert isinstance(again.weight, np.memmap)
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_the_cache_answers_without_the_facts_being_read_again(folder: Path, tmp_path: Path) -> None:
    project(folder, cache_dir=tmp_path / "cache")
    (entry,) = (tmp_path / "cache").iterdir()
    weight = np.load(entry / "weight.npy")
    np.save(entry / "weight.npy", weight * 0.5)
    assert np.array_equal(project(folder, cache_dir=tmp_path / "cache").weight, weight * 0.5)


def test_kind_date_and_changed_facts_have_their_own_cache(folder: Path) -> None:
    keys = {
        cache_key(folder, "people_and_firms", None, "abc123"),
        cache_key(folder, "whole", None, "abc123"),
        cache_key(folder, "people_and_firms", date(2021, 1, 1), "abc123"),
        cache_key(folder, "people_and_firms", None, "def456"),
    }
    f, ids = nest()
    f.edge("KIN_OF", ids["clerk"], ids["mule"], code="SB", degree=2)
    f.write(folder)
    keys.add(cache_key(folder, "people_and_firms", None, "abc123"))
    assert len(keys) == 5


def test_a_half_written_cache_is_never_opened(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    project(folder, cache_dir=cache)
    (entry,) = cache.iterdir()
    shutil.copytree(entry, cache / ".projection-left-over")
    (cache / ".projection-left-over" / "src.npy").unlink()
    assert project(folder, cache_dir=cache).m == project(folder).m


@pytest.mark.exhaustive
def test_several_processes_may_make_the_cache_at_once(folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from graphkit.projection import project; "
        "print(project(Path(sys.argv[1]), cache_dir=Path(sys.argv[2])).estimate())"
    )
    command = [sys.executable, "-c", code, str(folder), str(tmp_path / "cache")]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(repeats(2, 8))]
    answers = {run.communicate()[0] for run in runs}
    assert [run.returncode for run in runs] == [0] * len(runs)
    assert len(answers) == 1
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_building_says_nothing_on_standard_output(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project(folder)
    assert capfd.readouterr() == ("", "")


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(repeats(2, 12)))
def test_the_order_of_rows_does_not_matter(folder: Path, tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    shuffled = nest()[0].write(tmp_path / "shuffled" / "abc123" / "facts", lambda rows: rng.sample(rows, len(rows)))
    for kind in ("people_and_firms", "whole", "money"):
        assert same(project(folder, kind), project(shuffled, kind))


def test_a_folder_with_quotes_in_its_name_is_read(tmp_path: Path) -> None:
    folder = nest()[0].write(tmp_path / "it's 商洛" / "facts")
    assert project(folder).n == 9


def test_money_keeps_every_payment_apart(folder: Path) -> None:
    p = project(folder, "money")
    assert p.n == 3
    assert p.m == 5
    assert {p.label(i) for i in range(p.n)} == {"Account"}
    assert sorted(p.amount_fen.tolist()) == [30_000_00, 40_000_00, 50_000_00, 60_000_00, 500_000_00]
    assert (p.from_day == p.to_day).all()


def test_whole_has_every_node_and_every_fact(folder: Path) -> None:
    f, _ = nest()
    p = project(folder, "whole")
    assert set(p.ids) == {node for table in f.nodes.values() for node in table}
    assert {eid for e in range(p.m) for eid in p.facts(e)} == {eid for table in f.edges.values() for eid in table}


def test_adjacency_lists_every_edge_from_both_ends(folder: Path) -> None:
    p = project(folder, "whole")
    seen = []
    for node in range(p.n):
        a, b = p.adj_ptr[node : node + 2]
        for other, edge in zip(p.adj_node[a:b], p.adj_edge[a:b], strict=True):
            assert {int(p.src[edge]), int(p.dst[edge])} == {node, int(other)}
            seen.append(int(edge))
    assert sorted(seen) == sorted([*range(p.m), *range(p.m)])
    assert p.degrees().sum() == 2 * p.m


def test_networkx_sees_the_same_graph(folder: Path) -> None:
    p = project(folder)
    graph = p.to_networkx()
    assert graph.number_of_nodes() == p.n
    assert graph.number_of_edges() == p.m
    assert graph.is_directed()
    assert graph.is_multigraph()
    for _, _, key, data in graph.edges(keys=True, data=True):
        assert key == data["facts"][0]
        assert data["n"] == len(data["facts"])
        assert 0 < data["weight"] <= 1
    assert graph.nodes["person:wife"] == {"label": "Person", "name": "王妻", "second": "", "grade": "identifier"}
    kin = graph.get_edge_data("person:chief", "person:wife")
    assert [data["type"] for data in kin.values()] == ["KIN_OF"]


def test_estimate_counts(folder: Path) -> None:
    p = project(folder)
    size = p.estimate()
    assert (size["nodes"], size["edges"]) == (p.n, p.m)
    assert size["facts"] == p.part_ptr[-1]
    assert size["bytes"] > 0


@pytest.mark.parametrize("node", ["person:nobody", "", "zzz", "org:"])
def test_an_unknown_id_is_a_usage_error(folder: Path, node: str) -> None:
    with pytest.raises(UsageError) as caught:
        project(folder).index(node)
    assert caught.value.code == "unknown-id"
    assert node in caught.value.message.en


def test_an_unknown_attribute_is_an_attribute_error(folder: Path) -> None:
    with pytest.raises(AttributeError):
        _ = project(folder).no_such_array


def test_mask_picks_types(folder: Path) -> None:
    p = project(folder)
    assert {p.type(int(e)) for e in np.flatnonzero(p.mask(("KIN_OF", "PAID")))} == {"KIN_OF", "PAID"}
    assert not p.mask(()).any()


def test_a_fact_listed_twice_in_an_aggregate_counts_once(tmp_path: Path) -> None:
    """Two tenders' worth of FOR_LOT rows must not double a payment or an award."""
    f = FactsFolder()
    hospital, firm = f.org("H", second="Hospital"), f.org("F")
    ids = f.tender("T", hospital, [firm], firm, yuan=100)
    f.edge("ISSUED_BY", ids["contract"], hospital, "2021-03-02", "2021-03-02")
    p = project(f.write(tmp_path / "s" / "facts"))
    (edge,) = np.flatnonzero(p.mask(("AWARDED_TO",)))
    assert int(p.amount_fen[edge]) == 100_00
