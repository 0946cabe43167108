/**
 * Which members are unknown, which of the model's required ones are missing, and whether the types are right.
 * Source: interfaces 1.3.1, 1.3.4.
 */

import type { Members, ObjectMembers } from "../ecs-model/members.ts";
import { hint, remove, rename } from "./fix.ts";
import { nearest } from "./nearest.ts";
import type { Report, Trail } from "./problem.ts";
import { quote, trailPath } from "./problem.ts";

export type MemberReports = { readonly unknown: Report; readonly pascal: Report; readonly missing: Report };

/** Members with rules (and AWS messages) of their own are asked for there. */
const OWN_RULES = new Set(["family", "containerDefinitions", "command"]);

/**
 * Walks the known part of `value`. `ignored` are members at the top that are dropped without a word. Returns true when every
 * known value has its type; the schema finds nothing then, and need not be asked. When false it has the last word.
 */
export function checkMembers(
  value: unknown,
  members: ObjectMembers,
  reports: MemberReports,
  ignored: ReadonlySet<string>,
): boolean {
  return walkObject(value, members, { trail: [], ignored, ...reports });
}

type Walk = MemberReports & { readonly trail: Trail; readonly ignored: ReadonlySet<string> };

function walk(value: unknown, members: Members, state: Walk): boolean {
  switch (members.kind) {
    case "object":
      return walkObject(value, members, state);
    case "list":
      return walkList(value, members.item, state);
    case "map":
      return isTextMap(value);
    case "enum":
      return typeof value === "string" && members.options.includes(value);
    case "integer":
      return typeof value === "number" && (value | 0) === value;
    default:
      return typeof value === members.kind;
  }
}

function walkList(value: unknown, item: Members, state: Walk): boolean {
  if (!Array.isArray(value)) return false;
  let fits = true;
  for (let index = 0; index < value.length; index++) {
    state.trail.push(index);
    if (!walk(value[index], item, state)) fits = false;
    state.trail.pop();
  }
  return fits;
}

function walkObject(value: unknown, members: ObjectMembers, state: Walk): boolean {
  if (!isObject(value)) return false;
  let fits = true;
  const meant: string[] = [];
  for (const key in value) {
    const known = members.members.get(key);
    state.trail.push(key);
    if (known === undefined) meant.push(reportUnknown(key, members, state));
    else if (!walk(value[key], known, state)) fits = false;
    state.trail.pop();
  }
  for (const name of members.required) {
    if (Object.hasOwn(value, name) || meant.includes(name) || OWN_RULES.has(name)) continue;
    state.missing("member-required", trailPath(state.trail, name), `"${name}" is missing`, {
      fix: hint(`Add "${name}"`),
    });
  }
  return fits;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextMap(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const key in value) if (typeof value[key] !== "string") return false;
  return true;
}

/** Returns the member that was meant, when the key is its CloudFormation spelling. */
function reportUnknown(key: string, members: ObjectMembers, state: Walk): string {
  if (state.trail.length === 1 && state.ignored.has(key)) return key;
  const path = trailPath(state.trail);
  const meant = key.charAt(0).toLowerCase() + key.slice(1);
  if (meant !== key && members.members.has(meant)) {
    state.pascal("pascal-case-member", path, `${quote(key)} is the spelling of CloudFormation`, {
      fix: rename(path, meant),
    });
    return meant;
  }
  const guess = nearest(key, members.members.keys());
  state.unknown("unknown-member", path, `ECS has no member ${quote(key)} here: it is ignored`, {
    severity: "warning",
    fix: guess === undefined ? remove(path) : { ...rename(path, guess), text: `Did you mean "${guess}"` },
  });
  return key;
}
