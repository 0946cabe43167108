import { describe, expect, it } from "vitest";
import { aContainer, aRequest } from "./a-definition.ts";
import { unwrapDocument } from "./document.ts";
import { applyChanges } from "./fix.ts";
import { sourceFinder } from "./source-text.ts";
import { readDefinitionText } from "./text.ts";
import { validateTaskDefinition } from "./validate.ts";

const NUMBERS = ["1.10", "012345678901", "12345678901234567890", "1e3", "0x1F", "-0"];

function found(text: string, name: string) {
  const { input } = unwrapDocument(readDefinitionText(text, name));
  return { input, problems: validateTaskDefinition(input, { sourceOf: sourceFinder(text) }).problems };
}

describe("sourceFinder()", () => {
  // Case 02: account numbers and versions as bare numbers lose digits.
  it.each(NUMBERS)("quotes %s of a YAML file as it was written, and the fix keeps every digit", (written) => {
    const text = `family: a
containerDefinitions:
  - {name: web, image: nginx, memory: 16, environment: [{name: A, value: ${written}}]}`;
    const { input, problems } = found(text, "task.yaml");
    expect(problems).toMatchObject([{ rule: "wrong-type", fix: `Write "${written}" in quotes` }]);
    expect(problems[0]?.message).toContain(`The number ${written} stands`);
    const mended = applyChanges(input, problems[0]?.ways?.[0] ?? []);
    expect(mended).toMatchObject({ containerDefinitions: [{ environment: [{ name: "A", value: written }] }] });
    expect(validateTaskDefinition(mended).problems).toEqual([]);
  });

  it.each(["True", "FALSE"])("quotes %s", (written) => {
    const text = `family: a\ntags: [{key: k, value: ${written}}]\ncontainerDefinitions: [{name: web, image: nginx, memory: 16}]`;
    expect(found(text, "task.yaml").problems).toMatchObject([{ fix: `Write "${written}" in quotes` }]);
  });

  const container = { ...aContainer(), environment: [{ name: "A", value: "NUMBER" }] };
  it.each([
    ["a request", aRequest({}, { environment: container.environment })],
    ["an answer", { taskDefinition: aRequest({}, { environment: container.environment }) }],
    ["a list with one definition", [aRequest({}, { environment: container.environment })]],
    ["a list of containers", [container]],
  ])("finds numbers of JSON in %s", (_form, document) => {
    const text = JSON.stringify(document).replace('"NUMBER"', "12345678901234567890.10");
    const [problem] = found(text, "task.json").problems.filter(({ rule }) => rule === "wrong-type");
    expect(problem?.fix).toBe('Write "12345678901234567890.10" in quotes');
  });

  it("tells of numbers that are no whole ones of 32 bits as they stand", () => {
    const text = JSON.stringify(aRequest({}, { cpu: "N" })).replace('"N"', "12345678901234567890");
    expect(found(text, "task.json").problems[0]?.message).toBe("12345678901234567890 is not a whole number of 32 bits");
  });

  it("knows nothing of texts that are too deep or that cannot be read", () => {
    expect(sourceFinder("[".repeat(100_000))("a")).toBeUndefined();
    expect(sourceFinder("a: [")("a[0]")).toBeUndefined();
  });
});
