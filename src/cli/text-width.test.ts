import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitMiddle, fitText, padText, textWidth, wrapText } from "./text-width.ts";

describe("textWidth()", () => {
  it.each([
    ["plain", 5],
    ["日本語", 6],
    ["a\u0301", 1],
    ["👍🏽", 2],
    ["👨‍👩‍👧", 2],
    ["\u001b[32mgreen\u001b[0m", 5],
    ["●→…", 3],
    ["", 0],
  ])("%j takes the columns that a terminal gives it", (text, width) => {
    expect(textWidth(text)).toBe(width);
  });
});

describe("fitText()", () => {
  it("cuts with an ellipsis, never through a wide character", () => {
    expect(fitText("abcdef", 4)).toBe("abc…");
    expect(fitText("日本語", 4)).toBe("日…");
    expect(fitText("abc", 3)).toBe("abc");
    expect(fitText("abcdef", 5, "...")).toBe("ab...");
  });

  it("closes a colour that it cuts into", () => {
    expect(fitText("\u001b[31mabcdef", 4)).toBe("\u001b[31mabc…\u001b[0m");
  });

  it("always fits", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(textWidth(fitText(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it("measures no more of an endless line than is needed", () => {
    expect(fitText("é".repeat(1_000_000), 10)).toBe(`${"é".repeat(9)}…`);
  });
});

describe("padText()", () => {
  it("counts columns, not characters", () => {
    expect(padText("語", 4)).toBe("語  ");
    expect(padText("long", 2)).toBe("long");
  });
});

describe("fitMiddle()", () => {
  it("keeps both ends of a name, which is where names of one family differ", () => {
    expect(fitMiddle("web-frontend-blue", 9)).toBe("web-…blue");
    expect(fitMiddle("web-frontend-green", 9, "...")).toBe("web...een");
    expect(fitMiddle("short", 9)).toBe("short");
    expect(fitMiddle("日本語日本語", 7)).toBe("日…語");
  });

  it("never takes more columns than there are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(30), (text, columns) => {
        expect(textWidth(fitMiddle(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe("wrapText()", () => {
  it("breaks between words, and cuts a word that is longer than a line", () => {
    expect(wrapText("stopping in order, a further Ctrl-C kills", 18, { limit: 9 })).toEqual([
      "stopping in order,",
      "a further Ctrl-C",
      "kills",
    ]);
    expect(wrapText("http://localhost:8080 is up", 10, { limit: 9 })).toEqual(["http://lo…", "is up"]);
    expect(wrapText("one two three four", 8, { limit: 2 })).toEqual(["one two", "three f…"]);
  });

  it("loses no word when there are lines enough, and never takes more room than there is", () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "語"), minLength: 1, maxLength: 4 }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(words, fc.integer({ min: 8, max: 30 }), (list, columns) => {
        const text = list.join(" ");
        const lines = wrapText(text, columns, { limit: 1_000 });
        expect(lines.join(" ")).toBe(text);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        expect(wrapText(text, columns, { limit: 2 }).length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
