import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { findJsonFault, lineAndColumn } from "./json-position.ts";
import { readDefinitionText } from "./text.ts";

function refusal(text: string, name: string): string {
  try {
    readDefinitionText(text, name);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
  throw new Error("the text was read");
}

describe("readDefinitionText()", () => {
  it("reads JSON, with a byte order mark too", () => {
    expect(readDefinitionText('\uFEFF{"family": "a"}', "task.json")).toEqual({ family: "a" });
  });

  it("reads YAML, with anchors and merged members", () => {
    const yaml = "base: &base {cpu: 1}\nfamily: a\ncontainerDefinitions:\n  - <<: *base\n    name: web\n";
    expect(readDefinitionText(yaml, "task.yaml")).toMatchObject({ containerDefinitions: [{ cpu: 1, name: "web" }] });
    expect(readDefinitionText("{family: a, # short\n}", "task.yml")).toEqual({ family: "a" });
    expect(readDefinitionText("family: a", "standard input")).toEqual({ family: "a" });
  });

  it.each([
    [
      '{"a": 1,}',
      "task.json",
      'task.json:1:9: Cannot read JSON: a member name in double quotes is expected, and "}" stands there',
    ],
    [
      '{\n  "a": 1\n  "b": 2\n}',
      "task.json",
      'task.json:3:3: Cannot read JSON: , or } is expected, and "\\"" stands there',
    ],
    ['{"a": [1, 2', "task.json", "task.json:1:12: Cannot read JSON: , or ] is expected, and the file ends"],
    [
      "{'a': 1}",
      "-",
      '-:1:2: Cannot read JSON: a member name in double quotes or } is expected, and "\'" stands there',
    ],
    ['{"a": NaN}', "task.json", 'task.json:1:7: Cannot read JSON: a value is expected, and "N" stands there'],
    ["family: a", "task.json", 'task.json:1:1: Cannot read JSON: a value is expected, and "f" stands there'],
    [
      '{} {"a": 1}',
      "task.json",
      'task.json:1:4: Cannot read JSON: the end of the document is expected, and "{" stands there',
    ],
    ["", "task.json", "task.json: Cannot read file: it is empty"],
  ])("refuses %j with line and column", (text, name, message) => {
    expect(refusal(text, name)).toBe(message);
  });

  it("refuses broken YAML with line and column", () => {
    expect(refusal("family: a\n  cpu: b\n", "task.yaml")).toMatch(/^task\.yaml:1:9: Cannot read YAML: .+[^.:]$/);
    expect(refusal("a: 1\na: 2\n", "task.yaml")).toBe("task.yaml:2:1: Cannot read YAML: Map keys must be unique");
  });

  it("refuses tags that only another tool can resolve", () => {
    expect(refusal("Image: !Sub web\n", "stack.yaml")).toMatch(
      /^stack\.yaml:1:8: Cannot read YAML: .*!Sub\. Write the value/,
    );
  });

  it("refuses a bomb of aliases, deep nesting and huge files without reading them", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg"])
      bomb.push(`${to}: &${to} [${`*${from}, `.repeat(9)}]`);
    expect(refusal(bomb.join("\n"), "task.yaml")).toContain("more than 100 values stand for aliases");
    expect(refusal(`a: ${"[".repeat(50_000)}`, "task.yaml")).toContain("nested more than 100 levels deep");
    expect(refusal("- ".repeat(50_000), "task.yaml")).toContain("nested more than 100 levels deep");
    expect(refusal("? ".repeat(50_000), "task.yaml")).toContain("nested more than 100 levels deep");
    expect(refusal("a: b\n".repeat(50_000), "task.yaml")).toContain("at most 131072 are read");
    expect(refusal(`"${"a".repeat(2_000_000)}"`, "task.json")).toContain("at most 1048576 are read");
    expect(refusal("[".repeat(500_000), "task.json")).toContain("the file ends");
  });
});

describe("findJsonFault()", () => {
  it("agrees with JSON.parse on what is JSON", () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", ",", "}", "]", '"', "1", ":", "nul", "\\", "\u0000"),
        (json, at, inserted) => {
          const index = at % (json.length + 1);
          const text = json.slice(0, index) + inserted + json.slice(index + (at % 2));
          const fault = findJsonFault(text);
          expect(fault === undefined, text).toBe(isJson(text));
          if (fault !== undefined) expect(fault.offset).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });

  it("counts lines and columns from 1", () => {
    expect(lineAndColumn("ab\ncd", 4)).toEqual({ line: 2, column: 2 });
    expect(lineAndColumn("ab", 0)).toEqual({ line: 1, column: 1 });
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
