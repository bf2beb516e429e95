// What could be meant by the word that is being typed: classes and properties by what they are called, variables of
// the text, words of SPARQL. A term is written by its name, and its prefix is declared if it is not.

import { pickedCompletion } from "@codemirror/autocomplete";

const MOST = 60;
const WORD = /[?$]?[\p{L}\p{N}_:.-]*$/u;
// What a text consists of as far as it matters: whoever types inside of a comment, string or address is left alone.
const TOKEN = /(#[^\n]*)|(<[^<>"{}|^`\\\s]*>?)|("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|[^#<"']+|</g;
const KEYWORDS = (
    "SELECT DISTINCT WHERE FILTER OPTIONAL UNION MINUS GRAPH BIND VALUES AS IN NOT EXISTS ORDER BY GROUP HAVING ASC DESC "
    + "LIMIT OFFSET PREFIX BASE ASK CONSTRUCT DESCRIBE FROM NAMED COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR "
    + "LANG LANGMATCHES DATATYPE BOUND IRI COALESCE IF CONTAINS STRSTARTS STRENDS STRLEN SUBSTR REPLACE REGEX LCASE UCASE "
    + "CONCAT YEAR MONTH DAY NOW ABS ROUND isIRI isLiteral UNDEF REDUCED"
).split(" ");

/** The terms at an address, fetched once when they are first needed. */
export function vocabularyAt(address) {
    let coming = null;
    let found = null;
    return {
        now: () => found,
        get() {
            coming ??= fetch(address, { headers: { Accept: "application/json" } })
                .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
                .then((data) => {
                    found = { prefixes: data.prefixes, terms: data.terms.map(searchable) };
                    return found;
                })
                .catch(() => { // no connection: the words of SPARQL are left, and the next key tries again
                    coming = null;
                    return { prefixes: {}, terms: [] };
                });
            return coming;
        },
    };
}

/** A source of completions for CodeMirror. */
export function completions(vocabulary, texts) {
    return async (context) => {
        const text = context.state.doc.toString();
        const before = text.slice(0, context.pos);
        const typed = WORD.exec(before)[0];
        if ((!typed && !context.explicit) || /^\p{N}/u.test(typed) || inside(before)) return null;
        const from = context.pos - typed.length;
        if (/^[?$]/.test(typed)) return variables(text, from, context.pos, typed);
        const { prefixes, terms } = await vocabulary.get();
        if (context.aborted) return null;
        const asked = folded(typed);
        const ranked = terms.map((term) => ({ term, rank: rank(term, asked) })).filter(({ rank: place }) => place >= 0);
        ranked.sort((a, b) => a.rank - b.rank || a.term.label.localeCompare(b.term.label));
        const words = typed && !typed.includes(":")
            ? KEYWORDS.filter((word) => word.toLowerCase().startsWith(typed.toLowerCase())).map((label) => ({ label, type: "keyword" }))
            : [];
        const options = ranked.slice(0, MOST).map(({ term }) => option(term, prefixes, texts));
        return { from, options: [...words, ...options], filter: false, getMatch: (each) => match(each.label, asked) };
    };
}

/** The change that declares a prefix, below the others. */
export function declared(text, prefix, iri) {
    let at = 0;
    for (const line of text.matchAll(/^[ \t]*(?:PREFIX|BASE)\b[^\n]*(?:\n|$)/gim)) at = line.index + line[0].length;
    const broken = at > 0 && text[at - 1] !== "\n" ? "\n" : "";
    return { from: at, insert: `${broken}PREFIX ${prefix}: <${iri}>\n` };
}

function option(term, prefixes, texts) {
    const also = term.also.length ? texts.also.replace("{names}", term.also.join(", ")) : "";
    const info = [texts[term.kind], also, term.definition].filter(Boolean).join(" · ");
    return {
        label: term.label,
        detail: term.name,
        type: term.kind,
        info: () => {
            const part = document.createElement("div");
            part.textContent = info;
            return part;
        },
        apply: (view, completion, from, to) => {
            const text = view.state.doc.toString();
            const prefix = term.name.split(":")[0];
            const missing = !new RegExp(`\\bPREFIX\\s+${prefix}:`, "i").test(text) && prefixes[prefix];
            const before = missing ? declared(text, prefix, prefixes[prefix]) : null;
            const shift = before && before.from <= from ? before.insert.length : 0;
            view.dispatch({
                changes: [...(before ? [before] : []), { from, to, insert: term.name }],
                selection: { anchor: from + shift + term.name.length },
                annotations: pickedCompletion.of(completion),
                userEvent: "input.complete",
                scrollIntoView: true,
            });
        },
    };
}

function variables(text, from, pos, typed) {
    const others = text.slice(0, from) + text.slice(pos);
    const names = [...new Set(others.match(/[?$][\p{L}\p{N}_]+/gu) ?? [])].sort();
    const options = names.filter((name) => name.slice(1).startsWith(typed.slice(1))).map((label) => ({ label, type: "variable" }));
    return options.length ? { from, options, filter: false } : null;
}

function searchable(term) {
    return { ...term, words: folded(term.label), others: term.also.map(folded), short: folded(term.name) };
}

/** How well a term fits what is typed, 0 the best, -1 not at all. */
function rank(term, asked) {
    if (!asked) return 5;
    if (asked.includes(":")) return term.short.startsWith(asked) ? 0 : -1;
    const local = term.short.slice(term.short.indexOf(":") + 1);
    if (term.words.startsWith(asked)) return 0;
    if (term.words.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(asked))) return 1;
    if (local.startsWith(asked)) return 2;
    if (term.others.some((other) => other.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(asked)))) return 3;
    if (asked.length > 2 && (term.words.includes(asked) || local.includes(asked))) return 4;
    return -1;
}

/** Where the typed letters stand in a label, to underline them: only where spelling does not change their number. */
function match(label, asked) {
    const at = folded(label).length === label.length ? folded(label).indexOf(asked) : -1;
    return asked && at >= 0 ? [at, at + asked.length] : [];
}

/** Small letters, umlauts written out: somebody may have another keyboard. */
function folded(text) {
    return text.toLowerCase().replaceAll("ä", "ae").replaceAll("ö", "oe").replaceAll("ü", "ue").replaceAll("ß", "ss");
}

/** Whether a text ends inside of a comment, a string or an address. */
function inside(before) {
    let last = null;
    for (const token of before.matchAll(TOKEN)) last = token;
    if (!last) return false;
    const [whole, comment, iri, string] = last;
    if (comment !== undefined) return true;
    if (iri !== undefined) return !whole.endsWith(">") && /^<[^\s=]/.test(whole);
    if (string === undefined) return false;
    const mark = /^("""|'''|"|')/.exec(whole)[0];
    return whole.length < 2 * mark.length || !whole.endsWith(mark);
}
