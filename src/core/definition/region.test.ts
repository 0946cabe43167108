// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a placeholder looks like that
import { describe, expect, it } from "vitest";
import { aRequest, definitionOf } from "./a-definition.ts";
import { regionOfDefinition } from "./region.ts";

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
