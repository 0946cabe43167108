/** Roles, tags, placement, proxy. */
import { aRequest } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { many } from "./case.ts";

export const METADATA_CASES: readonly Case[] = [
  ...["arn:aws:iam::1234:role/a", "arn:aws:iam::123456789012:user/a", "my role"].map(
    (taskRoleArn): Case => ({
      rule: "role-invalid",
      path: "taskRoleArn",
      input: aRequest({ taskRoleArn }),
      aws: "Role is not valid",
    }),
  ),
  { rule: "tags-empty", path: "tags", input: aRequest({ tags: [] }), aws: "Tags can not be empty." },
  { rule: "tags-too-many", path: "tags", input: aRequest({ tags: many(51, (index) => ({ key: `k${index}` })) }) },
  { rule: "tag-invalid", path: "tags[0].key", input: aRequest({ tags: [{ key: "aws:team" }] }) },
  { rule: "tag-invalid", path: "tags[0].value", input: aRequest({ tags: [{ key: "a", value: "v".repeat(257) }] }) },
  { rule: "tag-duplicate", path: "tags[1].key", input: aRequest({ tags: [{ key: "a" }, { key: "a" }] }) },
  {
    rule: "placement-constraints-too-many",
    path: "placementConstraints",
    input: aRequest({ placementConstraints: many(11, () => ({ type: "memberOf" })) }),
  },
  {
    rule: "proxy-container-unknown",
    path: "proxyConfiguration.containerName",
    input: aRequest({ proxyConfiguration: { containerName: "envoy" } }),
    aws: "Unknown container 'envoy' in proxyConfiguration.",
  },
];
