import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inLines, joined, painted, show, shownJson, steers, visible } from "./shown.ts";

/** All that a terminal obeys or that turns the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the claim
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\u001b", "\u009b", "\n", "m", "[") }),
);

describe("visible()", () => {
  it.each([
    ["\u001b[31m", "\\u001b[31m"],
    ["\u009b2J", "\\u009b2J"],
    ["a\u0007b\u007f", "a\\u0007b\\u007f"],
    ["one\ntwo\r\tthree", "one\\ntwo\\r\\tthree"],
    ["ab\u202egpj.exe", "ab\\u202egpj.exe"],
    ["\u2028", "\\u2028"],
    ["zwölf 日本語 👩‍👩‍👧 €", "zwölf 日本語 👩‍👩‍👧 €"],
  ])("spells %j", (text, spelled) => {
    expect(visible(text)).toBe(spelled);
    expect(steers(text)).toBe(text !== spelled);
  });

  it("leaves nothing that steers, and text that is visible already as it is", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visible(text)).not.toMatch(STEERING);
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
  });
});

describe("show and its like", () => {
  it("put visible texts together", () => {
    expect(show`${visible("a\n")} is ${2}`).toBe("a\\n is 2");
    expect(inLines([visible("a"), visible("b\n")])).toBe("a\nb\\n\n");
    expect(joined([visible("a"), visible("b")], show`, `)).toBe("a, b");
    expect(painted((text) => `<${text}>`, "\u001b")).toBe("<\\u001b>");
  });
});

describe("shownJson()", () => {
  it("writes the same value without anything that steers a terminal", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(undefined, 2), (text, indent) => {
        const json = shownJson({ text: [text] }, indent);
        expect(JSON.parse(json)).toEqual({ text: [text] });
        expect(json.replaceAll("\n", "")).not.toMatch(STEERING);
      }),
    );
  });
});
