/** Types, enums, members, placeholders. */
import { aContainer, aRequest } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { C0, port } from "./case.ts";

export const SHAPE_CASES: readonly Case[] = [
  { rule: "document-not-object", path: "", input: "web" },
  {
    rule: "wrong-type",
    path: `${C0}.memory`,
    input: aRequest({}, { memory: "64" }),
    aws: "STRING_VALUE cannot be converted to Integer",
  },
  { rule: "wrong-type", path: "cpu", input: aRequest({ cpu: 256 }), aws: "NUMBER_VALUE cannot be converted to String" },
  {
    rule: "wrong-type",
    path: `${C0}.cpu`,
    input: aRequest({}, { cpu: true }),
    aws: "TRUE_VALUE cannot be converted to Integer",
  },
  {
    rule: "wrong-type",
    path: `${C0}.environment[0].value`,
    input: aRequest({}, { environment: [{ name: "A", value: 1 }] }),
    aws: "NUMBER_VALUE cannot be converted to String",
  },
  { rule: "wrong-type", path: `${C0}.command`, input: aRequest({}, { command: "sh" }) },
  { rule: "wrong-type", path: `${C0}.command[1]`, input: aRequest({}, { command: ["sh", 1] }) },
  {
    rule: "wrong-type",
    path: "containerDefinitions[1]",
    input: aRequest({ containerDefinitions: [aContainer(), "db"] }),
  },
  {
    rule: "wrong-type",
    path: `${C0}.dockerLabels.constructor`,
    input: aRequest({}, { dockerLabels: { constructor: 1 } }),
  },
  { rule: "integer-out-of-range", path: `${C0}.cpu`, input: aRequest({}, { cpu: 1.5 }) },
  { rule: "integer-out-of-range", path: `${C0}.memory`, input: aRequest({}, { memory: 2 ** 31 }) },
  { rule: "null-in-list", path: `${C0}.command[1]`, input: aRequest({}, { command: ["sh", null] }) },
  {
    rule: "enum-value",
    path: "networkMode",
    input: aRequest({ networkMode: "default" }),
  },
  {
    rule: "enum-value",
    path: `${C0}.portMappings[0].protocol`,
    input: aRequest({}, port({ containerPort: 80, protocol: "TCP" })),
  },
  { rule: "enum-value", path: "requiresCompatibilities[0]", input: aRequest({ requiresCompatibilities: ["LAMBDA"] }) },
  {
    rule: "member-required",
    path: `${C0}.secrets[0].valueFrom`,
    input: aRequest({ executionRoleArn: "run" }, { secrets: [{ name: "A" }] }),
  },
  {
    rule: "member-required",
    path: `${C0}.restartPolicy.enabled`,
    input: aRequest({}, { restartPolicy: { ignoredExitCodes: [1] } }),
  },
  { rule: "pascal-case-member", path: "Family", input: { Family: "a", containerDefinitions: [aContainer()] } },
  { rule: "unknown-member", path: `${C0}.enviroment`, input: aRequest({}, { enviroment: [] }), warning: true },
  {
    rule: "unsafe-member",
    path: "__proto__",
    input: JSON.parse(
      '{"__proto__": {"a": 1}, "family": "a", "containerDefinitions": [{"name": "a", "image": "b", "memory": 8}]}',
    ),
    warning: true,
  },
  {
    rule: "placeholder-unfilled",
    path: `${C0}.hostname`,
    input: aRequest({}, { hostname: "<HOST_NAME>" }),
    warning: true,
  },
];
