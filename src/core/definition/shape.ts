/**
 * Types and enums of a prepared document. What has the wrong type is reported and taken out, so that the other rules
 * still see the rest; `damaged` remembers where, so that they do not report it as missing.
 * Source: interfaces 1.3.1.
 */
import * as v from "valibot";
import { assert } from "../assert.ts";
import type { AwsText } from "./aws-texts.ts";
import { aws } from "./aws-texts.ts";
import type { Fix } from "./fix.ts";
import { either, hint, remove, write, writeLike } from "./fix.ts";
import type { Members, ObjectMembers } from "./members.ts";
import { memberAt } from "./members.ts";
import type { ProblemDetails, Report } from "./problem.ts";
import { childPath, quote } from "./problem.ts";
import type { RuleId } from "./rules.ts";

/** A number or truth value as the file spells it: `1.10`, where the document holds 1.1. */
export type SourceOf = (path: string) => string | undefined;

type Reports = { readonly type: Report; readonly enum: Report; readonly sourceOf?: SourceOf | undefined };

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
  report: Reports,
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

function describeIssue(issue: Issue, members: ObjectMembers, report: Reports): void {
  const keys = keysOf(issue);
  const path = pathOf(keys);
  const expected = memberAt(members, keys);
  if (issue.input === null) {
    report.type("null-in-list", path, "A list holds null", {
      fix: remove(path, "Leave the entry out, or write its value"),
    });
  } else if (expected?.kind === "enum" && typeof issue.input === "string") {
    report.enum("enum-value", path, `${quote(issue.input)} is not one of ${expected.options.join(", ")}`, {
      fix: enumFix(issue.input, expected.options, path),
    });
  } else {
    const finding = typeFinding({ input: issue.input, path, source: report.sourceOf?.(path) }, expected);
    report.type(finding.rule, path, finding.message, finding.details);
  }
}

function enumFix(value: string, [first, ...others]: readonly string[], path: string): Fix {
  const sameWord = [first, ...others].find((option) => option?.toLowerCase() === value.toLowerCase());
  if (sameWord !== undefined) return write(path, sameWord);
  const values = write(path, first, ...others);
  return value === "" ? either(remove(path, "Leave it out"), values) : values;
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

type Found = { readonly input: unknown; readonly path: string; readonly source: string | undefined };

function typeFinding(
  found: Found,
  expected: Members | undefined,
): { rule: RuleId; message: string; details: ProblemDetails } {
  const { input } = found;
  const kind = expected?.kind ?? "string";
  if (kind === "integer" && typeof input === "number") {
    return {
      rule: "integer-out-of-range",
      message: `${asWritten(found)} is not a whole number of 32 bits`,
      details: { fix: wholeNumber(input, found.path) },
    };
  }
  return {
    rule: "wrong-type",
    message: `${describeValue(found)} stands where ${TYPE_NAMES[kind]} belongs`,
    details: { fix: typeFix(found, expected), awsMessage: conversion(input, kind) },
  };
}

function wholeNumber(input: number, path: string): Fix {
  const near = Math.round(input);
  return Math.abs(near) < 2 ** 31 ? writeLike(path, "a whole number", near) : hint("Write a whole number of 32 bits");
}

function conversion(input: unknown, kind: Members["kind"]): AwsText | undefined {
  const token = wireToken(input);
  const javaName = JAVA_NAMES[kind];
  return token === undefined || javaName === undefined ? undefined : aws.conversion(token, javaName);
}

function asWritten({ input, source }: Found): string {
  return source ?? String(input);
}

function wireToken(input: unknown): string | undefined {
  if (typeof input === "string") return "STRING_VALUE";
  if (typeof input === "number") return "NUMBER_VALUE";
  return typeof input === "boolean" ? `${String(input).toUpperCase()}_VALUE` : undefined;
}

function describeValue(found: Found): string {
  const { input } = found;
  if (typeof input === "string") return `The string ${quote(input)}`;
  if (typeof input === "number" || typeof input === "boolean") return `The ${typeof input} ${asWritten(found)}`;
  if (Array.isArray(input)) return "A list";
  return typeof input === "object" ? "An object" : `A ${typeof input}`;
}

function typeFix(found: Found, expected: Members | undefined): Fix | undefined {
  const { input, path } = found;
  const kind = expected?.kind ?? "string";
  if (expected?.kind === "list") return listFix(input, expected.item, path);
  const isScalar = typeof input === "number" || typeof input === "boolean";
  if (expected?.kind === "enum") return enumFix(isScalar ? asWritten(found) : "", expected.options, path);
  if (kind === "string" && isScalar) return withRemark(write(path, asWritten(found)), "in quotes");
  if (typeof input !== "string") return undefined;
  const isInteger = kind === "integer" && /^-?\d{1,10}$/.test(input) && Math.abs(Number(input)) < 2 ** 31;
  if (isInteger) return withRemark(write(path, Number(input)), "without quotes");
  const isFlag = kind === "boolean" && (input === "true" || input === "false");
  return isFlag ? withRemark(write(path, input === "true"), "without quotes") : undefined;
}

function withRemark(fix: Fix, remark: string): Fix {
  return { ...fix, text: `${fix.text} ${remark}` };
}

/** One entry without its brackets, or names and values as a map. */
function listFix(input: unknown, item: Members, path: string): Fix | undefined {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  if (isObject && item.kind === "object" && item.members.has("name") && item.members.has("value")) {
    const entries = Object.entries(input);
    const isMap = entries.length > 0 && entries.every(([key, value]) => !item.members.has(key) && isText(value));
    if (isMap)
      return write(
        path,
        entries.map(([name, value]) => ({ name, value: String(value) })),
      );
  }
  const fits = item.kind === "object" ? isObject : item.kind === "string" && typeof input === "string";
  return fits ? { ...write(path, [input]), text: "Put it into square brackets" } : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
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
