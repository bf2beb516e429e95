// Names that fit what is being typed, below a search field: the list pattern of
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/. The address in `data-suggest` answers with links.

const WAIT = 150; // milliseconds after a key
const LEAST = 2; // characters

let lists = 0;

/** Gives a field a list of suggestions; `label` names the list. */
export function suggest(field, label) {
    if (field.hasAttribute("aria-controls")) return;
    const list = document.createElement("ul");
    list.id = `vorschlaege-${++lists}`;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", label);
    field.parentElement.append(list);
    const attributes = {
        role: "combobox", "aria-controls": list.id, "aria-expanded": "false", "aria-autocomplete": "list",
        autocomplete: "off",
    };
    for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);

    let timer = 0;
    let asked = new AbortController();
    let chosen = -1;

    field.addEventListener("input", () => {
        clearTimeout(timer);
        asked.abort();
        choose(-1);
        timer = setTimeout(ask, WAIT);
    });
    field.addEventListener("keydown", (event) => {
        if (event.isComposing) return;
        if (event.key === "Escape" && !list.hidden) {
            event.preventDefault();
            close();
        } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.children.length) {
            event.preventDefault();
            open();
            choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
        } else if (event.key === "Enter" && !list.hidden && chosen >= 0) {
            event.preventDefault();
            take(list.children[chosen]);
        }
    });
    field.addEventListener("blur", close);
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) take(option);
    });

    /** Goes where a suggestion leads, unless the page does something else with it. */
    function take(option) {
        const detail = { address: option.dataset.address, name: option.firstChild.textContent.trim() };
        const event = new CustomEvent("vorschlag", { bubbles: true, cancelable: true, detail });
        close();
        if (field.dispatchEvent(event)) location.assign(detail.address);
    }

    async function ask() {
        const text = field.value.trim();
        if (text.length < LEAST) return fill([]);
        asked = new AbortController();
        try {
            const address = `${field.dataset.suggest}?${new URLSearchParams({ q: text })}`;
            const answer = await fetch(address, { signal: asked.signal, headers: { "HX-Request": "true" } });
            if (!answer.ok) return fill([]);
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            fill([...page.querySelectorAll("a[href]")]);
        } catch { // typed on, or no connection: the form can still be sent
            fill([]);
        }
    }

    /** Shows what fits now; what was chosen stays chosen if it still fits, for an answer may come late. */
    function fill(links) {
        const before = list.children[chosen]?.dataset.address;
        list.replaceChildren(...links.map((link, place) => {
            const option = document.createElement("li");
            option.id = `${list.id}-${place}`;
            option.dataset.address = link.getAttribute("href");
            option.setAttribute("role", "option");
            option.setAttribute("aria-selected", "false");
            option.append(...[...link.childNodes].map((node) => document.importNode(node, true)));
            return option;
        }));
        choose([...list.children].findIndex((option) => option.dataset.address === before));
        if (links.length && document.activeElement === field) open();
        else close();
    }

    function choose(place) {
        const count = list.children.length;
        chosen = place < -1 ? count - 1 : place >= count ? -1 : place;
        [...list.children].forEach((option, number) => {
            option.setAttribute("aria-selected", String(number === chosen));
        });
        if (chosen < 0) {
            field.removeAttribute("aria-activedescendant");
        } else {
            field.setAttribute("aria-activedescendant", list.children[chosen].id);
            list.children[chosen].scrollIntoView({ block: "nearest" });
        }
    }

    function open() {
        list.hidden = false;
        field.setAttribute("aria-expanded", "true");
    }

    function close() {
        list.hidden = true;
        field.setAttribute("aria-expanded", "false");
        choose(-1);
    }
}
