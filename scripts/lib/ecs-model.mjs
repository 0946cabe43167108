/**
 * Reads the ECS model out of the pinned `@aws-sdk/client-ecs`: structures, required members, enums, operations, errors. Its
 * schemas say all of it save which members are enums and which errors an operation has: those are in its declarations.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sdk from "@aws-sdk/client-ecs";

const DECLARATIONS = join(dirname(fileURLToPath(import.meta.resolve("@aws-sdk/client-ecs"))), "..", "dist-types");
const SCALARS = new Map([
  [0, "string"],
  [1, "number"],
  [2, "boolean"],
  [4, "timestamp"],
  [15, "document"],
]);
const [STRUCTURE, UNION, LIST, MAP, SIMPLE, ERROR, OPERATION] = [3, 4, 1, 2, 0, -3, 9];
/** Their member takes other values as well: the service hands any log driver to Docker. */
const OPEN_ENUMS = new Set(["LogDriver"]);
/** A member with traits of its own is its type and these; types themselves are longer. */
const WITH_TRAITS = 2;
const [LIST_OF, MAP_OF] = [64, 128];

/**
 * @typedef {{ kind: "list" | "map", of: Type } | { kind: "structure" | "enum" | "scalar", name: string }} Type
 * @typedef {{ name: string, members: readonly (readonly [string, Type])[], required: number }} Structure
 * @typedef {{ name: string, request: string, answer: string, errors: readonly string[] }} Operation
 * @typedef {{ name: string, fault: string, httpStatus: number }} Failure
 * @typedef {readonly (readonly [string, readonly string[]])[]} Enums
 * @typedef {{ version: string, structures: readonly Structure[], enums: Enums, operations: readonly Operation[], errors: readonly Failure[] }} Model
 */

/**
 * The SDK's own form of a type: a code, an array, or a function that gives one.
 * @typedef {any} Schema
 */

/** @returns {Model} */
export function readEcsModel() {
  /** @type {Schema[]} */
  const exported = Object.values(sdk);
  const schemas = exported.filter((each) => Array.isArray(each) && each[1] === "com.amazonaws.ecs");
  const enums = readEnums();
  const enumOf = readEnumMembers(new Set(enums.map(([name]) => name)));
  /** @param {Schema} schema @returns {Structure} */
  const structure = ([, , name, , members, types, required = 0]) => ({
    name,
    required,
    members: members.map((/** @type {string} */ member, /** @type {number} */ index) => [
      member,
      withEnum(typeOf(types[index]), enumOf.get(`${name}.${member}`)),
    ]),
  });
  /** @param {readonly number[]} kinds */
  const of = (...kinds) => schemas.filter((schema) => kinds.includes(schema[0])).toSorted(byName);
  return {
    version: JSON.parse(readFileSync(join(DECLARATIONS, "..", "package.json"), "utf8")).version,
    structures: of(STRUCTURE, UNION).map(structure),
    enums,
    operations: of(OPERATION).map(([, , name, , request, answer]) => ({
      name,
      request: request()[2],
      answer: answer()[2],
      errors: errorsOf(name),
    })),
    errors: of(ERROR).map((schema) => {
      const { error: fault, httpError: httpStatus = fault === "client" ? 400 : 500 } = schema[3];
      return { name: schema[2], fault, httpStatus };
    }),
  };
}

/** @param {Schema} a @param {Schema} b */
function byName(a, b) {
  return a[2] < b[2] ? -1 : 1;
}

/** @param {Schema} schema @returns {Type} */
function typeOf(schema) {
  if (typeof schema === "function") return typeOf(schema());
  if (typeof schema === "number") return ofNumber(schema);
  if (schema.length === WITH_TRAITS) return typeOf(schema[0]);
  const [kind, , name, , first, second] = schema;
  if (kind === STRUCTURE || kind === UNION) return { kind: "structure", name };
  if (kind === LIST) return { kind: "list", of: typeOf(first) };
  if (kind === MAP) return { kind: "map", of: typeOf(second) };
  if (kind === SIMPLE) return typeOf(first);
  throw new Error(`Cannot read the ECS model: ${name} is of a kind ${kind}`);
}

/** @param {number} code @returns {Type} */
function ofNumber(code) {
  if (code & LIST_OF) return { kind: "list", of: ofNumber(code & ~LIST_OF) };
  if (code & MAP_OF) return { kind: "map", of: ofNumber(code & ~MAP_OF) };
  const name = SCALARS.get(code);
  if (name === undefined) throw new Error(`Cannot read the ECS model: it has a type of code ${code}`);
  return { kind: "scalar", name };
}

/** @param {Type} type @param {string | undefined} name @returns {Type} */
function withEnum(type, name) {
  if (name === undefined) return type;
  return type.kind === "list" ? { kind: "list", of: withEnum(type.of, name) } : { kind: "enum", name };
}

/** @returns {Enums} */
function readEnums() {
  const text = declarations("models", "enums.d.ts");
  const found = [...text.matchAll(/export declare const (?<name>\w+): \{(?<body>[^}]*)\}/g)];
  return found
    .map(
      ({ groups: { name = "", body = "" } = {} }) =>
        /** @type {const} */ ([name, allIn(body, /readonly [^:]+: "([^"]*)"/g)]),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** @param {string} text @param {RegExp} pattern with one group @returns {readonly string[]} */
function allIn(text, pattern) {
  return [...text.matchAll(pattern)].flatMap(([, value]) => value ?? []);
}

/** Members whose declared type is an enum: `Structure.member`, and which one. @param {ReadonlySet<string>} enums */
function readEnumMembers(enums) {
  const found = new Map();
  for (const file of ["models_0.d.ts", "models_1.d.ts", "errors.d.ts"]) {
    let owner = "";
    for (const line of declarations("models", file).split("\n")) {
      owner = /^export (?:interface|declare class) (\w+)/.exec(line)?.[1] ?? owner;
      const [, member, type] = /^ {4}(\w+)\??: (\w+)(?:\[\])? \| undefined;$/.exec(line) ?? [];
      if (type !== undefined && enums.has(type) && !OPEN_ENUMS.has(type)) found.set(`${owner}.${member}`, type);
    }
  }
  return found;
}

/** @param {string} operation */
function errorsOf(operation) {
  const text = declarations("commands", `${operation}Command.d.ts`);
  return allIn(text, /@throws \{@link (\w+)\} \((?:client|server) fault\)/g);
}

/** @param {readonly string[]} path */
function declarations(...path) {
  return readFileSync(join(DECLARATIONS, ...path), "utf8");
}
