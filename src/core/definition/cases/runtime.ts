/** Health checks, logs, secrets. */
import { aRequest, twoContainers } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { awslogs, C0, health, many } from "./case.ts";

/** Secrets are read with an execution role. */
const READER = { executionRoleArn: "ecsTaskExecutionRole" };
const FIRELENS_USER = { logConfiguration: { logDriver: "awsfirelens", options: { Name: "stdout" } } };
const FIRELENS_ROUTER = { firelensConfiguration: { type: "fluentbit" } };

const BOUNDS = { interval: [4, 301], timeout: [1, 61], retries: [-1, 11], startPeriod: [-1, 301] } as const;

export const RUNTIME_CASES: readonly Case[] = [
  ...[{ command: [], interval: 10 }, { interval: 10 }, { command: ["CMD"] }, { command: ["CMD-SHELL"] }].map(
    (healthCheck): Case => ({
      rule: "health-check",
      path: `${C0}.healthCheck.command`,
      input: aRequest({}, { healthCheck }),
    }),
  ),
  ...Object.entries(BOUNDS).flatMap(([member, [below, above]]): Case[] => [
    { rule: "health-check", path: `${C0}.healthCheck.${member}`, input: aRequest({}, health({ [member]: below })) },
    {
      rule: "health-check",
      path: `${C0}.healthCheck.${member}`,
      input: aRequest({}, health({ [member]: above })),
      aws: `Health check ${member} must be less than or equal to the maximum allowed value ${above - 1} for container 'web'`,
    },
  ]),
  ...[
    ["/healthcheck"],
    ["/bin/check", "--quiet"],
    ["curl -f localhost"],
    ["CMD-SHELL, wget -q -O- http://localhost/ || exit 1"],
    ["CMD, /bin/check, -q"],
    ["cmd-shell", "true"],
    ["CMD_SHELL", "true"],
    ["CMD-SHELL", "curl", "-f", "http://localhost/"],
  ].map(
    (command): Case => ({
      rule: "health-check-command",
      path: `${C0}.healthCheck.command`,
      input: aRequest({}, health({ command })),
      warning: true,
    }),
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
  },
  {
    rule: "awslogs-options",
    path: `${C0}.logConfiguration.options`,
    input: aRequest({}, { logConfiguration: { logDriver: "splunk", options: { "splunk-url": "https://s" } } }),
  },
  {
    rule: "log-option-unknown",
    path: `${C0}.logConfiguration.options.log_key`,
    input: aRequest({}, awslogs({ "awslogs-group": "g", "awslogs-region": "r", log_key: "log" })),
    aws: "Log driver awslogs disallows options: log_key",
  },
  {
    rule: "log-option-unknown",
    path: `${C0}.logConfiguration.options["awslogs-steam-prefix"]`,
    input: aRequest({}, awslogs({ "awslogs-group": "g", "awslogs-region": "r", "awslogs-steam-prefix": "ecs" })),
    aws: "Log driver awslogs disallows options: awslogs-steam-prefix",
  },
  {
    rule: "firelens-router",
    path: `${C0}.logConfiguration.logDriver`,
    input: aRequest({}, FIRELENS_USER),
    aws: "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in one of the containers.",
  },
  {
    rule: "firelens-router",
    path: `${C0}.firelensConfiguration`,
    input: aRequest({}, FIRELENS_ROUTER),
    aws: "When a firelensConfiguration object is specified, at least one container has to be configured with the awsfirelens log driver.",
  },
  {
    rule: "firelens-routers",
    path: "containerDefinitions[1].firelensConfiguration",
    input: twoContainers({ ...FIRELENS_ROUTER, ...FIRELENS_USER }, FIRELENS_ROUTER),
    warning: true,
  },
  {
    rule: "firelens-file",
    path: `${C0}.firelensConfiguration.options["config-file-value"]`,
    input: aRequest(
      {},
      {
        ...FIRELENS_USER,
        firelensConfiguration: {
          type: "fluentbit",
          options: { "config-file-type": "s3", "config-file-value": "s3://bucket/fluent.conf" },
        },
      },
    ),
    aws: "Invalid arn syntax.",
  },
  {
    rule: "secret-name-shared",
    path: `${C0}.secrets[0].name`,
    input: aRequest(READER, { environment: [{ name: "A", value: "" }], secrets: [{ name: "A", valueFrom: "/a" }] }),
    aws: "The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'A'.",
  },
  {
    rule: "secret-name-duplicate",
    path: `${C0}.secrets[1].name`,
    input: aRequest(READER, { secrets: many(2, () => ({ name: "A", valueFrom: "/a" })) }),
    aws: "Duplicate secret names found: A. Each secret name must be unique.",
  },
  {
    rule: "secret-parameter-name",
    path: `${C0}.secrets[0].valueFrom`,
    input: aRequest(READER, { secrets: [{ name: "A", valueFrom: "my secret" }] }),
    aws: "The Systems Manager parameter name specified for secret A is invalid",
  },
  {
    rule: "secret-parameter-name",
    path: `${C0}.secrets[0].valueFrom`,
    input: aRequest(READER, { secrets: [{ name: "A", valueFrom: "arn:aws:s3:::bucket" }] }),
    warning: true,
  },
];
