// The network in the browser: the picture that the server drew is moved, enlarged and chosen in. A step, such as the
// neighbours of a node, is a page of the server that takes the place of this one; its address is kept, so that steps
// can be undone. Without this file the same page works by its forms, lists and tables.

const ID = "explorer";
const SVG = "http://www.w3.org/2000/svg";
const CLOSEST = 2.5; // pixels for a unit of the picture
const FEW = 40; // of so few nodes all names are shown
const LARGE = 18; // radius of a group that is worth its name in a crowd
const WELL = 8; // connections that make a node worth its name in a crowd

let current = null; // what this page shows
let steps = history.state?.netz ?? 0; // steps that can be undone
let shown = location.pathname + location.search;

addEventListener("popstate", (event) => {
    const address = location.pathname + location.search;
    if (address === shown) return; // a jump inside of the page
    steps = event.state?.netz ?? 0;
    load(address, { undone: true });
});
document.addEventListener("click", followed);
document.addEventListener("submit", sent);
document.addEventListener("vorschlag", filled);
begin();

function begin() {
    const root = document.getElementById(ID);
    const island = document.getElementById("netz-daten");
    if (!root || !island) return;
    current = { root, ...JSON.parse(island.textContent) };
    root.classList.add("live");
    if (root.querySelector(".view > svg")) picture();
    root.dataset.ready = "true";
}

// Steps

function followed(event) {
    const link = event.target.closest?.("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.href);
}

function sent(event) {
    const form = event.target;
    if (!form.closest(`#${ID}`)) return;
    const doing = event.submitter?.name === "tun" ? event.submitter.value : "";
    if (doing === "alles") return; // leaves the network
    event.preventDefault();
    const asked = new URLSearchParams();
    const values = [...new FormData(form)];
    if (event.submitter?.name) values.push([event.submitter.name, event.submitter.value]);
    for (const [name, value] of values) {
        const field = form.elements[name];
        const meant = field?.dataset?.name === value ? field.dataset.meant : value;
        if (meant && !(name === "schritte" && meant === "1")) asked.append(name, meant);
    }
    const query = asked.toString();
    go(`${form.action}${query ? `?${query}` : ""}`);
}

/** A name was chosen from the suggestions of a field that stays. */
function filled(event) {
    const field = event.target;
    const thing = new URL(event.detail.address, location.href).searchParams.get("focus");
    if (!field.matches("[data-suggest]") || !thing || !field.closest(`#${ID}`)) return;
    event.preventDefault();
    if (!field.hasAttribute("data-fill")) {
        go(event.detail.address);
        return;
    }
    field.value = event.detail.name;
    Object.assign(field.dataset, { name: event.detail.name, meant: thing });
}

function go(address) {
    load(address, { step: true });
}

let asking = new AbortController();

async function load(address, { step = false, undone = false } = {}) {
    const { root, texts } = current;
    asking.abort();
    asking = new AbortController();
    root.setAttribute("aria-busy", "true");
    say(texts.loading);
    try {
        const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const next = page.getElementById(ID);
        if (!answer.ok || !next) {
            location.assign(address); // an error, or a question which of several is meant, has a page of its own
            return;
        }
        exchange(root, next);
        document.title = page.title;
        const here = new URL(answer.url);
        shown = here.pathname + here.search;
        if (step) history.pushState({ netz: ++steps }, "", shown);
        for (const link of document.querySelectorAll(".languages a")) link.search = here.search;
        begin();
        current.root.querySelector("h1").focus({ preventScroll: true });
        say(`${undone ? `${current.texts.undone} ` : ""}${page.getElementById("gezeigt").textContent.trim()}`);
    } catch (error) {
        if (error.name === "AbortError") return;
        root.removeAttribute("aria-busy");
        say(texts.failed);
    }
}

function exchange(old, next) {
    const opened = old.querySelector("details.filter")?.open;
    const fresh = document.importNode(next, true);
    old.replaceWith(fresh);
    if (opened) fresh.querySelector("details.filter").open = true;
    // Suggestions and copying come from site.js, as for every part that takes the place of another one.
    fresh.dispatchEvent(new CustomEvent("htmx:afterSwap", { bubbles: true, detail: { elt: fresh } }));
}

function say(text) {
    const place = document.getElementById("meldung");
    place.classList.remove("shown");
    place.textContent = "";
    setTimeout(() => { place.textContent = text; }, 50);
}

// The picture

function picture() {
    const { root, nodes, lines, marked, texts } = current;
    const frame = root.querySelector(".view");
    const svg = frame.querySelector("svg");
    const spots = nodes.map((_, place) => svg.querySelector(`.spots > [data-n="${place}"]`));
    const paths = [...svg.querySelectorAll(".lines > path")];
    const words = spots.map((spot) => spot.querySelector(".words"));
    const list = root.querySelector(".nodes");
    const radios = list ? [...list.querySelectorAll("input")] : [];
    const details = root.querySelector("#einzelheiten");
    const undo = root.querySelector("[data-tool=undo]");
    const near = nodes.map(() => new Set());
    for (const [a, b] of lines) { near[a].add(b); near[b].add(a); }
    const order = nodes.map((_, place) => place).sort((a, b) => weight(b) - weight(a) || a - b);
    let chosen = -1;
    let box = { x: 0, y: 0, width: current.width, height: current.height };
    let drawn = 0;
    let said = null;

    frame.setAttribute("role", "application");
    frame.setAttribute("aria-label", texts.how);
    root.querySelector(".tools").hidden = false;
    undo.disabled = steps < 1;
    fit();
    if (list) {
        const checked = radios.findIndex((radio) => radio.checked);
        if (checked >= 0) choose(checked, { quiet: true, plain: true });
        search();
        list.addEventListener("change", (event) => {
            choose(radios.indexOf(event.target), { follow: true });
        });
    }
    new ResizeObserver(() => look()).observe(frame);
    root.querySelector(".tools").addEventListener("click", (event) => {
        const tool = event.target.closest("button")?.dataset.tool;
        if (tool === "in") zoom(1.4);
        if (tool === "out") zoom(1 / 1.4);
        if (tool === "all") fit();
        if (tool === "undo" && steps > 0) history.back();
    });
    frame.addEventListener("keydown", typed);
    frame.addEventListener("wheel", wheeled, { passive: false });
    frame.addEventListener("pointerdown", grabbed);
    svg.addEventListener("dblclick", (event) => {
        const place = at(event.target);
        if (place >= 0) open(place);
    });

    function weight(place) {
        return (nodes[place].to ? nodes[place].r : near[place].size) + (marked.includes(place) ? 1e6 : 0);
    }

    // What is seen of it

    function scale() {
        return Math.min(frame.clientWidth / box.width, frame.clientHeight / box.height) || 1;
    }

    function fit() {
        box = { x: 0, y: 0, width: current.width, height: current.height };
        const rim = Math.max(0, 24 / Math.min(scale(), 1) - 24) + 8; // names are larger than the picture's then
        box = { x: -rim, y: -rim, width: current.width + 2 * rim, height: current.height + 2 * rim };
        const small = scale() > 1.2; // a small network is not blown up
        if (small) zoomTo(1.2 / scale(), current.width / 2, current.height / 2);
        look();
    }

    function zoomTo(factor, x, y) {
        const k = scale() * factor;
        const least = Math.min(frame.clientWidth / current.width, frame.clientHeight / current.height, 1) * 0.8;
        const bounded = Math.min(CLOSEST, Math.max(least, k)) / scale();
        box = {
            x: x - (x - box.x) / bounded, y: y - (y - box.y) / bounded,
            width: box.width / bounded, height: box.height / bounded,
        };
    }

    function zoom(factor) {
        const here = chosen >= 0 ? nodes[chosen] : { x: box.x + box.width / 2, y: box.y + box.height / 2 };
        zoomTo(factor, here.x, here.y);
        look();
    }

    function look() {
        cancelAnimationFrame(drawn);
        drawn = requestAnimationFrame(draw);
    }

    function draw() {
        svg.setAttribute("viewBox", [box.x, box.y, box.width, box.height].map((n) => n.toFixed(2)).join(" "));
        name();
    }

    /** Names keep their size on the screen, the weightiest first, none over another, none over a sign. */
    function name() {
        const k = scale();
        const text = Math.min(1.15, Math.max(1, k)) / k;
        const sign = Math.min(Math.max(0.75 / k, 1), 2.2);
        const all = nodes.length <= FEW && !nodes[0].to;
        const taken = [];
        const signs = nodes.map((n) => [n.x - n.r * sign, n.y - n.r * sign, n.x + n.r * sign, n.y + n.r * sign]);
        const cells = new Map(); // signs by squares, so that each name meets only those around it
        const size = 160 * text;
        signs.forEach((box_, place) => {
            const key = `${Math.floor(nodes[place].x / size)} ${Math.floor(nodes[place].y / size)}`;
            if (!cells.has(key)) cells.set(key, []);
            cells.get(key).push(box_);
        });
        const first = chosen >= 0 ? [chosen, ...[...near[chosen]].sort((a, b) => weight(b) - weight(a))] : [];
        const seen = new Set(first);
        for (const place of [...first, ...order.filter((one) => !seen.has(one))]) {
            const n = nodes[place];
            const far = n.r * sign * 1.2 + 2 * text;
            const [wide, high] = [n.w * text, n.h * text];
            const important = place === chosen || marked.includes(place);
            // Below, above, to the right or to the left of its sign; what is well connected may cover the signs of others.
            const places = [
                [-wide / 2, far], [-wide / 2, -far - high], [far + 2 * text, -high / 2], [-far - wide - 2 * text, -high / 2],
            ].map(([x, y]) => [n.x + x, n.y + y, n.x + x + wide, n.y + y + high]);
            const open_ = places.filter((one) => !taken.some((other) => meets(one, other)))
                .sort((one, other) => outside(one) - outside(other));
            const label = (important && places[0]) || open_.find((one) => free(one, signs[place]))
                || (all || telling(place) ? open_[0] : undefined);
            if (label) taken.push(label.map((edge, side) => edge + (side < 2 ? -3 : 3) * text)); // letters are a little wider than told
            words[place].classList.toggle("away", !label);
            if (label) {
                const [x, y] = [(label[0] + label[2]) / 2 - n.x, label[1] - n.y];
                words[place].setAttribute("transform",
                    `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${text.toFixed(4)})`);
            }
            for (const part of spots[place].children) {
                if (part !== words[place] && part.nodeName !== "title") {
                    part.setAttribute("transform", `scale(${sign.toFixed(4)})`);
                }
            }
        }

        function telling(place) {
            return nodes[place].to ? nodes[place].r >= LARGE : near[place].size >= WELL;
        }

        function outside(label) {
            const rim = 12 * text;
            return label[0] < -rim || label[1] < -rim || label[2] > current.width + rim || label[3] > current.height + rim;
        }

        function free(label, own) {
            const [left, top, right, bottom] = label.map((n) => Math.floor(n / size));
            for (let x = left - 1; x <= right + 1; x++) {
                for (let y = top - 1; y <= bottom + 1; y++) {
                    if ((cells.get(`${x} ${y}`) ?? []).some((other) => other !== own && meets(label, other))) return false;
                }
            }
            return true;
        }
    }

    // Choosing

    /** Chooses a node, or none (-1). What has nothing to do with it fades, unless the picture is just there (plain). */
    function choose(place, { follow = false, quiet = false, plain = false } = {}) {
        chosen = place;
        const mine = place >= 0 && !plain ? near[place] : null;
        spots.forEach((spot, other) => {
            spot.classList.toggle("picked", other === place);
            spot.classList.toggle("faded", mine !== null && other !== place && !mine.has(other));
        });
        for (const path of paths) {
            const touches = mine !== null && (Number(path.dataset.a) === place || Number(path.dataset.b) === place);
            path.classList.toggle("near", touches);
            path.classList.toggle("faded", mine !== null && !touches);
        }
        said?.remove();
        said = null;
        if (place >= 0) {
            spots[place].parentNode.append(spots[place]); // above the others
            if (!plain || nodes.length <= FEW) relations(place);
            if (radios[place]) {
                radios[place].checked = true;
                const row = radios[place].closest("label");
                const top = row.offsetTop - list.offsetTop;
                if (top < list.scrollTop || top > list.scrollTop + list.clientHeight - row.offsetHeight) {
                    list.scrollTop = top - list.clientHeight / 2;
                }
            }
            if (follow) centre(place);
            if (!quiet) {
                say(texts.chosen.replace("{name}", nodes[place].label).replace("{count}", near[place].size));
            }
        }
        if (details) tell(place);
        look();
    }

    function centre(place) {
        const n = nodes[place];
        const inner = { x: box.x + box.width * 0.12, y: box.y + box.height * 0.12 };
        const outside = n.x < inner.x || n.y < inner.y || n.x > box.x + box.width * 0.88 || n.y > box.y + box.height * 0.88;
        if (scale() < 0.55) zoomTo(0.8 / scale(), n.x, n.y);
        if (outside || scale() < 0.85) box = { ...box, x: n.x - box.width / 2, y: n.y - box.height / 2 };
    }

    /** What the lines of the chosen node say, where there is room for it. */
    function relations(place) {
        const mine = lines.filter(([a, b]) => a === place || b === place);
        if (mine.length > 14 || svg.querySelector(".said")) return;
        said = document.createElementNS(SVG, "g");
        for (const [a, b, label] of mine) {
            const text = document.createElementNS(SVG, "text");
            const [x, y] = [(nodes[a].x + nodes[b].x) / 2, (nodes[a].y + nodes[b].y) / 2];
            const attributes = { x, y: y - 4, class: "mute halo", "font-size": 12, "text-anchor": "middle" };
            for (const [name_, value] of Object.entries(attributes)) text.setAttribute(name_, value);
            text.setAttribute("stroke-width", "3.5");
            text.setAttribute("paint-order", "stroke");
            text.textContent = label;
            said.append(text);
        }
        svg.querySelector(".lines").after(said);
    }

    /** The details: the connections of the node with their passages, as the table has them. */
    function tell(place) {
        details.hidden = place < 0;
        if (place < 0) return;
        const n = nodes[place];
        const heading = made("h3", n.label);
        const about = made("p", n.about);
        const rows = [...root.querySelectorAll(".edges tbody tr")];
        const items = rows.filter((row) => {
            const [a, b] = row.querySelectorAll("a");
            return n.doc && (a.getAttribute("href") === n.doc || b.getAttribute("href") === n.doc);
        }).map((row) => {
            const [from, relation, to, where] = row.cells;
            const forward = from.querySelector("a").getAttribute("href") === n.doc;
            const other = nodes.findIndex((one) => one.doc === (forward ? to : from).querySelector("a").getAttribute("href"));
            const button = made("button", (forward ? to : from).textContent);
            button.type = "button";
            button.addEventListener("click", () => choose(other, { follow: true }));
            const item = document.createElement("li");
            item.append(...(forward ? [`${relation.textContent} → `, button] : [button, ` → ${relation.textContent}`]));
            const passages = made("span", "");
            passages.className = "where";
            passages.append(...[...where.childNodes].map((node) => node.cloneNode(true)));
            item.append(passages);
            return item;
        });
        const links = document.createElement("p");
        if (n.doc) {
            const link = made("a", texts.all);
            link.href = n.doc;
            links.append(link);
        }
        const found = document.createElement("ul");
        found.append(...items);
        found.tabIndex = 0;
        found.setAttribute("aria-label", texts.connections.replace("{count}", items.length));
        details.replaceChildren(heading, about, links,
            made("h4", texts.connections.replace("{count}", items.length)),
            items.length ? found : made("p", texts.none));
    }

    function search() {
        const field = root.querySelector(".side .search");
        field.hidden = false;
        const fold = (text) => text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
        const names = radios.map((radio) => fold(radio.closest("label").textContent));
        field.addEventListener("input", (event) => {
            const asked = fold(event.target.value).split(/\s+/).filter(Boolean);
            let count = 0;
            radios.forEach((radio, place) => {
                const fits = asked.every((word) => names[place].includes(word));
                radio.closest("label").hidden = !fits;
                count += fits;
            });
            say(texts.hits.replace("{count}", count));
        });
        field.addEventListener("keydown", (event) => {
            if (event.key !== "Enter") return;
            event.preventDefault(); // this form takes steps
            const place = radios.findIndex((radio) => !radio.closest("label").hidden);
            if (place >= 0) choose(place, { follow: true });
        });
    }

    // Pointer and keyboard

    /** Shows what belongs to a node or group. */
    function open(place) {
        if (nodes[place].to) go(nodes[place].to);
        else {
            choose(place, { quiet: true });
            root.querySelector("[name=tun][value=auf]").click();
        }
    }

    function at(target) {
        return Number(target.closest?.(".spots > [data-n]")?.dataset.n ?? -1);
    }

    function grabbed(event) {
        if (event.button) return;
        const place = at(event.target);
        const from = { x: event.clientX, y: event.clientY };
        const start = { ...box };
        const k = scale();
        let moved = false;
        const move = (now) => {
            const [dx, dy] = [now.clientX - from.x, now.clientY - from.y];
            if (!moved && Math.hypot(dx, dy) < 4) return;
            moved = true;
            frame.classList.add("moving");
            box = { ...box, x: start.x - dx / k, y: start.y - dy / k };
            look();
        };
        const end = (now) => {
            frame.classList.remove("moving");
            for (const [kind, listener] of listeners) removeEventListener(kind, listener);
            if (moved || now.type === "pointercancel") return;
            if (place >= 0 && nodes[place].to) go(nodes[place].to);
            else choose(place);
        };
        const listeners = [["pointermove", move], ["pointerup", end], ["pointercancel", end]];
        for (const [kind, listener] of listeners) addEventListener(kind, listener);
    }

    /** With Ctrl the wheel enlarges, alone it moves the page. */
    function wheeled(event) {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const where = frame.getBoundingClientRect();
        const k = scale();
        const x = box.x + box.width / 2 + (event.clientX - where.x - where.width / 2) / k;
        const y = box.y + box.height / 2 + (event.clientY - where.y - where.height / 2) / k;
        zoomTo(Math.exp(-event.deltaY / 400), x, y);
        look();
    }

    function typed(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (way && event.shiftKey) {
            box = { ...box, x: box.x + way[0] * box.width / 8, y: box.y + way[1] * box.height / 8 };
            look();
        } else if (way) choose(next(way), { follow: true });
        else if (event.key === "Enter" && chosen >= 0) open(chosen);
        else if (event.key === "+") zoom(1.4);
        else if (event.key === "-") zoom(1 / 1.4);
        else if (event.key === "0") fit();
        else if (event.key === "Escape" && chosen >= 0) choose(-1);
        else return;
        event.preventDefault();
    }

    /** The nearest node in a direction, from the chosen one or from the middle of what is seen. */
    function next([dx, dy]) {
        const from = chosen >= 0 ? nodes[chosen] : { x: box.x + box.width / 2, y: box.y + box.height / 2 };
        if (chosen < 0) {
            const distance = (n) => Math.hypot(n.x - from.x, n.y - from.y);
            return nodes.reduce((best, n, place) => (distance(n) < distance(nodes[best]) ? place : best), 0);
        }
        let best = chosen;
        let least = Infinity;
        nodes.forEach((n, place) => {
            const along = (n.x - from.x) * dx + (n.y - from.y) * dy;
            const aside = Math.abs((n.x - from.x) * dy) + Math.abs((n.y - from.y) * dx);
            if (place === chosen || along <= 0 || aside > 2.2 * along) return;
            if (along + 1.5 * aside < least) [best, least] = [place, along + 1.5 * aside];
        });
        return best;
    }
}

/** Whether two boxes (left, top, right, bottom) overlap. */
function meets(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function made(tag, text) {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
}
