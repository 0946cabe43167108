import { describe, expect, it } from "vitest";
import { withoutSources } from "./published-types.mjs";

const lines = (...text: readonly string[]) => text.join("\n");

describe("withoutSources()", () => {
  it("takes a sentence about the source out of a comment, and a comment that is nothing else", () => {
    expect(withoutSources("/** In ms. Source: ECS_SOMETHING. */\nconst a: number;")).toBe(
      "/** In ms. */\nconst a: number;",
    );
    expect(withoutSources("    /** Source: engine-modern 8.1, REC-8. */\n    readonly a: 1;")).toBe(
      "    \n    readonly a: 1;",
    );
  });

  it("keeps the lines, so that declaration maps lead to the same places", () => {
    const comment = lines(
      "/**",
      " * What it is.",
      " * Source: engine-modern 8.3, 8.4;",
      " * REC-8.",
      " */",
      "type A = 1;",
    );
    expect(withoutSources(comment)).toBe(lines("/**", " * What it is.", " *", " *", " */", "type A = 1;"));
  });

  it("keeps what follows in a paragraph of its own, or as a tag", () => {
    const invariants = lines("/**", " * A. Source: EVT-1.", " *", " * INVARIANTS", " * - b", " */");
    expect(withoutSources(invariants)).toBe(lines("/**", " * A.", " *", " * INVARIANTS", " * - b", " */"));
    const tagged = lines("/**", " * A. Source: EVT-1.", " * @throws {Error} b", " */");
    expect(withoutSources(tagged)).toBe(lines("/**", " * A.", " * @throws {Error} b", " */"));
  });

  it("takes out references in brackets, and leaves other brackets and code alone", () => {
    expect(withoutSources("/** Fails (CG-7). One (of two). */")).toBe("/** Fails. One (of two). */");
    expect(withoutSources('type A = { readonly Source: "text" };')).toBe('type A = { readonly Source: "text" };');
  });
});
