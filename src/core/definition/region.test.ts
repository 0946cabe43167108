// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a placeholder looks like that
import { describe, expect, it } from "vitest";
import { aRequest, definitionOf } from "./a-definition.ts";
import { chooseRegion, regionOfDefinition, registeredArnOf } from "./region.ts";

const arn = (region: string) => `arn:aws:secretsmanager:${region}:123456789012:secret:db-AbCdEf`;
const awslogs = (region: string) => ({
  logConfiguration: { logDriver: "awslogs", options: { "awslogs-region": region, "awslogs-group": "g" } },
});
const image = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/app:1";

describe("regionOfDefinition()", () => {
  it.each([
    [
      "an ARN before all else",
      { secrets: [{ name: "A", valueFrom: arn("eu-west-3") }], ...awslogs("us-west-2"), image },
      "eu-west-3",
    ],
    ["where logs go before the registry", { ...awslogs("us-gov-west-1"), image }, "us-gov-west-1"],
    ["the registry of an image", { image }, "ap-southeast-2"],
    ["a parameter by its path has none", { secrets: [{ name: "A", valueFrom: "/db/password" }] }, undefined],
    ["a placeholder is none", awslogs("${AWS_REGION}"), undefined],
  ])("takes %s", (_, container, region) => {
    expect(
      regionOfDefinition(definitionOf(aRequest({ executionRoleArn: "arn:aws:iam::123456789012:role/r" }, container))),
    ).toBe(region);
  });
});

describe("chooseRegion()", () => {
  const registeredArn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:3";
  const written = definitionOf(aRequest({}, awslogs("sa-east-1")));
  const plain = definitionOf(aRequest());

  it.each([
    [
      "the option",
      { option: "eu-west-1", env: { AWS_REGION: "us-west-1" }, registeredArn, definition: written },
      "eu-west-1",
    ],
    [
      "AWS_REGION",
      { env: { AWS_REGION: "us-west-1", AWS_DEFAULT_REGION: "us-west-2" }, definition: written },
      "us-west-1",
    ],
    [
      "AWS_DEFAULT_REGION",
      { env: { AWS_REGION: "", AWS_DEFAULT_REGION: "us-west-2" }, definition: written },
      "us-west-2",
    ],
    ["the ARN under which it is registered", { env: {}, registeredArn, definition: written }, "eu-central-1"],
    ["the definition", { env: {}, definition: written }, "sa-east-1"],
    ["us-east-1 at last", { env: {}, definition: plain }, "us-east-1"],
  ])("takes %s", (_, sources, region) => {
    expect(chooseRegion({ option: undefined, registeredArn: undefined, ...sources })).toBe(region);
  });

  it.each(["", "EU (Ireland)", "eu_west_1", "eu-west-1 "])("refuses the option %j", (option) => {
    expect(() => chooseRegion({ option, env: {}, registeredArn, definition: plain })).toThrow("Cannot use --region");
  });
});

describe("registeredArnOf()", () => {
  const taskDefinitionArn = "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:3";
  it.each([
    [{ taskDefinition: { taskDefinitionArn } }, taskDefinitionArn],
    [{ taskDefinitionArn, family: "web" }, taskDefinitionArn],
    [[{ taskDefinition: { taskDefinitionArn } }], taskDefinitionArn],
    [{ family: "web" }, undefined],
    [{ taskDefinition: "web:3" }, undefined],
    [null, undefined],
  ])("finds it in %j", (document, arn) => {
    expect(registeredArnOf(document)).toBe(arn);
  });
});
