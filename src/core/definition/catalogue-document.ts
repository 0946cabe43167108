/** Rules about the document itself: its form, its types, its members. */
import type { Catalogue } from "./rule.ts";
import { SOURCES } from "./rule.ts";

export const DOCUMENT_RULES = {
  "document-not-object": {
    restsOn: "host",
    summary: "A task definition is an object",
    explanation:
      "The document must be what RegisterTaskDefinition takes, what DescribeTaskDefinition answers, or a list of container definitions.",
    source: SOURCES.reader,
    apiError: "SerializationException",
    example: { bad: '"web"', good: '{"family": "web", "containerDefinitions": [...]}' },
  },
  "document-too-deep": {
    restsOn: "host",
    summary: "Objects and lists are nested too deep",
    explanation:
      "A task definition is about eight levels deep. Far deeper documents are no task definitions and are not read further.",
    source: SOURCES.reader,
    apiError: "SerializationException",
  },
  "document-too-large": {
    restsOn: "host",
    summary: "The document holds too many values",
    explanation:
      "ECS takes 64 KiB for a task definition. Berth is more generous, yet stops reading before a document could exhaust the host.",
    source: SOURCES.reader,
    apiError: "ClientException",
  },
  "document-container-array": {
    restsOn: "nothing",
    summary: "A bare list of container definitions was given",
    explanation:
      "Terraform keeps container definitions apart from the task. Berth wraps such a list into a task definition; network mode, volumes, roles and task size are then missing and may have to be added.",
    source: SOURCES.reader,
    example: {
      bad: '[{"name": "web", ...}]',
      good: '{"family": "web", "containerDefinitions": [{"name": "web", ...}]}',
    },
  },
  "document-list": {
    restsOn: "host",
    summary: "The task definition stands inside a list",
    explanation:
      "Some tools print a list with one task definition. Berth takes its only entry; a list of several must be split into files.",
    source: SOURCES.reader,
  },
  "pascal-case-member": {
    restsOn: "AWS",
    summary: "A member is written as in CloudFormation",
    explanation:
      "CloudFormation writes members with a capital first letter and keeps task definitions inside a template. ECS itself, and Berth, use a small first letter. Deploy the template and fetch the definition with `aws ecs describe-task-definition`, or change the names.",
    source: SOURCES.reader,
    example: { bad: '"ContainerDefinitions"', good: '"containerDefinitions"' },
  },
  "unknown-member": {
    restsOn: "nothing",
    summary: "The ECS API has no such member",
    explanation:
      "ECS ignores members that it does not know, and the AWS CLI refuses to send them. Berth ignores them and says so, because most of them are misspelt.",
    source: SOURCES.types,
    example: { bad: '"enviroment"', good: '"environment"' },
  },
  "unsafe-member": {
    restsOn: "nothing",
    summary: "A member has a name with a meaning of its own in JavaScript",
    explanation: 'A member called "__proto__" is never taken over, so that a document cannot change how Berth works.',
    source: SOURCES.berth,
  },
  "member-required": {
    restsOn: "AWS",
    summary: "A member that must be there is missing",
    explanation: "The ECS API marks this member as required inside its object.",
    source: SOURCES.members,
    apiError: "InvalidParameterException",
    example: { bad: '{"name": "DB_PASSWORD"}', good: '{"name": "DB_PASSWORD", "valueFrom": "/prod/db/password"}' },
  },
  "wrong-type": {
    restsOn: "AWS",
    summary: "A value has the wrong JSON type",
    explanation:
      "ECS does not convert between strings, numbers and booleans. Container cpu and memory are numbers, task cpu and memory are strings, and the value of an environment variable is always a string.",
    source: SOURCES.types,
    apiError: "SerializationException",
    example: { bad: '{"name": "PORT", "value": 8080}', good: '{"name": "PORT", "value": "8080"}' },
  },
  "integer-out-of-range": {
    restsOn: "AWS",
    summary: "A number is no 32-bit whole number",
    explanation: "Numbers of the ECS API are whole and lie between -2147483648 and 2147483647.",
    source: SOURCES.types,
    apiError: "SerializationException",
  },
  "null-in-list": {
    restsOn: "AWS",
    summary: "A list holds null",
    explanation:
      "A member of an object may be null and then counts as absent. An entry of a list may not: leaving it out would change the meaning of the others.",
    source: SOURCES.types,
    apiError: "SerializationException",
    example: { bad: '["sh", null]', good: '["sh"]' },
  },
  "enum-value": {
    restsOn: "AWS",
    summary: "A value is not one of those that the API has",
    explanation:
      "Letter case counts: `tcp` is a protocol, `TCP` is not. An empty string is a value too; leave the member out instead.",
    source: SOURCES.register,
    apiError: "InvalidParameterException",
    example: { bad: '"protocol": "TCP"', good: '"protocol": "tcp"' },
  },
  "placeholder-unfilled": {
    restsOn: "nothing",
    summary: "A template placeholder was not filled in",
    explanation:
      "The text looks like a part of a template. Give it a value with `--set NAME=VALUE`; for an image, `--image CONTAINER=REFERENCE` puts another image in its place. Shell expressions in commands, health checks and environment values are left alone.",
    source: SOURCES.berth,
    example: { bad: '"image": "<REPOSITORY>:<TAG>"', good: "berth run task.json --set REPOSITORY=web --set TAG=1.4" },
  },
} as const satisfies Catalogue;
