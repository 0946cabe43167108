import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { describeLocation, nameWithoutSuffix, parseValueFrom } from "./value-from.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbC12f";
const PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter";

describe("parseValueFrom()", () => {
  it.each([
    ["db-password", { service: "ssm", name: "db-password" }],
    ["/prod/db/password", { service: "ssm", name: "/prod/db/password" }],
    [`${PARAMETER}/flat`, { service: "ssm", region: "eu-west-1", name: "flat", arn: `${PARAMETER}/flat` }],
    [`${PARAMETER}/prod/db`, { service: "ssm", region: "eu-west-1", name: "/prod/db", arn: `${PARAMETER}/prod/db` }],
  ])("reads the parameter %s", (text, expected) => {
    expect(parseValueFrom(text)).toEqual(expected);
  });

  it.each([
    ["", {}],
    [":user", { jsonKey: "user" }],
    [":user::", { jsonKey: "user" }],
    ["::AWSPREVIOUS:", { versionStage: "AWSPREVIOUS" }],
    [":::1234", { versionId: "1234" }],
    [":user:AWSCURRENT:1234", { jsonKey: "user", versionStage: "AWSCURRENT", versionId: "1234" }],
  ])("SEC-3: reads the selectors %j of a secret", (selectors, expected) => {
    expect(parseValueFrom(`${SECRET}${selectors}`)).toEqual({
      service: "secretsmanager",
      region: "eu-west-1",
      arn: SECRET,
      name: "prod/db-AbC12f",
      ...expected,
    });
  });

  it.each([
    "",
    "has space",
    "arn:aws:s3:::bucket/key",
    `${SECRET}:a:b:c:d`,
    "arn:aws:ssm:eu-west-1:1:document/x",
    `${PARAMETER}/`,
    "arn:aws:ssm::1:parameter/x",
  ])("refuses %j and names the path", (text) => {
    expect(() => parseValueFrom(text, "containerDefinitions[0].secrets[0].valueFrom")).toThrow(InvalidInputError);
    expect(() => parseValueFrom(text, "containerDefinitions[0].secrets[0].valueFrom")).toThrow(
      /^containerDefinitions\[0\]/,
    );
  });

  it("either answers or throws InvalidInputError, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((rest) => `arn:aws:secretsmanager:r:a:secret:${rest}`),
        ),
        (text) => {
          try {
            expect(describeLocation(parseValueFrom(text))).not.toBe("");
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidInputError);
          }
        },
      ),
    );
  });
});

describe("nameWithoutSuffix()", () => {
  it.each([
    ["prod/db-AbC12f", "prod/db"],
    ["prod/db-abcde1", "prod/db"],
    ["db-reader", undefined],
    ["db", undefined],
    ["db-AbC12", undefined],
  ])("%s gives %s", (name, expected) => {
    expect(nameWithoutSuffix(name)).toBe(expected);
  });
});
