/**
 * Types and enums of a prepared document. What has the wrong type is reported and taken out, so that the other rules
 * still see the rest; `damaged` remembers where, so that they do not report it as missing.
 * Source: interfaces 1.3.1.
 */

import type { Members, ObjectMembers } from "../ecs-model/members.ts";
import type { AwsText } from "./aws-texts.ts";
import { aws } from "./aws-texts.ts";
import type { Fix } from "./fix.ts";
import { either, hint, remove, write, writeLike } from "./fix.ts";
import type { ProblemDetails, Report } from "./problem.ts";
import { childPath, quote } from "./problem.ts";
import type { RuleId } from "./rules.ts";

/** A number or truth value as the file spells it: `1.10`, where the document holds 1.1. */
export type SourceOf = (path: string) => string | undefined;

type Reports = { readonly type: Report; readonly enum: Report; readonly sourceOf?: SourceOf | undefined };

type Key = string | number;

export type Shaped<Output> = { readonly value: Output; readonly damaged: ReadonlySet<string> };

const NOTHING: ReadonlySet<string> = new Set();

/** For what is known to have the right types. */
export function asShaped<Output extends object>(fitting: object): Shaped<Output> {
  return { value: fitting as Output, damaged: NOTHING };
}

/**
 * The typed part of `prepared`, which is changed on the way: a wrong value goes with the member that holds it, or in a list
 * of objects with its content, so that indices stay. Unknown members stay, and nobody reads them. Enum findings go to
 * `report.enum`, because ECS checks them after everything else.
 */
export function checkShape<Output extends object>(
  prepared: object,
  members: ObjectMembers,
  report: Reports,
): Shaped<Output> {
  const walk: Walk = { keys: [], damaged: new Set(), report };
  keepFitting(prepared as Record<string, unknown>, members, walk);
  return { value: prepared as Output, damaged: walk.damaged };
}

type Walk = { readonly keys: Key[]; readonly damaged: Set<string>; readonly report: Reports };

function keepFitting(object: Record<string, unknown>, { names, members }: ObjectMembers, walk: Walk): void {
  for (const name of names) {
    const member = members.get(name);
    if (object[name] === undefined || member === undefined) continue;
    if (!fitsAt(name, object[name], member, walk)) takeOut(object, name, walk);
  }
}

function takeOut(object: Record<string, unknown>, name: string, { keys, damaged }: Walk): void {
  delete object[name];
  damaged.add(pathOf([...keys, name]));
}

function fitsAt(key: Key, value: unknown, members: Members, walk: Walk): boolean {
  walk.keys.push(key);
  const fits = isFitting(value, members, walk);
  walk.keys.pop();
  return fits;
}

function isFitting(value: unknown, members: Members, walk: Walk): boolean {
  if (!hasType(value, members)) {
    tell(value, members, walk);
    return false;
  }
  if (members.kind === "object") keepFitting(value as Record<string, unknown>, members, walk);
  if (members.kind === "map") keepTexts(value as Record<string, unknown>, walk);
  return members.kind !== "list" || isFittingList(value as unknown[], members.item, walk);
}

function hasType(value: unknown, members: Members): boolean {
  switch (members.kind) {
    case "object":
    case "map":
      return isPlainObject(value);
    case "list":
      return Array.isArray(value);
    case "enum":
      return typeof value === "string" && members.options.includes(value);
    case "integer":
      return typeof value === "number" && (value | 0) === value;
    default:
      return typeof value === members.kind;
  }
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFittingList(list: unknown[], item: Members, walk: Walk): boolean {
  let fits = true;
  for (const [index, value] of list.entries()) {
    if (fitsAt(index, value, item, walk)) continue;
    if (item.kind !== "object") {
      fits = false;
      continue;
    }
    list[index] = {};
    walk.damaged.add(pathOf([...walk.keys, index]));
  }
  return fits;
}

function keepTexts(map: Record<string, unknown>, walk: Walk): void {
  for (const key of Object.keys(map)) {
    if (!fitsAt(key, map[key], { kind: "string" }, walk)) takeOut(map, key, walk);
  }
}

function pathOf(keys: readonly Key[]): string {
  return keys.reduce<string>(childPath, "");
}

function tell(input: unknown, expected: Members, { keys, report }: Walk): void {
  const path = pathOf(keys);
  if (input === null) {
    report.type("null-in-list", path, "A list holds null", {
      fix: remove(path, "Leave the entry out, or write its value"),
    });
  } else if (expected.kind === "enum" && typeof input === "string") {
    report.enum("enum-value", path, `${quote(input)} is not one of ${expected.options.join(", ")}`, {
      fix: enumFix(input, expected.options, path),
    });
  } else {
    const finding = typeFinding({ input, path, source: report.sourceOf?.(path) }, expected);
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

function typeFinding(found: Found, expected: Members): { rule: RuleId; message: string; details: ProblemDetails } {
  const { input } = found;
  const { kind } = expected;
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

function typeFix(found: Found, expected: Members): Fix | undefined {
  const { input, path } = found;
  const { kind } = expected;
  if (expected.kind === "list") return listFix(input, expected.item, path);
  const isScalar = typeof input === "number" || typeof input === "boolean";
  if (expected.kind === "enum") return enumFix(isScalar ? asWritten(found) : "", expected.options, path);
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
