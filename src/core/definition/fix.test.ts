import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aFargateRequest, aRequest } from "./a-definition.ts";
import { ALL_CASES } from "./cases/all.ts";
import type { Change, Ways } from "./fix.ts";
import { applyChanges, either, keysOfPath, together, write } from "./fix.ts";
import { replaceImages } from "./images.ts";
import { fillPlaceholders } from "./placeholders.ts";
import type { Problem } from "./problem.ts";
import { RICH, spoiltFrom } from "./spoilt.ts";
import { validateTaskDefinition } from "./validate.ts";

/** Rules whose fix only the author knows: how to split a task, what a name stands for, which values count. */
const WORDS_ONLY: ReadonlySet<string> = new Set([
  "containers-too-many",
  "document-not-object",
  "document-too-deep",
  "document-too-large",
  "member-required",
  "placement-constraints-too-many",
  "port-mappings-too-many",
  "restart-policy",
  "environment-file",
  "tags-too-many",
  "port-range",
  "integer-out-of-range",
  "container-name-required",
  "image-characters",
  "wrong-type",
]);

function problemsOf(input: unknown): readonly Problem[] {
  return validateTaskDefinition(input).problems;
}

const keyOf = ({ rule, path }: Problem) => `${rule} ${path}`;

/** Options are given to the code of the command. */
function mended(input: unknown, changes: readonly Change[]): unknown {
  return changes.reduce<unknown>(
    (document, change) => {
      if (change.op !== "option") return document;
      const at = change.value.indexOf("=");
      const given = { [change.value.slice(0, at)]: change.value.slice(at + 1) };
      return change.option === "--image" ? replaceImages(document, given) : fillPlaceholders(document, given);
    },
    applyChanges(input, changes),
  );
}

/** Errors that there were not before the change. */
function newErrors(before: readonly Problem[], after: readonly Problem[]): string[] {
  const known = new Set(before.map(keyOf));
  return after
    .filter(({ severity }) => severity === "error")
    .map(keyOf)
    .filter((key) => !known.has(key));
}

describe("the fixes of findings", () => {
  it.each(ALL_CASES.map((example) => [example.rule, example.path, example.input] as const))(
    "%s at %s: each way mends it, and nothing breaks",
    (rule, path, input) => {
      const [problem] = problemsOf(input);
      expect(problem?.rule).toBe(rule);
      const { ways = [] } = problem ?? {};
      if (ways.length === 0) expect(WORDS_ONLY).toContain(rule);
      for (const way of ways) {
        const after = problemsOf(mended(input, way));
        expect(after.map(keyOf), JSON.stringify(way)).not.toContain(`${rule} ${path}`);
      }
      const worse = ways.map((way) => newErrors(problemsOf(input), problemsOf(mended(input, way))));
      // Of several values that a member may have, one may ask for more: FARGATE for a size.
      if (rule === "enum-value") expect(worse).toContainEqual([]);
      else expect(worse.flat()).toEqual([]);
    },
  );

  it("mend definitions that are spoilt anywhere", () => {
    fc.assert(
      fc.property(spoiltFrom([RICH, aRequest(), aFargateRequest()]), (input) => {
        const before = problemsOf(input);
        for (const { rule, path, ways = [], message } of before)
          checkWays(input, before, { rule, path, message, ways });
      }),
      { numRuns: 1000 },
    );
  });
});

/** What is wrong with a value that could not be read before shows when it can. */
const HIDDEN = /^(?:wrong-type|enum-value|null-in-list|unknown-member|integer-out-of-range|pascal-case-member)$/;

function checkWays(
  input: unknown,
  before: readonly Problem[],
  { rule, path, ways, message }: Pick<Problem, "rule" | "path" | "message"> & { readonly ways: Ways },
): void {
  for (const way of ways) {
    if (way.some(({ op }) => op === "option")) continue;
    const after = problemsOf(applyChanges(input, way));
    // Where an entry goes, the next one with the same fault takes its place.
    const count = (problems: readonly Problem[]) =>
      problems.filter((each) => each.rule === rule && each.message === message).length;
    expect(count(after), `${rule} ${path}: ${JSON.stringify(way)}`).toBeLessThan(count(before));
  }
  if (ways.length === 0 || HIDDEN.test(rule)) return;
  const worse = ways.map((way) => newErrors(before, problemsOf(applyChanges(input, way))));
  expect(
    worse.some((errors) => errors.length === 0),
    `${rule} ${path}: ${JSON.stringify({ worse, ways })}`,
  ).toBe(true);
}

describe("applyChanges()", () => {
  it("sets, adds, removes and renames, and leaves what was given as it was", () => {
    const document = { a: [{ b: 1 }, { b: 2 }], c: { "d.e": 3 } };
    const kept = structuredClone(document);
    const change = (...changes: Change[]) => applyChanges(document, changes);
    expect(change({ op: "set", path: "a[1].b", value: 5 })).toEqual({ ...kept, a: [{ b: 1 }, { b: 5 }] });
    expect(change({ op: "set", path: "f.g[0].h", value: 1 })).toEqual({ ...kept, f: { g: [{ h: 1 }] } });
    expect(change({ op: "remove", path: "a[0]" })).toEqual({ ...kept, a: [{ b: 2 }] });
    expect(change({ op: "remove", path: 'c["d.e"]' })).toEqual({ ...kept, c: {} });
    expect(change({ op: "rename", path: "a[0].b", to: "z" })).toEqual({ ...kept, a: [{ z: 1 }, { b: 2 }] });
    expect(document).toEqual(kept);
  });

  it("reads paths as findings spell them", () => {
    expect(keysOfPath('a.b[10]["x.\\"y"].z')).toEqual(["a", "b", 10, 'x."y', "z"]);
  });
});

describe("the words of fixes", () => {
  it("are made from the changes", () => {
    expect(write("a", "x").text).toBe('Write "x"');
    expect(write("a", 1, 2, 3).text).toBe("Write 1, 2 or 3");
    expect(either(write("a", 1), write("b", 2))).toMatchObject({ text: "Write 1, or write 2" });
    expect(together(write("a", 1), write("b", 2)).ways).toHaveLength(1);
  });
});
