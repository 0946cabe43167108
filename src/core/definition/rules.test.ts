import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";
import { findRule, RULE_IDS, RULES } from "./rules.ts";

describe("RULES", () => {
  it.each(RULE_IDS)("%s is described in plain sentences", (id) => {
    const { summary, explanation, source, example } = RULES[id];
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(summary).toMatch(/^[A-Za-z].*[^.]$/);
    expect(explanation).toMatch(/\S+.*$/);
    expect(explanation).not.toMatch(/\n|n't\b/);
    expect(source).not.toBe("");
    if (example !== undefined) expect(example.bad).not.toBe(example.good);
  });
});

describe("findRule()", () => {
  it("finds a rule by its id", () => {
    expect(findRule("essential-required")).toMatchObject({
      found: true,
      id: "essential-required",
      rule: { summary: "At least one container is essential" },
    });
  });

  it("suggests the nearest id, and none for what is far from all", () => {
    expect(findRule("esential-required")).toEqual({ found: false, suggestion: "essential-required" });
    expect(findRule("zzzzzzzzzzzz")).toEqual({ found: false });
    expect(findRule("constructor")).toEqual({ found: false });
  });
});

describe("nearest()", () => {
  it("allows about a third of the letters to differ, whatever their case", () => {
    expect(nearest("Enviroment", ["environment", "essential"])).toBe("environment");
    expect(nearest("links", ["image", "user"])).toBeUndefined();
    expect(nearest("x".repeat(1000), ["x"])).toBeUndefined();
  });
});
