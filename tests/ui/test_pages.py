"""Every page draws in both languages; decisions made on a page reach the workspace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from graphkit.ui.download import build_pack
from graphkit.ui.texts import word
from tests.ui.stub import HOSTILE, Stub

PAGES = ("leads", "graph", "findings", "groups", "ledger")
SECONDS = 60


def one_page(name: str, root: str, lang: str) -> None:
    """A script that draws one page on the stub; it is read as text, so it imports what it needs."""
    import importlib
    import os
    from pathlib import Path

    import streamlit as st

    from graphkit.ui import session
    from tests.ui.stub import Stub

    os.environ["GRAPHKIT_WORKSPACE"] = root
    st.session_state.setdefault("lang", lang)
    held = st.session_state.setdefault("stub", Stub(Path(root), lang))
    session.remember_opener(lambda _root, _lang: held)
    st.session_state.setdefault("pages", {"graph": None})
    module = importlib.import_module(f"graphkit.ui.pages.{name}")
    with session.reported():
        module.page()
    session.show_notices()


@pytest.fixture
def draw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setenv("GRAPHKIT_WORKSPACE", str(tmp_path))

    def run(name: str, lang: str = "zh", **state: Any) -> AppTest:
        app = AppTest.from_function(one_page, args=(name, str(tmp_path), lang), default_timeout=SECONDS)
        for key, value in state.items():
            app.session_state[key] = value
        return app.run()

    return run


def texts_of(app: AppTest) -> str:
    return "\n".join([*(h.proto.body for h in app.get("html")), *(t.value for t in app.text)])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_draws(draw: Callable[..., AppTest], name: str, lang: str) -> None:
    app = draw(name, lang, graph_lead="L-0001")
    assert not app.exception
    assert not app.error
    assert texts_of(app).strip()


def test_the_lead_says_why_what_refutes_and_what_is_missing(draw: Callable[..., AppTest]) -> None:
    shown = texts_of(draw("leads", "en"))
    for words in ("kinship and ownership are confirmed", "a recusal record", "bank statements of 2023", "not checked"):
        assert words in shown


def test_hostile_names_stay_text(draw: Callable[..., AppTest]) -> None:
    shown = texts_of(draw("leads", lead_no="L-0002"))
    assert "&lt;img src=x" in shown
    assert "<img" not in shown
    assert HOSTILE.partition("<")[0] in shown


def test_a_disposition_needs_a_reason_and_reaches_the_ledger(draw: Callable[..., AppTest]) -> None:
    app = draw("leads")
    stub: Stub = app.session_state["stub"]
    press = {b.label: b for b in app.button}
    app = press["初步核实"].click().run()
    assert [w.value for w in app.warning] == [word("reason_needed", "zh")]
    assert stub.history["L-0001"] == []
    app.text_area(key="reason-L-0001").input("亲属持股，金额较大")
    app = next(b for b in app.button if b.label == "初步核实").click().run()
    (step,) = stub.history["L-0001"]
    assert (step["action"], step["to"], step["note"]) == ("dispose", "preliminary", "亲属持股，金额较大")
    assert not app.exception


def test_steps_that_the_state_does_not_allow_are_greyed(draw: Callable[..., AppTest]) -> None:
    app = draw("leads")
    app.text_area(key="reason-L-0001").input("不属实")
    app = next(b for b in app.button if b.label == "予以了结").click().run()
    assert app.session_state["stub"].status["L-0001"] == "closed"
    grey = {b.label for b in app.button if b.disabled}
    assert {"谈话函询", "初步核实", "暂存待查", "予以了结"} <= grey


def test_a_comment_is_kept(draw: Callable[..., AppTest]) -> None:
    app = draw("leads", "en")
    app.text_area(key="comment-text-L-0001").input("see the minutes")
    app = next(b for b in app.button if b.label == "Add comment").click().run()
    assert [h["note"] for h in app.session_state["stub"].history["L-0001"]] == ["see the minutes"]


def test_confirming_nobody_is_refused(draw: Callable[..., AppTest]) -> None:
    app = draw("leads")
    app = app.button(key="confirm-L-0001").click().run()
    assert [w.value for w in app.warning] == [word("confirm_needed", "zh")]
    assert app.session_state["stub"].history["L-0001"] == []


def test_an_error_is_told_with_what_to_do_and_as_text(draw: Callable[..., AppTest]) -> None:
    app = draw("graph", graph_lead="L-9999")
    assert [e.value for e in app.error] == [word("failed", "zh")]
    assert "L-9999" in texts_of(app)
    assert not app.exception


def test_a_pack_is_named_by_its_hash(tmp_path: Path) -> None:
    path, answer = build_pack(Stub(tmp_path, "zh"), "L-0001")
    assert path == tmp_path / "packs" / f"L-0001-{answer['sha256']}.zip"
    assert path.is_file()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_the_findings_page_names_what_could_not_run(draw: Callable[..., AppTest]) -> None:
    frames = [d.value for d in draw("findings").dataframe]
    idle = next(f for f in frames if "why_not" in f.columns)
    assert idle["detector"].tolist() == ["W02"]
    assert "deaths.csv" in idle["missing"][0]
    ran = next(f for f in frames if "applied" in f.columns)
    assert dict(zip(ran["detector"], ran["applied"], strict=True)) == {"F03": 310, "K02": 42, "P01": 17}
    assert dict(zip(ran["detector"], ran["colour"], strict=True))["P01"] == "", "nothing found has no colour"


def test_the_canvas_gets_the_lead_and_counts_it(draw: Callable[..., AppTest]) -> None:
    app = draw("graph", graph_lead="L-0001")
    state = app.session_state["canvas_state"]
    message = app.session_state["feed"].message
    assert message["base"] is None
    assert {n["id"] for n in message["add"]["nodes"]} == set(state.view.nodes)
    again = app.run().session_state["feed"].message
    assert (again["base"], again["add"]["nodes"]) == (message["rev"], [])
