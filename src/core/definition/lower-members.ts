/**
 * Members in the spelling of CloudFormation and of Terraform's arrays (`Name`, `Value`), brought to that of ECS. Keys of maps,
 * such as labels and log options, are nobody's members and stay as they are.
 */
import { rename } from "./fix.ts";
import type { Members, ObjectMembers } from "./members.ts";
import type { Trail } from "./problem.ts";
import { quote, type Report, trailPath } from "./problem.ts";

/** A copy where members are renamed, each told to `report` by its path; the value itself where there is none. */
export function lowerMembers(value: unknown, members: Members, report: Report): unknown {
  return lower(value, members, { trail: [], report });
}

type Walk = { readonly trail: Trail; readonly report: Report };

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
    if (name !== key) reportSpelling(key, name, walk);
    const copy = lower(member, members.get(name), walk);
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

function reportSpelling(key: string, name: string, { trail, report }: Walk): void {
  report(
    "pascal-case-member",
    trailPath(trail),
    `${quote(key)} is the spelling of CloudFormation: it is read as "${name}"`,
    {
      severity: "warning",
      fix: rename(trailPath(trail), name),
    },
  );
}
