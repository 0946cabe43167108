/** Roles, tags, placement, proxy. Source: interfaces 1.3.2, 1.1. */
import { aws } from "./aws-texts.ts";
import { hint, remove, writeBetween, writeLike } from "./fix.ts";
import { nameFix } from "./nearest.ts";
import { holdsPlaceholder } from "./placeholder-forms.ts";
import { quote } from "./problem.ts";
import type { RuleContext } from "./rule-context.ts";
import { hasEntries, present } from "./rule-context.ts";

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
      fix: writeLike(member, "a role's name, or its ARN with a 12-digit account", "arn:aws:iam::123456789012:role/run"),
      awsMessage: aws.role(),
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
      fix: remove("tags", "Leave tags out"),
      awsMessage: aws.noTags(),
    });
  }
  if (tags.length > TAGS_MAX)
    report("tags-too-many", "tags", `There are ${tags.length} tags, and at most ${TAGS_MAX} are allowed`, {
      fix: hint("Keep those that count"),
    });
  const keys = new Set<string>();
  for (const [index, { key = "", value = "" }] of tags.entries()) {
    const at = `tags[${index}]`;
    const isKey = key.length >= 1 && key.length <= 128 && TAG_TEXT.test(key) && !/^aws:/i.test(key);
    if (!isKey && !holdsPlaceholder(key))
      report("tag-invalid", `${at}.key`, `${quote(key)} is no tag key`, {
        fix: remove(at, "Use 1 to 128 letters, digits and _ . : / = + - @, not aws: in front; or remove it"),
      });
    const isValue = value.length <= 256 && TAG_TEXT.test(value);
    if (!isValue && !holdsPlaceholder(value))
      report("tag-invalid", `${at}.value`, `${quote(value)} is no tag value`, {
        fix: remove(`${at}.value`, "Use up to 256 letters, digits and _ . : / = + - @; or leave it out"),
      });
    if (keys.has(key))
      report("tag-duplicate", `${at}.key`, `The key ${quote(key)} stands twice`, {
        fix: remove(at, "Remove one of them"),
      });
    keys.add(key);
  }
}

const PLACEMENT_MAX = 10;
const EPHEMERAL_GIB = { min: 21, max: 200 } as const;

export function checkTaskBounds({ task, fargate, report }: RuleContext): void {
  const placement = task.placementConstraints?.length ?? 0;
  if (placement > PLACEMENT_MAX) {
    report(
      "placement-constraints-too-many",
      "placementConstraints",
      `There are ${placement} placement constraints, and at most ${PLACEMENT_MAX} are allowed`,
      { fix: hint("Join their expressions") },
    );
  }
  const size = task.ephemeralStorage?.sizeInGiB;
  if (size !== undefined && (size < EPHEMERAL_GIB.min || size > EPHEMERAL_GIB.max)) {
    const bounds = `${EPHEMERAL_GIB.min} to ${EPHEMERAL_GIB.max}`;
    report(
      "ephemeral-storage-size",
      "ephemeralStorage.sizeInGiB",
      `Ephemeral storage is ${bounds} GiB, and this is ${size}`,
      {
        fix: writeBetween("ephemeralStorage.sizeInGiB", EPHEMERAL_GIB.min, EPHEMERAL_GIB.max),
        awsMessage: aws.ephemeralStorage(size < EPHEMERAL_GIB.min ? "least 21" : "most 200"),
      },
    );
  }
  if (task.ephemeralStorage === undefined || fargate || !hasEntries(task.requiresCompatibilities)) return;
  report("ephemeral-storage-not-fargate", "ephemeralStorage", "Only Fargate has ephemeral storage", {
    fix: remove("ephemeralStorage"),
    awsMessage: task.requiresCompatibilities?.includes("EC2") ? aws.ec2EphemeralStorage() : undefined,
  });
}

/** Withdrawn by AWS, which refuses them now. */
export function checkAccelerators({ task, containers, report }: RuleContext): void {
  if (!hasEntries(task.inferenceAccelerators)) return;
  const users = containers.flatMap(({ container, path }) =>
    (container.resourceRequirements ?? []).flatMap(({ type }, index) =>
      type === "InferenceAccelerator" ? [`${path}.resourceRequirements[${index}]`] : [],
    ),
  );
  const changes = [...users.reverse(), "inferenceAccelerators"].map((path) => ({ op: "remove", path }) as const);
  report("inference-accelerators", "inferenceAccelerators", "Inference accelerators were withdrawn by AWS", {
    fix: {
      text: users.length === 0 ? "Remove them" : "Remove them, also where containers ask for them",
      ways: [changes],
    },
    awsMessage: aws.inferenceAccelerators(),
  });
}

export function checkProxy({ task, byName, networkMode, report }: RuleContext): void {
  const proxy = task.proxyConfiguration;
  if (proxy === undefined) return;
  const { containerName: name } = proxy;
  if (name !== undefined && !byName.has(name)) {
    const path = "proxyConfiguration.containerName";
    report("proxy-container-unknown", path, `The task has no container ${quote(name)}`, {
      fix: nameFix({ path, word: name, entry: "proxyConfiguration" }, byName.keys()),
      awsMessage: aws.proxyContainer(name),
    });
  }
  if (networkMode === "awsvpc" || networkMode === undefined) return;
  report(
    "proxy-network-mode",
    "proxyConfiguration",
    `App Mesh works in network mode awsvpc only, and this is ${networkMode}`,
    {
      fix: remove("proxyConfiguration"),
      awsMessage: aws.proxyNetworkMode(),
    },
  );
}
