"""The shipped Cypher library: every file is complete, finds what it says, and keeps silent about look-alikes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from graph_facts import edge, node, write

from graphkit.errors import UsageError
from graphkit.store import open_store
from graphkit.store.contract import GraphStore
from graphkit.store.library import check_library, list_queries, read_library, run_query

IDS = [
    "bidding/co_bid_pairs", "bidding/same_deposit_account", "bidding/shared_device", "kinship/kin_contradictions",
    "kinship/kin_of_board_owns_supplier", "kinship/staff_kin_supplier", "money/shortest_money_path", "money/supplier_pays_insider", "people/posts_of_person",
    "procurement/tenders_of_supplier", "procurement/top_suppliers_of_buyer",
]  # fmt: skip


def world(folder: Path) -> Path:
    """A nest at hospital H with supplier S and cover bidder T; supplier U and doctor c are clean look-alikes."""
    people = {"pres": "院长甲", "kin": "院长之妻", "c": "医生丙", "rep": "法人丁"}
    nodes = [
        node("org:H", "县医院", "Hospital"), node("org:S", "甲器械", "Company"), node("org:T", "乙器械", "Company"), node("org:U", "丙药业", "Company"),
        *(node(f"person:{i}", name) for i, name in people.items()),
        *(node(f"acct:{i}") for i in ("kin", "rep", "mid", "clean")),
        node("tender:1", "CT 采购", published=date(2023, 3, 1), project_no="1"),
        *(node(f"lot:1/{i}") for i in (1, 2, 3)),
        *(node(f"bid:1/{i}/{s}", amount_fen=100_000 * i + ord(s), status="valid") for i in (1, 2, 3) for s in "ST"),
        node("bid:1/1/U", amount_fen=99, status="valid"),
        node("award:1/1"), node("device:mac:1", kind="mac", hub_size=2), node("device:ip:hub", kind="ip", hub_size=99),
        node("contract:1", amount_fen=3_000_000, signed=date(2023, 4, 1)), node("contract:2", amount_fen=1_000_000, signed=date(2021, 4, 1)),
        node("contract:3", amount_fen=1_000_000, signed=date(2022, 4, 1)),
    ]  # fmt: skip
    edges = [
        edge("EMPLOYED_BY", "person:pres", "org:H", role_code="president", from_date=date(2015, 1, 1)),
        edge("EMPLOYED_BY", "person:c", "org:H", role_code="doctor"),
        edge("KIN_OF", "person:pres", "person:kin", code="SP", degree=0),
        edge("OWNS", "person:kin", "org:S", share_pct=70.0), edge("LEGAL_REP_OF", "person:rep", "org:S"),
        edge("HOLDS_ACCOUNT", "person:kin", "acct:kin"), edge("HOLDS_ACCOUNT", "person:rep", "acct:rep"), edge("HOLDS_ACCOUNT", "person:c", "acct:clean"),
        edge("PAID", "acct:rep", "acct:kin", "1", amount_fen=500_000, from_date=date(2023, 5, 1)),
        edge("PAID", "acct:rep", "acct:kin", "2", amount_fen=250_050, from_date=date(2023, 6, 1)),
        edge("PAID", "acct:kin", "acct:mid", "3", amount_fen=100, from_date=date(2023, 6, 2)),
        edge("PAID", "acct:mid", "acct:clean", "4", amount_fen=100, from_date=date(2023, 6, 3)),
        edge("ISSUED_BY", "tender:1", "org:H"),
        *(edge("HAS_LOT", "tender:1", f"lot:1/{i}") for i in (1, 2, 3)),
        *(e for i in (1, 2, 3) for s in "ST" for e in (edge("FOR_LOT", f"bid:1/{i}/{s}", f"lot:1/{i}"), edge("BID_BY", f"bid:1/{i}/{s}", f"org:{s}"))),
        edge("FOR_LOT", "bid:1/1/U", "lot:1/1"), edge("BID_BY", "bid:1/1/U", "org:U"),
        edge("FOR_LOT", "award:1/1", "lot:1/1"), edge("AWARDED_TO", "award:1/1", "org:S"),
        edge("SUBMITTED_VIA", "bid:1/1/S", "device:mac:1"), edge("SUBMITTED_VIA", "bid:1/1/T", "device:mac:1"),
        edge("SUBMITTED_VIA", "bid:1/2/S", "device:mac:1"),
        *(edge("SUBMITTED_VIA", f"bid:1/1/{s}", "device:ip:hub") for s in "STU"),
        edge("DEPOSIT_FROM", "bid:1/1/S", "acct:mid", amount_fen=20_000), edge("DEPOSIT_FROM", "bid:1/1/T", "acct:mid", amount_fen=20_000),
        edge("DEPOSIT_FROM", "bid:1/2/S", "acct:mid", amount_fen=20_000), edge("DEPOSIT_FROM", "bid:1/1/U", "acct:clean", amount_fen=20_000),
        *(edge("ISSUED_BY", f"contract:{i}", "org:H") for i in (1, 2, 3)),
        edge("AWARDED_TO", "contract:1", "org:S"), edge("AWARDED_TO", "contract:2", "org:S"), edge("AWARDED_TO", "contract:3", "org:U"),
    ]  # fmt: skip
    return write(folder, nodes, edges)


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    folder = tmp_path_factory.mktemp("world")
    opened = open_store("embedded" if request.param == "embedded" else request.getfixturevalue("neo4j_url"), folder)
    opened.publish(world(folder / "facts"), "world")
    yield opened
    opened.close()


def found(store: GraphStore, query: str, columns: str, **params: Any) -> list[tuple[Any, ...]]:
    """The named columns of all rows, in order."""
    answer = run_query(store, query, params, limit=0)
    at = [answer["columns"].index(name) for name in columns.split()]
    return [tuple(row[i] for i in at) for row in answer["rows"]]


def test_eleven_queries_ship_and_every_one_is_clean() -> None:
    assert sorted(read_library()) == IDS
    assert [str(p) for p in check_library()] == []


@pytest.mark.parametrize("query", [*read_library().values()], ids=lambda q: q.id)
def test_a_shipped_query_explains_itself(query: Any) -> None:
    assert query.header["status"] == "stable"
    for key in ("title_zh", "title_en", "question", "law", "falsepositives"):
        assert len(query.header[key]) > 3
    assert not any(p.required for p in query.params)


def test_the_list_has_the_contracts_keys() -> None:
    assert [q["id"] for q in list_queries()] == IDS
    assert all(Path(q["file"]).is_file() and q["topic"] == q["id"].split("/")[0] for q in list_queries())


@pytest.mark.parametrize("query", IDS)
def test_columns_are_those_the_header_promises(store: GraphStore, query: str) -> None:
    answer = run_query(store, query)
    assert answer["id"] == query
    assert answer["columns"] == [name.strip() for name in read_library()[query].header["returns"].split(",")]
    assert answer["store"] == store.kind


def test_kin_of_the_board_behind_a_supplier(store: GraphStore) -> None:
    columns = "buyer_id board_member_id kin_id kin_code kin_from link supplier_id contracts amount_cny"
    hit = ("org:H", "person:pres", "person:kin", "SP", "person:pres", "OWNS", "org:S")
    assert found(store, "kinship/kin_of_board_owns_supplier", columns) == [(*hit, 2, "40000.00")]
    assert found(store, "kinship/kin_of_board_owns_supplier", columns, since="2023-01-01") == [(*hit, 1, "30000.00")]
    assert found(store, "kinship/kin_of_board_owns_supplier", columns, roles="doctor") == []


def test_kinship_rows_that_contradict_each_other(tmp_path: Path) -> None:
    """Married twice at once, each the other's parent, two codes, a child born before; and rows that fit together."""
    people = [node(f"person:{i}", birth=date(1985 if i == "k" else 1960, 1, 1)) for i in "abcdefghik"]
    old = {"from_date": date(2000, 1, 1), "to_date": date(2010, 1, 1)}
    rows = [
        edge("KIN_OF", "person:a", "person:b", "1", code="SP", **old), edge("KIN_OF", "person:c", "person:a", "2", code="SP", from_date=old["to_date"]),
        edge("KIN_OF", "person:d", "person:a", "3", code="SP", to_date=date(1999, 12, 31)),
        edge("KIN_OF", "person:e", "person:f", "4", code="UN"), edge("KIN_OF", "person:f", "person:e", "5", code="UN"),
        edge("KIN_OF", "person:g", "person:h", "6", code="CO"), edge("KIN_OF", "person:h", "person:g", "7", code="SB"),
        edge("KIN_OF", "person:h", "person:g", "8", code="CO"), edge("KIN_OF", "person:i", "person:h", "9", code="SB", derived=True),
        edge("KIN_OF", "person:i", "person:k", "a", code="PA"), edge("KIN_OF", "person:k", "person:b", "b", code="PA"),
    ]  # fmt: skip
    store = open_store("embedded", tmp_path)
    store.publish(write(tmp_path / "facts", people, rows), "kin")
    columns = "contradiction person_id relative_id other_id code other_code"
    assert found(store, "kinship/kin_contradictions", columns) == [
        ("mutual", "person:e", "person:f", None, "UN", "UN"),
        ("older_child", "person:i", "person:k", None, "PA", None),
        ("two_codes", "person:g", "person:h", None, "CO", "SB"),
        ("two_codes", "person:h", "person:g", None, "CO", "SB"),
        ("two_spouses", "person:a", "person:b", "person:c", "SP", "SP"),
    ]
    assert len(found(store, "kinship/kin_contradictions", columns, person_id="person:c")) == 1
    store.close()


def test_kin_of_staff_at_a_supplier(store: GraphStore) -> None:
    columns = "staff_id kin_id degree link supplier_id contracts"
    assert found(store, "kinship/staff_kin_supplier", columns) == [("person:pres", "person:kin", 0, "OWNS", "org:S", 2)]
    assert found(store, "kinship/staff_kin_supplier", columns, min_degree="1") == []
    assert found(store, "kinship/staff_kin_supplier", columns, buyer_id="org:T") == []


def test_a_device_counts_inside_one_lot_and_below_the_hub_cap(store: GraphStore) -> None:
    columns = "device_id lot_id bidder_a_id bidder_b_id"
    assert found(store, "bidding/shared_device", columns) == [("device:mac:1", "lot:1/1", "org:S", "org:T")]
    assert len(found(store, "bidding/shared_device", columns, max_hub=100)) == 4
    assert found(store, "bidding/shared_device", columns, kind="cpu") == []


def test_a_deposit_account_counts_inside_one_lot(store: GraphStore) -> None:
    columns = "account_id holder_id lot_id bidder_a_id bidder_b_id amount_a_cny amount_b_cny"
    assert found(store, "bidding/same_deposit_account", columns) == [
        ("acct:mid", None, "lot:1/1", "org:S", "org:T", "200.00", "200.00")
    ]


def test_pairs_that_meet_often_and_who_wins(store: GraphStore) -> None:
    columns = "company_a_id company_b_id lots won_by_a won_by_b"
    assert found(store, "bidding/co_bid_pairs", columns) == [("org:S", "org:T", 3, 1, 0)]
    assert len(found(store, "bidding/co_bid_pairs", columns, min_lots=1)) == 3
    assert found(store, "bidding/co_bid_pairs", columns, company_id="org:U") == []


def test_the_legal_representative_pays_the_presidents_wife(store: GraphStore) -> None:
    columns = "payer_id payee_id staff_id supplier_id payments amount_cny first_paid last_paid"
    hit = ("person:rep", "person:kin", "person:pres", "org:S", 2, "7500.50", "2023-05-01", "2023-06-01")
    assert found(store, "money/supplier_pays_insider", columns) == [hit]
    assert found(store, "money/supplier_pays_insider", columns, min_amount="7500.51") == []


def test_the_shortest_way_of_money_has_a_direction(store: GraphStore) -> None:
    columns = "hops accounts"
    way = [(3, ["acct:rep", "acct:kin", "acct:mid", "acct:clean"])]
    assert found(store, "money/shortest_money_path", columns, from_id="acct:rep", to_id="acct:clean") == way
    assert found(store, "money/shortest_money_path", columns, from_id="acct:clean", to_id="acct:rep") == []
    assert found(store, "money/shortest_money_path", columns, from_id="acct:rep", to_id="acct:rep") == []


def test_posts_of_a_person_by_id_and_by_name(store: GraphStore) -> None:
    columns = "link role org_id from_date share_pct"
    assert found(store, "people/posts_of_person", columns, name="院长甲") == [
        ("EMPLOYED_BY", "president", "org:H", "2015-01-01", None)
    ]
    assert found(store, "people/posts_of_person", columns, person_id="person:kin") == [
        ("OWNS", None, "org:S", None, 70.0)
    ]


def test_tenders_of_a_supplier_and_which_it_won(store: GraphStore) -> None:
    columns = "lot_id bid_cny won published buyer_id"
    rows = found(store, "procurement/tenders_of_supplier", columns, supplier_id="org:S")
    assert [(lot, won) for lot, _, won, _, _ in rows] == [("lot:1/1", True), ("lot:1/2", False), ("lot:1/3", False)]
    assert rows[0][1] == "1000.83"
    assert {row[3:] for row in rows} == {("2023-03-01", "org:H")}
    assert found(store, "procurement/tenders_of_supplier", columns, supplier_id="org:S", since="2023-03-02") == []


def test_the_largest_suppliers_of_a_buyer(store: GraphStore) -> None:
    columns = "supplier_id contracts amount_cny share first_signed"
    assert found(store, "procurement/top_suppliers_of_buyer", columns) == [
        ("org:S", 2, "40000.00", 0.8, "2021-04-01"),
        ("org:U", 1, "10000.00", 0.2, "2022-04-01"),
    ]
    until = found(store, "procurement/top_suppliers_of_buyer", columns, buyer_id="org:H", until="2021-12-31")
    assert until == [("org:S", 1, "10000.00", 1.0, "2021-04-01")]


def test_a_limit_cuts_and_says_so(store: GraphStore) -> None:
    answer = run_query(store, "procurement/top_suppliers_of_buyer", limit=1)
    assert (answer["row_count"], answer["truncated"]) == (1, True)
    assert not run_query(store, "procurement/top_suppliers_of_buyer", limit=2)["truncated"]


def test_own_text_runs_with_parameters(store: GraphStore) -> None:
    answer = run_query(store, "MATCH (o:Organization {id: $id}) RETURN o.name AS name", {"id": "org:S"})
    assert (answer["id"], answer["rows"]) == (None, [["甲器械"]])
    with pytest.raises(UsageError, match="id"):
        run_query(store, "MATCH (o:Organization {id: $id}) RETURN o.name AS name")


def test_own_file_with_a_header_has_typed_parameters(store: GraphStore) -> None:
    text = (Path(read_library()["people/posts_of_person"].path)).read_text("utf-8")
    assert run_query(store, text, {"person_id": "person:kin"})["row_count"] == 1
    with pytest.raises(UsageError, match="unknown-parameter"):
        run_query(store, text, {"who": "x"})


def test_an_own_folder_joins_the_library(store: GraphStore, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    head = "// id: firms\n// title_zh: 企业\n// title_en: Firms\n// question: ?\n// returns: id\n// status: draft\n"
    (tmp_path / "mine" / "firms.cypher").write_text(
        head + "MATCH (o:Company) RETURN o.id AS id ORDER BY id LIMIT $limit\n", "utf-8"
    )
    assert run_query(store, "mine/firms", query_dirs=[tmp_path])["rows"] == [["org:S"], ["org:T"], ["org:U"]]
    with pytest.raises(UsageError, match="unknown-query"):
        run_query(store, "mine/firms")


def test_an_id_that_occurs_twice_stops_the_library(tmp_path: Path) -> None:
    source = read_library()["people/posts_of_person"].path
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / source.name).write_text(source.read_text("utf-8"), "utf-8")
    with pytest.raises(UsageError, match="two files"):
        read_library([tmp_path])
