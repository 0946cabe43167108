import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fieldNames } from "../ecs-model/members.ts";
import { renderFieldMatrix } from "./field-matrix.ts";
import { FIELD_SUPPORT } from "./field-support.ts";
import { TASK_MEMBERS } from "./members.ts";

const PAGE = fileURLToPath(new URL("../../../docs/field-matrix.md", import.meta.url));

describe("renderFieldMatrix()", () => {
  it("prints docs/field-matrix.md (UPDATE_GOLDEN=1 writes it)", () => {
    const page = renderFieldMatrix();
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, "utf8")).toBe(page);
  });
});

describe("FIELD_SUPPORT", () => {
  it("has a row for every member of the schema and no other", () => {
    const rows = FIELD_SUPPORT.map(({ field }) => field);
    expect([...rows].sort()).toEqual(fieldNames(TASK_MEMBERS).sort());
    expect(new Set(rows).size).toBe(rows.length);
  });

  it("says of every row how, in words that fit a table", () => {
    for (const { field, how } of FIELD_SUPPORT) {
      expect(how, field).toMatch(/^\S.+[^.]$/);
      expect(how, field).not.toContain("\n");
    }
  });
});
