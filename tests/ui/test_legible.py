"""The graph of a real lead can be read: measured in a real browser, from what was painted.

The rule. A node matters when the lead names it as a subject, when a finding colours it, or when it was opened or found
by the reader (a double-click, a path). At the zoom at which everything is in view, the symbol and the name of a node
that matters lie inside the stage and on no symbol and no name of another one that matters, and the name is at least 11
pixels high. Window: 1280 × 720, the smallest that is served.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from graphkit.ui.desk import Desk

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser

from tests.prepared import KEY, Sample
from tests.ui.reader import CHROMIUM, ROOT, Reader, served

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

LEAST = 11.0
"""Height of a name on the screen, pixels."""

PAINTED = """(() => {
  const seen = [], proto = CanvasRenderingContext2D.prototype, paint = proto.fillText, dense = devicePixelRatio;
  proto.fillText = function (text, x, y) {
    const m = this.getTransform(), zoom = Math.hypot(m.a, m.b) / dense, wide = this.measureText(text).width * zoom;
    const cx = (m.a * x + m.c * y + m.e) / dense, cy = (m.b * x + m.d * y + m.f) / dense;
    seen.push({ text, size: parseFloat(/([\\d.]+)px/.exec(this.font)[1]) * zoom, cx, cy, wide });
    return paint.apply(this, arguments);
  };
  s.net.redraw();
  s.net.canvas.frame.offsetWidth;
  s.net.renderer._redraw();
  proto.fillText = paint;
  const corner = ({ x, y }) => { const p = s.net.canvasToDOM({ x, y }); return [p.x, p.y]; };
  const symbols = Object.fromEntries(s.nodes.getIds().map((i) => {
    const b = s.net.getBoundingBox(i);
    return [i, [...corner({ x: b.left, y: b.top }), ...corner({ x: b.right, y: b.bottom })]];
  }));
  const origin = corner({ x: 0, y: 0 });
  const names = s.names.list.filter((n) => !n.edge).map((n) => ({
    id: n.id, lines: n.lines, box: n.box.slice(0, 4).map((v, k) => v + origin[k % 2]),
  }));
  return { seen, symbols, names, stage: [s.stage.clientWidth, s.stage.clientHeight] };
})()"""
"""What one redraw writes (an ear on the canvas itself), where symbols stand, where the page says that names stand."""

Box = list[float]


@pytest.fixture(scope="module")
def county(sample: Callable[[str], Sample], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Desk]]:
    """The served county, and the same county to ask; a copy, so that nothing here touches the shared one."""
    base = tmp_path_factory.mktemp("legible")
    sample("county").copy(base / "ws")
    (base / "key").write_text(KEY, "ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKIT_KEY_FILE", str(base / "key"))
        desk = Desk(base / "ws", lang="zh")
        entry = ROOT / "graphkit" / "ui" / "asgi.py"
        for url in served(base / "ws", entry=entry, GRAPHKIT_KEY_FILE=str(base / "key"), GRAPHKIT_USER="tester"):
            yield url, desk


def over(a: Box, b: Box) -> bool:
    """Whether two boxes (left, top, right, bottom) share more than the hair of a pixel."""
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.5 and min(a[3], b[3]) - max(a[1], b[1]) > 0.5


def lead_nodes(desk: Desk, number: str) -> tuple[int, set[str]]:
    """How many nodes the lead opens with, and which of them matter: read from its findings, not from the canvas."""
    lead = desk.lead(number)
    findings = lead["findings"]
    matter = {s["id"] for named in (lead, *findings) for s in named["subjects"]}
    rows = [row for f in findings for row in f["evidence"]]
    ends = {i for row in rows for i in ([row["id"]] if row["kind"] == "node" else [row["from"], row["to"]])}
    return len(matter | ends), matter


def check(reader: Reader, matter: set[str]) -> None:
    """The rule, for what stands on the canvas."""
    reader.page.mouse.move(2, 2)
    reader.still()
    found: dict[str, Any] = reader.canvas(PAINTED)
    names = {n["id"]: n for n in found["names"]}
    assert matter <= names.keys(), "a node that matters has no name"
    boxes: dict[str, list[Box]] = {}
    for i in sorted(matter):
        left, top, right, bottom = names[i]["box"]
        for line in names[i]["lines"]:
            written = [
                t
                for t in found["seen"]
                if t["text"] == line
                and left - 1 <= t["cx"] - t["wide"] / 2
                and t["cx"] + t["wide"] / 2 <= right + 1
                and top - 1 <= t["cy"] - t["size"] / 2
                and t["cy"] + t["size"] / 2 <= bottom + 1
            ]
            assert written, f"{line} is not painted where the page says"
            assert max(t["size"] for t in written) >= LEAST
        boxes[i] = [names[i]["box"], found["symbols"][i]]
    width, height = found["stage"]
    cut = [i for i, both in boxes.items() for b in both if b[0] < 0 or b[1] < 0 or b[2] > width or b[3] > height]
    assert cut == [], "cut off at the rim of the stage"
    pairs = [
        (a, b, p, q) for a, b in itertools.combinations(boxes, 2) for p in boxes[a] for q in boxes[b] if over(p, q)
    ]
    assert pairs == []


def test_what_matters_in_a_lead_can_be_read_at_a_glance(chromium: Browser, county: tuple[str, Desk]) -> None:
    url, desk = county
    queue = [r["lead_no"] for r in sorted(desk.leads(top=0), key=lambda r: (-float(r["score"]), str(r["lead_no"])))]
    sizes = {number: lead_nodes(desk, number) for number in queue}
    largest = max(queue, key=lambda number: sizes[number][0])
    ring = max(queue, key=lambda number: sum(i.startswith("tender:") for i in sizes[number][1]))
    assert sizes[largest][0] > 60 and sizes[ring][0] >= 40, "the county has become too small for this test"

    reader = Reader(chromium, url, 1280, 720)
    for number in (ring, largest):
        if number != queue[0]:
            reader.tick(reader.page.get_by_test_id("stDataFrame").first, queue.index(number))
            reader.page.locator(".gkx .chip", has_text=number).first.wait_for()
        reader.page.get_by_role("button", name="打开图谱").click()
        count, matter = sizes[number]
        reader.until(f"s.nodes.length === {count}")
        check(reader, matter)
        if number == ring:
            firm = min(i for i in matter if i.startswith("org:"))
            person = min(i for i in matter if i.startswith("person:"))
            for opened in (firm, person):
                reader.page.mouse.dblclick(*reader.at(opened))
                reader.until(f"s.nodes.length > {count}")
                reader.still()
                count = reader.canvas("s.nodes.length")
            reader.press("fit")
            check(reader, matter)
        reader.shot(f"11-{number}")
        if number != largest:
            reader.go("线索")
    assert reader.trouble == []
    reader.page.close()
