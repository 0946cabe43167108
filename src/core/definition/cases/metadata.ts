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
      warning: true,
    }),
  ),
  { rule: "tags-empty", path: "tags", input: aRequest({ tags: [] }), aws: "Tags can not be empty.", warning: true },
  {
    rule: "tags-too-many",
    path: "tags",
    input: aRequest({ tags: many(51, (index) => ({ key: `k${index}` })) }),
    warning: true,
  },
  { rule: "tag-invalid", path: "tags[0].key", input: aRequest({ tags: [{ key: "aws:team" }] }), warning: true },
  {
    rule: "tag-invalid",
    path: "tags[0].value",
    input: aRequest({ tags: [{ key: "a", value: "v".repeat(257) }] }),
    warning: true,
  },
  {
    rule: "tag-duplicate",
    path: "tags[1].key",
    input: aRequest({ tags: [{ key: "a" }, { key: "a" }] }),
    warning: true,
  },
  {
    rule: "placement-constraints-too-many",
    path: "placementConstraints",
    input: aRequest({ placementConstraints: many(11, () => ({ type: "memberOf" })) }),
    warning: true,
  },
  {
    rule: "proxy-container-unknown",
    path: "proxyConfiguration.containerName",
    input: aRequest({ networkMode: "awsvpc", proxyConfiguration: { containerName: "envoy" } }),
    aws: "Proxy container [envoy] does not exist.",
    warning: true,
  },
  {
    rule: "proxy-network-mode",
    path: "proxyConfiguration",
    input: aRequest({ proxyConfiguration: { containerName: "web" } }),
    aws: "APPMESH proxy configuration is only supported in networkMode=awsvpc",
    warning: true,
  },
  {
    rule: "inference-accelerators",
    path: "inferenceAccelerators",
    input: aRequest({ inferenceAccelerators: [{ deviceName: "d", deviceType: "eia2.medium" }] }),
    aws: "Unsupported field 'inferenceAccelerators'.",
    warning: true,
  },
  // What has the wrong form in a member without effect keeps nothing from running either.
  { rule: "wrong-type", path: "tags", input: aRequest({ tags: "team" }), warning: true },
  {
    rule: "wrong-type",
    path: "taskRoleArn",
    input: aRequest({ taskRoleArn: 5 }),
    aws: "NUMBER_VALUE cannot be converted to String",
    warning: true,
  },
  {
    rule: "enum-value",
    path: "placementConstraints[0].type",
    input: aRequest({ placementConstraints: [{ type: "distinctInstance" }] }),
    warning: true,
  },
  {
    rule: "member-required",
    path: "proxyConfiguration.containerName",
    input: aRequest({ networkMode: "awsvpc", proxyConfiguration: { type: "APPMESH" } }),
    warning: true,
  },
];
