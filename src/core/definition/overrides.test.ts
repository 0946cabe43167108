import { describe, expect, it } from "vitest";
import { aFargateRequest, definitionOf, twoContainers } from "./a-definition.ts";
import { validateTaskOverride } from "./overrides.ts";

const definition = definitionOf(
  twoContainers(
    {
      cpu: 10,
      command: ["a"],
      environment: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      environmentFiles: [file("base")],
    },
    {},
  ),
);

function file(name: string) {
  return { type: "s3" as const, value: `arn:aws:s3:::bucket/${name}.env` };
}

const findings = (input: unknown, of = definition) =>
  validateTaskOverride(input, of).problems.map(({ rule, path }) => `${rule} ${path}`.trim());

describe("validateTaskOverride()", () => {
  it("takes none, empty ones and normalised sizes", () => {
    expect(validateTaskOverride(undefined, definition)).toEqual({ ok: true, overrides: {}, problems: [] });
    expect(validateTaskOverride({ cpu: "1 vCPU", memory: "2GB" }, definition)).toMatchObject({
      ok: true,
      overrides: { cpu: "1024", memory: "2048" },
    });
    expect(validateTaskOverride({ inferenceAcceleratorOverrides: [] }, definition)).toMatchObject({
      ok: true,
      overrides: {},
    });
  });

  it("refuses a container that the definition does not have, with AWS's text", () => {
    const [problem] = validateTaskOverride({ containerOverrides: [{ name: "wed" }] }, definition).problems;
    expect(problem).toMatchObject({
      severity: "error",
      rule: "override-container-unknown",
      path: "containerOverrides[0].name",
      message: 'The task definition has no container "wed"',
      fix: 'Did you mean "web"',
      awsMessage: "Override for container named wed is not a container in the TaskDefinition.",
    });
  });

  it("refuses more than 8192 characters, counted as JSON", () => {
    const overrides = (length: number) => ({ containerOverrides: [{ name: "web", command: ["x".repeat(length)] }] });
    const rest = JSON.stringify(overrides(0)).length;
    expect(findings(overrides(8192 - rest))).toEqual([]);
    expect(findings(overrides(8193 - rest))).toEqual(["override-too-large"]);
  });

  it.each([
    [[], ["document-not-object"]],
    [{ containerOverrides: [{ name: "web", cpu: "1" }] }, ["wrong-type containerOverrides[0].cpu"]],
    [{ containerOverrides: [{}] }, ["member-required containerOverrides[0].name"]],
    [{ containerOverrides: [{ name: "web", entryPoint: [] }] }, ["unknown-member containerOverrides[0].entryPoint"]],
    [{ cpu: "x", memory: "y" }, ["task-cpu-invalid cpu", "task-memory-invalid memory"]],
    [{ taskRoleArn: "arn:aws:iam::1:role/a" }, ["role-invalid taskRoleArn"]],
    [{ ephemeralStorage: { sizeInGiB: 5 } }, ["ephemeral-storage-size ephemeralStorage.sizeInGiB"]],
  ])("judges %j", (input, expected) => {
    expect(findings(input)).toEqual(expected);
  });

  it("DM-43: refuses unknown members at any level, a list, and a text that is no object", () => {
    const judged = (input: unknown) => {
      const { ok, problems } = validateTaskOverride(input, definition);
      return [ok, ...problems.map(({ severity, path, fix }) => `${severity} ${path}: ${fix}`)];
    };
    expect(judged({ memori: "512" })).toEqual([false, 'error memori: Did you mean "memory"']);
    expect(
      judged({ containerOverrides: [{ name: "web", environment: [{ name: "A", value: "b", vlue: "c" }] }] }),
    ).toEqual([false, 'error containerOverrides[0].environment[0].vlue: Did you mean "value"']);
    for (const input of [[], "not JSON", '{"cpu":"1"}']) expect(judged(input)[0]).toBe(false);
  });

  it.each([
    [{ containerOverrides: [{ name: "web", cpu: -5 }] }, "cpu-negative containerOverrides[0].cpu"],
    [
      { containerOverrides: [{ name: "web", resourceRequirements: [{ type: "GPU", value: "all" }] }] },
      "resource-requirements containerOverrides[0].resourceRequirements[0].value",
    ],
    [
      { containerOverrides: [{ name: "web", environmentFiles: [{ type: "s3", value: "more.env" }] }] },
      "environment-file containerOverrides[0].environmentFiles",
    ],
    [
      {
        containerOverrides: [
          { name: "web", cpu: 1 },
          { name: "web", memory: 1 },
        ],
      },
      "memory-too-small containerOverrides[1].memory",
    ],
    [{ cpu: "99999999" }, "task-cpu-invalid cpu"],
    [{ memory: "8" }, "memory-above-task containerDefinitions[0].memory"],
  ])("refuses %j, which no definition may have", (input, expected) => {
    expect(validateTaskOverride(input, definition).ok).toBe(false);
    expect(findings(input)).toContain(expected);
  });

  it("does not hold against the overrides what was wrong with the definition before", () => {
    const [web] = definition.containerDefinitions;
    if (web === undefined) throw new Error("there is a container");
    const wrong = { ...definition, containerDefinitions: [{ ...web, cpu: -5 }] };
    expect(findings({ containerOverrides: [{ name: "web", command: ["x"] }] }, wrong)).toEqual([]);
  });

  it("holds Fargate's pairs against the sizes that result", () => {
    const fargate = definitionOf(aFargateRequest());
    expect(findings({ cpu: "512" }, fargate)).toEqual(["fargate-size memory"]);
    expect(findings({ cpu: "512", memory: "1024" }, fargate)).toEqual([]);
    expect(findings({ taskRoleArn: "run" }, fargate)).toEqual([]);
  });
});
