/** Memory, cpu and bounds of single settings. */
import { aRequest, twoContainers } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { C0, many } from "./case.ts";

export const RESOURCES_CASES: readonly Case[] = [
  {
    rule: "memory-required",
    path: C0,
    input: aRequest({}, { memory: null }),
    aws: "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
  },
  {
    rule: "memory-too-small",
    path: `${C0}.memory`,
    input: aRequest({}, { memory: 3 }),
  },
  { rule: "memory-below-docker-minimum", path: `${C0}.memory`, input: aRequest({}, { memory: 4 }), warning: true },
  { rule: "cpu-negative", path: `${C0}.cpu`, input: aRequest({}, { cpu: -1 }) },
  {
    rule: "reservation-above-memory",
    path: `${C0}.memoryReservation`,
    input: aRequest({}, { memoryReservation: 65 }),
  },
  {
    rule: "memory-above-task",
    path: `${C0}.memory`,
    input: aRequest({ memory: "32" }),
    aws: "The 'memory' setting for container 'web' is greater than for the task.",
  },
  {
    rule: "cpu-above-task",
    path: "cpu",
    input: twoContainers({ cpu: 128 }, { cpu: 129 }, { cpu: "256" }),
    aws: "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
  },
  {
    rule: "reservations-above-task",
    path: "memory",
    input: twoContainers(
      { memory: null, memoryReservation: 300 },
      { memory: null, memoryReservation: 300 },
      { memory: "512" },
    ),
    aws: "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.",
  },
  ...["one", "0", "-1", "196609", "1 CPU"].map(
    (cpu): Case => ({
      rule: "task-cpu-invalid",
      path: "cpu",
      input: aRequest({ cpu }),
      aws: "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    }),
  ),
  { rule: "task-cpu-invalid", path: "cpu", input: aRequest({ cpu: "64", requiresCompatibilities: ["EC2"] }) },
  ...["lots", "0", "2 TB"].map(
    (memory): Case => ({
      rule: "task-memory-invalid",
      path: "memory",
      input: aRequest({ memory }),
    }),
  ),
  {
    rule: "linux-parameters",
    path: `${C0}.linuxParameters.swappiness`,
    input: aRequest({}, { linuxParameters: { maxSwap: 1, swappiness: 101 } }),
  },
  {
    rule: "linux-parameters",
    path: `${C0}.linuxParameters.tmpfs[0].size`,
    input: aRequest({}, { linuxParameters: { tmpfs: [{ containerPath: "/t", size: 0 }] } }),
  },
  {
    rule: "swappiness-without-swap",
    path: `${C0}.linuxParameters.swappiness`,
    input: aRequest({}, { linuxParameters: { swappiness: 60 } }),
    warning: true,
  },
  {
    rule: "restart-policy",
    path: `${C0}.restartPolicy.restartAttemptPeriod`,
    input: aRequest({}, { restartPolicy: { enabled: true, restartAttemptPeriod: 59 } }),
    aws: "The 'restartAttemptPeriod' setting for container 'web' must be between 60 and 1800.",
  },
  {
    rule: "restart-policy",
    path: `${C0}.restartPolicy.ignoredExitCodes`,
    input: aRequest({}, { restartPolicy: { enabled: true, ignoredExitCodes: many(51, (code) => code) } }),
  },
  { rule: "timeout-negative", path: `${C0}.stopTimeout`, input: aRequest({}, { stopTimeout: -1 }) },
  {
    rule: "ulimit-order",
    path: `${C0}.ulimits[0].softLimit`,
    input: aRequest({}, { ulimits: [{ name: "nofile", softLimit: 2, hardLimit: 1 }] }),
    warning: true,
  },
  { rule: "credential-specs", path: `${C0}.credentialSpecs[0]`, input: aRequest({}, { credentialSpecs: ["gmsa"] }) },
  {
    rule: "environment-duplicate",
    path: `${C0}.environment[1].name`,
    input: aRequest(
      {},
      {
        environment: [
          { name: "A", value: "1" },
          { name: "A", value: "2" },
        ],
      },
    ),
    warning: true,
  },
  {
    rule: "environment-file",
    path: `${C0}.environmentFiles[0].value`,
    input: aRequest({}, { environmentFiles: [{ value: "app.env", type: "s3" }] }),
    aws: "Invalid arn syntax.",
  },
  {
    rule: "environment-file",
    path: `${C0}.environmentFiles`,
    input: aRequest({}, { environmentFiles: many(11, () => ({ value: "arn:aws:s3:::b/a.env", type: "s3" })) }),
    aws: "The maximum number of environment files was exceeded. Specify ten or less and try again.",
  },
  ...["0", "all", "1.5"].map(
    (value): Case => ({
      rule: "resource-requirements",
      path: `${C0}.resourceRequirements[0].value`,
      input: aRequest({}, { resourceRequirements: [{ type: "GPU", value }] }),
    }),
  ),
  {
    rule: "resource-requirements",
    path: `${C0}.resourceRequirements`,
    input: aRequest({}, { resourceRequirements: many(2, () => ({ type: "GPU", value: "1" })) }),
  },
];
