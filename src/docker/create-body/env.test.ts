import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ContainerDefinition } from "../../core/definition/types.ts";
import { aPause, readyTask } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import type { CreateContext } from "./context.ts";
import { buildCreateBody } from "./index.ts";

function environment(container: Partial<ContainerDefinition>, context: Partial<CreateContext> = {}): readonly string[] {
  const task = readyTask({ containerDefinitions: [container] });
  return task.containers.flatMap((each) => buildCreateBody(task, each, aContext(context)).Env ?? []);
}

describe("environment", () => {
  it("SEC-1: a secret overrides an environment entry of the same name", () => {
    const entries = environment({ environment: [{ name: "KEY", value: "plain" }] }, { secrets: { KEY: "secret" } });
    expect(entries).toContain("KEY=secret");
    expect(entries).not.toContain("KEY=plain");
  });

  it("SEC-7: a file never overrides environment, and the first file wins", () => {
    const files: CreateContext["environmentFiles"] = [
      ["KEY", "first file"],
      ["NEW", "first file"],
      ["NEW", "second file"],
    ];
    const entries = environment({ environment: [{ name: "KEY", value: "plain" }] }, { environmentFiles: files });
    expect(entries).toEqual(expect.arrayContaining(["KEY=plain", "NEW=first file"]));
    expect(entries).not.toContain("NEW=second file");
  });

  it("takes the later of two entries, and keeps empty values", () => {
    const twice = [
      { name: "KEY", value: "1" },
      { name: "KEY", value: "" },
    ];
    expect(environment({ environment: twice })).toContain("KEY=");
  });

  it("names each variable once, whatever comes together", () => {
    const name = fc.constantFrom("A", "B", "AWS_REGION", "ECS_AGENT_URI", "AWS_EXECUTION_ENV");
    const entry = fc.record({ name, value: fc.string() });
    const files = fc.array(fc.tuple(name, fc.string()));
    fc.assert(
      fc.property(fc.array(entry), fc.dictionary(name, fc.string()), files, (plain, secrets, environmentFiles) => {
        const metadata = { metadataBaseUrl: "http://169.254.170.2", endpointId: "id" };
        const entries = environment({ environment: plain }, { secrets, environmentFiles, ...metadata });
        const names = entries.map((text) => text.split("=", 1)[0]);
        expect(new Set(names).size).toBe(names.length);
        expect(entries).toContain("ECS_AGENT_URI=http://169.254.170.2/api/id");
      }),
    );
  });
});

describe("region variables", () => {
  const both = ["AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1"];

  it("are added when nobody chose a region", () => {
    expect(environment({})).toEqual(expect.arrayContaining(both));
  });

  it.each([
    ["definition", { environment: [{ name: "AWS_REGION", value: "eu-west-1" }] }, {}],
    ["secrets", {}, { secrets: { AWS_DEFAULT_REGION: "eu-west-1" } }],
    ["files", {}, { environmentFiles: [["AWS_DEFAULT_REGION", "eu-west-1"]] }],
    ["image", {}, { imageEnv: ["AWS_REGION=eu-west-1"] }],
  ] as const)("are both left out when the %s sets one", (_where, container, context) => {
    const entries = environment(container, context);
    for (const entry of both) expect(entries).not.toContain(entry);
  });
});

describe("credentials", () => {
  const credentialsPath = "/v2/credentials/1";

  it("are found by a relative path on the link-local address, by a full address elsewhere", () => {
    const relative = `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=${credentialsPath}`;
    expect(environment({}, { credentialsPath, metadataBaseUrl: "http://169.254.170.2" })).toContain(relative);
    expect(environment({}, { credentialsPath, metadataBaseUrl: "http://172.17.0.1:51679" })).toContain(
      `AWS_CONTAINER_CREDENTIALS_FULL_URI=http://172.17.0.1:51679${credentialsPath}`,
    );
  });

  it("DM-63, DM-65: are told to every container of the task, and not to a pause container", () => {
    const input = { networkMode: "awsvpc", containerDefinitions: [{ name: "a" }, { name: "b" }] } as const;
    const task = readyTask(input, [aPause("CNI_PAUSE")]);
    const told = (context: Partial<CreateContext>) =>
      task.containers
        .filter((each) => buildCreateBody(task, each, aContext(context)).Env?.join().includes("CREDENTIALS") === true)
        .map(({ name }) => name);
    expect(told({ credentialsPath })).toEqual(["a", "b"]);
    expect(told({})).toEqual([]);
  });

  it("are not mentioned without a task role", () => {
    expect(environment({}).join("\n")).not.toContain("CREDENTIALS");
  });
});
