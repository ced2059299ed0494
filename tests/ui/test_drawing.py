"""What the browser is told: merged lines, badges, rings, and only the difference since the last drawing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.model import NODES, SECOND_LABELS
from graphkit.ui.drawing import FAN, Feed, advance, draw_edges, draw_nodes, edge_caption, money, resync
from graphkit.ui.parts import Count, Edge, Node
from graphkit.ui.state import apply_event, start
from graphkit.ui.style import LOOKS, caption, look_of, wrap


def paid(k: int, a: str, b: str, amount: str = "1000.50") -> Edge:
    return Edge(f"PAID:{a}>{b}#{k}", "PAID", a, b, {"amount_cny": amount})


def test_parallel_payments_become_one_line_with_count_and_sum() -> None:
    nodes = [Node("a", "Account", "甲"), Node("b", "Account", "乙")]
    edges = [paid(1, "a", "b"), paid(2, "a", "b"), paid(3, "b", "a"), Edge("X", "CO_BID", "a", "b")]
    state = start(nodes, edges, {"a": (0, 0), "b": (300, 0)})
    drawn = draw_edges(state, "zh")
    assert sorted(drawn) == ["a|CO_BID|b", "a|PAID|b", "b|PAID|a"]
    line = drawn["a|PAID|b"]
    assert line["text"] == "付款 ×2 · ¥2,001"
    assert line["ids"] == ["PAID:a>b#1", "PAID:a>b#2"]
    bends = {e["bend"] * (1 if e["from"] == "a" else -1) for e in drawn.values()}
    assert len(bends) == 3, "three lines between two nodes must not lie on each other"


def test_a_fan_of_equal_lines_keeps_its_text_for_the_pointer() -> None:
    hub, leaves = Node("h", "Hospital", "院"), [Node(f"p{i}", "Person", "人") for i in range(FAN + 1)]
    edges = [Edge(f"e{i}", "EMPLOYED_BY", n.id, "h") for i, n in enumerate(leaves)]
    pos = {n.id: (200.0 * i, 0.0) for i, n in enumerate([hub, *leaves])}
    assert {e["text"] for e in draw_edges(start([hub, *leaves], edges, pos), "zh").values()} == {""}
    few = draw_edges(start([hub, *leaves[:FAN]], edges[:FAN], pos), "zh")
    assert {e["text"] for e in few.values()} == {edge_caption("EMPLOYED_BY", "zh")}


def test_the_badge_counts_what_is_not_loaded() -> None:
    known = Node("a", "Company", "甲", colour="red", counts=(Count("PAID", "out", 7), Count("OWNS", "in", 2)))
    state = start([known, Node("b", "Company", "乙")], [paid(1, "a", "b")], {"a": (0, 0), "b": (300, 0)})
    drawn = draw_nodes(state, "en")
    assert drawn["a"]["more"] == 8
    assert drawn["a"]["groups"][0] == {"type": "PAID", "direction": "out", "count": 7, "text": "paid"}
    assert drawn["a"]["ring"] and not drawn["b"]["ring"]
    assert drawn["b"]["groups"] is None, "not asked yet is not the same as none"


def test_hidden_and_muted_nodes_are_not_drawn() -> None:
    state = start([Node("a", "Person", "甲"), Node("b", "Company", "乙")], [], {"a": (0, 0), "b": (300, 0)})
    assert list(draw_nodes(apply_event(state, {"type": "hide", "ids": ["a"]}), "zh")) == ["b"]
    assert list(draw_nodes(apply_event(state, {"type": "mute", "label": "Company"}), "zh")) == ["a"]


drawings = st.dictionaries(
    st.sampled_from("abcdef"), st.fixed_dictionaries({"x": st.integers(0, 3), "y": st.integers(0, 3), "t": st.text(max_size=2)})
)  # fmt: skip


class Browser:
    """What gk.js does with a message: applies it, or asks for everything."""

    def __init__(self) -> None:
        self.rev, self.nodes = -1, dict[str, dict[str, Any]]()

    def take(self, message: Any) -> bool:
        if message["base"] is None:
            self.nodes = {}
        elif message["base"] != self.rev:
            return False
        for gone in message["remove"]["nodes"]:
            del self.nodes[gone]
        for n in message["add"]["nodes"]:
            self.nodes[n["id"]] = {**self.nodes.get(n["id"], {}), **n}
        self.rev = message["rev"]
        return True


@given(st.lists(st.tuples(drawings, st.booleans()), min_size=1, max_size=8))
def test_a_browser_that_misses_messages_still_ends_with_the_right_picture(
    steps: list[tuple[dict[str, Any], bool]],
) -> None:
    feed, browser = Feed(), Browser()
    for drawing, delivered in steps:
        nodes = {i: {"id": i, **n} for i, n in drawing.items()}
        feed = advance(feed, nodes, {})
        if delivered:
            if not browser.take(feed.message):
                feed = resync(feed)
                assert browser.take(feed.message)
            assert browser.nodes == nodes


def test_a_node_that_did_not_move_travels_without_its_place() -> None:
    first = advance(Feed(), {"a": {"id": "a", "x": 1, "y": 2, "pin": False}}, {})
    second = advance(first, {"a": {"id": "a", "x": 1, "y": 2, "pin": True}}, {})
    assert second.message["add"]["nodes"] == [{"id": "a", "pin": True}]
    third = advance(second, {"a": {"id": "a", "x": 9, "y": 2, "pin": True}}, {})
    assert third.message["add"]["nodes"] == [{"id": "a", "x": 9, "y": 2, "pin": True}]
    fourth = advance(third, third.nodes, {})
    assert (fourth.rev, fourth.message["base"]) == (third.rev, third.rev)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("0", "¥0", "¥0"),
        ("9999.5", "¥9,999.5", "¥10k"),
        ("356000", "¥35.6万", "¥356k"),
        ("123456789", "¥1.23亿", "¥123.46M"),
        ("-20000", "¥-2万", "¥-20k"),
    ],
)
def test_money_is_short_on_the_canvas(value: str, zh: str, en: str) -> None:
    assert money(Decimal(value), "zh") == zh
    assert money(Decimal(value), "en") == en


def test_every_label_of_the_model_has_its_own_character() -> None:
    labels = [*NODES, *SECOND_LABELS]
    assert set(labels) <= LOOKS.keys()
    for language in ("glyph_zh", "glyph_en"):
        glyphs = [getattr(LOOKS[label], language) for label in labels]
        assert len(set(glyphs)) == len(glyphs)
    assert all(caption(label, "zh") != caption(label, "en") for label in labels)
    assert look_of("NoSuchLabel").glyph_zh == "？"


def test_what_matters_is_told_to_the_browser() -> None:
    found, seed, plain = Node("a", "Company", "甲", colour="yellow"), Node("b", "Person", "乙"), Node("c", "Bid", "丙")
    pos = {"a": (0.0, 0.0), "b": (300.0, 0.0), "c": (600.0, 0.0)}
    drawn = draw_nodes(start([found, seed, plain], [], pos, {"b", "gone"}), "zh")
    assert {i: n["key"] for i, n in drawn.items()} == {"a": True, "b": True, "c": False}


def test_tenders_of_one_name_carry_their_numbers() -> None:
    one, two = Node("tender:YL-1", "Tender", "专科耗材采购项目"), Node("tender:YL-2", "Tender", "专科耗材采购项目")
    other, twin = Node("person:1", "Person", "张伟"), Node("person:2", "Person", "张伟")
    pos = {n.id: (300.0 * k, 0.0) for k, n in enumerate([one, two, other, twin])}
    drawn = draw_nodes(start([one, two, other, twin], [], pos), "zh")
    assert drawn["tender:YL-1"]["lines"] == ["专科耗材采购项目", "YL-1"]
    assert drawn["person:1"]["lines"] == ["张伟"], "a key that is a hash tells nobody anything"
    alone = draw_nodes(start([one], [], pos), "zh")
    assert alone["tender:YL-1"]["lines"] == ["专科耗材采购项目"]


def test_a_label_breaks_at_a_space() -> None:
    assert wrap("云麓农商银行 尾号9950") == ["云麓农商银行 ", "尾号9950"]
    assert wrap("岚塘恒远医疗器械有限公司") == ["岚塘恒远医疗器械", "有限公司"]


@given(st.text(max_size=80))
def test_wrapped_labels_lose_only_what_the_dots_stand_for(text: str) -> None:
    lines = wrap(text)
    whole = " ".join(text.split())
    assert 1 <= len(lines) <= 2
    joined = "".join(lines)
    assert joined == whole or (joined.endswith("…") and whole.startswith(joined[:-1]))
