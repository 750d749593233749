// The OpenAPI document as a judge of answers.
import assert from "node:assert/strict";
import { require } from "./edge.mjs";

const { Ajv2020 } = require("ajv/dist/2020.js");
const formats = require("ajv-formats");

/** Gives back what looks at an answer: known address, method, status and type, and a body of the schema. `covered` keeps what was met. */
export function judge(document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, "api");
  const templates = Object.keys(document.paths).map((path) => [path, new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`)]);
  const pointer = (...parts) => `api#/${parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
  const covered = new Set();
  const seen = (method, pathname, status, media, data) => {
    const path = templates.find(([, pattern]) => pattern.test(pathname))?.[0];
    assert.ok(path, `${pathname} is not documented`);
    const operation = document.paths[path][method.toLowerCase()];
    assert.ok(operation, `${method} ${path} is not documented`);
    const response = operation.responses[status];
    assert.ok(response, `${method} ${path} answered ${status}, which is not documented: ${JSON.stringify(data)}`);
    const [where, content] = response.$ref === undefined ? [["paths", path, method.toLowerCase(), "responses", String(status)], response.content] : [["components", "responses", String(status)], document.components.responses[status].content];
    assert.ok(content[media], `${method} ${path} answered ${media}, which is not documented`);
    covered.add(`${operation.operationId} ${status}`);
    if (content[media].schema === undefined) return;
    const validate = ajv.getSchema(pointer(...where, "content", media, "schema"));
    assert.ok(validate(data), `${method} ${path} ${status}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(data)}`);
  };
  return { seen, covered };
}

/** Faults of the document itself, by the schema of OpenAPI 3.1. */
export async function faults(document) {
  const { Validator } = await import(require.resolve("@seriousme/openapi-schema-validator"));
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  return { valid, errors, version: validator.version };
}
