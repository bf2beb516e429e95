// Asks a SPARQL endpoint and a local Turtle file as if they were one graph: node federate.mjs ENDPOINT FILE QUERY
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { QueryEngine } from "@comunica/query-sparql";

const [endpoint, file, query] = process.argv.slice(2);
const local = {
  type: "serialized",
  value: readFileSync(file, "utf8"),
  mediaType: "text/turtle",
  baseIRI: "urn:local",
};
const engine = new QueryEngine();
const answer = await engine.query(query, { sources: [endpoint, local] });
const { data } = await engine.resultToString(answer, "application/sparql-results+json");
process.stdout.write(await text(data));
