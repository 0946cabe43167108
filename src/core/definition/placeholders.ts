/** Unfilled placeholders of a definition: where they are, and filling them. */
import type { Members, ObjectMembers } from "../ecs-model/members.ts";
import { TASK_MEMBERS } from "./members.ts";
import type { PlaceholderMatch, PlaceholderStyle } from "./placeholder-forms.ts";
import { isStatement, scanPlaceholders, wholePlaceholder } from "./placeholder-forms.ts";
import type { Trail } from "./problem.ts";
import { MAX_PROBLEMS, trailPath } from "./problem.ts";

export type Placeholder = {
  /** Member that holds it, e.g. `containerDefinitions[0].image`. */
  readonly path: string;
  /** As it stands there, e.g. `${TAG}`. */
  readonly placeholder: string;
  /** What to give a value to: `TAG`. */
  readonly name: string;
  /** The whole value of a member that is a list or an object: a value for it is JSON. */
  readonly takes?: "list" | "object";
  /** A part of a template that no value can stand for, such as `{{ if .X }}`. */
  readonly isStatement?: true;
};

/** Members whose text the shell, Docker or the application reads. */
const SHELL_MEMBERS: ReadonlySet<string> = new Set(["command", "entryPoint", "dockerLabels", "properties"]);
const OPTION_MEMBERS: ReadonlySet<string> = new Set(["options", "driverOpts", "labels", "tags"]);
/** Log options with a syntax of their own. */
const OWN_SYNTAX = /^(?:tag|labels|env|.*-regex|.*-pattern|.*-format|.*record_modifier.*|match.*|regex|exclude|grep)$/i;
const DEPTH_MAX = 64;
/** Values that are looked at; what shares or holds itself would have no end. As in `prepare`. */
const NODES_MAX = 200_000;

/** Variables reach the application as they stand: there only a value that is nothing but a placeholder is one. */
type Style = PlaceholderStyle | "whole";

function styleOf(member: string, inherited: Style): Style {
  if (inherited === "whole" || member === "environment") return "whole";
  if (inherited === "shell" || SHELL_MEMBERS.has(member)) return "shell";
  if (inherited === "option") return OWN_SYNTAX.test(member) ? "shell" : "option";
  return OPTION_MEMBERS.has(member) ? "option" : "identifier";
}

/** A member in which a placeholder is looked for. What a shell reads is none, unless it is the whole of a list or object. */
type Place = {
  readonly members: Members;
  readonly style: Style;
  readonly children: ReadonlyMap<string, Place>;
  readonly item: Place | undefined;
};

const NO_CHILDREN: ReadonlyMap<string, Place> = new Map();

function placeOf(members: Members, style: Style): Place {
  const item = members.kind === "list" ? placeOf(members.item, style) : undefined;
  return { members, style, item, children: members.kind === "object" ? childPlaces(members, style) : NO_CHILDREN };
}

function childPlaces({ members }: ObjectMembers, style: Style): ReadonlyMap<string, Place> {
  const places = [...members].map(([key, child]) => [key, placeOf(child, styleOf(key, style))] as const);
  return new Map(places.filter(([, { style, members: own }]) => style !== "shell" || structureOf(own) !== undefined));
}

/** Of a member whose value is no text, what it is. */
function structureOf(members: Members | undefined): "list" | "object" | undefined {
  if (members?.kind === "list") return "list";
  return members?.kind === "object" || members?.kind === "map" ? "object" : undefined;
}

const TEXT = { kind: "string" } as const;
const TEXT_PLACE = {
  identifier: placeOf(TEXT, "identifier"),
  option: placeOf(TEXT, "option"),
  whole: placeOf(TEXT, "whole"),
} as const;
const TASK_PLACE = placeOf(TASK_MEMBERS, "identifier");

/** The tree that fits the document: a definition, an object around one, or a list. */
function rootMembers(input: unknown): Members {
  if (Array.isArray(input)) {
    const containers = TASK_MEMBERS.members.get("containerDefinitions");
    const isWholeTask =
      typeof input[0] === "object" && input[0] !== null && Object.hasOwn(input[0], "containerDefinitions");
    return isWholeTask || containers === undefined ? { kind: "list", item: TASK_MEMBERS } : containers;
  }
  if (typeof input !== "object" || input === null || !Object.hasOwn(input, "taskDefinition")) return TASK_MEMBERS;
  const members = new Map([["taskDefinition", TASK_MEMBERS]]);
  return { kind: "object", members, names: [...members.keys()], required: [] };
}

/**
 * Placeholders that would break the task: in images, roles, names, sizes, numbers, log options and the like. Shell syntax in
 * commands, health checks and environment values is left out.
 */
export function findPlaceholders(input: unknown): Placeholder[] {
  const found: Placeholder[] = [];
  const members = rootMembers(input);
  const root = members === TASK_MEMBERS ? TASK_PLACE : placeOf(members, "identifier");
  collect(input, root, { trail: [], found, budget: { left: NODES_MAX } });
  return found;
}

type Budget = { left: number };
/** All members at once: a copy of a list has as many places, whatever becomes of them. */
function spend(budget: Budget, value: object): boolean {
  budget.left -= 1 + (Array.isArray(value) ? value.length : countMembers(value));
  return budget.left >= 0;
}

/** Without the list of their names, which would be made for nothing else. */
function countMembers(value: object): number {
  let count = 0;
  for (const _ in value) count += 1;
  return count;
}

type Search = { readonly trail: Trail; readonly found: Placeholder[]; readonly budget: Budget };

function collect(value: unknown, place: Place, search: Search): void {
  if (typeof value === "string") {
    collectText(value, place, search);
    return;
  }
  if (typeof value !== "object" || value === null || search.trail.length > DEPTH_MAX) return;
  if (place.style === "shell") return;
  if (!spend(search.budget, value)) return;
  if (Array.isArray(value)) collectList(value, place.item, search);
  else if (place.members.kind === "map") collectMap(value, place.style, search);
  else collectMembers(value, place.children, search);
}

function collectList(list: readonly unknown[], item: Place | undefined, search: Search): void {
  if (item === undefined) return;
  for (let index = 0; index < list.length; index++) {
    search.trail.push(index);
    collect(list[index], item, search);
    search.trail.pop();
  }
}

function collectMap(map: object, style: Style, search: Search): void {
  for (const key in map) {
    const own = styleOf(key, style);
    if (own === "shell") continue;
    search.trail.push(key);
    collect((map as Readonly<Record<string, unknown>>)[key], TEXT_PLACE[own], search);
    search.trail.pop();
  }
}

function collectMembers(object: object, places: ReadonlyMap<string, Place>, search: Search): void {
  for (const key in object) {
    const value = (object as Readonly<Record<string, unknown>>)[key];
    if (typeof value !== "string" && typeof value !== "object") continue;
    const place = places.get(key);
    if (place === undefined) continue;
    search.trail.push(key);
    collect(value, place, search);
    search.trail.pop();
  }
}

function collectText(value: string, { members, style }: Place, { trail, found }: Search): void {
  if (found.length >= MAX_PROBLEMS || (members.kind === "enum" && members.options.includes(value))) return;
  const takes = structureOf(members);
  const matches = matchesOf(value, takes === undefined ? style : "whole");
  if (matches.length === 0) return;
  const path = trailPath(trail);
  for (const { text, name } of matches) {
    found.push({
      path,
      placeholder: text,
      name,
      ...(takes === undefined ? {} : { takes }),
      ...(isStatement(text) ? { isStatement: true } : {}),
    });
  }
}

const NO_MATCHES: readonly PlaceholderMatch[] = [];

function matchesOf(value: string, style: Style): readonly PlaceholderMatch[] {
  if (style !== "whole") return scanPlaceholders(value, style);
  const whole = wholePlaceholder(value);
  return whole === undefined ? NO_MATCHES : [whole];
}

function childOf(members: Members | undefined, key: string): Members | undefined {
  if (members?.kind === "map") return TEXT;
  return members?.kind === "object" ? members.members.get(key) : undefined;
}

/**
 * A copy of `input` in which every placeholder with a value in `values` is replaced, in commands and environment values too
 * (there not the bare form `$NAME`). A number or truth value that was a placeholder becomes one again, and so does a list or
 * an object that was one, when its value is JSON. Nothing else in a value counts. Placeholders without a value stay.
 */
export function fillPlaceholders(input: unknown, values: Readonly<Record<string, string>>): unknown {
  return fill(input, rootMembers(input), "identifier", 0, {
    values: new Map(Object.entries(values)),
    left: NODES_MAX,
  });
}

function fill(
  value: unknown,
  members: Members | undefined,
  style: Style,
  depth: number,
  filling: Budget & { readonly values: ReadonlyMap<string, string> },
): unknown {
  const { values } = filling;
  if (depth > DEPTH_MAX) return value;
  if (typeof value === "string") return fillText(value, members, style, values);
  if (typeof value !== "object" || value === null) return value;
  if (!spend(filling, value)) return value;
  if (Array.isArray(value)) {
    const item = members?.kind === "list" ? members.item : undefined;
    return value.map((entry) => fill(entry, item, style, depth + 1, filling));
  }
  const filled: [string, unknown][] = Object.entries(value).map(([key, member]) => [
    replaceAll(key, scanPlaceholders(key, "shell"), values),
    fill(member, childOf(members, key), styleOf(key, style), depth + 1, filling),
  ]);
  return Object.fromEntries(filled);
}

function fillText(
  text: string,
  members: Members | undefined,
  style: Style,
  values: ReadonlyMap<string, string>,
): unknown {
  if (structureOf(members) !== undefined) return fillStructure(text, structureOf(members), values);
  const matches = matchesOf(text, style);
  // What a user names is filled within the values of variables too.
  const within = style === "whole" && matches.length === 0 ? scanPlaceholders(text, "shell") : matches;
  const filled = replaceAll(text, within, values);
  if (filled === text) return text;
  if (members?.kind === "integer" && /^-?\d{1,15}$/.test(filled)) return Number(filled);
  if (members?.kind === "boolean" && (filled === "true" || filled === "false")) return filled === "true";
  return filled;
}

function fillStructure(text: string, wanted: "list" | "object" | undefined, values: ReadonlyMap<string, string>) {
  const filled = replaceAll(text, matchesOf(text, "whole"), values);
  if (filled === text) return text;
  const value = jsonOf(filled);
  if (typeof value !== "object" || value === null) return filled;
  return Array.isArray(value) === (wanted === "list") ? value : filled;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the text stays, and is refused for what it is
  }
}

function replaceAll(text: string, matches: readonly PlaceholderMatch[], values: ReadonlyMap<string, string>): string {
  let filled = "";
  let done = 0;
  for (const match of matches) {
    const value = values.get(match.name) ?? values.get(match.text);
    if (value === undefined) continue;
    filled += text.slice(done, match.index) + value;
    done = match.index + match.text.length;
  }
  return filled + text.slice(done);
}

/** The option that fills a placeholder, as one would type it. */
export function setOption({ name, takes }: Pick<Placeholder, "name" | "takes">): string {
  const assignment = `${name}=${VALUE_WORDS[takes ?? "text"]}`;
  return `--set ${/^[\w.:=-]+$/.test(assignment) ? assignment : `'${assignment.replaceAll("'", "'\\''")}'`}`;
}

const VALUE_WORDS = { text: "VALUE", list: "[...]", object: "{...}" } as const;
