import "./vis-network.min.js";
import { EDGE, drawLabels, drawNode, radius } from "./gk_draw.js";

// The canvas draws what Python sends and reports what the hand does. Data reaches the page as canvas text or
// textContent only. Layout, undo, filters: Python.

// By canvas name; survives reruns and page switches (Streamlit's own key is new after each). Also the handle of the tests.
const STORE = (globalThis.__graphkit ??= new Map());
function node(s, n) {
  const old = s.raw.get(n.id);
  const full = { ...old, ...n };
  s.raw.set(n.id, full);
  const out = {
    id: n.id,
    title: full.full,
    shape: "custom",
    ctxRenderer: ({ ctx, id, x, y, state: { selected, hover } }) => {
      const now = s.raw.get(id) ?? full, scale = s.net.getScale(), wide = 2.3 * radius(now, scale);
      return { drawNode: () => drawNode(now, ctx, x, y, scale, selected, hover), nodeDimensions: { width: wide, height: wide } };
    },
  };
  if ("x" in n) Object.assign(out, { x: n.x, y: n.y });
  return out;
}

function edge(e) {
  const color = e.lit ? "#c2410c" : e.derived ? "#8a96a3" : e.width > 1.2 ? "#5f6d7b" : "#93a0ad";
  return {
    id: e.id,
    from: e.from,
    to: e.to,
    text: e.text,
    title: e.full,
    ids: e.ids,
    lit: e.lit,
    dashes: e.derived && !e.lit ? [6, 4] : false,
    width: e.lit ? e.width + 2 : e.width,
    color: { color, highlight: e.lit ? color : "#146edc", hover: e.lit ? color : "#146edc" },
    smooth: e.bend
      ? { enabled: true, type: e.bend > 0 ? "curvedCW" : "curvedCCW", roundness: Math.min(0.6, 0.2 * Math.abs(e.bend)) }
      : { enabled: false },
  };
}

function make(tag, text, cls) {
  const el = document.createElement(tag);
  if (text !== undefined) el.textContent = text;
  if (cls) el.className = cls;
  return el;
}

function mount(root, before) {
  const stage = root.querySelector(".gk-stage"), cv = root.querySelector(".gk-cv");
  const nodes = new vis.DataSet(), edges = new vis.DataSet();
  const net = new vis.Network(cv, { nodes, edges }, {
    physics: false,
    layout: { randomSeed: 1 },
    interaction: { multiselect: true, hover: true, tooltipDelay: 350, hideEdgesOnDrag: false, zoomSpeed: 0.7 },
    edges: { arrows: { to: { enabled: true, scaleFactor: 0.55 } }, arrowStrikethrough: false, selectionWidth: 1.5, hoverWidth: 0.5 },
  });
  const s = {
    root, stage, cv, net, nodes, edges, raw: new Map(), rev: -1, seq: before?.seq ?? 0, pending: [],
    eye: before?.eye, texts: {}, focusSeq: before?.focusSeq, menuFor: null, told: "", moved: 0, drawn: "", settling: 0, hover: undefined, emit: () => {},
  };
  s.fire = (type, extra = {}) => {
    s.seq = Math.max(s.seq + 1, Date.now());
    s.pending.push({ type, seq: s.seq, ...extra });
    s.emit("event", { events: s.pending });
  };
  s.ask = () => s.emit("event", { events: [...s.pending, { type: "resync", seq: 0, at: Date.now() }] });
  s.selected = () => net.getSelectedNodes();
  s.look = () => { s.eye = { scale: net.getScale(), position: net.getViewPosition() }; };
  s.fit = (ids = nodes.getIds(), closest = 1.1) => {
    const at = Object.values(net.getPositions(ids)), xs = at.map((p) => p.x), ys = at.map((p) => p.y);
    if (!at.length) return;
    const left = Math.min(...xs), right = Math.max(...xs), top = Math.min(...ys), bottom = Math.max(...ys);
    const room = [stage.clientWidth - 2 * EDGE.x, stage.clientHeight - EDGE.top - EDGE.bottom];
    const scale = Math.max(0.12, Math.min(closest, room[0] / Math.max(1, right - left), room[1] / Math.max(1, bottom - top)));
    const position = { x: (left + right) / 2, y: (top + bottom) / 2 + (EDGE.bottom - EDGE.top) / 2 / scale };
    net.moveTo({ scale, position, animation: false });
    s.look();
  };
  s.point = (id) => { // where a node is on the screen, for tests that click for real
    const p = net.canvasToDOM(net.getPositions([id])[id]), r = cv.getBoundingClientRect();
    return [r.left + p.x, r.top + p.y];
  };
  s.positions = () => net.getPositions();
  let timer;
  const tell = () => {
    s.told = net.getSelectedNodes().join("\n");
    const lines = net.getSelectedNodes().length ? [] : net.getSelectedEdges();
    s.fire("select", { nodes: net.getSelectedNodes(), edges: lines.flatMap((i) => edges.get(i)?.ids ?? []) });
    bar(s);
  };
  net.on("select", () => bar(s));
  net.on("click", () => { menu(s, null); clearTimeout(timer); timer = setTimeout(tell, 230); });
  net.on("doubleClick", (p) => {
    clearTimeout(timer);
    if (p.nodes[0]) s.fire("expand", { id: p.nodes[0] });
  });
  net.on("dragStart", () => menu(s, null));
  net.on("dragging", (p) => { if (p.nodes.length) s.moved++; });
  net.on("hoverNode", (p) => { s.hover = p.node; });
  net.on("blurNode", () => { s.hover = undefined; });
  stage.onpointerleave = () => { s.hover = undefined; };
  net.on("afterDrawing", (ctx) => { drawLabels(s, ctx); settle(s); });
  net.on("dragEnd", (p) => {
    s.look();
    s.moved++;
    if (!p.nodes.length) return;
    const at = net.getPositions(p.nodes);
    s.fire("pos", { pos: Object.fromEntries(Object.entries(at).map(([k, v]) => [k, [v.x, v.y]])) });
  });
  net.on("zoom", s.look);
  net.on("oncontext", (p) => {
    p.event.preventDefault();
    const id = net.getNodeAt(p.pointer.DOM);
    if (id !== undefined && !net.getSelectedNodes().includes(id)) { net.selectNodes([id]); tell(); }
    menu(s, id === undefined ? null : { id, x: p.pointer.DOM.x, y: p.pointer.DOM.y });
    if (id !== undefined && !s.raw.get(id)?.groups) s.fire("counts", { id });
  });
  lasso(s, tell);
  return s;
}

// The engine places what can be clicked by the size a node had in the drawing before: after a new scale or new nodes it draws once more.
function settle(s) {
  const now = s.net.getScale() + " " + s.rev;
  if (now === s.drawn) return;
  s.drawn = now;
  clearTimeout(s.settling);
  s.settling = setTimeout(() => { s.settling = 0; s.net.redraw(); }, 40);
}

function lasso(s, tell) {
  const layer = s.root.querySelector(".gk-lasso");
  let from = null, box = null;
  const at = (e) => { const r = layer.getBoundingClientRect(); return [e.clientX - r.left, e.clientY - r.top]; };
  layer.onpointerdown = (e) => {
    layer.setPointerCapture(e.pointerId);
    from = at(e);
    layer.append((box = make("div")));
  };
  layer.onpointermove = (e) => {
    if (!from) return;
    const [x, y] = at(e);
    Object.assign(box.style, {
      left: Math.min(x, from[0]) + "px", top: Math.min(y, from[1]) + "px",
      width: Math.abs(x - from[0]) + "px", height: Math.abs(y - from[1]) + "px",
    });
  };
  layer.onpointerup = (e) => {
    const to = at(e), a = s.net.DOMtoCanvas({ x: Math.min(from[0], to[0]), y: Math.min(from[1], to[1]) });
    const b = s.net.DOMtoCanvas({ x: Math.max(from[0], to[0]), y: Math.max(from[1], to[1]) });
    const inside = Object.entries(s.net.getPositions()).filter(([, p]) => p.x >= a.x && p.x <= b.x && p.y >= a.y && p.y <= b.y);
    box.remove();
    from = null;
    layer.hidden = true;
    s.net.selectNodes(inside.map(([id]) => id), false);
    tell();
  };
}

function bar(s) {
  const el = s.root.querySelector(".gk-bar"), t = s.texts, picked = s.selected(), layer = s.root.querySelector(".gk-lasso");
  const button = (name, enabled, act, on) => {
    const b = make("button", t[name], on ? "on" : "");
    b.type = "button";
    b.dataset.act = name;
    b.disabled = !enabled;
    b.onclick = act;
    return b;
  };
  const pinned = picked.length && picked.every((i) => s.raw.get(i)?.pin);
  el.replaceChildren(
    button("undo", s.can.undo, () => s.fire("undo")),
    button("redo", s.can.redo, () => s.fire("redo")),
    button("fit", true, () => s.fit()),
    button("lasso", true, () => { layer.hidden = !layer.hidden; bar(s); }, !layer.hidden),
    button("path", picked.length === 2, () => s.fire("path", { ids: s.selected() })),
    button(pinned ? "unpin" : "pin", picked.length, () => s.fire("pin", { ids: s.selected(), on: !pinned })),
    button("hide", picked.length, () => s.fire("hide", { ids: s.selected() })),
    button("show", s.can.hidden, () => s.fire("show")),
    button("png", true, () => picture(s)),
    make("span", t.sum, "sum"),
  );
}

function picture(s) {
  const source = s.cv.querySelector("canvas"), copy = document.createElement("canvas");
  copy.width = source.width;
  copy.height = source.height;
  const ctx = copy.getContext("2d");
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, copy.width, copy.height);
  ctx.drawImage(source, 0, 0);
  const a = make("a");
  a.href = copy.toDataURL("image/png");
  a.download = "graphkit.png";
  a.click();
}

function menu(s, at) {
  const el = s.root.querySelector(".gk-menu"), t = s.texts;
  s.menuFor = at;
  el.hidden = !at;
  if (!at) return;
  const n = s.raw.get(at.id), picked = s.selected();
  const entry = (text, count, act, name) => {
    const b = make("button");
    b.type = "button";
    b.dataset.act = name;
    b.append(make("span", text), make("span", count ?? "", "n"));
    b.onclick = () => { menu(s, null); act(); };
    return b;
  };
  const rows = [make("div", n.full, "head"), entry(t.expand, n.more ? "+" + n.more : "", () => s.fire("expand", { id: n.id }), "expand")];
  for (const g of n.groups ?? [])
    rows.push(entry(`${g.direction === "out" ? "→" : "←"} ${g.text}`, String(g.count),
      () => s.fire("expand", { id: n.id, rel: g.type, direction: g.direction }), "expand:" + g.type));
  if (!n.groups) rows.push(make("div", t.counting, "n"));
  rows.push(make("hr"));
  if (picked.length === 2) rows.push(entry(t.path, "", () => s.fire("path", { ids: picked }), "path"));
  rows.push(entry(n.pin ? t.unpin : t.pin, "", () => s.fire("pin", { ids: [n.id], on: !n.pin }), "pin"));
  rows.push(entry(t.hide, "", () => s.fire("hide", { ids: [n.id] }), "hide"));
  el.replaceChildren(...rows);
  el.style.left = Math.max(0, Math.min(at.x, s.stage.clientWidth - el.offsetWidth - 4)) + "px";
  el.style.top = Math.max(0, Math.min(at.y, s.stage.clientHeight - el.offsetHeight - 4)) + "px";
}

// Every sign on the canvas, with its name; those of kinds switch the kind on and off.
function legend(s, items) {
  const el = s.root.querySelector(".gk-legend");
  el.replaceChildren(...items.map((item) => {
    if (item.sign) {
      const box = make("span", undefined, "item"), mark = make("span", item.mark, "sign " + item.sign);
      if (item.ring) mark.style.borderColor = item.ring;
      box.append(mark, make("span", item.text));
      return box;
    }
    const b = make("button", undefined, item.off ? "off" : ""), chip = make("span", item.glyph, "chip " + item.shape);
    b.type = "button";
    b.title = s.texts.mute;
    chip.style.background = item.fill;
    b.append(chip, make("span", `${item.text} ${item.count}`));
    b.onclick = () => s.fire("mute", { label: item.label });
    return b;
  }));
}

function apply(s, m) {
  const whole = m.base === null;
  if (whole) {
    const keep = new Set(m.add.nodes.map((n) => n.id)), lines = new Set(m.add.edges.map((e) => e.id));
    s.edges.remove(s.edges.getIds().filter((i) => !lines.has(i)));
    s.nodes.remove(s.nodes.getIds().filter((i) => !keep.has(i)));
  } else {
    s.edges.remove(m.remove.edges);
    s.nodes.remove(m.remove.nodes);
    m.remove.nodes.forEach((i) => s.raw.delete(i));
  }
  s.nodes.update(m.add.nodes.map((n) => node(s, n)));
  s.edges.update(m.add.edges.map(edge));
  s.rev = m.rev;
  s.net.setOptions({ interaction: { hideEdgesOnDrag: s.nodes.length > 800 } });
}

// The camera is set once the stage has its final width: a resize moves what it shows.
function whenSized(s, act) {
  const width = s.stage.clientWidth;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    if (!s.root.isConnected) return;
    if (!s.stage.clientWidth || s.stage.clientWidth !== width) return whenSized(s, act);
    s.net.setSize("100%", "100%");
    act();
    s.net.redraw();
  }));
}

export default function ({ data, parentElement, setTriggerValue }) {
  let s = STORE.get(data.name);
  const fresh = !s || !parentElement.contains(s.cv);
  if (fresh) {
    s?.net.destroy();
    s = mount(parentElement.querySelector(".gk"), s);
    STORE.set(data.name, s);
  }
  s.emit = setTriggerValue; // the newest callbacks
  s.pending = s.pending.filter((e) => e.seq > data.ack);
  s.texts = data.texts;
  s.can = data.can;
  const m = data.message, first = s.rev < 0;
  if (m.base === null ? m.rev !== s.rev || first : m.base === s.rev) apply(s, m);
  else if (m.rev !== s.rev) s.ask();
  if (first && s.rev >= 0) whenSized(s, () => (s.eye ? s.net.moveTo({ ...s.eye, animation: false }) : s.fit()));
  const here = data.selection.filter((i) => s.nodes.get(i));
  // Python's echo of a selection the hand made never overrides a newer click; its own decision does.
  if (!s.pending.length && here.join("\n") !== s.told) {
    s.told = here.join("\n");
    s.net.setSelection({ nodes: here, edges: [] }, { highlightEdges: true });
  }
  if (s.rev >= 0 && data.focus && data.focus.seq !== s.focusSeq) whenSized(s, () => {
    s.focusSeq = data.focus.seq;
    const ids = data.focus.ids.filter((i) => s.nodes.get(i));
    if (ids.length) s.fit(ids, ids.length === s.nodes.length ? 1.1 : 1);
  });
  bar(s);
  legend(s, data.legend);
  if (s.menuFor && s.raw.has(s.menuFor.id)) menu(s, s.menuFor);
}
