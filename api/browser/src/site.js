// Comfort for pages that work without it: parts of pages are exchanged (htmx), search suggests names, forms that only
// narrow a view are sent when something in them changes, the address of a view can be copied.

import htmx from "htmx.org";
import { suggest } from "./suggest.js";

Object.assign(htmx.config, {
    allowEval: false, // our policy allows none
    includeIndicatorStyles: false, // nor styles inside of pages; ours are in the sheet
    historyCacheSize: 0, // nothing that a visitor saw stays in the browser's storage
    refreshOnHistoryMiss: true,
    scrollBehavior: "auto",
    defaultSettleDelay: 0,
});

const texts = document.body.dataset;
let byPointer = false;

document.addEventListener("pointerdown", () => { byPointer = true; }, true);
document.addEventListener("keydown", () => { byPointer = false; }, true);
document.addEventListener("change", changed);
document.addEventListener("click", clicked);
document.addEventListener("htmx:beforeRequest", (event) => busy(event, true));
document.addEventListener("htmx:afterRequest", (event) => busy(event, false));
document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.elt));
document.addEventListener("htmx:afterSettle", (event) => announce(event.detail.elt));
document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:sendError", () => say(texts.failed));
document.addEventListener("htmx:pushedIntoHistory", keepQuery);
document.addEventListener("htmx:replacedInHistory", keepQuery);
addEventListener("beforeprint", openAll);
addEventListener("afterprint", closeAgain);
prepare(document);

/** What a part of a page needs once it is there. */
function prepare(part) {
    const all = (selector) => [
        ...(part.matches?.(selector) ? [part] : []),
        ...part.querySelectorAll(selector),
    ];
    for (const field of all("input[data-suggest]")) suggest(field, texts.suggestions);
    for (const button of all("[data-copy-address], [data-print]")) button.hidden = false;
    for (const form of all("form[data-autosubmit][data-target]")) exchange(form);
}

/** A form whose answer replaces one part of the page instead of the whole. */
function exchange(form) {
    if (form.hasAttribute("hx-get")) return;
    const attributes = {
        "hx-get": form.getAttribute("action") || location.pathname,
        "hx-target": form.dataset.target,
        "hx-select": form.dataset.target,
        "hx-swap": "outerHTML",
        "hx-push-url": "true",
        "hx-sync": "this:replace",
    };
    for (const [name, value] of Object.entries(attributes)) form.setAttribute(name, value);
    htmx.process(form);
}

/** A choice is sent at once, where that does not take the page away from somebody who moves by keyboard. */
function changed(event) {
    const field = event.target;
    const form = field.form;
    if (!form?.hasAttribute("data-autosubmit")) return;
    if (!field.matches("select, input[type=checkbox], input[type=radio], input[type=range]")) return;
    if (form.hasAttribute("hx-get") || byPointer) form.requestSubmit();
}

async function clicked(event) {
    const button = event.target.closest?.("[data-copy-address], [data-print]");
    if (!button) return;
    if (button.hasAttribute("data-print")) {
        print();
        return;
    }
    const address = new URL(button.dataset.copyAddress || location.href, location.href).href;
    say(await copied(address) ? texts.copied : `${texts.failed} ${address}`);
}

async function copied(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch { // no permission, or plain http inside of an office network
        const field = document.createElement("textarea");
        field.value = text;
        field.className = "kern-sr-only";
        field.setAttribute("aria-hidden", "true");
        const before = document.activeElement;
        document.body.append(field);
        field.select();
        const done = document.execCommand("copy");
        field.remove();
        before?.focus();
        return done;
    }
}

function busy(event, now) {
    const target = event.detail.target;
    if (now) target?.setAttribute?.("aria-busy", "true");
    else target?.removeAttribute?.("aria-busy");
}

/** Says what the new part says of itself: a status that comes with the part is not read out by every reader. */
function announce(part) {
    const status = part?.matches?.("[role=status]") ? part : part?.querySelector?.("[role=status]");
    if (status && status.id !== "meldung") say(status.textContent.trim().replace(/\s+/g, " "));
}

function say(text) {
    const place = document.getElementById("meldung");
    place.textContent = "";
    place.classList.toggle("shown", text === texts.copied || text.startsWith(texts.failed));
    setTimeout(() => { place.textContent = text; }, 50);
    clearTimeout(say.timer);
    say.timer = setTimeout(() => place.classList.remove("shown"), 6000);
}

/** An error has a page of its own, which says in words what is wrong. */
function failed(event) {
    const { requestConfig, pathInfo } = event.detail;
    if (requestConfig.verb === "get") location.assign(pathInfo.finalRequestPath || pathInfo.requestPath);
    else say(texts.failed);
}

/** The other languages lead to the same view, also after a part of the page has changed the address. */
function keepQuery() {
    for (const link of document.querySelectorAll(".languages a")) link.search = location.search;
}

let opened = [];

/** What can be opened is printed. */
function openAll() {
    opened = [...document.querySelectorAll("main details:not([open])")];
    for (const part of opened) part.open = true;
}

function closeAgain() {
    for (const part of opened) part.open = false;
    opened = [];
}
