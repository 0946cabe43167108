/**
 * Members in the spelling of CloudFormation and of Terraform's arrays (`Name`, `Value`), brought to that of ECS. Keys of maps,
 * such as labels and log options, are nobody's members and stay as they are.
 */

import type { Members, ObjectMembers } from "../ecs-model/members.ts";
import type { Change } from "./fix.ts";
import type { Trail } from "./problem.ts";
import { quote, type Report, trailPath } from "./problem.ts";

/** A copy where members are renamed, told to `report` in one finding; the value itself where there is none. */
export function lowerMembers(value: unknown, members: Members, report: Report): unknown {
  if (!mayHaveCapitals(value, members)) return value;
  const renamed: Renamed[] = [];
  const lowered = lower(value, members, { trail: [], renamed });
  if (renamed.length > 0) reportSpellings(renamed, report);
  return lowered;
}

/** Few documents have any: this looks without making anything. */
function mayHaveCapitals(value: unknown, members: Members): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (members.kind === "list") return Array.isArray(value) && value.some((each) => mayHaveCapitals(each, members.item));
  if (members.kind !== "object") return false;
  for (const key in value) {
    const known = members.members.get(key);
    if (known === undefined ? CAPITAL.test(key) : mayHaveCapitals((value as Json)[key], known)) return true;
  }
  return false;
}

type Json = Readonly<Record<string, unknown>>;
const CAPITAL = /^[A-Z]/;

type Renamed = { readonly path: string; readonly key: string; readonly name: string };
type Walk = { readonly trail: Trail; readonly renamed: Renamed[] };

function lower(value: unknown, members: Members | undefined, walk: Walk): unknown {
  if (typeof value !== "object" || value === null || members === undefined) return value;
  if (members.kind === "list") return Array.isArray(value) ? lowerList(value, members.item, walk) : value;
  return members.kind === "object" && !Array.isArray(value) ? lowerObject(value, members, walk) : value;
}

function lowerList(list: readonly unknown[], item: Members, walk: Walk): readonly unknown[] {
  let changed = false;
  const lowered = list.map((each, index) => {
    walk.trail.push(index);
    const copy = lower(each, item, walk);
    walk.trail.pop();
    changed ||= copy !== each;
    return copy;
  });
  return changed ? lowered : list;
}

function lowerObject(object: object, { members }: ObjectMembers, walk: Walk): object {
  let changed = false;
  const entries = Object.entries(object).map(([key, member]) => {
    const name = spelling(key, object, members);
    walk.trail.push(key);
    const copy = lower(member, members.get(name), walk);
    // Behind those within it: in this order a program can rename one after the other.
    if (name !== key) walk.renamed.push({ path: trailPath(walk.trail), key, name });
    walk.trail.pop();
    changed ||= name !== key || copy !== member;
    return [name, copy] as const;
  });
  return changed ? Object.fromEntries(entries) : object;
}

function spelling(key: string, object: object, members: ObjectMembers["members"]): string {
  if (members.has(key)) return key;
  const name = key.charAt(0).toLowerCase() + key.slice(1);
  return members.has(name) && !Object.hasOwn(object, name) ? name : key;
}

const SHOWN_MAX = 3;

function reportSpellings(renamed: readonly Renamed[], report: Report): void {
  const ways = [renamed.map(({ path, name }): Change => ({ op: "rename", path, to: name }))];
  const names = new Map(renamed.map(({ key, name }) => [key, name]));
  const [path = "", ...others] = renamed.map((each) => each.path);
  const more = names.size > SHOWN_MAX ? ` and ${names.size - SHOWN_MAX} more` : "";
  const shown = (words: Iterable<string>) => [...words].slice(0, SHOWN_MAX).map(quote).join(", ") + more;
  const [is, it] = names.size === 1 ? ["is", "it is"] : ["are", "they are"];
  report(
    "pascal-case-member",
    others.length === 0 ? path : "",
    `${shown(names.keys())} ${is} in the spelling of CloudFormation: ${it} read as ${shown(names.values())}`,
    { severity: "warning", fix: { text: `Write ${shown(names.values())}`, ways } },
  );
}
