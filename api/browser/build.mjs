// Bundles src/NAME.js into ../static/NAME.js, one file for each entry point that exists, and the licences beside it.
// `--check` writes nothing and fails where a committed bundle is not what the sources give.

import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, "src");
const target = join(here, "..", "static");
const checking = process.argv.includes("--check");
const entries = ["site.js", "editor.js", "explorer.js"].filter((name) => existsSync(join(sources, name)));

const found = await build({
    entryPoints: entries.map((name) => join(sources, name)),
    absWorkingDir: here,
    outdir: target,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome109", "firefox115", "safari16"],
    charset: "utf8",
    legalComments: "none", // the licences lie beside the bundles as whole texts
    metafile: true,
    write: false,
    logLevel: "warning",
});

const files = new Map(found.outputFiles.map((file) => [file.path, file.text]));
files.set(join(target, "browser.LICENSES.txt"), licences(found.metafile));
const stale = [];
for (const [path, text] of files) {
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
        stale.push(path);
        if (!checking) writeFileSync(path, text);
    }
}
if (checking && stale.length) {
    console.error(`Nicht frisch (make bundle): ${stale.map((path) => path.slice(target.length + 1)).join(", ")}`);
    process.exit(1);
}

/** The licence of every package that something came from, each once, in the order of their names. */
function licences(metafile) {
    const packages = new Set();
    for (const output of Object.values(metafile.outputs)) {
        for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
            const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//g;
            const names = [...input.matchAll(match)].map((part) => part[1]);
            if (bytesInOutput && names.length) packages.add(names.at(-1));
        }
    }
    return [...packages].sort().map(licence).join("\n");
}

function licence(name) {
    const folder = join(here, "node_modules", name);
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).sort().find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim() : "";
    return `${"=".repeat(80)}\n${name} ${about.version}, ${about.license ?? "?"}\n\n${text}\n`;
}
