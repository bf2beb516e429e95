// The editor of the workbench: takes the place of the text field, and everything goes on working without it.
// It stands in a shadow tree, where CodeMirror may adopt its styles under our policy (no style elements).
// What it says comes from the page: a block of JSON that the field names in `data-texts`.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, linter, lintKeymap } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { completions, declared, vocabularyAt } from "./editor/completion.js";
import { faultOf } from "./editor/fault.js";

const WAIT = 600; // milliseconds after a key until the text is checked

/** Puts an editor in the place of a text field. */
function edit(field) {
    const texts = JSON.parse(document.getElementById(field.dataset.texts).textContent);
    const vocabulary = vocabularyAt(field.dataset.vocabulary);
    const status = document.getElementById("pruefung");
    const host = document.createElement("div");
    host.className = "editor";
    const root = host.attachShadow({ mode: "open" });
    const keys = document.createElement("p");
    keys.id = "tasten";
    keys.hidden = true; // a description is read out all the same; the visible one stands outside
    keys.textContent = texts.keys;
    root.append(keys);
    field.after(host);

    const view = new EditorView({
        root,
        parent: root,
        state: EditorState.create({
            doc: field.value,
            extensions: [
                lineNumbers(),
                highlightActiveLineGutter(),
                highlightActiveLine(),
                history(),
                indentUnit.of("  "),
                EditorView.lineWrapping,
                bracketMatching(),
                closeBrackets(),
                sparql(),
                syntaxHighlighting(colours),
                autocompletion({ override: [completions(vocabulary, texts)], icons: false, maxRenderedOptions: 60 }),
                linter((editor) => check(editor, texts, vocabulary, status), { delay: WAIT }),
                lintGutter(),
                Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => run(field) }])),
                keymap.of([
                    ...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap,
                    indentWithTab,
                ]),
                Prec.lowest(keymap.of([{ key: "Escape", run: leaving }])),
                EditorState.phrases.of(texts),
                EditorView.contentAttributes.of({
                    "aria-label": texts.label,
                    "aria-describedby": keys.id,
                    tabindex: "0", // it is reached without, but tools that check do not know
                    autocapitalize: "off",
                    spellcheck: "false",
                }),
                EditorView.updateListener.of((update) => {
                    if (!update.docChanged) return;
                    field.value = update.state.doc.toString();
                    update.view.setTabFocusMode(false);
                }),
                EditorView.domEventHandlers({
                    focus: () => { vocabulary.get(); },
                    blur: (_event, editor) => { editor.setTabFocusMode(false); },
                }),
                look,
            ],
        }),
    });
    field.hidden = true;
    field.required = false; // what cannot be seen cannot be asked for
    status.hidden = false;
    const outside = document.getElementById("tasten");
    if (outside) outside.hidden = false;
    for (const label of field.labels) label.addEventListener("click", () => view.focus());
}

function run(field) {
    field.form.requestSubmit();
    return true;
}

/** After Escape, Tab leaves the editor instead of indenting, until something is typed. */
function leaving(view) {
    view.setTabFocusMode(true);
    return true;
}

/** The faults of the text, for the editor; the first one is said below it. */
function check(view, texts, vocabulary, status) {
    const text = view.state.doc.toString();
    const fault = text.trim() ? faultOf(text, texts) : null;
    const line = fault && view.state.doc.lineAt(fault.from);
    say(status, fault ? filled(texts.place, {
        line: line.number, column: fault.from - line.from + 1, message: fault.message,
    }) : text.trim() ? texts.valid : "", Boolean(fault));
    if (!fault) return [];
    const known = fault.prefix !== undefined && vocabulary.now()?.prefixes[fault.prefix];
    const actions = known ? [{
        name: texts.add_prefix,
        apply: (editor) => editor.dispatch({ changes: declared(editor.state.doc.toString(), fault.prefix, known) }),
    }] : [];
    return [{ from: fault.from, to: fault.to, severity: "error", message: fault.message, actions }];
}

function say(status, text, wrong) {
    status.classList.toggle("wrong", wrong);
    if (status.textContent !== text) status.textContent = text;
}

function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const colours = HighlightStyle.define([
    { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
    { tag: tags.variableName, color: "var(--code-variable)" },
    { tag: [tags.url, tags.namespace, tags.typeName], color: "var(--code-name)" },
    { tag: [tags.string, tags.annotation], color: "var(--code-text)" },
    { tag: [tags.integer, tags.float, tags.number, tags.bool], color: "var(--code-number)" },
    { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
]);

const look = EditorView.theme({
    "&": { color: "var(--text)", backgroundColor: "var(--ground)", fontSize: "1rem" },
    "&.cm-focused": { outline: "none" }, // the frame around it shows the focus
    ".cm-scroller": {
        fontFamily: "var(--mono)", lineHeight: "1.5", minHeight: "14rem", maxHeight: "65vh", overflow: "auto",
    },
    ".cm-content": { caretColor: "var(--text)", paddingBlock: ".6rem" },
    ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "none" },
    ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--tint) 45%, transparent)" },
    ".cm-activeLineGutter": { backgroundColor: "var(--tint)", color: "var(--text)" },
    "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--tint)", outline: "1px solid var(--edge)" },
    ".cm-tooltip": {
        backgroundColor: "var(--ground)", color: "var(--text)", border: "1px solid var(--edge)", borderRadius: "4px",
        fontFamily: "var(--kern-typography-font-family-default)",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "18rem", maxWidth: "min(40rem, 90vw)" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".25rem .6rem", lineHeight: "1.4" },
    ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
        backgroundColor: "var(--accent)", color: "var(--kern-color-action-on-default)",
    },
    ".cm-completionMatchedText": { textDecoration: "underline", fontWeight: "600" },
    ".cm-completionDetail": { fontFamily: "var(--mono)", fontStyle: "normal", fontSize: ".88em", marginLeft: ".8em" },
    ".cm-completionInfo": { maxWidth: "24rem", padding: ".5rem .8rem", fontSize: ".95rem", lineHeight: "1.45" },
    ".cm-diagnostic": { padding: ".4rem .7rem", maxWidth: "34rem" },
    ".cm-diagnosticAction": { padding: ".2rem .6rem", minHeight: "24px" },
});

// Last, as it needs what stands above.
for (const field of document.querySelectorAll("textarea[data-editor]")) edit(field);
