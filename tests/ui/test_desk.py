"""The workbench on a real workspace: the shipped tiny nest, loaded and scanned, through everything the pages ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphkit.ui import explore
from graphkit.ui.desk import Desk, open_desk
from graphkit.ui.download import build_pack
from graphkit.ui.drawing import draw_edges, draw_nodes
from graphkit.ui.port import Workbench
from graphkit.ui.tickets import file_sha256
from tests.prepared import Sample


@pytest.fixture(scope="module")
def desk(sample: Callable[[str], Sample], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    ws = open_desk(sample("tiny").copy(tmp_path_factory.mktemp("desk") / "ws"), "zh")
    yield ws
    ws.close()


def test_the_workspace_is_what_the_pages_expect(desk: Desk) -> None:
    ws: Workbench = desk
    assert ws.leads(top=0)
    assert {"id", "title", "outcome", "applied", "hits", "missing"} <= ws.detectors()[0].keys()
    assert ws.audit_verify()["ok"] is True
    assert len(ws.audit(top=1)) == 1
    assert {"seq", "at", "by", "action", "note", "hash"} <= ws.audit(top=1)[0].keys()


def test_a_real_lead_opens_with_every_edge_leading_to_a_row(desk: Desk) -> None:
    lead = desk.lead(desk.leads(top=1)[0]["lead_no"])
    state, _ = explore.open_lead(desk, lead)
    assert {s["id"] for s in lead["subjects"]} <= state.view.nodes.keys()
    assert state.view.edges
    for edge in state.view.edges.values():
        rows = edge.sources or [s for p in edge.parts for s in p.sources]
        assert rows and all(r and r["file"] and r["row"] for r in rows), edge.id
    assert draw_nodes(state, "zh").keys() == state.view.nodes.keys()
    assert draw_edges(state, "en")


def test_a_source_leads_back_to_the_raw_cells(desk: Desk) -> None:
    lead = desk.lead(desk.leads(top=1)[0]["lead_no"])
    state, _ = explore.open_lead(desk, lead)
    source = next(e.sources[0] for e in state.view.edges.values() if e.sources)
    cells = desk.source_row(source)["cells"]
    assert cells
    assert all(isinstance(k, str) for k in cells)


def test_expansion_and_ranking_on_real_answers(desk: Desk) -> None:
    lead = desk.lead(desk.leads(top=1)[0]["lead_no"])
    state, _ = explore.open_lead(desk, lead)
    seed = lead["subjects"][0]["id"]
    grown, note = explore.expand(desk, state, seed)
    assert note is not None
    assert all(grown.view.pos[i] == p for i, p in state.view.pos.items())
    for candidate in desk.expand([seed], top=3)["candidates"]:
        put = explore.put_path(desk, grown, candidate["paths"][0])
        assert candidate["id"] in put.view.nodes
        assert put.lit


def test_decisions_and_pack(desk: Desk) -> None:
    number = desk.leads(top=1)[0]["lead_no"]
    lead = desk.decide(number, "dispose", how="preliminary", reason="亲属持股")
    assert lead["status"] == "preliminary"
    assert lead["history"][-1]["note"] == "亲属持股"
    path, answer = build_pack(desk, number)
    assert file_sha256(path) == answer["sha256"]
    assert answer["sha256"] in path.name
    assert path.parent == Path(desk.root) / "packs"
