/** What Fargate asks for and does not have. */
import { aFargateRequest } from "../a-definition.ts";
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
  },
  {
    rule: "fargate-execution-role-logs",
    path: "executionRoleArn",
    input: aFargateRequest({}, awslogs({ "awslogs-group": "g", "awslogs-region": "r", "awslogs-stream-prefix": "p" })),
    aws: "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
  },
  {
    rule: "fargate-stream-prefix",
    path: `${C0}.logConfiguration.options`,
    input: aFargateRequest({ executionRoleArn: ROLE }, awslogs({ "awslogs-group": "g", "awslogs-region": "r" })),
  },
  {
    rule: "secrets-execution-role",
    path: "executionRoleArn",
    input: aFargateRequest({}, { secrets: [{ name: "A", valueFrom: "/a" }] }),
  },
  {
    rule: "fargate-placement-constraints",
    path: "placementConstraints",
    input: aFargateRequest({ placementConstraints: [{ type: "memberOf", expression: "true" }] }),
    aws: "Fargate does not support task placement constraints.",
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
    input: aFargateRequest({}, { firelensConfiguration: { type: "fluentbit", options: { "config-file-type": "s3" } } }),
    aws: "Fargate launch type does not support FirelensConfiguration config file from 's3'",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.privileged`,
    input: aFargateRequest({}, { privileged: true }),
    aws: "Fargate does not support privileged.",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.linuxParameters.devices`,
    input: aFargateRequest({}, { linuxParameters: { devices: [{ hostPath: "/dev/fuse" }] } }),
    aws: "Fargate does not support devices.",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.linuxParameters.sharedMemorySize`,
    input: aFargateRequest({}, { linuxParameters: { sharedMemorySize: 64 } }),
    aws: "Fargate does not support sharedMemorySize.",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.dockerSecurityOptions`,
    input: aFargateRequest({}, { dockerSecurityOptions: ["no-new-privileges"] }),
    aws: "Fargate does not support dockerSecurityOptions.",
  },
  {
    rule: "fargate-unsupported",
    path: `${C0}.resourceRequirements`,
    input: aFargateRequest({}, { resourceRequirements: [{ type: "GPU", value: "1" }] }),
    aws: "Fargate does not support GPU.",
  },
  {
    rule: "fargate-unsupported",
    path: "volumes[0].host.sourcePath",
    input: aFargateRequest({ volumes: [{ name: "v", host: { sourcePath: "/srv" } }] }),
    aws: "Fargate does not support host.sourcePath.",
  },
  {
    rule: "fargate-unsupported",
    path: "volumes[0].dockerVolumeConfiguration",
    input: aFargateRequest({ volumes: [{ name: "v", dockerVolumeConfiguration: { driver: "local" } }] }),
    aws: "Fargate does not support dockerVolumeConfiguration.",
  },
  {
    rule: "fargate-capabilities",
    path: `${C0}.linuxParameters.capabilities.add[0]`,
    input: aFargateRequest({}, { linuxParameters: { capabilities: { add: ["NET_ADMIN", "SYS_PTRACE"] } } }),
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
  },
];
