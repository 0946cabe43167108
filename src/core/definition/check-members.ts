/** Which members are unknown, and which of the model's required ones are missing. Source: interfaces 1.3.1, 1.3.4. */
import type { Members, ObjectMembers } from "./members.ts";
import { nearest } from "./nearest.ts";
import type { Report } from "./problem.ts";
import { childPath, quote } from "./problem.ts";

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
  walkObject(value, members, "", reports, ignored);
}

const NOTHING: ReadonlySet<string> = new Set();

function walk(value: unknown, members: Members, path: string, reports: MemberReports): void {
  if (members.kind === "list" && Array.isArray(value)) {
    if (members.item.kind !== "object" && members.item.kind !== "list") return;
    for (const [index, item] of value.entries()) walk(item, members.item, childPath(path, index), reports);
  }
  if (members.kind === "object") walkObject(value, members, path, reports, NOTHING);
}

function walkObject(
  value: unknown,
  members: ObjectMembers,
  path: string,
  reports: MemberReports,
  ignored: ReadonlySet<string>,
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const present = new Set<string>();
  for (const [key, member] of Object.entries(value)) {
    const known = members.members.get(key);
    present.add(key);
    if (known === undefined) {
      if (!ignored.has(key)) present.add(reportUnknown(key, childPath(path, key), members, reports));
    } else if (known.kind === "object" || known.kind === "list") {
      walk(member, known, childPath(path, key), reports);
    }
  }
  for (const name of members.required) {
    if (present.has(name) || OWN_RULES.has(name)) continue;
    reports.missing("member-required", childPath(path, name), `"${name}" is missing`, { fix: `Add "${name}"` });
  }
}

/** Returns the member that was meant, when the key is its CloudFormation spelling. */
function reportUnknown(key: string, path: string, members: ObjectMembers, reports: MemberReports): string {
  const meant = key.charAt(0).toLowerCase() + key.slice(1);
  if (meant !== key && members.members.has(meant)) {
    reports.pascal("pascal-case-member", path, `${quote(key)} is the spelling of CloudFormation`, {
      fix: `Write "${meant}"`,
    });
    return meant;
  }
  const guess = nearest(key, members.members.keys());
  reports.unknown("unknown-member", path, `ECS has no member ${quote(key)} here: it is ignored`, {
    severity: "warning",
    fix: guess === undefined ? "Remove it" : `Did you mean "${guess}"`,
  });
  return key;
}
