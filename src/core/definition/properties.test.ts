import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { aContainer, aFargateRequest, aRequest } from "./a-definition.ts";
import { unwrapDocument } from "./document.ts";
import { limitationsOf } from "./limitations.ts";
import { validateTaskOverride } from "./overrides.ts";
import { InvalidTaskDefinitionError, parseTaskDefinition } from "./parse.ts";
import { fillPlaceholders, findPlaceholders } from "./placeholders.ts";
import { MAX_PROBLEMS } from "./problem.ts";
import { isRuleId } from "./rules.ts";
import { RICH, spoiltFrom } from "./spoilt.ts";
import { readDefinitionText } from "./text.ts";
import type { TaskDefinition } from "./types.ts";
import { validateTaskDefinition } from "./validate.ts";

const SEEDS = [RICH, aRequest(), aFargateRequest()];

const spoilt = spoiltFrom(SEEDS);

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

function judge(input: unknown): TaskDefinition | undefined {
  const validation = validateTaskDefinition(input);
  expect(validation.problems.length).toBeLessThanOrEqual(5 * MAX_PROBLEMS);
  for (const { rule, path, message } of validation.problems) {
    expect(isRuleId(rule)).toBe(true);
    expect(path.length).toBeLessThan(4000);
    expect(message.length).toBeLessThan(2000);
  }
  if (validation.ok) return validation.definition;
  expect(validation.problems[0]?.severity).toBe("error");
  return undefined;
}

describe("validateTaskDefinition()", () => {
  it("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (input) => void judge(input),
      ),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.anything(), (member) => void judge(aRequest({ containerDefinitions: member }))));
  });

  it("never throws on a definition that is spoilt in one place, and judges the rest", () => {
    fc.assert(
      fc.property(spoilt, (input) => {
        const definition = judge(input);
        if (definition !== undefined) limitationsOf(definition);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives deeply frozen definitions, which normalise to themselves", () => {
    fc.assert(
      fc.property(spoilt, (input) => {
        const definition = judge(input);
        if (definition === undefined) return;
        expect(isDeeplyFrozen(definition)).toBe(true);
        expect(judge(definition)).toEqual(definition);
      }),
      { numRuns: 1000 },
    );
  });

  it("does not change its input, and does not pollute prototypes", () => {
    const hostile = JSON.parse(
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "containerDefinitions": [{"__proto__": {"polluted": 1}, "dockerLabels": {"__proto__": "a", "constructor": "b"}}]}',
    );
    const before = JSON.stringify(hostile);
    judge(hostile);
    expect(JSON.stringify(hostile)).toBe(before);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    const labels = parseTaskDefinition(aRequest({}, { dockerLabels: { constructor: "b", prototype: "c" } }))
      .containerDefinitions[0]?.dockerLabels;
    expect(labels).toEqual({ constructor: "b", prototype: "c" });
  });

  it("refuses deep nesting, cycles of references and huge lists without following them", () => {
    let deep: unknown = {};
    for (let level = 0; level < 100_000; level++) deep = [deep];
    const circle: Record<string, unknown> = { ...aRequest() };
    circle.self = [circle, circle, circle];
    const wide = aRequest({}, { command: Array.from({ length: 300_000 }, () => "a") });
    const rules = (input: unknown) => validateTaskDefinition(input).problems.map(({ rule }) => rule);
    expect(rules(aRequest({ deep }))).toContain("document-too-deep");
    expect(rules(circle)).toContain("document-too-deep");
    expect(rules(wide)).toContain("document-too-large");
  });

  it("stays quick and brief with many mistakes, many containers and long strings", () => {
    const chain = Array.from({ length: 9_000 }, (_, index) =>
      aContainer({ name: `c${index}`, dependsOn: [{ containerName: `c${(index + 1) % 9_000}`, condition: "START" }] }),
    );
    const [tooMany, cycle, ...others] = validateTaskDefinition(aRequest({ containerDefinitions: chain })).problems;
    expect(others).toEqual([]);
    expect([tooMany?.rule, cycle?.rule]).toEqual(["containers-too-many", "dependency-cycle"]);
    expect(cycle?.message).toMatch(/: c0 -> c1 -> .+ -> c9 -> … -> c0$/);
    const names = Array.from({ length: 400 }, (_, index) => `c${index}`);
    const dense = names.map((name) =>
      aContainer({ name, links: names, volumesFrom: [{ sourceContainer: "unknown" }] }),
    );
    judge(aRequest({ containerDefinitions: dense }));
    const long = "$".repeat(1_000_000);
    judge(aRequest({ family: long, taskRoleArn: long, tags: [{ key: long }] }, { image: long, name: long, [long]: 1 }));
    judge(aRequest({}, { portMappings: Array.from({ length: 50_000 }, () => ({ containerPort: 0 })) }));
  });
});

describe("the other readers", () => {
  it("never throw but for what they promise", () => {
    fc.assert(
      fc.property(fc.anything(), spoilt, (anything, input) => {
        for (const value of [anything, input]) {
          unwrapDocument(value);
          findPlaceholders(value);
          fillPlaceholders(value, { A: "1" });
          validateTaskOverride(value, parseTaskDefinition(aRequest()));
          try {
            parseTaskDefinition(value);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidTaskDefinitionError);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("readDefinitionText() reads or refuses any bytes, as JSON and as YAML", () => {
    const base = JSON.stringify(RICH, undefined, 1);
    const mutated = fc
      .array(fc.tuple(fc.nat(base.length), fc.nat(3), fc.string({ unit: "binary", maxLength: 3 })), {
        minLength: 1,
        maxLength: 4,
      })
      .map((edits) =>
        edits.reduce((text, [at, cut, inserted]) => text.slice(0, at) + inserted + text.slice(at + cut), base),
      );
    fc.assert(
      fc.property(
        fc.oneof(mutated, fc.string({ unit: "binary" })),
        fc.constantFrom("a.json", "a.yaml", "-"),
        (text, name) => {
          try {
            judge(readDefinitionText(text, name));
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInputError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
