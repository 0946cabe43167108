/** Health checks, logs, secrets. */
import { aRequest } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { awslogs, C0, health, many } from "./case.ts";

const CHECK = "Invalid 'healthCheck' setting for container 'web'.";

export const RUNTIME_CASES: readonly Case[] = [
  {
    rule: "health-check",
    path: `${C0}.healthCheck.command`,
    input: aRequest({}, { healthCheck: { command: [], interval: 10 } }),
    aws: CHECK,
  },
  {
    rule: "health-check",
    path: `${C0}.healthCheck.command`,
    input: aRequest({}, { healthCheck: { interval: 10 } }),
    aws: CHECK,
  },
  {
    rule: "health-check",
    path: `${C0}.healthCheck.command`,
    input: aRequest({}, health({ command: ["CMD-SHELL"] })),
    aws: CHECK,
  },
  {
    rule: "health-check",
    path: `${C0}.healthCheck.command[0]`,
    input: aRequest({}, health({ command: ["curl -f localhost"] })),
    aws: CHECK,
  },
  ...Object.entries({ interval: [4, 301], timeout: [1, 61], retries: [-1, 11], startPeriod: [-1, 301] }).flatMap(
    ([member, values]) =>
      values.map(
        (value): Case => ({
          rule: "health-check",
          path: `${C0}.healthCheck.${member}`,
          input: aRequest({}, health({ [member]: value })),
          aws: CHECK,
        }),
      ),
  ),
  {
    rule: "awslogs-options",
    path: `${C0}.logConfiguration.options`,
    input: aRequest({}, awslogs({})),
    aws: "Log driver awslogs requires options: awslogs-region, awslogs-group",
  },
  {
    rule: "awslogs-options",
    path: `${C0}.logConfiguration.options`,
    input: aRequest({}, awslogs({ "awslogs-region": "r" })),
    aws: "Log driver awslogs requires options: awslogs-group",
  },
  {
    rule: "log-driver",
    path: `${C0}.logConfiguration.logDriver`,
    input: aRequest({}, { logConfiguration: { logDriver: "none" } }),
    aws: "Log driver none is not supported.",
  },
  {
    rule: "secret-name-shared",
    path: `${C0}.secrets[0].name`,
    input: aRequest({}, { environment: [{ name: "A", value: "" }], secrets: [{ name: "A", valueFrom: "/a" }] }),
    aws: "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'A'.",
  },
  {
    rule: "secret-name-duplicate",
    path: `${C0}.secrets[1].name`,
    input: aRequest({}, { secrets: many(2, () => ({ name: "A", valueFrom: "/a" })) }),
    aws: "Duplicate secret names found: A. Each secret name must be unique.",
  },
  {
    rule: "secret-parameter-name",
    path: `${C0}.secrets[0].valueFrom`,
    input: aRequest({}, { secrets: [{ name: "A", valueFrom: "my secret" }] }),
    aws: "The Systems Manager parameter name specified for secret A is invalid",
  },
  {
    rule: "secret-parameter-name",
    path: `${C0}.secrets[0].valueFrom`,
    input: aRequest({}, { secrets: [{ name: "A", valueFrom: "arn:aws:s3:::bucket" }] }),
    warning: true,
  },
];
