import "./vis-network.min.js";

// The canvas draws what Python sends and reports what the hand does. Data reaches the page as canvas text or
// textContent only. Layout, undo, filters: Python.

const FONT = '"Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
// By canvas name; survives reruns and page switches (Streamlit's own key is new after each). Also the handle of the tests.
const STORE = (globalThis.__graphkit ??= new Map());
const RADIUS = 21;

function outline(ctx, shape, x, y, r) {
  ctx.beginPath();
  if (shape === "square") ctx.roundRect(x - r * 0.92, y - r * 0.92, r * 1.84, r * 1.84, r * 0.28);
  else if (shape === "circle") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else {
    const corners = { diamond: [4, 0, 1.14], hexagon: [6, 0, 1.08], triangle: [3, -Math.PI / 2, 1.2] }[shape];
    for (let k = 0; k < corners[0]; k++) {
      const a = corners[1] + (2 * Math.PI * k) / corners[0];
      ctx.lineTo(x + corners[2] * r * Math.cos(a), y + corners[2] * r * Math.sin(a));
    }
  }
  ctx.closePath();
}

function drawNode(s, n, ctx, x, y, selected, hover) {
  const scale = s.net.getScale();
  if (selected || hover) {
    outline(ctx, n.shape, x, y, RADIUS + (n.ring ? 10 : 7));
    ctx.fillStyle = selected ? "rgba(20,110,220,.35)" : "rgba(20,110,220,.15)";
    ctx.fill();
  }
  if (n.ring) {
    outline(ctx, n.shape, x, y, RADIUS + 5);
    ctx.fillStyle = n.ring;
    ctx.fill();
    outline(ctx, n.shape, x, y, RADIUS + 1.2);
    ctx.fillStyle = "#fff";
    ctx.fill();
  }
  outline(ctx, n.shape, x, y, RADIUS - (n.ring ? 0.5 : 0));
  ctx.fillStyle = n.fill;
  ctx.fill();
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = "#fff";
  ctx.font = `600 17px ${FONT}`;
  ctx.fillText(n.glyph, x, y + (n.shape === "triangle" ? 3 : 1));
  if (n.pin) {
    ctx.beginPath();
    ctx.arc(x - RADIUS * 0.85, y - RADIUS * 0.85, 6, 0, 2 * Math.PI);
    ctx.fillStyle = "#1d2733";
    ctx.fill();
    ctx.beginPath();
    ctx.arc(x - RADIUS * 0.85, y - RADIUS * 0.85, 2.2, 0, 2 * Math.PI);
    ctx.fillStyle = "#fff";
    ctx.fill();
  }
  if (n.more > 0 && scale > 0.35) {
    const text = n.more > 9999 ? "+9999" : "+" + n.more;
    ctx.font = `600 12px ${FONT}`;
    const w = ctx.measureText(text).width + 10;
    const bx = x + RADIUS * 0.6, by = y - RADIUS - 4;
    ctx.beginPath();
    ctx.roundRect(bx, by - 9, w, 18, 9);
    ctx.fillStyle = "#fff";
    ctx.fill();
    ctx.lineWidth = 1.2;
    ctx.strokeStyle = "#52606d";
    ctx.stroke();
    ctx.fillStyle = "#1d2733";
    ctx.fillText(text, bx + w / 2, by + 0.5);
  }
  // Far out only what matters keeps its name, at a size that can be read.
  const far = scale < 0.55;
  if (far && !(n.ring || selected || hover)) return;
  const size = far ? 12 / scale : Math.max(14, Math.min(16, 11 / scale));
  ctx.font = `${n.ring ? 600 : 400} ${size}px ${FONT}`;
  ctx.lineJoin = "round";
  ctx.lineWidth = size / 3.2;
  ctx.strokeStyle = "rgba(255,255,255,.92)";
  ctx.fillStyle = "#1d2733";
  const lines = far && n.lines.length > 1 ? [n.lines[0] + "…"] : n.lines;
  lines.forEach((line, k) => {
    const ly = y + RADIUS + 14 + k * size * 1.25;
    ctx.strokeText(line, x, ly);
    ctx.fillText(line, x, ly);
  });
}

function node(s, n) {
  const old = s.raw.get(n.id);
  const full = { ...old, ...n };
  s.raw.set(n.id, full);
  const out = {
    id: n.id,
    title: full.full,
    shape: "custom",
    ctxRenderer: ({ ctx, id, x, y, state: { selected, hover } }) => ({
      drawNode: () => drawNode(s, s.raw.get(id) ?? full, ctx, x, y, selected, hover),
      nodeDimensions: { width: RADIUS * 2.3, height: RADIUS * 2.3 },
    }),
  };
  if ("x" in n) Object.assign(out, { x: n.x, y: n.y });
  return out;
}

function edge(e) {
  const color = e.lit ? "#c2410c" : e.derived ? "#8a96a3" : "#5f6d7b";
  return {
    id: e.id,
    from: e.from,
    to: e.to,
    label: e.text || undefined,
    title: e.full,
    ids: e.ids,
    dashes: e.derived && !e.lit ? [6, 4] : false,
    width: e.lit ? e.width + 2 : e.width,
    color: { color, highlight: e.lit ? color : "#146edc", hover: e.lit ? color : "#146edc" },
    font: {
      face: FONT, size: 13, color: e.lit ? "#9a3412" : "#3e4c59", background: "rgba(255,255,255,.88)", strokeWidth: 0,
    },
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

function mount(root, height, before) {
  const stage = root.querySelector(".gk-stage"), cv = root.querySelector(".gk-cv");
  stage.style.height = height + "px";
  const nodes = new vis.DataSet(), edges = new vis.DataSet();
  const net = new vis.Network(cv, { nodes, edges }, {
    physics: false,
    layout: { randomSeed: 1 },
    interaction: { multiselect: true, hover: true, tooltipDelay: 350, hideEdgesOnDrag: false, zoomSpeed: 0.7 },
    edges: { arrows: { to: { enabled: true, scaleFactor: 0.55 } }, arrowStrikethrough: false, selectionWidth: 1.5, hoverWidth: 0.5 },
  });
  const s = {
    root, stage, cv, net, nodes, edges, raw: new Map(), rev: -1, seq: before?.seq ?? 0, pending: [],
    eye: before?.eye, texts: {}, focusSeq: before?.focusSeq, menuFor: null, told: "", emit: () => {},
  };
  s.fire = (type, extra = {}) => {
    s.seq = Math.max(s.seq + 1, Date.now());
    s.pending.push({ type, seq: s.seq, ...extra });
    s.emit("event", { events: s.pending });
  };
  s.ask = () => s.emit("event", { events: [...s.pending, { type: "resync", seq: 0, at: Date.now() }] });
  s.selected = () => net.getSelectedNodes();
  s.fit = () => {
    net.fit({ animation: false, minZoomLevel: 0.15, maxZoomLevel: 1.1 });
    s.eye = { scale: net.getScale(), position: net.getViewPosition() };
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
  net.on("dragEnd", (p) => {
    s.eye = { scale: net.getScale(), position: net.getViewPosition() };
    if (!p.nodes.length) return;
    const at = net.getPositions(p.nodes);
    s.fire("pos", { pos: Object.fromEntries(Object.entries(at).map(([k, v]) => [k, [v.x, v.y]])) });
  });
  net.on("zoom", () => { s.eye = { scale: net.getScale(), position: net.getViewPosition() }; });
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
    button("fit", true, s.fit),
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

function legend(s, items) {
  const el = s.root.querySelector(".gk-legend");
  el.replaceChildren(...items.map((item) => {
    if (item.ring) {
      const box = make("span", undefined, "item"), mark = make("span", undefined, "ring");
      mark.style.borderColor = item.ring;
      box.append(mark, make("span", item.text));
      return box;
    }
    const b = make("button", undefined, item.off ? "off" : ""), chip = make("span", item.glyph, "chip");
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
    s = mount(parentElement.querySelector(".gk"), data.height, s);
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
    if (ids.length && ids.length === s.nodes.length) s.fit();
    else if (ids.length) {
      s.net.fit({ nodes: ids, animation: false, minZoomLevel: 0.45, maxZoomLevel: 1.2 });
      s.net.moveTo({ scale: s.net.getScale() * 0.85, animation: false });
    }
    s.eye = { scale: s.net.getScale(), position: s.net.getViewPosition() };
  });
  bar(s);
  legend(s, data.legend);
  if (s.menuFor && s.raw.has(s.menuFor.id)) menu(s, s.menuFor);
}
