import { describe, expect, it } from "vitest";
import { arguedAway, checklistOf, expand, idsInSpec, idsInTitles } from "./spec-ids.mjs";

describe("idsInSpec()", () => {
  it("finds bullet lines that begin with an id, each id once", () => {
    const text = "- ORD-1 One.\n  continued, see ORD-9\n- no id\n- ID-3 Three.\n- ORD-1 Again.\n| ORD-2 | table |\n";
    expect(idsInSpec(text)).toEqual(["ORD-1", "ID-3"]);
  });
});

describe("checklistOf()", () => {
  it("is part 11", () => {
    expect(
      checklistOf("## 10. Ten\n- A-1 x\n## 11. List\n- B-1 x\n### 11.1 More\n- B-2 x\n## 12. Rest\n- C-1 x\n"),
    ).toBe("## 11. List\n- B-1 x\n### 11.1 More\n- B-2 x\n");
    expect(checklistOf("nothing")).toBe("");
  });
});

describe("idsInTitles()", () => {
  it("finds ids at the beginning of titles, in lists, ranges and tables", () => {
    const source = [
      'it("X-1: one", run);',
      "it('X-2, X-3 and X-4: three', run);",
      "it.each(rows)(`Y-1 to Y-3: $name`, run);",
      'it.each([["Z-1", 5]])("%s", run);',
    ].join("\n");
    expect(idsInTitles(source)).toEqual(["X-1", "X-2", "X-3", "X-4", "Y-1", "Y-2", "Y-3", "Z-1"]);
  });

  it("takes no id from the middle of a title or from a comment", () => {
    expect(idsInTitles('// X-1: why\nit("does what X-2 says", run); const a = "X-3 is not a title";')).toEqual([]);
  });
});

describe("arguedAway()", () => {
  it("reads the rows of a table", () => {
    const reasons = arguedAway(
      "| id | reason |\n|---|---|\n| X-1 | needs AWS |\n| Y-1 to Y-2, Y-9 | no such thing |\n",
    );
    expect([...reasons]).toEqual([
      ["X-1", "needs AWS"],
      ["Y-1", "no such thing"],
      ["Y-2", "no such thing"],
      ["Y-9", "no such thing"],
    ]);
  });
});

describe("expand()", () => {
  it("takes a range over two prefixes for nothing", () => {
    expect(expand("X-1 to Y-2")).toEqual([]);
  });
});
