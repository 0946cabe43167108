/** Task definitions: text, document, validation, overrides, placeholders. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyOverrides } from "../../src/core/definition/apply-overrides.ts";
import { unwrapDocument } from "../../src/core/definition/document.ts";
import { validateTaskOverride } from "../../src/core/definition/overrides.ts";
import { InvalidTaskDefinitionError, parseTaskDefinition } from "../../src/core/definition/parse.ts";
import { fillPlaceholders, findPlaceholders } from "../../src/core/definition/placeholders.ts";
import { readDefinitionText } from "../../src/core/definition/text.ts";
import type { TaskDefinition } from "../../src/core/definition/types.ts";
import { validateTaskDefinition } from "../../src/core/definition/validate.ts";
import { parseEnvironmentFile } from "../../src/core/environment-files/parse.ts";
import { InvalidInputError } from "../../src/core/errors.ts";
import { anything, damaged, hostileJson, nestedJson, nestedValue } from "./hostile.ts";
import { INVALID_INPUT, NONE, onlyNamed } from "./only-named.ts";
import { settings } from "./runs.ts";
import { DEFINITION_FILES, fuzzBytes } from "./seeds.ts";

/** Findings about one document are bounded, whatever it holds. */
const MOST_PROBLEMS = 2_000;
const PARSED = [InvalidTaskDefinitionError, InvalidInputError];

const DOCUMENTS = DEFINITION_FILES.map(({ name, bytes }) => readDefinitionText(bytes.toString("utf8"), name));
const DEFINITIONS: readonly TaskDefinition[] = DOCUMENTS.flatMap((document) => {
  const validation = validateTaskDefinition(unwrapDocument(document).input);
  return validation.ok ? [validation.definition] : [];
});

const OVERRIDES = DEFINITIONS.slice(0, 8).map(({ containerDefinitions }) => ({
  containerOverrides: containerDefinitions.map(({ name }) => ({
    name,
    command: ["a"],
    environment: [{ name: "A", value: "b" }],
    cpu: 1,
    memory: 64,
  })),
  cpu: "256",
  memory: "512",
}));

/** Everything that is done with a document before a task is made of it. */
function readAll(document: unknown): void {
  const { input, warnings } = onlyNamed(NONE, () => unwrapDocument(document)) ?? { input: undefined, warnings: [] };
  const validation = onlyNamed(NONE, () => validateTaskDefinition(input));
  expect(warnings.length).toBeLessThanOrEqual(MOST_PROBLEMS);
  expect(validation?.problems.length).toBeLessThanOrEqual(MOST_PROBLEMS);
  if (validation?.ok) JSON.stringify(validation.definition);
  onlyNamed(PARSED, () => parseTaskDefinition(document));
  const placeholders = onlyNamed(NONE, () => findPlaceholders(document)) ?? [];
  onlyNamed(NONE, () => fillPlaceholders(document, Object.fromEntries(placeholders.map(({ name }) => [name, "1"]))));
}

describe("task definitions", () => {
  it("there are seeds, and they are valid", () => {
    expect(DEFINITIONS.length).toBeGreaterThan(4);
  });

  it("text: bytes of valid files, damaged", () => {
    fuzzBytes("definition text", DEFINITION_FILES, 500, ({ name, bytes }) => {
      const document = onlyNamed(INVALID_INPUT, () => readDefinitionText(bytes.toString("utf8"), name));
      readAll(document);
    });
  });

  it("documents: members of valid ones, changed", () => {
    fc.assert(fc.property(damaged(DOCUMENTS), readAll), settings(300));
  });

  it("documents: anything at all", () => {
    fc.assert(fc.property(fc.oneof(anything, hostileJson), readAll), settings(800));
  });

  it("overrides: members of valid ones, changed; anything at all", () => {
    const inputs = fc.oneof(damaged(OVERRIDES), anything);
    const property = fc.property(inputs, fc.constantFrom(...DEFINITIONS.slice(0, 8)), (input, definition) => {
      const validation = onlyNamed(NONE, () => validateTaskOverride(input, definition));
      if (validation?.ok) onlyNamed(NONE, () => applyOverrides(definition, validation.overrides));
    });
    fc.assert(property, settings(1_000));
  });

  it("placeholders: values with names of prototypes", () => {
    const text = fc.array(
      fc.constantFrom("${", "}", "{{", "}}", "$", "A", "__proto__", "<", ">", "[", "arn:aws:", ":"),
    );
    const property = fc.property(text, hostileJson, (parts, value) => {
      const document = {
        family: parts.join(""),
        containerDefinitions: [{ image: parts.join(""), environment: value }],
      };
      onlyNamed(NONE, () => findPlaceholders(document));
      onlyNamed(NONE, () => fillPlaceholders(document, { __proto__2: "a", constructor: "b", A: "c" }));
    });
    fc.assert(property, settings(600));
  });

  it.each(["list", "object"] as const)("10,000 levels of %s inside each other", (kind) => {
    for (const name of ["a.json", "a.yaml", "a"]) {
      onlyNamed(INVALID_INPUT, () => readDefinitionText(nestedJson(10_000, kind), name));
      onlyNamed(INVALID_INPUT, () => readDefinitionText(nestedJson(10_000, kind).slice(0, -5_000), name));
    }
    readAll(nestedValue(10_000, kind));
    readAll({ family: "a", containerDefinitions: nestedValue(10_000, kind) });
    const [definition] = DEFINITIONS;
    if (definition) onlyNamed(NONE, () => validateTaskOverride(nestedValue(10_000, kind), definition));
  });

  it("YAML: ways to nest, to repeat and to name types", () => {
    const texts = [
      "- ".repeat(10_000),
      "? ".repeat(10_000),
      Array.from({ length: 300 }, (_, level) => `${" ".repeat(level)}a:`).join("\n"),
      `a: &a [x]\n${"b: [*a, *a]\n".repeat(2_000)}`,
      Array.from({ length: 30 }, (_, n) => `a${n}: &a${n} [*a${Math.max(n - 1, 0)}, *a${Math.max(n - 1, 0)}]`).join(
        "\n",
      ),
      "a: &a\n  <<: *a\n  b: 1",
      "<<: {__proto__: {polluted: true}}\n__proto__: {polluted: true}",
      "%YAML 1.1\n---\na: !!set {b}\nc: !!binary aGk=\nd: !!omap [e: 1]\nf: 2001-01-01",
      "a: !!js/function 'x'",
      "--- a\n--- b\n",
      "&a ".repeat(5_000),
      "!x ".repeat(5_000),
      "'".repeat(20_001),
    ];
    for (const text of texts) readAll(onlyNamed(INVALID_INPUT, () => readDefinitionText(text, "a.yaml")));
  });

  it("50 MB of text are refused, and a member of 50 MB is reported", () => {
    const long = "x".repeat(50 * 1024 * 1024);
    expect(() => readDefinitionText(long, "a.yaml")).toThrow(InvalidInputError);
    expect(() => readDefinitionText(`{"family":"${long}"}`, "a.json")).toThrow(InvalidInputError);
    readAll({ family: long, containerDefinitions: [{ name: long, image: "a", memory: 64 }] });
  });
});

describe("environment files", () => {
  it("take any text", () => {
    const property = fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
      const lines = text.split("\n").length;
      expect(onlyNamed(NONE, () => parseEnvironmentFile(text))?.length).toBeLessThanOrEqual(lines);
    });
    fc.assert(property, settings(500));
  });

  it("50 MB in one line, and in lines without a name", () => {
    expect(parseEnvironmentFile(`A=${"x".repeat(50 * 1024 * 1024)}`)).toHaveLength(1);
    expect(parseEnvironmentFile("=".repeat(50 * 1024 * 1024))).toEqual([]);
  });
});
