/**
 * Types and enums of a prepared document. What has the wrong type is reported and taken out, so that the other rules
 * still see the rest; `damaged` remembers where, so that they do not report it as missing.
 * Source: interfaces 1.3.1.
 */
import * as v from "valibot";
import { assert } from "../assert.ts";
import type { Members, ObjectMembers } from "./members.ts";
import { memberAt } from "./members.ts";
import type { ProblemDetails, Report } from "./problem.ts";
import { childPath, quote } from "./problem.ts";
import type { RuleId } from "./rules.ts";

type Issue = v.BaseIssue<unknown>;
type Key = string | number;

export type Shaped<Output> = { readonly value: Output; readonly damaged: ReadonlySet<string> };

const NOTHING: ReadonlySet<string> = new Set();

/** For what is known to have the right types. The schema would copy it; here unknown members stay, and nobody reads them. */
export function asShaped<Output extends object>(fitting: object): Shaped<Output> {
  return { value: fitting as Output, damaged: NOTHING };
}

/**
 * The typed part of `prepared`, which is changed on the way. Enum findings go to `reportEnum`, because ECS checks them
 * after everything else.
 */
export function checkShape<Schema extends v.GenericSchema>(
  schema: Schema,
  members: ObjectMembers,
  prepared: unknown,
  report: { readonly type: Report; readonly enum: Report },
): Shaped<v.InferOutput<Schema>> {
  const damaged = new Set<string>();
  const first = v.safeParse(schema, prepared);
  if (first.success) return { value: first.output, damaged };
  for (const issue of first.issues) {
    describeIssue(issue, members, report);
    takeOut(issue, members, damaged);
  }
  const second = v.safeParse(schema, prepared);
  assert(second.success, "a document without its wrong parts has the right shape");
  return { value: second.output, damaged };
}

function keysOf(issue: Issue): Key[] {
  return (issue.path ?? []).map((item) => (typeof item.key === "number" ? item.key : String(item.key)));
}

function pathOf(keys: readonly Key[]): string {
  return keys.reduce<string>(childPath, "");
}

function describeIssue(issue: Issue, members: ObjectMembers, report: { type: Report; enum: Report }): void {
  const keys = keysOf(issue);
  const path = pathOf(keys);
  const expected = memberAt(members, keys);
  if (issue.input === null) {
    report.type("null-in-list", path, "A list holds null", { fix: "Leave the entry out, or write its value" });
  } else if (expected?.kind === "enum" && typeof issue.input === "string") {
    const name = keys.findLast((key) => typeof key === "string") ?? "value";
    report.enum("enum-value", path, `${quote(issue.input)} is not one of ${expected.options.join(", ")}`, {
      fix: enumFix(issue.input, expected.options),
      awsMessage: `${name} should be one of [${expected.options.join(",")}]`,
    });
  } else {
    const finding = typeFinding(issue.input, expected);
    report.type(finding.rule, path, finding.message, finding.details);
  }
}

function enumFix(value: string, options: readonly string[]): string {
  const sameWord = options.find((option) => option.toLowerCase() === value.toLowerCase());
  if (sameWord !== undefined) return `Write "${sameWord}"`;
  return value === "" ? `Leave it out, or write one of ${options.join(", ")}` : `Write one of ${options.join(", ")}`;
}

const TYPE_NAMES: Readonly<Record<Members["kind"], string>> = {
  object: "an object",
  list: "a list",
  map: "an object of strings",
  string: "a string",
  enum: "a string",
  integer: "a whole number",
  boolean: "true or false",
};
const JAVA_NAMES: Partial<Record<Members["kind"], string>> = {
  string: "String",
  enum: "String",
  integer: "Integer",
  boolean: "Boolean",
};

function typeFinding(
  input: unknown,
  expected: Members | undefined,
): { rule: RuleId; message: string; details: ProblemDetails } {
  const kind = expected?.kind ?? "string";
  if (kind === "integer" && typeof input === "number") {
    return {
      rule: "integer-out-of-range",
      message: `${input} is not a whole number of 32 bits`,
      details: { fix: "Write a whole number" },
    };
  }
  const fix = typeFix(input, kind);
  const token = wireToken(input);
  const javaName = JAVA_NAMES[kind];
  const awsMessage =
    token === undefined || javaName === undefined ? undefined : `${token} cannot be converted to ${javaName}`;
  return {
    rule: "wrong-type",
    message: `${describeValue(input)} stands where ${TYPE_NAMES[kind]} belongs`,
    details: { fix, awsMessage },
  };
}

function wireToken(input: unknown): string | undefined {
  if (typeof input === "string") return "STRING_VALUE";
  if (typeof input === "number") return "NUMBER_VALUE";
  return typeof input === "boolean" ? `${String(input).toUpperCase()}_VALUE` : undefined;
}

function describeValue(input: unknown): string {
  if (typeof input === "string") return `The string ${quote(input)}`;
  if (typeof input === "number" || typeof input === "boolean") return `The ${typeof input} ${input}`;
  if (Array.isArray(input)) return "A list";
  return typeof input === "object" ? "An object" : `A ${typeof input}`;
}

function typeFix(input: unknown, kind: Members["kind"]): string | undefined {
  if (kind === "integer" && typeof input === "string" && /^-?\d{1,10}$/.test(input))
    return `Write ${input} without quotes`;
  if (kind === "boolean" && (input === "true" || input === "false")) return `Write ${input} without quotes`;
  const isScalar = typeof input === "number" || typeof input === "boolean";
  if (JAVA_NAMES[kind] === "String" && isScalar) return `Write "${input}" in quotes`;
  if (kind === "list") return "Put it into square brackets, if it is one entry";
  return undefined;
}

/** Removes the wrong value: the member that holds it, or in a list of objects its content, so that indices stay. */
function takeOut(issue: Issue, members: ObjectMembers, damaged: Set<string>): void {
  const items = issue.path ?? [];
  const keys = keysOf(issue);
  for (let depth = items.length - 1; depth >= 0; depth--) {
    const item = items[depth];
    const path = pathOf(keys.slice(0, depth + 1));
    const holder: unknown = item?.input;
    if (Array.isArray(holder)) {
      if (memberAt(members, keys.slice(0, depth + 1))?.kind !== "object") continue;
      holder[Number(keys[depth])] = {};
      damaged.add(path);
      return;
    }
    if (typeof holder !== "object" || holder === null) continue;
    Reflect.deleteProperty(holder, String(keys[depth]));
    damaged.add(path);
    return;
  }
}
