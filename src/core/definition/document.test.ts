import { describe, expect, it } from "vitest";
import { aContainer, aRequest, findingsOf } from "./a-definition.ts";
import { unwrapDocument } from "./document.ts";
import { applyChanges } from "./fix.ts";
import { InvalidTaskDefinitionError, parseTaskDefinition } from "./parse.ts";

const rulesOf = (value: unknown) => unwrapDocument(value).warnings.map(({ rule, severity }) => `${severity} ${rule}`);
const OUTPUT = {
  taskDefinitionArn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop:3",
  revision: 3,
  status: "ACTIVE",
};

describe("unwrapDocument()", () => {
  it("takes a request as it is, without null members", () => {
    const { input, form, warnings } = unwrapDocument(aRequest({ cpu: null }, { links: null }));
    expect({ input, form, warnings }).toEqual({ input: aRequest(), form: "request", warnings: [] });
  });

  it("interfaces 44: takes a describe answer, with its tags, and the described object alone", () => {
    const tags = [{ key: "team", value: "web" }];
    const whole = unwrapDocument({ taskDefinition: { ...OUTPUT, ...aRequest() }, tags });
    expect({ input: whole.input, form: whole.form }).toEqual({ input: aRequest({ tags }), form: "describe" });
    const alone = unwrapDocument({ ...OUTPUT, ...aRequest() });
    expect({ input: alone.input, form: alone.form }).toEqual({ input: aRequest(), form: "describe" });
    expect([...whole.warnings, ...alone.warnings]).toEqual([]);
  });

  it("takes an empty list of tags beside a described definition for none", () => {
    expect(unwrapDocument({ taskDefinition: aRequest(), tags: [] }).input).toEqual(aRequest());
  });

  it("wraps a list of container definitions under the family that is given, with a warning", () => {
    const { input, form } = unwrapDocument([aContainer()], { family: "shop" });
    expect({ input, form }).toEqual({ input: aRequest(), form: "containerArray" });
    expect(unwrapDocument([aContainer()]).input).toMatchObject({ family: "task" });
    expect(rulesOf([aContainer()])).toEqual(["warning document-container-array"]);
  });

  it("takes the only entry of a list of task definitions, and refuses several", () => {
    expect(unwrapDocument([aRequest()])).toMatchObject({ input: aRequest(), form: "fileArray" });
    expect(rulesOf([aRequest()])).toEqual(["warning document-list"]);
    expect(rulesOf([aRequest(), aRequest()])).toEqual(["error document-list"]);
  });

  it("gives the family to a request that has none", () => {
    expect(unwrapDocument({ containerDefinitions: [aContainer()] }, { family: "shop" }).input).toMatchObject({
      family: "shop",
    });
    expect(unwrapDocument(aRequest(), { family: "other" }).input).toEqual(aRequest());
  });

  it("leaves what is no definition to validation", () => {
    for (const value of [undefined, null, 1, "web", true]) {
      expect(findingsOf(unwrapDocument(value).input)).toEqual(["document-not-object"]);
    }
  });
});

describe("parseTaskDefinition()", () => {
  it("reads every form to the same definition", () => {
    const definition = parseTaskDefinition(aRequest());
    expect(parseTaskDefinition({ taskDefinition: { ...OUTPUT, ...aRequest() } })).toEqual(definition);
    expect(parseTaskDefinition(definition)).toEqual(definition);
    expect({ ...parseTaskDefinition([aContainer()]), family: "shop" }).toEqual(definition);
  });

  it("throws one error that lists every problem with its path", () => {
    const request = aRequest({ family: "a b" }, { image: "" });
    expect(() => parseTaskDefinition(request)).toThrow(InvalidTaskDefinitionError);
    expect(() => parseTaskDefinition(request)).toThrow(
      /^Cannot use task definition: family: .+; containerDefinitions\[0\]\.image: The container has no image$/,
    );
    expect(() => parseTaskDefinition([aRequest(), aRequest()])).toThrow("The list holds 2 task definitions");
  });

  it("shows ten errors and counts the others", () => {
    const ports = Array.from({ length: 15 }, () => ({ containerPort: 0 }));
    expect(() => parseTaskDefinition(aRequest({}, { portMappings: ports }))).toThrow(/; and 5 more$/);
  });
});

describe("CloudFormation spelling", () => {
  it("is read with one warning in a file of a user, and keys of maps stay as they are", () => {
    const written = {
      family: "task",
      containerDefinitions: [
        {
          Name: "web",
          Image: "nginx",
          environment: [{ Name: "A", Value: "b" }],
          DockerLabels: { Owner: "me" },
          LogConfiguration: { LogDriver: "awsfirelens", Options: { Name: "stdout" } },
        },
      ],
    };
    const { input, warnings } = unwrapDocument(written);
    expect(input).toEqual({
      family: "task",
      containerDefinitions: [
        {
          name: "web",
          image: "nginx",
          environment: [{ name: "A", value: "b" }],
          dockerLabels: { Owner: "me" },
          logConfiguration: { logDriver: "awsfirelens", options: { Name: "stdout" } },
        },
      ],
    });
    expect(warnings.every(({ severity }) => severity === "warning")).toBe(true);
    const told = warnings.filter(({ rule }) => rule === "pascal-case-member");
    expect(told).toMatchObject([
      { path: "", message: expect.stringMatching(/^"Name", "Image", "Value" and 4 more are in the spelling/) },
    ]);
    const mended = applyChanges(written, told[0]?.ways?.[0] ?? []);
    expect(unwrapDocument(mended)).toMatchObject({ input, warnings: [] });
  });

  it("in a request is refused once for each member, without what follows from it", () => {
    expect(findingsOf({ Family: "a", ContainerDefinitions: [{ Name: "web" }] })).toEqual([
      "pascal-case-member Family",
      "pascal-case-member ContainerDefinitions",
    ]);
    expect(findingsOf(aRequest({}, { name: null, Name: "web" }))).toEqual([
      "pascal-case-member containerDefinitions[0].Name",
    ]);
  });
});
