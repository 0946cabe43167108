/** Rules about single containers: name, image, memory, ports, settings. */
import type { Catalogue } from "./rule.ts";
import { SOURCES } from "./rule.ts";

const register = { source: SOURCES.register, restsOn: "AWS", apiError: "ClientException" } as const;
const members = { source: SOURCES.members, restsOn: "AWS", apiError: "ClientException" } as const;

export const CONTAINER_RULES = {
  "containers-required": {
    ...register,
    summary: "A task definition has at least one container",
    explanation: "`containerDefinitions` lists the containers of the task.",
  },
  "containers-too-many": {
    ...register,
    summary: "A task definition has at most ten containers",
    explanation: "The limit is that of the ECS API. Split the task.",
  },
  "container-name-required": {
    ...register,
    summary: "A container has a name",
    explanation: "Dependencies, links and overrides refer to containers by name.",
    example: { bad: '{"image": "nginx"}', good: '{"name": "web", "image": "nginx"}' },
  },
  "container-name-characters": {
    ...register,
    summary: "A container name is 1 to 255 letters, digits, hyphens and underscores",
    explanation: "Dots and blanks are refused.",
    example: { bad: '"name": "web.1"', good: '"name": "web-1"' },
  },
  "container-name-unique": {
    ...register,
    summary: "Container names are unique in a task definition",
    explanation: "Two containers of one task cannot share a name.",
  },
  "image-required": {
    ...register,
    summary: "A container has an image",
    explanation: "Write `repository`, `repository:tag` or `repository@sha256:digest`.",
    example: { bad: '{"name": "web"}', good: '{"name": "web", "image": "nginx:1.27"}' },
  },
  "image-characters": {
    ...register,
    summary: "An image reference is 1 to 255 letters, digits and - _ : . / # @",
    explanation: "Braces, dollars and angle brackets mostly are placeholders that a tool should have filled in.",
    example: { bad: '"image": "<IMAGE1_NAME>"', good: '"image": "nginx:1.27"' },
  },
  "image-reference": {
    restsOn: "nothing",
    summary: "An image is REGISTRY:PORT/path/name:tag@digest, with path and name in lower case",
    explanation:
      "ECS looks at the characters only, so that such a definition is registered and the pull fails. A repository is lower-case letters and digits with single . _ - between, a tag has up to 128 letters, digits and _ . -, a digest is sha256: and 64 hexadecimal digits. Nothing like https:// stands in front.",
    source: SOURCES.berth,
    example: { bad: '"image": "REPOSITORY_URI:IMAGE_TAG"', good: '"image": "shop/web:1.4"' },
  },
  "essential-required": {
    ...register,
    summary: "At least one container is essential",
    explanation:
      "The task ends when an essential container ends; without one it would have no end. `essential` is true unless it is set to false.",
    example: { bad: '"essential": false (in every container)', good: '"essential": true (in one)' },
  },
  "cpu-negative": {
    ...members,
    restsOn: "host",
    summary: "Container cpu is 0 or more units",
    explanation: "1024 units are one vCPU. The number is a weight among containers, not a limit.",
  },
  "memory-required": {
    ...register,
    summary: "A container has memory or memoryReservation, unless the task has memory",
    explanation: "`memory` is the hard limit, `memoryReservation` the soft one, both in MiB.",
    example: { bad: '{"name": "web", "image": "nginx"}', good: '{"name": "web", "image": "nginx", "memory": 256}' },
  },
  "memory-too-small": {
    ...register,
    summary: "Memory is at least 4 MiB",
    explanation: "Docker itself refuses less than 6 MiB.",
    example: { bad: '"memory": 2', good: '"memory": 16' },
  },
  "memory-below-docker-minimum": {
    restsOn: "nothing",
    summary: "Docker needs at least 6 MiB",
    explanation: "ECS takes 4 MiB, Docker 20.10 and later do not. Berth raises the limit to 6 MiB.",
    source: SOURCES.berth,
  },
  "reservation-above-memory": {
    ...register,
    summary: "memoryReservation is at most memory",
    explanation: "The soft limit cannot lie above the hard one.",
    example: { bad: '"memory": 256, "memoryReservation": 512', good: '"memory": 512, "memoryReservation": 256' },
  },
  "memory-above-task": {
    ...register,
    summary: "A container's memory is at most the task's",
    explanation: "The task's memory holds for all its containers together.",
  },
  "cpu-above-task": {
    ...register,
    summary: "The containers' cpu adds up to at most the task's",
    explanation: "Raise the task's cpu or lower the containers'.",
  },
  "reservations-above-task": {
    ...register,
    summary: "The containers' memoryReservation adds up to at most the task's memory",
    explanation: "Raise the task's memory or lower the reservations.",
  },
  "restart-policy": {
    ...members,
    summary: "A restart policy has up to 50 ignored exit codes and a period of 60 to 1800 seconds",
    explanation:
      "The period is how long a container must have run before it is started again; 300 seconds when left out.",
    example: { bad: '"restartAttemptPeriod": 10', good: '"restartAttemptPeriod": 60' },
  },
  "environment-duplicate": {
    restsOn: "nothing",
    summary: "An environment variable stands twice",
    explanation: "The last entry wins.",
    source: SOURCES.berth,
  },
  "environment-file": {
    ...members,
    summary: "An environment file is an S3 object whose name ends in .env; at most ten of them",
    explanation: "The value is the ARN of the object, as in arn:aws:s3:::bucket/path/app.env.",
  },
  "linux-parameters": {
    ...members,
    summary: "A linuxParameters value is out of bounds",
    explanation: "A tmpfs has at least 1 MiB; sharedMemorySize and maxSwap are 0 or more, swappiness is 0 to 100.",
  },
  "swappiness-without-swap": {
    restsOn: "nothing",
    summary: "swappiness means something beside maxSwap only",
    explanation: "Without maxSwap the value is ignored.",
    source: SOURCES.members,
  },
  "timeout-negative": {
    ...members,
    restsOn: "host",
    summary: "A timeout is a number of seconds, 0 or more",
    explanation:
      "startTimeout bounds how long others wait for this container, stopTimeout is the time between SIGTERM and SIGKILL. 0 is as good as absent: no bound, and 30 s.",
  },
  "resource-requirements": {
    ...register,
    summary: "A container asks for GPUs once, with a whole number",
    explanation: "The value is the number of GPUs, as a string.",
    example: { bad: '{"type": "GPU", "value": "all"}', good: '{"type": "GPU", "value": "1"}' },
  },
  "credential-specs": {
    ...members,
    summary: "A container has at most one credential specification",
    explanation: "It starts with credentialspec: or credentialspecdomainless:.",
  },
  "ulimit-order": {
    restsOn: "nothing",
    summary: "A ulimit's soft limit lies above its hard limit",
    explanation: "Docker refuses to create such a container. -1 stands for no limit.",
    source: SOURCES.berth,
  },
  "path-relative": {
    restsOn: "host",
    summary: "A path inside a container begins with a slash",
    explanation: "Docker makes no container with a relative working directory, mount point or tmpfs.",
    source: SOURCES.berth,
    example: { bad: '"workingDirectory": "app"', good: '"workingDirectory": "/app"' },
  },
  "system-control-host": {
    ...register,
    restsOn: "host",
    summary: "Kernel settings of a namespace need one of the task's own",
    explanation:
      "net.* settings do not go with network mode host, those of message queues, semaphores and shared memory not with ipcMode host: they would change the host itself, and Docker refuses them.",
  },
  "networking-disabled": {
    restsOn: "nothing",
    summary: "A container without networking has no ports, links, name servers or extra hosts",
    explanation:
      "With disableNetworking a container sees nothing but its own loopback interface, in every network mode.",
    source: SOURCES.berth,
    example: {
      bad: '"disableNetworking": true, "portMappings": [{"containerPort": 80}]',
      good: '"disableNetworking": true',
    },
  },
} as const satisfies Catalogue;
