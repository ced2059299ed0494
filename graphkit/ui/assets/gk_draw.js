// What is painted on the canvas: symbols in canvas pixels, names in screen pixels, none over another.
// A node that matters (`key`: a subject of the lead, what was opened or found from there; or selected, or under the
// pointer) always has its name. Any other name, and the text of a line, is written only where there is room for it.

const FONT = '"Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const INK = "#1d2733", BLUE = "#0b62d6";
const SIZE = 12.5, LINE = 15.5, EDGE_SIZE = 11;
const EDGE = { x: 58, top: 40, bottom: 50 }; // screen pixels kept free round the outermost nodes, for their names
const CROWD = 800; // above so many nodes only those that matter are named while everything is far away

// The radius in canvas pixels: far out a symbol stays as large as a fingertip needs, one that matters larger.
function radius(n, scale) {
  return Math.max(21, (n.key ? 12 : 6.5) / scale);
}

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

function shape(ctx, n, x, y, r, fill) {
  outline(ctx, n.shape, x, y, r);
  ctx.fillStyle = fill;
  ctx.fill();
}

function disc(ctx, x, y, r, fill) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
}

function drawNode(n, ctx, x, y, scale, selected, hover) {
  const r = radius(n, scale), u = r / 21, px = 1 / scale;
  if (selected) {
    shape(ctx, n, x, y, r + (n.ring ? 5 * u : 0) + Math.max(6, 5.5 * px), BLUE);
    shape(ctx, n, x, y, r + (n.ring ? 5 * u : 0) + Math.max(2.5, 2.2 * px), "#fff");
  } else if (hover) shape(ctx, n, x, y, r + (n.ring ? 10 : 7) * u, "rgba(11,98,214,.22)");
  if (n.ring) {
    shape(ctx, n, x, y, r + 5 * u, n.ring);
    shape(ctx, n, x, y, r + 1.2 * u, "#fff");
  }
  shape(ctx, n, x, y, r - (n.ring ? 0.5 : 0) * u, n.fill);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  if (17 * u * scale >= 8) {
    ctx.fillStyle = "#fff";
    ctx.font = `600 ${17 * u}px ${FONT}`;
    ctx.fillText(n.glyph, x, y + (n.shape === "triangle" ? 3 : 1) * u);
  }
  if (n.pin) {
    disc(ctx, x - r * 0.85, y - r * 0.85, 6 * u, INK);
    disc(ctx, x - r * 0.85, y - r * 0.85, 2.2 * u, "#fff");
  }
  if (n.more > 0 && (scale > 0.75 || n.key || hover || selected)) badge(ctx, n, x, y, r, px);
}

// How many relationships are not on the canvas yet.
function badge(ctx, n, x, y, r, px) {
  const text = n.more > 9999 ? "+9999" : "+" + n.more;
  ctx.font = `600 ${11 * px}px ${FONT}`;
  const w = ctx.measureText(text).width + 8 * px, bx = x + r * 0.6, by = y - r * 0.8;
  ctx.beginPath();
  ctx.roundRect(bx, by - 8 * px, w, 16 * px, 8 * px);
  ctx.fillStyle = "#fff";
  ctx.fill();
  ctx.lineWidth = 1.1 * px;
  ctx.strokeStyle = "#52606d";
  ctx.stroke();
  ctx.fillStyle = INK;
  ctx.fillText(text, bx + w / 2, by + 0.5 * px);
}

// Boxes that are taken, in screen pixels, hashed by square.
class Taken {
  constructor() { this.squares = new Map(); }
  *keys(b) {
    for (let i = Math.floor(b[0] / 64); i <= Math.floor(b[2] / 64); i++)
      for (let j = Math.floor(b[1] / 64); j <= Math.floor(b[3] / 64); j++) yield i * 65536 + j;
  }
  put(box) {
    for (const k of this.keys(box)) {
      if (!this.squares.has(k)) this.squares.set(k, []);
      this.squares.get(k).push(box);
    }
  }
  free(b, owner) {
    for (const k of this.keys(b))
      for (const o of this.squares.get(k) ?? [])
        if (o[4] !== owner && o[0] < b[2] && b[0] < o[2] && o[1] < b[3] && b[1] < o[3]) return false;
    return true;
  }
}

const widths = new Map();
function width(ctx, text, font) {
  const k = font + text;
  if (!widths.has(k)) {
    if (widths.size > 20000) widths.clear();
    ctx.font = font;
    widths.set(k, ctx.measureText(text).width);
  }
  return widths.get(k);
}

// Ever shorter ways to write a name: as wrapped, its first line; one that must stand there also in six characters, four.
function ways(n, must) {
  const head = n.lines[0], cut = (k) => (must && head.length > k ? [[[...head].slice(0, k).join("") + "…"]] : []);
  return [n.lines, ...(n.lines.length > 1 ? [[head.replace(/[ …]*$/, "…")]] : []), ...cut(6), ...cut(4)];
}

// Below, above, right, left of a symbol of radius r: [centre x, centre y] of a text w wide and h high.
function spots(x, y, r, w, h) {
  return [[x, y + r + 3 + h / 2], [x, y - r - 5 - h / 2], [x + r + 5 + w / 2, y], [x - r - 5 - w / 2, y]];
}

// Farther and farther off in eight directions, for a name that finds no room beside its symbol; a thin line leads there.
function farSpots(x, y, r, w, h) {
  const out = [];
  for (let d = 4; d <= 84; d += 16)
    for (const [i, j] of [[0, 1], [0, -1], [1, 1], [-1, 1], [1, -1], [-1, -1], [1, 0], [-1, 0]])
      out.push([x + i * (r + d + w / 2), y + j * (r + d + h / 2)]);
  return out;
}

function boxOf([x, y], w, h, owner) {
  return [x - w / 2, y - h / 2, x + w / 2, y + h / 2, owner];
}

// Where names and texts of lines go at this zoom; in screen pixels relative to the origin of the canvas.
function place(s, ctx, scale, chosen, hover) {
  const all = new Taken(), firm = new Taken(), out = [], at = s.net.getPositions(), nodes = [...s.raw.values()].filter((n) => at[n.id]);
  const xs = nodes.map((n) => at[n.id].x * scale), ys = nodes.map((n) => at[n.id].y * scale);
  // Nothing is written farther out than what `fit` keeps free, so that nothing is cut off there.
  const rim = [Math.min(...xs) - EDGE.x, Math.min(...ys) - EDGE.top, Math.max(...xs) + EDGE.x, Math.max(...ys) + EDGE.bottom];
  const inside = (b) => b[0] >= rim[0] && b[1] >= rim[1] && b[2] <= rim[2] && b[3] <= rim[3];
  const loud = (n) => n.key || chosen.has(n.id) || n.id === hover;
  for (const n of nodes) {
    const r = radius(n, scale) * scale + (n.ring ? 5 : 1), { x, y } = at[n.id];
    const box = [x * scale - r, y * scale - r, x * scale + r, y * scale + r, n.id];
    all.put(box);
    if (loud(n)) firm.put(box);
    if (n.more > 0 && loud(n)) all.put([x * scale + r * 0.5, y * scale - r * 0.8 - 9, x * scale + r * 0.6 + 16 + 7 * String(n.more).length, y * scale - r * 0.8 + 9, n.id]);
  }
  const weigh = (n) => (n.id === hover ? 3 : chosen.has(n.id) ? 2 : n.key ? 1 : 0);
  nodes.sort((a, b) => weigh(b) - weigh(a) || (a.id < b.id ? -1 : 1));
  const few = nodes.length <= CROWD || scale > 0.8;
  for (const n of nodes) {
    const must = loud(n), weight = n.key || must ? 600 : 400, font = `${weight} ${SIZE}px ${FONT}`;
    if (!must && !few) break;
    const x = at[n.id].x * scale, y = at[n.id].y * scale, r = radius(n, scale) * scale + (n.ring ? 5 : 1);
    let found = null;
    const search = (taken, list, near = spots) => {
      for (const lines of list) {
        const w = Math.max(...lines.map((t) => width(ctx, t, font))) + 4, h = lines.length * LINE;
        for (const spot of near(x, y, r, w, h)) {
          const box = boxOf(spot, w, h, n.id);
          if (inside(box) && taken.free(box, n.id)) return { id: n.id, lines, spot, box, font, key: must, from: near === farSpots ? [x, y, r] : null };
        }
      }
      return null;
    };
    if (must) {
      found = search(all, ways(n, true)) ?? search(firm, ways(n, true)) ?? search(firm, ways(n, true).slice(-2), farSpots);
      if (!found) { // more names than the picture has room for: the shortest, under its symbol
        const lines = ways(n, true).at(-1), w = width(ctx, lines[0], font) + 4, spot = spots(x, y, r, w, LINE)[0];
        found = { id: n.id, lines, spot, box: boxOf(spot, w, LINE, n.id), font, key: true };
      }
      firm.put(found.box);
    } else found = search(all, ways(n, false));
    if (!found) continue;
    all.put(found.box);
    out.push(found);
  }
  if (few) lineTexts(s, ctx, scale, all, out);
  return out;
}

// Texts of lines: lit ones first, then the thick ones; only on lines that are longer than their text.
function lineTexts(s, ctx, scale, all, out) {
  const lines = s.edges.get().filter((e) => e.text);
  lines.sort((a, b) => b.lit - a.lit || b.width - a.width || (a.id < b.id ? -1 : 1));
  const said = new Map(); // where a text stands already: the same one is not repeated beside it
  for (const e of lines) {
    const body = s.net.body.edges[e.id];
    if (!body?.connected) continue;
    const font = `${e.lit ? 600 : 400} ${EDGE_SIZE}px ${FONT}`, w = width(ctx, e.text, font) + 4, h = EDGE_SIZE + 3;
    if (Math.hypot(body.to.x - body.from.x, body.to.y - body.from.y) * scale < w + 30 && !e.lit) continue;
    for (const t of [0.5, 0.38, 0.62]) {
      const p = body.edgeType.getPoint(t), box = boxOf([p.x * scale, p.y * scale], w, h, e.id);
      const near = ([x, y]) => Math.abs(x - p.x * scale) < w + 40 && Math.abs(y - p.y * scale) < 2 * h;
      if (!all.free(box, e.id) || said.get(e.text)?.some(near)) continue;
      said.set(e.text, [...(said.get(e.text) ?? []), [p.x * scale, p.y * scale]]);
      all.put(box);
      out.push({ id: e.id, lines: [e.text], spot: [p.x * scale, p.y * scale], box, font, ink: e.lit ? "#9a3412" : "#3e4c59", edge: true });
      break;
    }
  }
}

// Called after vis-network has drawn lines and symbols; `ctx` is in canvas pixels.
function drawLabels(s, ctx) {
  const scale = s.net.getScale(), chosen = new Set(s.net.getSelectedNodes()), hover = s.hover;
  const mark = [scale, s.rev, s.moved, hover, ...chosen].join("|");
  if (s.names?.mark !== mark) s.names = { mark, list: place(s, ctx, scale, chosen, hover) };
  ctx.save();
  ctx.scale(1 / scale, 1 / scale);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  for (const b of [...s.names.list].reverse()) {
    const high = b.edge ? EDGE_SIZE + 3 : LINE;
    ctx.font = b.font;
    if (b.edge) {
      ctx.fillStyle = "rgba(255,255,255,.88)";
      ctx.fillRect(b.box[0], b.box[1], b.box[2] - b.box[0], b.box[3] - b.box[1]);
    }
    if (b.from) {
      const [x, y, r] = b.from, to = [Math.max(b.box[0], Math.min(x, b.box[2])), Math.max(b.box[1], Math.min(y, b.box[3]))];
      const way = Math.max(1, Math.hypot(to[0] - x, to[1] - y));
      ctx.beginPath();
      ctx.moveTo(x + ((to[0] - x) * r) / way, y + ((to[1] - y) * r) / way);
      ctx.lineTo(...to);
      ctx.lineWidth = 1;
      ctx.strokeStyle = "#1d2733";
      ctx.stroke();
    }
    ctx.lineWidth = 3.6;
    ctx.strokeStyle = "rgba(255,255,255,.94)";
    ctx.fillStyle = b.ink ?? (b.key ? INK : "#3e4c59");
    b.lines.forEach((line, k) => {
      const y = b.spot[1] + (k - (b.lines.length - 1) / 2) * high;
      if (!b.edge) ctx.strokeText(line, b.spot[0], y);
      ctx.fillText(line, b.spot[0], y);
    });
  }
  ctx.restore();
}

export { EDGE, drawLabels, drawNode, radius };
