// Which fields of the API take text, and into which of them a test has put some that would be a program if it were HTML.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "js-yaml";
import { root } from "./server.mjs";

const methods = ["get", "post", "put", "patch", "delete"];
const api = load(await readFile(join(root, "api/openapi.yaml"), "utf8"));
const of = (schema) => (schema.$ref ? of(api.components.schemas[schema.$ref.split("/").pop()]) : schema);

/** The operations, those whose paths have no variables first. */
const operations = Object.entries(api.paths)
  .flatMap(([path, item]) => methods.filter((m) => item[m]).map((m) => ({ path, method: m.toUpperCase(), ...item[m] })))
  .sort((a, b) => a.path.split("{").length - b.path.split("{").length);

/** The fields under a schema into which any letters may be put. */
function* texts(schema, at) {
  const s = of(schema);
  for (const part of [...(s.allOf ?? []), ...(s.oneOf ?? []), ...(s.anyOf ?? [])]) yield* texts(part, at);
  for (const [name, property] of Object.entries(s.properties ?? {})) yield* texts(property, `${at}.${name}`);
  if (s.type === "array") yield* texts(s.items, at);
  if (s.additionalProperties?.type || s.additionalProperties?.$ref) yield* texts(s.additionalProperties, `${at}.*`);
  if (s.type === "string" && !s.enum && !s.pattern && !["date", "date-time", "binary"].includes(s.format)) yield at;
}

/** Every field of a JSON request that takes text, as operation.field. */
export const textFields = operations.flatMap((o) => {
  const json = o.requestBody?.content?.["application/json"];
  return json ? [...new Set(texts(json.schema, o.operationId))] : [];
});

/** The fields of what is sent in which a text could be taken for HTML or for a program. */
function* dangerous(value, at) {
  if (Array.isArray(value)) for (const v of value) yield* dangerous(v, at);
  else if (value && typeof value === "object")
    for (const [name, v] of Object.entries(value)) yield* dangerous(v, `${at}.${name}`);
  else if (typeof value === "string" && value.includes("<")) yield at;
}

/** The fields that a request fills with the corpus. */
export function filled(method, address, body) {
  const path = address.split("?")[0];
  const o = operations.find((x) => x.method === method && new RegExp(`^${x.path.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path));
  return o && body && !(body instanceof Uint8Array) ? [...dangerous(body, o.operationId)] : [];
}
