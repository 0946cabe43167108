/** Rules about the task as a whole: family, roles, tags, sizes, Fargate. */
import type { Catalogue } from "./rule.ts";
import { SOURCES } from "./rule.ts";

const register = { source: SOURCES.register, restsOn: "AWS", apiError: "ClientException" } as const;

export const TASK_RULES = {
  "family-required": {
    ...register,
    summary: "A task definition needs a family",
    explanation: "The family names the task definition and all its revisions.",
    example: { bad: "{}", good: '{"family": "web"}' },
  },
  "family-characters": {
    ...register,
    summary: "A family is 1 to 255 letters, digits, hyphens and underscores",
    explanation: "Other characters, blanks and dots among them, are refused.",
    example: { bad: '"family": "my web"', good: '"family": "my-web"' },
  },
  "role-invalid": {
    ...register,
    summary: "A role is a role name or a role ARN",
    explanation:
      "The ARN of a role holds a 12-digit account number. Berth assumes no role: what ECS would not read is named, and the task runs.",
    example: { bad: '"arn:aws:iam::ACCOUNT_ID:role/web"', good: '"arn:aws:iam::123456789012:role/web"' },
  },
  "tags-empty": {
    restsOn: "AWS",
    summary: "A list of tags holds at least one",
    explanation: "Leave `tags` out when there are none.",
    source: SOURCES.register,
    apiError: "InvalidParameterException",
    example: { bad: '"tags": []', good: '"tags": [{"key": "team", "value": "web"}]' },
  },
  "tags-too-many": {
    restsOn: "AWS",
    summary: "A task definition has at most 50 tags",
    explanation: "The limit is that of the ECS API.",
    source: SOURCES.members,
    apiError: "InvalidParameterException",
  },
  "tag-invalid": {
    restsOn: "AWS",
    summary: "A tag has a key of 1 to 128 and a value of up to 256 characters",
    explanation:
      "Letters, digits, blanks and `_ . : / = + - @` are allowed; keys that start with `aws:` belong to AWS.",
    source: SOURCES.members,
    apiError: "InvalidParameterException",
    example: { bad: '{"key": "aws:team"}', good: '{"key": "team"}' },
  },
  "tag-duplicate": {
    restsOn: "AWS",
    summary: "Tag keys are unique",
    explanation: "Each key may stand once.",
    source: SOURCES.members,
    apiError: "InvalidParameterException",
  },
  "task-cpu-invalid": {
    ...register,
    summary: "Task cpu is a number of CPU units or of vCPUs, as a string",
    explanation: 'Write "1024" or "1 vCPU". Outside Fargate it lies between 128 and 196608 units.',
    example: { bad: '"cpu": "one"', good: '"cpu": "1024"' },
  },
  "task-memory-invalid": {
    ...register,
    summary: "Task memory is a number of MiB or of GB, as a string",
    explanation: 'Write "2048" or "2GB".',
    example: { bad: '"memory": "lots"', good: '"memory": "2GB"' },
  },
  "ephemeral-storage-size": {
    restsOn: "AWS",
    summary: "Ephemeral storage is 21 to 200 GiB",
    explanation:
      "Fargate gives 20 GiB anyway; only more than that is asked for. Berth sets no limit on what a task writes.",
    source: SOURCES.members,
    apiError: "ClientException",
    example: { bad: '{"sizeInGiB": 20}', good: '{"sizeInGiB": 21}' },
  },
  "ephemeral-storage-not-fargate": {
    ...register,
    summary: "Ephemeral storage goes with FARGATE in requiresCompatibilities",
    explanation: "Elsewhere Docker's storage is used, here too.",
  },
  "inference-accelerators": {
    ...register,
    summary: "Inference accelerators are gone",
    explanation: "AWS has withdrawn Elastic Inference and refuses the member. It has no effect here.",
  },
  "placement-constraints-too-many": {
    restsOn: "AWS",
    summary: "A task definition has at most ten placement constraints",
    explanation: "The limit is that of the ECS API.",
    source: SOURCES.members,
    apiError: "ClientException",
  },
  "proxy-container-unknown": {
    ...register,
    summary: "proxyConfiguration names a container of the task",
    explanation: "`proxyConfiguration.containerName` must be the name of one of the containers.",
  },
  "fargate-cpu-required": {
    ...register,
    summary: "Fargate needs a task cpu",
    explanation: "The size of a Fargate task is set by the task's cpu and memory.",
    example: {
      bad: '"requiresCompatibilities": ["FARGATE"]',
      good: '"requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"',
    },
  },
  "fargate-memory-required": {
    ...register,
    summary: "Fargate needs a task memory",
    explanation: "The size of a Fargate task is set by the task's cpu and memory.",
    example: { bad: '"cpu": "256"', good: '"cpu": "256", "memory": "512"' },
  },
  "fargate-size": {
    ...register,
    summary: "Fargate has only certain pairs of cpu and memory",
    explanation:
      "256: 512, 1024, 2048. 512: 1024 to 4096. 1024: 2048 to 8192. 2048: 4096 to 16384. 4096: 8192 to 30720 (all in steps of 1024). 8192: 16384 to 61440 in steps of 4096. 16384: 32768 to 122880 in steps of 8192.",
    example: { bad: '"cpu": "512", "memory": "512"', good: '"cpu": "512", "memory": "1024"' },
  },
  "fargate-network-mode": {
    ...register,
    summary: "Fargate has network mode awsvpc only",
    explanation: "Set it, or take FARGATE out of requiresCompatibilities.",
    example: { bad: '"networkMode": "bridge"', good: '"networkMode": "awsvpc"' },
  },
  "fargate-execution-role-image": {
    ...register,
    summary: "Fargate pulls from ECR with the execution role",
    explanation:
      "A Fargate task with an ECR image must name an execution role. Berth pulls with Docker's own credentials.",
  },
  "fargate-execution-role-logs": {
    ...register,
    summary: "Fargate writes awslogs with the execution role",
    explanation: "A Fargate task whose containers log with awslogs must name an execution role.",
  },
  "fargate-log-driver": {
    ...register,
    summary: "Fargate has the log drivers awslogs, splunk and awsfirelens",
    explanation: "The others need a host of one's own.",
    example: { bad: '"logDriver": "json-file"', good: '"logDriver": "awslogs"' },
  },
  "fargate-stream-prefix": {
    restsOn: "AWS",
    summary: "Fargate needs awslogs-stream-prefix",
    explanation: "On Fargate the log stream is named PREFIX/CONTAINER/TASK, so the prefix must be there.",
    source: SOURCES.guide,
    apiError: "ClientException",
    example: {
      bad: '{"awslogs-group": "web", "awslogs-region": "eu-west-1"}',
      good: '{..., "awslogs-stream-prefix": "web"}',
    },
  },
  "fargate-placement-constraints": {
    ...register,
    summary: "Fargate has no placement constraints",
    explanation: "Leave `placementConstraints` out or empty.",
  },
  "fargate-pid-mode": {
    ...register,
    summary: "Fargate tasks cannot see the host's processes",
    explanation: "On Fargate `pidMode` is `task` or absent.",
    example: { bad: '"pidMode": "host"', good: '"pidMode": "task"' },
  },
  "fargate-firelens-file": {
    ...register,
    summary: "Fargate takes a FireLens configuration from a file only",
    explanation: "`config-file-type` `s3` works on EC2 only; put the file into the router's image.",
  },
  "fargate-unsupported": {
    ...register,
    summary: "Fargate does not have this member",
    explanation:
      "Privileged containers, devices, shared memory sizes, tmpfs, swap settings, ipcMode, Docker security options, GPUs, host paths and Docker volumes need a host of one's own.",
  },
  "fargate-capabilities": {
    restsOn: "AWS",
    summary: "Fargate adds only the capability SYS_PTRACE",
    explanation: "Every capability may be dropped, but none except SYS_PTRACE may be added.",
    source: SOURCES.members,
    apiError: "ClientException",
  },
  "fargate-timeouts": {
    restsOn: "nothing",
    summary: "Fargate keeps startTimeout and stopTimeout between 2 and 120 seconds",
    explanation: "Berth honours longer times; on Fargate the container would be killed after 120 seconds.",
    source: SOURCES.members,
    example: { bad: '"stopTimeout": 300', good: '"stopTimeout": 120' },
  },
} as const satisfies Catalogue;
