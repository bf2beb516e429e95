"use strict";
// Draws the network that the page carries as JSON; all text of the panels is in the page already, so that no value
// ever becomes markup. Positions come from the server, physics stay off.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const data = JSON.parse(document.getElementById("daten").textContent);
  const list = document.getElementById("knoten");
  const links = [...list.querySelectorAll("a")];
  const search = document.getElementById("suche");
  const hits = document.getElementById("treffer");
  const nothing = document.getElementById("nichts");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const hiddenKinds = new Set();
  let chosen = null;

  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const near = new Map(data.nodes.map((n) => [n.id, new Set()]));
  for (const e of data.edges) { near.get(e.from).add(e.to); near.get(e.to).add(e.from); }

  // Labels in lines of about 22 characters, three at most.
  const lines = new Map(data.nodes.map((n) => {
    const found = [""];
    for (const word of n.label.split(/\s+/)) {
      const last = found[found.length - 1];
      if (last && last.length + word.length + 1 > 22) found.push(word);
      else found[found.length - 1] = last ? last + " " + word : word;
    }
    const cut = found.slice(0, 3).map((line) => (line.length > 30 ? line.slice(0, 29) + "…" : line));
    if (found.length > 3) cut[2] += " …";
    return [n.id, cut];
  }));

  // Signs keep a readable size when the whole network is in view.
  let enlarged = 1;
  const sizeAt = (scale) => Math.min(Math.max(0.7 / scale, 1), 2);
  const sizeOf = (n) => n.size * enlarged;
  const node = (n) => {
    const main = colour(n.kind), ground = colour("ground");
    return {
      id: n.id, x: n.x, y: n.y, shape: n.shape, size: sizeOf(n), physics: false, borderWidth: 2, borderWidthSelected: 4,
      hidden: hiddenKinds.has(n.kind),
      color: { background: n.filled ? main : ground, border: main,
        highlight: { background: n.filled ? main : ground, border: colour("accent") } },
      opacity: chosen === null || n.id === chosen || near.get(chosen).has(n.id) ? 1 : 0.3,
    };
  };
  const edge = (e, id) => {
    const mine = chosen !== null && (e.from === chosen || e.to === chosen);
    return { id, from: e.from, to: e.to, dashes: e.dashes ? [7, 6] : false, width: mine ? 2.5 : 1,
      color: { color: mine ? colour("accent") : colour("edge"), opacity: chosen === null ? 0.9 : mine ? 1 : 0.15 } };
  };
  const nodes = new vis.DataSet(data.nodes.map(node));
  const edges = new vis.DataSet(data.edges.map(edge));
  const holder = document.getElementById("netz");
  const network = new vis.Network(holder, { nodes, edges }, {
    autoResize: true, physics: { enabled: false },
    layout: { improvedLayout: false },
    interaction: { dragNodes: true, hover: false, keyboard: false, selectConnectedEdges: false, tooltipDelay: 1e9 },
    nodes: { shapeProperties: { interpolation: false } },
    edges: { smooth: false, arrows: { to: { enabled: true, scaleFactor: 0.45 } }, selectionWidth: 0 },
  });
  // The canvas is for the pointer; keyboard and screen reader have list, details and buttons.
  for (const part of holder.querySelectorAll("[tabindex]")) part.tabIndex = -1;
  const canvas = holder.querySelector("canvas");
  if (canvas) canvas.setAttribute("aria-hidden", "true");

  // Labels at reading size whatever the zoom, the weightiest first, none over another.
  const weight = new Map(data.nodes.map((n) => {
    const kinds = { district: 4, strategy: 6, body: 5, process: 3, field: 3 };
    return [n.id, near.get(n.id).size + (kinds[n.kind] || 0)];
  }));
  network.on("afterDrawing", (ctx) => {
    const scale = network.getScale(), size = 13 / scale, step = 15 / scale, pad = 2 / scale;
    const rank = (n) => (n.id === chosen ? 1e6 : chosen !== null && near.get(chosen).has(n.id) ? 1e3 : 0) + weight.get(n.id);
    const taken = [];
    const hits = (box, others) => others.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3]);
    const signs = data.nodes.filter((n) => !hiddenKinds.has(n.kind)).map((n) => {
      const at = network.getPosition(n.id), r = sizeOf(n) * 0.9;
      return [at.x - r, at.y - r, at.x + r, at.y + r];
    });
    const corner = network.DOMtoCanvas({ x: 0, y: 0 }), across = network.DOMtoCanvas({ x: holder.clientWidth, y: 0 });
    const seen = [corner.x, corner.y, across.x];
    ctx.textAlign = "center"; ctx.textBaseline = "top"; ctx.lineJoin = "round";
    for (const n of [...data.nodes].sort((a, b) => rank(b) - rank(a) || a.id - b.id)) {
      if (hiddenKinds.has(n.kind)) continue;
      const dim = chosen !== null && n.id !== chosen && !near.get(chosen).has(n.id);
      if (dim) continue;
      const at = network.getPosition(n.id), text = lines.get(n.id);
      ctx.font = (n.id === chosen ? "700 " : "500 ") + size + "px 'Fira Sans', 'Segoe UI', system-ui, sans-serif";
      const width = Math.max(...text.map((line) => ctx.measureText(line).width));
      // Below, above, right or left of its sign, where it covers no other sign; the weighty ones below at any rate.
      const high = step * text.length, far = sizeOf(n) + 3 / scale;
      const boxAt = (x, top) => [x - width / 2 - pad, top - pad, x + width / 2 + pad, top + high + pad];
      const boxes = [
        boxAt(at.x, at.y + far), boxAt(at.x, at.y - far - high),
        boxAt(at.x + far + width / 2 + pad, at.y - high / 2), boxAt(at.x - far - width / 2 - pad, at.y - high / 2),
      ].filter((b, i) => !hits(b, taken) && (i === 0 || (b[0] > seen[0] && b[1] > seen[1] && b[2] < seen[2])));
      const box = boxes.find((b) => !hits(b, signs)) || (rank(n) >= 7 ? boxes[0] : undefined);
      if (!box) continue;
      taken.push(box);
      const middle = (box[0] + box[2]) / 2, top = box[1] + pad;
      ctx.strokeStyle = colour("ground"); ctx.lineWidth = 4 / scale; ctx.fillStyle = colour("text");
      text.forEach((line, i) => { ctx.strokeText(line, middle, top + i * step); ctx.fillText(line, middle, top + i * step); });
    }
    if (chosen !== null) relations(ctx, scale, taken, hits);
  });
  // The words of a relation stand on the lines of the chosen node.
  const relations = (ctx, scale, taken, hits) => {
    ctx.textBaseline = "middle"; ctx.font = "italic " + 12 / scale + "px 'Fira Sans', 'Segoe UI', system-ui, sans-serif";
    for (const e of data.edges) {
      if (e.from !== chosen && e.to !== chosen) continue;
      const a = network.getPosition(e.from), b = network.getPosition(e.to);
      const x = (a.x + b.x) / 2, y = (a.y + b.y) / 2, width = ctx.measureText(e.relation).width;
      const box = [x - width / 2, y - 8 / scale, x + width / 2, y + 8 / scale];
      if (hits(box, taken)) continue;
      taken.push(box);
      ctx.strokeStyle = colour("ground"); ctx.lineWidth = 4 / scale; ctx.fillStyle = colour("muted");
      ctx.strokeText(e.relation, x, y); ctx.fillText(e.relation, x, y);
    }
  };

  const repaint = () => { nodes.update(data.nodes.map(node)); edges.update(data.edges.map(edge)); };
  const resize = () => {
    const wanted = sizeAt(network.getScale());
    if (Math.abs(wanted / enlarged - 1) > 0.12) { enlarged = wanted; repaint(); }
  };
  network.on("zoom", resize);
  network.on("animationFinished", resize);
  const motion = () => (still.matches ? false : { duration: 300, easingFunction: "easeInOutQuad" });

  const choose = (number, follow) => {
    if (chosen !== null) {
      links[chosen].removeAttribute("aria-current");
      document.getElementById("knoten-" + chosen).classList.remove("chosen");
    }
    chosen = number;
    nothing.hidden = number !== null;
    if (number === null) { network.unselectAll(); repaint(); return; }
    rove(links[number]);
    links[number].setAttribute("aria-current", "true");
    links[number].scrollIntoView({ block: "nearest" });
    document.getElementById("knoten-" + number).classList.add("chosen");
    document.querySelector(".details").scrollTop = 0;
    network.selectNodes([number]);
    repaint();
    if (follow) network.focus(number, { scale: Math.max(network.getScale(), 0.8), animation: motion() });
  };

  // One tab stop for the list; arrow keys, Home and End move in it.
  const shown = () => links.filter((a) => !a.parentElement.hidden);
  const rove = (link) => { for (const a of links) a.tabIndex = a === link ? 0 : -1; };
  list.addEventListener("keydown", (event) => {
    const all = shown(), at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all.length) return;
    event.preventDefault();
    const link = all[Math.min(Math.max(to, 0), all.length - 1)];
    rove(link);
    link.focus();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#knoten-']");
    if (!link) return;
    event.preventDefault();
    const number = Number(link.getAttribute("href").slice("#knoten-".length));
    choose(number, true);
    const stacked = matchMedia("(max-width: 900px)").matches;
    if (stacked) document.querySelector(".details").scrollIntoView({ block: "start" });
    if (stacked || link.classList.contains("to")) document.getElementById("knoten-" + number).focus({ preventScroll: false });
  });
  network.on("click", (event) => choose(event.nodes.length ? event.nodes[0] : null, false));

  const fold = (text) => text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const texts = links.map((a) => fold(a.textContent));
  const filter = () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    let count = 0;
    links.forEach((a, i) => {
      const match = !hiddenKinds.has(a.parentElement.dataset.kind) && words.every((word) => texts[i].includes(word));
      a.parentElement.hidden = !match;
      count += match;
    });
    hits.textContent = count === 1 ? hits.dataset.one : hits.dataset.many.replace("{count}", count);
    const first = shown()[0];
    if (first && !shown().some((a) => a.tabIndex === 0)) rove(first);
  };
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && shown().length) choose(links.indexOf(shown()[0]), true);
  });
  for (const box of document.querySelectorAll("input[data-kind]")) {
    box.addEventListener("change", () => {
      if (box.checked) hiddenKinds.delete(box.dataset.kind);
      else hiddenKinds.add(box.dataset.kind);
      filter();
      repaint();
    });
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && chosen !== null) choose(null, false); });
  const zoom = (factor) => network.moveTo({ scale: network.getScale() * factor, animation: motion() });
  document.getElementById("naeher").addEventListener("click", () => zoom(1.4));
  document.getElementById("weiter").addEventListener("click", () => zoom(1 / 1.4));
  // Room for the labels at the rim, which vis-network does not know of.
  const fit = () => { network.fit({ animation: false }); network.moveTo({ scale: Math.min(network.getScale() * 0.88, 1.3) }); resize(); };
  document.getElementById("alles").addEventListener("click", fit);
  dark.addEventListener("change", repaint);

  rove(links[0]);
  filter();
  fit();
  const asked = /^#knoten-(\d+)$/.exec(location.hash);
  if (asked && links[Number(asked[1])]) choose(Number(asked[1]), true);
  else if (data.focus !== null) choose(data.focus, false);
  root.dataset.ready = "true";
})();
