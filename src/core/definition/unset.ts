/**
 * Zero and empty values that say nothing. Many clients write every member they know (skeletons of the AWS CLI, services
 * with zero values, Ansible, old consoles), so `""`, 0, `[]` and `{}` count as absent, except where they mean something.
 * Source: interfaces 1.3.4, 1.5; the agent's `stopContainer` and its like, which take 0 for "not set".
 */
import type { Members, ObjectMembers } from "../ecs-model/members.ts";

/** Members whose zero or empty value is a value, and what it says. Entries of lists are always kept. */
export const KEPT_WHEN_EMPTY: Readonly<Record<string, string>> = {
  tags: "AWS refuses an empty list of tags",
  "tags[].value": "a tag without a value",
  "proxyConfiguration.properties[].value": "a property without a value",
  "containerDefinitions[].environment[].value": "a variable that is set and empty",
  "containerDefinitions[].linuxParameters.tmpfs[].size": "no size that can be had: refused",
  "containerDefinitions[].linuxParameters.maxSwap": "no swap",
  "containerDefinitions[].linuxParameters.swappiness": "as little swapping as can be",
  "containerDefinitions[].ulimits[].softLimit": "a limit of none",
  "containerDefinitions[].ulimits[].hardLimit": "a limit of none",
  "volumes[].host": "an empty volume of Docker's",
  "volumes[].host.sourcePath": "AWS refuses a blank path",
  // Taken for absent, the data would go into an empty volume unseen.
  "volumes[].efsVolumeConfiguration": "a file system without its id: refused",
  "volumes[].s3filesVolumeConfiguration": "a file system without its ARN: refused",
  "volumes[].fsxWindowsFileServerVolumeConfiguration": "a file system without its id: refused",
};

/** The same of overrides. */
export const KEPT_IN_OVERRIDES: Readonly<Record<string, string>> = {
  "containerOverrides[].environment[].value": "a variable that is set and empty",
  "containerOverrides[].cpu": "no share of its own",
};

/** `value` without the members that say nothing; `value` itself when there are none. What has the wrong type stays. */
export function withoutUnset(value: object, members: ObjectMembers): object {
  return isObject(value) ? cleanObject(value, members) : value;
}

function clean(value: unknown, members: Members): unknown {
  if (members.kind === "object") return isObject(value) ? cleanObject(value, members) : value;
  if (members.kind === "list" && isNested(members.item))
    return Array.isArray(value) ? cleanList(value, members.item) : value;
  return value;
}

function isNested({ kind }: Members): boolean {
  return kind === "object" || kind === "list";
}

function cleanList(list: readonly unknown[], item: Members): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const cleaned = clean(list[index], item);
    if (cleaned === list[index]) continue;
    copy ??= [...list];
    copy[index] = cleaned;
  }
  return copy ?? list;
}

type Plain = Readonly<Record<string, unknown>>;

function cleanObject(object: Plain, { members }: ObjectMembers): Plain {
  let copy: Record<string, unknown> | undefined;
  for (const name in object) {
    const member = members.get(name);
    if (member === undefined) continue;
    const cleaned = clean(object[name], member);
    const unset = !member.keptWhenEmpty && isEmpty(cleaned, member);
    if (cleaned === object[name] && !unset) continue;
    copy ??= { ...object };
    if (unset) delete copy[name];
    else copy[name] = cleaned;
  }
  return copy ?? object;
}

/** Only of the member's own type: `""` where a number belongs is a mistake. */
function isEmpty(value: unknown, { kind }: Members): boolean {
  switch (kind) {
    case "string":
    case "enum":
      return value === "";
    case "integer":
      return value === 0;
    case "list":
      return Array.isArray(value) && value.length === 0;
    case "object":
    case "map":
      return isObject(value) && hasNoMember(value);
    case "boolean":
      return false;
  }
}

function hasNoMember(object: Plain): boolean {
  for (const _ in object) return false;
  return true;
}

function isObject(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
