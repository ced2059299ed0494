"""One real browser walks the line: queue → graph → expand → inspector → path → ranking → disposition → pack.

Nothing outside this machine is asked, no old node moves a pixel, no hostile name runs. Screenshots: .screenshots/.
"""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphkit.ui.texts import word

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, expect

from tests.ui.reader import CHROMIUM, ROOT, Reader, served

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from served(tmp_path_factory.mktemp("ws"))


@pytest.fixture(scope="module")
def packaged_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """As from a wheel: the package and its metadata in one folder, so that Streamlit finds the component's manifest."""
    site = tmp_path_factory.mktemp("site")
    (site / "graphkit").symlink_to(ROOT / "graphkit")
    info = site / "graphkit_woan-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: graphkit-woan\nVersion: 0.1.0\nRequires-Dist: streamlit\n"
    )
    (info / "RECORD").write_text("graphkit/__init__.py,,\ngraphkit/pyproject.toml,,\n")
    yield from served(tmp_path_factory.mktemp("ws"), site)


def unmoved(before: dict[str, dict[str, float]], after: dict[str, dict[str, float]]) -> bool:
    return all(after[i] == p for i, p in before.items())


def test_the_line_from_the_queue_to_the_pack(chromium: Browser, url: str, tmp_path: Path) -> None:
    reader = Reader(chromium, url)
    page = reader.page
    expect(page.get_by_text("岚塘市第一人民医院设备采购").first).to_be_visible()
    expect(page).to_have_title(word("app", "zh"))
    reader.shot("1-leads")

    page.get_by_role("button", name="打开图谱").click()
    reader.until("s.nodes.length === 11")
    reader.still()
    reader.shot("2-graph")
    start = reader.place()

    # Double-click expands beside what stands; the hub says how many it shows of how many it has.
    page.mouse.dblclick(*reader.at("person:05"))
    reader.until("s.nodes.get('person:03')")
    assert unmoved(start, reader.place())
    page.mouse.dblclick(*reader.at("org:H1"))
    expect(page.get_by_text("显示 200 / 共 265 个邻居")).to_be_visible()
    reader.until("s.nodes.length > 200")
    assert unmoved(start, reader.place())
    reader.still()
    reader.press("fit")
    reader.shot("3-supernode")
    reader.press("undo")
    reader.until("s.nodes.length === 12")
    assert unmoved(start, reader.place())
    reader.press("fit")
    reader.still()

    # Right-click: counts per relationship before anything is loaded.
    reader.click("org:C1", button="right")
    menu = page.locator(".gk-menu")
    expect(menu.get_by_role("button", name="出资")).to_contain_text("1")
    reader.shot("4-menu")
    menu.get_by_role("button", name="出资").click()
    reader.until("s.edges.get('person:02|OWNS|org:C1')")
    reader.still()
    assert unmoved(start, reader.place())

    # Inspector: the row behind a fact, raw cells beside what was read.
    reader.click("person:05")
    side = page.get_by_role("tabpanel", name="详情")
    expect(side.get_by_role("heading", name="吴大伟")).to_be_visible()
    reader.tick(side.get_by_test_id("stDataFrame").last, 0)
    expect(side.get_by_text("行 SHA-256")).to_be_visible()
    reader.shot("5-inspector")

    # Path between two.
    reader.click("person:05")
    reader.still()
    page.keyboard.down("Control")
    reader.click("person:01")
    page.keyboard.up("Control")
    reader.until("s.net.getSelectedNodes().length === 2")
    reader.still()
    reader.press("path")
    reader.until("[...s.raw.values()].length && s.edges.get({filter: e => e.color.color === '#c2410c'}).length === 4")
    reader.still()
    assert unmoved(start, reader.place())
    page.get_by_role("tab", name="两点路径").click()
    told = page.get_by_role("tabpanel", name="两点路径").get_by_test_id("stText")
    expect(told).to_contain_text("岚塘恒远医疗器械有限公司")
    reader.shot("6-path")

    # Ranked expansion: one click puts the best path on the canvas.
    page.get_by_role("tab", name="以案带案").click()
    page.get_by_role("button", name="从选中节点").click()
    ranked = page.get_by_role("tabpanel", name="以案带案")
    expect(ranked.get_by_text("选中一行")).to_be_visible()
    reader.tick(ranked.get_by_test_id("stDataFrame").first, 0)
    reader.until("s.nodes.get('org:C2')")
    reader.still()
    assert unmoved(start, reader.place())
    reader.shot("7-ranked")

    # Away and back: same picture, same view.
    eye, here = reader.canvas("s.eye"), reader.place()
    reader.go("台账")
    reader.go("图谱")
    reader.until("s.nodes.length > 11")
    reader.still()
    assert reader.place() == here
    assert reader.canvas("[s.net.getScale(), s.net.getViewPosition()]") == [eye["scale"], eye["position"]]

    # Disposition in place, then the pack.
    reader.go("线索")
    page.get_by_label("理由（必填，记入台账）").fill("亲属持股，金额较大")
    page.get_by_role("button", name="初步核实").click()
    expect(page.get_by_text("已记入台账")).to_be_visible()
    page.get_by_role("button", name="生成证据包").click()
    link = page.get_by_role("link", name="下载证据包")
    expect(link).to_be_visible()
    address = str(link.get_attribute("href"))
    with page.expect_download() as fetched:
        link.click()
    name = fetched.value.suggested_filename
    fetched.value.save_as(tmp_path / name)
    assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() in name
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(url + address.removeprefix(url))
    link.scroll_into_view_if_needed()
    reader.shot("8-pack")

    for name in ("疑点", "群组与中间人", "台账"):
        reader.go(name)
        reader.shot(f"9-{name}")
    page.get_by_text("English").click()
    expect(page.get_by_role("heading", name="Ledger", exact=True)).to_be_visible()
    reader.go("Leads")
    expect(page.get_by_text("What would refute it")).to_be_visible()
    reader.shot("10-english")

    assert reader.outside() == []
    assert reader.trouble == []
    assert page.locator("img[src*='198.51.100.7'], img[src='x']").count() == 0
    expect(page).to_have_title(word("app", "en"))
    page.close()


def test_hide_pin_drag_and_box_select(chromium: Browser, url: str) -> None:
    reader = Reader(chromium, url)
    page = reader.page
    page.get_by_role("button", name="打开图谱").click()
    reader.until("s.nodes.length === 11")
    reader.still()
    start = reader.place()

    x, y = reader.at("acct:A2")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 50, steps=4)
    page.mouse.up()
    reader.until("!s.pending.length && s.can.undo")
    moved = reader.place()
    assert moved["acct:A2"] != start["acct:A2"]
    assert unmoved({i: p for i, p in start.items() if i != "acct:A2"}, moved)
    reader.press("undo")
    reader.until("!s.can.undo")
    assert reader.place() == start

    reader.click("person:05")
    reader.until("s.net.getSelectedNodes().length === 1 && !s.pending.length")
    reader.press("pin")
    reader.until("s.raw.get('person:05').pin")
    reader.press("hide")
    reader.until("s.nodes.length === 10")
    expect(page.locator(".gk-bar .sum")).to_contain_text("隐藏 1")
    reader.press("show")
    reader.until("s.nodes.length === 11")
    assert reader.place() == start

    page.locator(".gk-legend button", has_text="银行账户").click()
    reader.until("s.nodes.length === 8")
    page.locator(".gk-legend button", has_text="银行账户").click()
    reader.until("s.nodes.length === 11 && !s.pending.length")

    reader.press("lasso")
    box = page.locator(".gk-lasso").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5, steps=4)
    page.mouse.up()
    reader.until("s.net.getSelectedNodes().length === 11")

    page.get_by_placeholder("按名称、编号查找并放到图上").fill("孙立新")
    page.keyboard.press("Enter")
    reader.until("s.nodes.get('person:03') && !s.pending.length")
    assert unmoved(start, reader.place())
    assert reader.trouble == []
    page.close()


def test_from_a_wheel_the_script_is_a_file(chromium: Browser, packaged_url: str) -> None:
    reader = Reader(chromium, packaged_url)
    reader.page.get_by_role("button", name="打开图谱").click()
    reader.until("s.nodes.length === 11")
    files = [u for u in reader.asked if "bidi-components" in u]
    assert any(u.endswith("vis-network.min.js") for u in files)
    assert any("gk.js" in u for u in files)
    assert reader.outside() == []
    reader.page.close()
