/** Which members are unknown, and which of the model's required ones are missing. Source: interfaces 1.3.1, 1.3.4. */
import type { Members, ObjectMembers } from "./members.ts";
import { nearest } from "./nearest.ts";
import type { Report, Trail } from "./problem.ts";
import { quote, trailPath } from "./problem.ts";

export type MemberReports = { readonly unknown: Report; readonly pascal: Report; readonly missing: Report };

/** Members with rules (and AWS messages) of their own are asked for there. */
const OWN_RULES = new Set(["command"]);

/** Walks the known part of `value`. `ignored` are members at the top that are dropped without a word. */
export function checkMembers(
  value: unknown,
  members: ObjectMembers,
  reports: MemberReports,
  ignored: ReadonlySet<string>,
): void {
  walk(value, members, { trail: [], ignored, ...reports });
}

type Walk = MemberReports & { readonly trail: Trail; readonly ignored: ReadonlySet<string> };

function walk(value: unknown, members: Members, state: Walk): void {
  if (members.kind === "object") walkObject(value, members, state);
  if (members.kind !== "list" || !Array.isArray(value)) return;
  if (members.item.kind !== "object" && members.item.kind !== "list") return;
  for (let index = 0; index < value.length; index++) {
    state.trail.push(index);
    walk(value[index], members.item, state);
    state.trail.pop();
  }
}

function walkObject(value: unknown, members: ObjectMembers, state: Walk): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const object = value as Readonly<Record<string, unknown>>;
  const meant = new Set<string>();
  for (const key of Object.keys(object)) {
    const known = members.members.get(key);
    state.trail.push(key);
    if (known === undefined) meant.add(reportUnknown(key, members, state));
    else if (known.kind === "object" || known.kind === "list") walk(object[key], known, state);
    state.trail.pop();
  }
  for (const name of members.required) {
    if (Object.hasOwn(object, name) || meant.has(name) || OWN_RULES.has(name)) continue;
    state.missing("member-required", trailPath(state.trail, name), `"${name}" is missing`, { fix: `Add "${name}"` });
  }
}

/** Returns the member that was meant, when the key is its CloudFormation spelling. */
function reportUnknown(key: string, members: ObjectMembers, state: Walk): string {
  if (state.trail.length === 1 && state.ignored.has(key)) return key;
  const path = trailPath(state.trail);
  const meant = key.charAt(0).toLowerCase() + key.slice(1);
  if (meant !== key && members.members.has(meant)) {
    state.pascal("pascal-case-member", path, `${quote(key)} is the spelling of CloudFormation`, {
      fix: `Write "${meant}"`,
    });
    return meant;
  }
  const guess = nearest(key, members.members.keys());
  state.unknown("unknown-member", path, `ECS has no member ${quote(key)} here: it is ignored`, {
    severity: "warning",
    fix: guess === undefined ? "Remove it" : `Did you mean "${guess}"`,
  });
  return key;
}
