import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tameLine } from "./tame-line.ts";

describe("tameLine()", () => {
  it("keeps colours and closes them", () => {
    expect(tameLine("\u001b[31mred", { colours: true })).toBe("\u001b[31mred\u001b[0m");
    expect(tameLine("\u001b[31mred\u001b[0m", { colours: false })).toBe("red");
  });

  it("takes out what would move the cursor, ring the bell or name the window", () => {
    const nasty = "a\u001b[2Jb\u001b[10;10Hc\u001b]0;title\u0007d\u0007e\u001b7f\u009b1Ag";
    expect(tameLine(nasty, { colours: true })).toBe("abcdef1Ag");
  });

  it("shows what a carriage return left standing", () => {
    expect(tameLine("10%\r50%\r100%", { colours: false })).toBe("100%");
    expect(tameLine("line\r", { colours: false })).toBe("line");
  });

  it("turns tabs into spaces up to the next eighth column", () => {
    expect(tameLine("a\tb", { colours: false })).toBe("a       b");
  });

  it("leaves no control character, whatever comes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the claim
        expect(tameLine(text, { colours: false })).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});
