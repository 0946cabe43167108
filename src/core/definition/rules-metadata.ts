/** Roles, tags, placement, proxy. Source: interfaces 1.3.2, 1.1. */
import { nameFix } from "./nearest.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import { quote } from "./problem.ts";
import type { RuleContext } from "./rule-context.ts";
import { present } from "./rule-context.ts";

const ROLE_ARN = /^arn:aws[a-z-]{0,20}:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;
const ROLE_NAME = /^[\w+=,.@/-]{1,576}$/;

function isRole(value: string): boolean {
  return value.startsWith("arn:") ? ROLE_ARN.test(value) : ROLE_NAME.test(value);
}

export function checkRoles({ task, report }: RuleContext): void {
  for (const member of ["taskRoleArn", "executionRoleArn"] as const) {
    const role = present(task[member]);
    if (role === undefined || isRole(role)) continue;
    report("role-invalid", member, `${quote(role)} is neither a role name nor the ARN of a role`, {
      fix: 'Write a role name, or "arn:aws:iam::123456789012:role/NAME" with a 12-digit account',
      awsMessage: "Role is not valid",
    });
  }
}

const TAGS_MAX = 50;
const TAG_TEXT = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u;

export function checkTags({ task, report }: RuleContext): void {
  const { tags } = task;
  if (tags === undefined) return;
  if (tags.length === 0) {
    report("tags-empty", "tags", "The list of tags is empty", {
      fix: "Leave tags out",
      awsMessage: "Tags can not be empty.",
    });
  }
  if (tags.length > TAGS_MAX)
    report("tags-too-many", "tags", `There are ${tags.length} tags, and at most ${TAGS_MAX} are allowed`);
  const keys = new Set<string>();
  for (const [index, { key = "", value = "" }] of tags.entries()) {
    const at = `tags[${index}]`;
    const isKey = key.length >= 1 && key.length <= 128 && TAG_TEXT.test(key) && !/^aws:/i.test(key);
    if (!isKey && !holdsPlaceholder(key))
      report("tag-invalid", `${at}.key`, `${quote(key)} is no tag key`, {
        fix: "Use 1 to 128 letters, digits and _ . : / = + - @; not aws: in front",
      });
    const isValue = value.length <= 256 && TAG_TEXT.test(value);
    if (!isValue && !holdsPlaceholder(value))
      report("tag-invalid", `${at}.value`, `${quote(value)} is no tag value`, {
        fix: "Use up to 256 letters, digits and _ . : / = + - @",
      });
    if (keys.has(key))
      report("tag-duplicate", `${at}.key`, `The key ${quote(key)} stands twice`, { fix: "Keep one of them" });
    keys.add(key);
  }
}

const PLACEMENT_MAX = 10;
const EPHEMERAL_GIB = { min: 21, max: 200 } as const;

export function checkTaskBounds({ task, report }: RuleContext): void {
  const placement = task.placementConstraints?.length ?? 0;
  if (placement > PLACEMENT_MAX) {
    report(
      "placement-constraints-too-many",
      "placementConstraints",
      `There are ${placement} placement constraints, and at most ${PLACEMENT_MAX} are allowed`,
    );
  }
  const size = task.ephemeralStorage?.sizeInGiB;
  if (size !== undefined && (size < EPHEMERAL_GIB.min || size > EPHEMERAL_GIB.max)) {
    const bounds = `${EPHEMERAL_GIB.min} to ${EPHEMERAL_GIB.max}`;
    report(
      "ephemeral-storage-size",
      "ephemeralStorage.sizeInGiB",
      `Ephemeral storage is ${bounds} GiB, and this is ${size}`,
      { fix: `Write ${bounds}` },
    );
  }
}

export function checkProxy({ task, byName, report }: RuleContext): void {
  const name = task.proxyConfiguration?.containerName;
  if (name === undefined || byName.has(name)) return;
  report("proxy-container-unknown", "proxyConfiguration.containerName", `The task has no container ${quote(name)}`, {
    fix: nameFix(name, byName.keys()),
    awsMessage: `Unknown container '${name}' in proxyConfiguration.`,
  });
}
