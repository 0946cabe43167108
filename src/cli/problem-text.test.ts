import { describe, expect, it } from "vitest";
import type { Problem } from "../core/definition/problem.ts";
import { grouped, groupLine, limitationLines, problemLines } from "./problem-text.ts";
import { createColours } from "./screen.ts";

const plain = createColours(false);
const finding = (path: string, message = "It is ignored"): Problem => ({
  severity: "warning",
  rule: "ignored-here",
  path,
  message,
});
const nine = Array.from({ length: 9 }, (_, index) => finding(`containerDefinitions[${index}].portMappings[0].name`));

describe("problemLines()", () => {
  it("says the same of nine places once, with a count", () => {
    const [head, , first, ...rest] = problemLines("task.json", nine, plain);
    expect(head).toBe("task.json: 9 warnings");
    expect(first).toContain(
      "containerDefinitions[0].portMappings[0].name, containerDefinitions[1].portMappings[0].name, containerDefinitions[2].portMappings[0].name and 6 more (9 times)",
    );
    expect(rest).toEqual(["    It is ignored"]);
  });

  it("keeps apart what differs in its words", () => {
    expect(grouped([finding("a"), finding("b", "Another"), finding("c")]).map(({ paths }) => paths)).toEqual([
      ["a", "c"],
      ["b"],
    ]);
  });
});

describe("limitationLines() and groupLine()", () => {
  it("count as well", () => {
    expect(limitationLines(nine, plain)).toHaveLength(2);
    const [group] = grouped(nine.slice(0, 2));
    expect(group === undefined ? "" : groupLine(group)).toBe(
      "containerDefinitions[0].portMappings[0].name, containerDefinitions[1].portMappings[0].name (2 times): It is ignored [ignored-here]",
    );
    expect(groupLine({ problem: finding("a"), paths: ["a"] })).toBe("a: It is ignored [ignored-here]");
  });
});
