/** Rules about what stands beside what: network, ports, volumes, dependencies, health, logs, secrets. */
import type { Catalogue } from "./rule.ts";
import { SOURCES } from "./rule.ts";

const register = { source: SOURCES.register, restsOn: "AWS", apiError: "ClientException" } as const;

export const RELATION_RULES = {
  "links-network-mode": {
    ...register,
    summary: "Links work in network mode bridge only",
    explanation: "In awsvpc the containers of a task reach each other at localhost; with host likewise.",
    example: { bad: '"networkMode": "awsvpc", "links": ["db"]', good: '"networkMode": "bridge", "links": ["db"]' },
  },
  "link-syntax": {
    ...register,
    restsOn: "host",
    summary: "A link is name or name:alias",
    explanation: "More than one colon cannot be read.",
    example: { bad: '"db:a:b"', good: '"db:database"' },
  },
  "link-unknown": {
    ...register,
    restsOn: "host",
    summary: "A link names a container of the task",
    explanation: "Links to containers of other tasks do not exist.",
  },
  "links-cycle": {
    ...register,
    summary: "Links form no cycle",
    explanation: "A link makes its target start first, so a circle could never start.",
  },
  "port-out-of-range": {
    ...register,
    summary: "A container port is 1 to 65535",
    explanation: "A port mapping has a containerPort or a containerPortRange.",
    example: { bad: '{"containerPort": 0}', good: '{"containerPort": 8080}' },
  },
  "host-port-out-of-range": {
    ...register,
    summary: "A host port is 0 to 65535",
    explanation: "0 asks for a free port of the host.",
  },
  "host-port-mismatch": {
    ...register,
    summary: "In awsvpc and host mode the host port is the container port",
    explanation: "There is no translation of ports in these modes. Leave hostPort out.",
    example: { bad: '{"containerPort": 8080, "hostPort": 80}', good: '{"containerPort": 8080}' },
  },
  "host-port-duplicate": {
    ...register,
    summary: "A host port is given once for each protocol",
    explanation: "The same port may be mapped for tcp and for udp, but not twice for one of them.",
  },
  "ports-network-mode-none": {
    ...register,
    summary: "Network mode none has no port mappings",
    explanation: "Such a task has no network.",
  },
  "port-range": {
    ...register,
    summary: "A port range is first-last, at most 100 ports, alone in its mapping",
    explanation: "Ranges work in bridge and awsvpc, have no hostPort or containerPort beside them and do not overlap.",
    example: { bad: '"9000-8000"', good: '"8000-8010"' },
  },
  "port-mappings-too-many": {
    ...register,
    summary: "A container has at most 100 port mappings",
    explanation: "Use containerPortRange for many ports.",
  },
  "port-name": {
    restsOn: "AWS",
    summary: "A port name is up to 64 small letters, digits, hyphens and underscores",
    explanation:
      "It does not start with a hyphen, and no other port of the task has it. Service Connect does not run here.",
    source: SOURCES.members,
    apiError: "ClientException",
  },
  "firelens-router": {
    ...register,
    summary: "awsfirelens needs a log router, and a log router needs a user",
    explanation:
      "A container with firelensConfiguration routes the logs of those whose log driver is awsfirelens. Neither goes without the other.",
    example: {
      bad: '"logDriver": "awsfirelens" (and no router)',
      good: '"firelensConfiguration": {"type": "fluentbit"} (in another container)',
    },
  },
  "firelens-routers": {
    restsOn: "nothing",
    summary: "A task has one log router",
    explanation: "The first container with firelensConfiguration gets the logs, another one gets none.",
    source: SOURCES.berth,
  },
  "firelens-file": {
    ...register,
    summary: "A FireLens configuration from S3 is named by its ARN",
    explanation: "With config-file-type s3, config-file-value is the ARN of the object.",
    example: {
      bad: '"config-file-value": "s3://bucket/fluent.conf"',
      good: '"config-file-value": "arn:aws:s3:::bucket/fluent.conf"',
    },
  },
  "proxy-network-mode": {
    ...register,
    summary: "proxyConfiguration goes with network mode awsvpc",
    explanation: "App Mesh redirects the traffic of the task's own network interface. It does not run here.",
  },
  "awsvpc-member": {
    ...register,
    summary: "awsvpc does not have this member",
    explanation:
      "Host name, name servers, extra hosts and switched-off networking belong to the task's network interface in awsvpc.",
  },
  "volume-name": {
    restsOn: "AWS",
    summary: "A volume name is 1 to 255 letters, digits, hyphens and underscores",
    explanation: "Mount points refer to volumes by name.",
    source: SOURCES.members,
    apiError: "ClientException",
  },
  "volume-name-unique": {
    ...register,
    restsOn: "host",
    summary: "Volume names are unique",
    explanation: "Two volumes of one task cannot share a name.",
  },
  "volume-kind": {
    restsOn: "host",
    summary: "A volume is of one kind",
    explanation:
      "At most one of host, dockerVolumeConfiguration, efsVolumeConfiguration, s3filesVolumeConfiguration, fsxWindowsFileServerVolumeConfiguration and configuredAtLaunch.",
    source: SOURCES.members,
    apiError: "ClientException",
  },
  "volume-unknown": {
    ...register,
    summary: "A mount point names a volume of the task",
    explanation: "Add the volume to the task's `volumes`.",
    example: { bad: '"volumes": []', good: '"volumes": [{"name": "data"}]' },
  },
  "mount-path-required": {
    ...register,
    restsOn: "host",
    summary: "A mount point has a container path",
    explanation: "It says where the container sees the volume.",
  },
  "mount-path-duplicate": {
    ...register,
    restsOn: "host",
    summary: "A container mounts one volume at one path",
    explanation: "Two mount points cannot share a path.",
  },
  "host-path-blank": {
    ...register,
    summary: "host.sourcePath is not empty",
    explanation: "Leave it out for an empty volume that lives with the task.",
    example: { bad: '{"host": {"sourcePath": ""}}', good: '{"host": {}}' },
  },
  "volumes-from-unknown": {
    ...register,
    summary: "volumesFrom names a container of the task",
    explanation: "It mounts that container's volumes.",
  },
  "autoprovision-scope": {
    ...register,
    summary: "autoprovision is not switched off with scope task",
    explanation:
      "A volume of scope task is made with the task: autoprovision is left out. AWS takes true as well, but the agent then starts no such task.",
    example: { bad: '"scope": "task", "autoprovision": false', good: '"scope": "task"' },
  },
  "docker-volume-driver": {
    ...register,
    summary: "A Docker volume names its driver",
    explanation: "AWS fills in none; Docker's own is local.",
    example: {
      bad: '"dockerVolumeConfiguration": {"scope": "shared"}',
      good: '"dockerVolumeConfiguration": {"scope": "shared", "driver": "local"}',
    },
  },
  "volume-unused": {
    ...register,
    summary: "A volume that is configured at launch is mounted by a container",
    explanation: "Other volumes may be without a mount point.",
  },
  "efs-root-directory": {
    restsOn: "AWS",
    summary: "With an EFS access point the root directory is / or absent",
    explanation: "The access point sets the root.",
    source: SOURCES.guide,
    apiError: "ClientException",
  },
  "efs-transit-encryption": {
    restsOn: "AWS",
    summary: "EFS access points and IAM need transit encryption",
    explanation: "Set transitEncryption to ENABLED.",
    source: SOURCES.guide,
    apiError: "ClientException",
  },
  "depends-on-unknown": {
    ...register,
    summary: "dependsOn names a container of the task",
    explanation: "Other tasks cannot be waited for.",
  },
  "dependency-cycle": {
    ...register,
    restsOn: "host",
    summary: "Dependencies form no cycle",
    explanation: "dependsOn, links and volumesFrom together make the start order. A circle could never start.",
    example: { bad: "a dependsOn b, b dependsOn a", good: "a dependsOn b" },
  },
  "depends-on-essential": {
    ...register,
    summary: "SUCCESS and COMPLETE wait for containers that are not essential",
    explanation: "An essential container ends the task when it exits, so nothing could start after it.",
    example: { bad: '{"name": "init", "essential": true}', good: '{"name": "init", "essential": false}' },
  },
  "depends-on-health-check": {
    ...register,
    summary: "HEALTHY waits for a container with a health check",
    explanation: "A check that is baked into the image does not count.",
  },
  "health-check": {
    ...register,
    summary: "A health check has a command and keeps its bounds",
    explanation: "interval 5 to 300 s, timeout 2 to 60 s, retries 1 to 10, startPeriod 0 to 300 s.",
    example: { bad: '{"command": ["CMD-SHELL"]}', good: '{"command": ["CMD-SHELL", "curl -f http://localhost/"]}' },
  },
  "health-check-command": {
    restsOn: "nothing",
    summary: "A health check starts with CMD, CMD-SHELL or NONE",
    explanation:
      "CMD runs a program, CMD-SHELL gives one string to the shell, NONE switches the image's check off. AWS registers a command without such a word, and Fargate runs it as a program; so does Berth. Plain Docker runs no such check.",
    source: SOURCES.guide,
    example: { bad: '["curl -f http://localhost/"]', good: '["CMD-SHELL", "curl -f http://localhost/"]' },
  },
  "log-driver": {
    ...register,
    summary: "The log driver is one that ECS has",
    explanation: "json-file, syslog, journald, gelf, fluentd, awslogs, splunk or awsfirelens.",
    example: { bad: '"logDriver": "none"', good: '"logDriver": "json-file"' },
  },
  "awslogs-options": {
    ...register,
    summary: "awslogs needs awslogs-group and awslogs-region, splunk needs splunk-token and splunk-url",
    explanation:
      "A value may come from secretOptions. Berth captures the logs on this host and shows the names; no CloudWatch is asked.",
  },
  "log-option-unknown": {
    ...register,
    summary: "A log driver takes its own options only",
    explanation:
      "awslogs takes awslogs-create-group, awslogs-datetime-format, awslogs-group, awslogs-multiline-pattern, awslogs-region, awslogs-stream-prefix, max-buffer-size and mode. Options of a log router, as log_key, go with awsfirelens.",
    example: { bad: '"log_key": "log" (with awslogs)', good: '"logDriver": "awsfirelens" (with log_key)' },
  },
  "secret-name-shared": {
    ...register,
    summary: "A secret has a name of its own",
    explanation: "A secret and an environment variable of one container cannot share a name.",
  },
  "secret-name-duplicate": {
    ...register,
    summary: "Secret names are unique",
    explanation: "Two secrets of one container cannot share a name.",
  },
  "secret-parameter-name": {
    ...register,
    summary: "A secret comes from a parameter or from Secrets Manager",
    explanation: "valueFrom is an ARN, or a parameter name of letters, digits and _ . - /",
  },
  "secrets-execution-role": {
    restsOn: "AWS",
    summary: "ECS reads secrets with the execution role",
    explanation:
      "A definition with secrets names an executionRoleArn. Berth itself takes secrets from a file, from the environment or, with --aws, with your own credentials.",
    source: SOURCES.guide,
    apiError: "ClientException",
  },
  "override-container-unknown": {
    restsOn: "AWS",
    summary: "An override names a container of the task definition",
    explanation: "Overrides change containers; they add none.",
    source: SOURCES.overrides,
    apiError: "InvalidParameterException",
  },
  "override-too-large": {
    restsOn: "AWS",
    summary: "Overrides are at most 8192 characters of JSON",
    explanation: "Put long values into a file, a secret or the image.",
    source: SOURCES.overrides,
    apiError: "InvalidParameterException",
  },
} as const satisfies Catalogue;
