/** Family, containers, names, images. */
import { aContainer, aRequest, twoContainers } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { C0, many } from "./case.ts";

export const IDENTITY_CASES: readonly Case[] = [
  {
    rule: "family-required",
    path: "family",
    input: aRequest({ family: "" }),
    aws: "Family should not be null or empty.",
  },
  {
    rule: "family-required",
    path: "family",
    input: aRequest({ family: null }),
    aws: "Family should not be null or empty.",
  },
  {
    rule: "family-characters",
    path: "family",
    input: aRequest({ family: "a b" }),
    aws: "Family contains invalid characters.",
  },
  {
    rule: "family-characters",
    path: "family",
    input: aRequest({ family: "a".repeat(256) }),
    aws: "Family contains invalid characters.",
  },
  {
    rule: "containers-required",
    path: "containerDefinitions",
    input: { family: "a" },
    aws: "Container list cannot be empty.",
  },
  {
    rule: "containers-required",
    path: "containerDefinitions",
    input: { family: "a", containerDefinitions: [] },
    aws: "Container list cannot be empty.",
  },
  {
    rule: "containers-too-many",
    path: "containerDefinitions",
    input: aRequest({ containerDefinitions: many(11, (index) => aContainer({ name: `c${index}` })) }),
    aws: "Too many containers.",
  },
  {
    rule: "container-name-required",
    path: `${C0}.name`,
    input: aRequest({}, { name: null }),
    aws: "Container.name should not be null or empty.",
  },
  {
    rule: "container-name-characters",
    path: `${C0}.name`,
    input: aRequest({}, { name: "a.b" }),
    aws: "Container.name contains invalid characters.",
  },
  {
    rule: "image-required",
    path: `${C0}.image`,
    input: aRequest({}, { image: "" }),
    aws: "Container.image should not be null or empty.",
  },
  {
    rule: "image-characters",
    path: `${C0}.image`,
    input: aRequest({}, { image: "my image" }),
    aws: "Container.image contains invalid characters.",
  },
  {
    rule: "image-characters",
    path: `${C0}.image`,
    input: aRequest({}, { image: "a".repeat(256) }),
    aws: "Container.image contains invalid characters.",
  },
  {
    rule: "image-characters",
    path: `${C0}.image`,
    input: aRequest({}, { image: "nginx:1.27 " }),
    aws: "Container.image contains invalid characters.",
  },
  ...[
    "REPOSITORY:TAG",
    "shop/Web:1",
    "https://registry.example.com/web:1",
    "registry.example.com:70000/web",
    "web:",
    "shop//web",
    "web@sha256:1234",
    "1234.dkr.ecr.eu-west-1.amazonaws.com/web:1",
    "web:-1",
    "-web",
  ].map(
    (image): Case => ({
      rule: "image-reference",
      path: `${C0}.image`,
      input: aRequest({ executionRoleArn: "run" }, { image }),
      warning: true,
    }),
  ),
  {
    rule: "container-name-unique",
    path: "containerDefinitions[1].name",
    input: twoContainers({}, { name: "web" }),
    aws: "Container names must be unique within a Task Definition.",
  },
  {
    rule: "essential-required",
    path: "containerDefinitions",
    input: aRequest({}, { essential: false }),
    aws: "Task definition doesn't have any essential container.",
  },
];
