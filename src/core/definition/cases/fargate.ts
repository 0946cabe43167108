/** What Fargate asks for and does not have. */
import { aFargateRequest, aRequest } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { awslogs, C0, ROLE } from "./case.ts";

export const FARGATE_CASES: readonly Case[] = [
  {
    rule: "fargate-size",
    path: "memory",
    input: aFargateRequest({ cpu: "512", memory: "512" }),
    aws: "No Fargate configuration exists for given values: 512 CPU , 512 memory. See the Amazon ECS documentation for the valid values.",
  },
  { rule: "fargate-size", path: "cpu", input: aFargateRequest({ cpu: "300" }) },
  {
    rule: "fargate-cpu-required",
    path: "cpu",
    input: aFargateRequest({ cpu: null }),
    aws: "Fargate requires that 'cpu' be defined at the task level.",
  },
  {
    rule: "fargate-memory-required",
    path: "memory",
    input: aFargateRequest({ memory: null }),
    aws: "Fargate requires that 'memory' be defined at the task level.",
  },
  {
    rule: "fargate-network-mode",
    path: "networkMode",
    input: aFargateRequest({ networkMode: "bridge" }),
    aws: "Fargate only supports network mode 'awsvpc'.",
  },
  {
    rule: "fargate-network-mode",
    path: "networkMode",
    input: aFargateRequest({ networkMode: null }),
    aws: "Fargate only supports network mode 'awsvpc'.",
  },
  {
    rule: "fargate-execution-role-image",
    path: "executionRoleArn",
    input: aFargateRequest({}, { image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1" }),
    aws: "Fargate requires task definition to have execution role ARN to support ECR images.",
    warning: true,
  },
  {
    rule: "fargate-execution-role-logs",
    path: "executionRoleArn",
    input: aFargateRequest({}, awslogs({ "awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p" })),
    aws: "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    warning: true,
  },
  {
    rule: "fargate-stream-prefix",
    path: `${C0}.logConfiguration.options`,
    input: aFargateRequest({ executionRoleArn: ROLE }, awslogs({ "awslogs-group": "g", "awslogs-region": "r" })),
    aws: "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.",
  },
  {
    rule: "secrets-execution-role",
    path: "executionRoleArn",
    input: aRequest({}, { secrets: [{ name: "A", valueFrom: "/a" }] }),
    aws: "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    warning: true,
  },
  {
    rule: "fargate-placement-constraints",
    path: "placementConstraints",
    input: aFargateRequest({ placementConstraints: [{ type: "memberOf", expression: "true" }] }),
    aws: "Fargate compatible task definitions do not support constraints",
    warning: true,
  },
  {
    rule: "fargate-pid-mode",
    path: "pidMode",
    input: aFargateRequest({ pidMode: "host" }),
    aws: "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
  },
  {
    rule: "fargate-firelens-file",
    path: `${C0}.firelensConfiguration.options["config-file-type"]`,
    input: aFargateRequest(
      {},
      {
        firelensConfiguration: { type: "fluentbit", options: { "config-file-type": "s3" } },
        logConfiguration: { logDriver: "awsfirelens" },
      },
    ),
    aws: "Fargate launch type does not support FirelensConfiguration config file from 's3'",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.privileged`,
    input: aFargateRequest({}, { privileged: true }),
    aws: "Fargate requires that the ‘privileged’ setting be ‘false’ at the container level.",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.linuxParameters.devices`,
    input: aFargateRequest({}, { linuxParameters: { devices: [{ hostPath: "/dev/fuse" }] } }),
    aws: "Fargate compatible task definitions do not support devices",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.linuxParameters.sharedMemorySize`,
    input: aFargateRequest({}, { linuxParameters: { sharedMemorySize: 64 } }),
    aws: "Fargate compatible task definitions do not support sharedMemorySize",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.dockerSecurityOptions`,
    input: aFargateRequest({}, { dockerSecurityOptions: ["no-new-privileges"] }),
    aws: "Fargate compatible task definitions do not support dockerSecurityOptions",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.resourceRequirements`,
    input: aFargateRequest({}, { resourceRequirements: [{ type: "GPU", value: "1" }] }),
    aws: "Tasks using the Fargate launch type do not support GPU resource requirements.",
  },
  {
    rule: "fargate-unsupported",
    path: "volumes[0].host.sourcePath",
    input: aFargateRequest({ volumes: [{ name: "v", host: { sourcePath: "/srv" } }] }),
    aws: "Fargate compatible task definitions do not support sourcePath",
  },
  {
    rule: "fargate-unsupported",
    path: "volumes[0].dockerVolumeConfiguration",
    input: aFargateRequest({ volumes: [{ name: "v", dockerVolumeConfiguration: { driver: "local" } }] }),
    aws: "Fargate compatible task definitions do not support dockerVolumeConfiguration",
  },
  {
    rule: "fargate-unsupported",
    path: "ipcMode",
    input: aFargateRequest({ ipcMode: "none" }),
    aws: "Fargate compatible task definitions do not support ipcMode",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.linuxParameters.maxSwap`,
    input: aFargateRequest({}, { linuxParameters: { maxSwap: 64 } }),
    aws: "Fargate compatible task definitions do not support maxSwap",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.linuxParameters.tmpfs`,
    input: aFargateRequest({}, { linuxParameters: { tmpfs: [{ containerPath: "/t", size: 1 }] } }),
  },
  {
    rule: "fargate-log-driver",
    path: `${C0}.logConfiguration.logDriver`,
    input: aFargateRequest({}, { logConfiguration: { logDriver: "json-file" } }),
    aws: "json-file is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]",
  },
  {
    rule: "fargate-capabilities",
    path: `${C0}.linuxParameters.capabilities.add[0]`,
    input: aFargateRequest({}, { linuxParameters: { capabilities: { add: ["NET_ADMIN", "SYS_PTRACE"] } } }),
    aws: "NET_ADMIN is not allowed on Fargate.",
  },
  {
    rule: "fargate-timeouts",
    path: `${C0}.stopTimeout`,
    input: aFargateRequest({}, { stopTimeout: 121 }),
    warning: true,
  },
  {
    rule: "fargate-timeouts",
    path: `${C0}.startTimeout`,
    input: aFargateRequest({}, { startTimeout: 1 }),
    warning: true,
  },
  {
    rule: "ephemeral-storage-size",
    path: "ephemeralStorage.sizeInGiB",
    input: aFargateRequest({ ephemeralStorage: { sizeInGiB: 20 } }),
    aws: "EphemeralStorage size should be at least 21",
    warning: true,
  },
  {
    rule: "ephemeral-storage-size",
    path: "ephemeralStorage.sizeInGiB",
    input: aFargateRequest({ ephemeralStorage: { sizeInGiB: 201 } }),
    aws: "EphemeralStorage size should be at most 200",
    warning: true,
  },
  {
    rule: "ephemeral-storage-not-fargate",
    path: "ephemeralStorage",
    input: aRequest({ requiresCompatibilities: ["EC2"], ephemeralStorage: { sizeInGiB: 30 } }),
    aws: "Tasks using the EC2 launch type do not support EphemeralStorage.",
    warning: true,
  },
];
