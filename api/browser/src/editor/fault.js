// What is wrong with a SPARQL text, and where, in the words of the page. The parser is sparqljs; it tells its errors
// in English and without a place where they are about names, so both are found out here.

import { Parser } from "sparqljs";

const MOST = 6; // what could stand there is named up to so many

/** The first fault `{ from, to, message, prefix? }` of a text, null if there is none. */
export function faultOf(text, texts) {
    try {
        const parsed = new Parser().parse(text);
        return parsed.type === "update" ? { ...firstWord(text), message: texts.update } : null;
    } catch (error) {
        return explained(text, error, texts);
    }
}

function explained(text, error, texts) {
    const said = String(error.message);
    if (error.hash?.expected) return unexpected(text, error.hash, texts);
    if (said.startsWith("Lexical error")) return { ...lineAt(text, error.hash?.line ?? 0), message: texts.unreadable };
    for (const [pattern, key, find] of NAMED) {
        const match = pattern.exec(said);
        if (match) {
            const name = match[1] ?? "";
            const fault = { ...find(text, name), message: texts[key].replaceAll("{name}", key === "prefix" ? name : `?${name}`) };
            return key === "prefix" ? { ...fault, prefix: name } : fault;
        }
    }
    return { ...firstWord(text), message: texts.other.replace("{message}", said.split("\n")[0]) };
}

const NAMED = [
    [/^Unknown prefix: (.*)$/, "prefix", prefixIn],
    [/ungrouped variable[^(]*\(\?(\w+)\)/, "ungrouped", variableIn],
    [/already bound \(\?(\w+)\)/, "bound", lastVariableIn],
    [/^Target id of 'AS' \(\?(\w+)\)/, "bound", lastVariableIn],
    [/same name \(\?(\w+)\)/, "twice", variableIn],
    [/^Inconsistent VALUES length/, "values", (text) => wordIn(text, /\bVALUES\b/gi)],
    [/^Cannot resolve relative IRI (\S*)/, "base", (text, iri) => wordIn(text, exactly(`<${iri}>`))],
];

/** A token that does not fit: the parser tells the line it is in and the end of the token before it. */
function unexpected(text, hash, texts) {
    const options = possible(hash.expected, texts);
    const hint = options ? ` ${texts.expected.replace("{expected}", options).replace("….", "…")}` : "";
    if (hash.token === "EOF" || !hash.text) {
        const end = text.trimEnd().length;
        return { from: Math.max(0, end - 1), to: end, message: texts.end + hint };
    }
    const after = offset(text, hash.loc?.last_line ?? hash.line + 1, hash.loc?.last_column ?? 0);
    let from = text.indexOf(hash.text, after);
    if (from < 0) from = offset(text, hash.line + 1, 0);
    return {
        from,
        to: Math.min(text.length, from + hash.text.length),
        message: texts.unexpected.replace("{found}", hash.text.slice(0, 40)) + hint,
    };
}

const WORDS = [
    [/^VAR$/, "variable"],
    [/^IRIREF$/, "iri"],
    [/^PNAME/, "name"],
    [/^STRING_LITERAL/, "text"],
    [/^(INTEGER|DECIMAL|DOUBLE)/, "number"],
    [/^(FUNC_|BOUND|BNODE|EXISTS|COUNT|GROUP_CONCAT|CONCAT|COALESCE|SUBSTR|REGEX|REPLACE|NOT)/, "function"],
];
const UNHELPFUL = /^(EOF|NIL|ANON|BLANK_NODE_LABEL|BOOLEAN|LANGTAG|<<|>>|\{\||\|\})$/;

const CLOSING = /^[.;,})\]]$/;

/** What could stand there, in words: first what one writes there, then what ends it, then keywords and other signs. */
function possible(expected, texts) {
    const tokens = expected.map((token) => token.slice(1, -1)).filter((token) => !UNHELPFUL.test(token));
    const named = tokens.map((token) => {
        const word = WORDS.find(([pattern]) => pattern.test(token));
        if (word) return { rank: word[1] === "function" ? 2 : 0, text: texts[word[1]] };
        return { rank: CLOSING.test(token) ? 1 : /^\W+$/.test(token) ? 4 : 3, text: token };
    });
    const unique = [...new Map(named.map((each) => [each.text, each])).values()];
    const shown = unique.sort((a, b) => a.rank - b.rank).slice(0, MOST).map((each) => each.text);
    return shown.join(", ") + (unique.length > MOST ? " …" : "");
}

function prefixIn(text, prefix) {
    return wordIn(text, new RegExp(`(?<![\\w<?$:-])${escaped(prefix)}:`, "g"));
}

function variableIn(text, name) {
    return wordIn(text, new RegExp(`[?$]${escaped(name)}(?!\\w)`, "g"));
}

function lastVariableIn(text, name) {
    return wordIn(text, new RegExp(`[?$]${escaped(name)}(?!\\w)`, "g"), true);
}

function exactly(words) {
    return new RegExp(escaped(words), "g");
}

function escaped(text) {
    return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Where a pattern is found, the first or the last time; the first word where it is not. */
function wordIn(text, pattern, last = false) {
    const found = [...text.matchAll(pattern)];
    const match = last ? found.at(-1) : found[0];
    return match ? { from: match.index, to: match.index + match[0].length } : firstWord(text);
}

function firstWord(text) {
    const match = /\S+/.exec(text);
    return match ? { from: match.index, to: match.index + match[0].length } : { from: 0, to: 0 };
}

function lineAt(text, number) {
    const from = offset(text, number + 1, 0);
    const end = text.indexOf("\n", from);
    return { from, to: end < 0 ? text.length : end };
}

/** The place of a line (from 1) and column in the text. */
function offset(text, line, column) {
    let from = 0;
    for (let number = 1; number < line; number++) {
        const end = text.indexOf("\n", from);
        if (end < 0) return text.length;
        from = end + 1;
    }
    return Math.min(text.length, from + column);
}
