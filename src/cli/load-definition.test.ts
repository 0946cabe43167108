import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvalidInputError } from "../core/errors.ts";
import { InvalidDefinitionError } from "./invalid-definition.ts";
import { type DefinitionOptions, examineDefinition, loadDefinition } from "./load-definition.ts";

const WEB = { name: "web", image: "nginx", memory: 64, environment: [{ name: "A", value: "1" }] };
const TASK = { family: "shop", containerDefinitions: [WEB, { name: "db", image: "postgres:16", memory: 64 }] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-load-"));
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  write("task.json", TASK);
  write("describe.json", { taskDefinition: { ...TASK, revision: 3, status: "ACTIVE" }, tags: [] });
  write("array.json", TASK.containerDefinitions);
  write("task.yaml", "family: shop\ncontainerDefinitions:\n  - {name: web, image: nginx, memory: 64}\n");
  write("template.json", {
    ...TASK,
    containerDefinitions: [{ ...WEB, image: "repo/app:$" + "{TAG}" }],
    volumes: [{ name: "data", efsVolumeConfiguration: { fileSystemId: "$" + "{EFS}" } }],
  });
  write("broken.json", '{\n  "family": "shop",\n  "containerDefinitions": [,]\n}');
  write("empty.json", " \n");
  write("invalid.json", { family: "a b", containerDefinitions: [{ name: "web", image: "" }] });
  write("overrides.json", { overrides: { containerOverrides: [{ name: "web", command: ["date"] }] } });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const host = (stdin = "") => ({ workingDirectory: folder, readStdin: async () => Buffer.from(stdin) });
const load = (file: string, options: DefinitionOptions = {}) => loadDefinition(file, options, host());
const refusal = async (file: string, options: DefinitionOptions = {}) => {
  const error: unknown = await load(file, options).catch((reason: unknown) => reason);
  if (error instanceof InvalidInputError || error instanceof InvalidDefinitionError) return error.message;
  throw new Error(`expected a refusal, got ${JSON.stringify(error)}`);
};

describe("loadDefinition()", () => {
  it.each(["task.json", "describe.json", "array.json", "task.yaml"])("reads %s", async (file) => {
    const { definition, source } = await load(file);
    expect(source).toBe(file);
    expect(definition.containerDefinitions[0]).toMatchObject({ name: "web", image: "nginx", essential: true });
  });

  it("warns about a bare list of containers", async () => {
    expect((await load("array.json")).warnings.map((warning) => warning.rule)).toContain("document-container-array");
    expect((await load("task.json")).warnings).toEqual([]);
  });

  it("reads standard input", async () => {
    const { source, definition } = await loadDefinition("-", {}, host(JSON.stringify(TASK)));
    expect([source, definition.family]).toEqual(["standard input", "shop"]);
  });

  it("applies variables over overrides over the definition", async () => {
    const overrides = JSON.stringify({
      containerOverrides: [
        {
          name: "web",
          environment: [
            { name: "A", value: "2" },
            { name: "B", value: "2" },
          ],
        },
      ],
    });
    const { definition } = await load("task.json", { overrides, env: ["web:B=3=x", "web:C=", "db:D=4"] });
    expect(definition.containerDefinitions.map((container) => container.environment)).toEqual([
      [
        { name: "A", value: "2" },
        { name: "B", value: "3=x" },
        { name: "C", value: "" },
      ],
      [{ name: "D", value: "4" }],
    ]);
  });

  it("takes overrides out of a file and out of a RunTask request", async () => {
    const { definition } = await load("task.json", { overrides: "overrides.json" });
    expect(definition.containerDefinitions[0]?.command).toEqual(["date"]);
  });

  it("fills placeholders, or goes round them with another image and volume", async () => {
    const filled = await load("template.json", { set: ["TAG=7", "EFS=fs-12345678"] });
    expect(filled.definition.containerDefinitions[0]?.image).toBe("repo/app:7");
    const replaced = await load("template.json", { image: ["web=local:dev"], volume: ["data=./data"] });
    expect(replaced.definition.containerDefinitions[0]?.image).toBe("local:dev");
    expect(replaced.definition.volumes).toEqual([{ name: "data", host: { sourcePath: join(folder, "data") } }]);
  });

  it.each<[string, string, DefinitionOptions, RegExp]>([
    ["a file that is not there", "nosuch.json", {}, /^Cannot read nosuch\.json: there is no such file$/],
    ["a mistyped file", "tsk.json", {}, /there is no such file\. Did you mean "task\.json"\?$/],
    ["a folder", ".", {}, /^Cannot read \.: it is a folder/],
    ["a file in a file", "task.json/x", {}, /a part of the path is no folder/],
    ["an empty file", "empty.json", {}, /empty\.json: .*it is empty/],
    ["broken JSON", "broken.json", {}, /^broken\.json:3:28: /],
    [
      "a variable without a container",
      "task.json",
      { env: ["A=1"] },
      /the container is not named.*--env CONTAINER:NAME=VALUE/,
    ],
    ["a variable without a value", "task.json", { env: ["web:A"] }, /^Cannot read --env "web:A": write it as/],
    [
      "unknown containers",
      "task.json",
      { env: ["wen:A=1"] },
      /for "wen": .* the containers web, db\nDid you mean "web"\?/,
    ],
    ["an image without a container", "task.json", { image: ["nginx"] }, /--image CONTAINER=REFERENCE/],
    ["an image for nobody", "task.json", { image: ["app=nginx"] }, /"app".*"web", "db"/],
    ["a volume for nobody", "task.json", { volume: ["data=."] }, /no volume of that name, it has none/],
    ["a value that fills nothing", "template.json", { set: ["TGA=1"] }, /--set TGA: .* it has TAG, EFS/],
    ["a value for a document without placeholders", "task.json", { set: ["A=1"] }, /it has no placeholders/],
    ["overrides that are not there", "task.json", { overrides: "nosuch.json" }, /^Cannot read nosuch\.json/],
  ])("refuses %s", async (_, file, options, message) => {
    expect(await refusal(file, options)).toMatch(message);
  });

  it("hands over every problem of a definition", async () => {
    await expect(load("invalid.json")).rejects.toMatchObject({
      source: "invalid.json",
      problems: expect.arrayContaining([
        expect.objectContaining({ path: "family" }),
        expect.objectContaining({ path: "containerDefinitions[0].image" }),
      ]),
    });
  });

  it("hands over every problem of overrides", async () => {
    const overrides = '{"containerOverrides": [{"name": "wbe"}, {"name": "web", "memory": "64"}]}';
    await expect(load("task.json", { overrides })).rejects.toMatchObject({ source: "--overrides" });
  });
});

describe("examineDefinition()", () => {
  it("returns problems in place of throwing them", async () => {
    const { problems } = await examineDefinition("invalid.json", {}, host());
    expect(problems.length).toBeGreaterThan(1);
  });

  it("names unfilled placeholders with the option that fills them", async () => {
    const { problems } = await examineDefinition("template.json", {}, host());
    expect(problems.find((problem) => problem.path === "containerDefinitions[0].image")?.fix).toContain(
      "--set TAG=VALUE",
    );
  });
});

describe("files of every make", () => {
  const text = JSON.stringify(TASK);
  it.each([
    ["UTF-16LE, as PowerShell writes it", Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["UTF-16BE", Buffer.from(`\uFEFF${text}`, "utf16le").swap16()],
    ["UTF-8 with a mark", Buffer.from(`\uFEFF${text}`)],
  ])("reads %s", async (_, bytes) => {
    writeFileSync(join(folder, "encoded.json"), bytes);
    expect((await load("encoded.json")).definition.family).toBe("shop");
    const piped = await loadDefinition("-", {}, { workingDirectory: folder, readStdin: async () => bytes });
    expect(piped.definition.family).toBe("shop");
  });

  it("case 11: refuses what is not UTF-8 with its place", async () => {
    writeFileSync(join(folder, "latin1.json"), Buffer.from('{\n "family": "gr\u00fc"}', "latin1"));
    expect(await refusal("latin1.json")).toContain("latin1.json:2:15: Cannot read file: the byte 0xFC is not UTF-8");
  });

  it("says of another tool's file what it is", async () => {
    writeFileSync(join(folder, "compose.yaml"), "services:\n  web:\n    image: nginx\n");
    expect(await refusal("compose.yaml")).toContain(
      "compose.yaml: Cannot use file as a task definition: it is a Compose file",
    );
    writeFileSync(join(folder, "main.tf"), 'resource "aws_ecs_task_definition" "web" {\n  family = "web"\n}\n');
    expect(await refusal("main.tf")).toContain("it is a Terraform configuration");
  });
});

describe("placeholders", () => {
  const examine = async (name: string, content: string, options: DefinitionOptions = {}) => {
    writeFileSync(join(folder, name), content);
    return await examineDefinition(name, options, host());
  };
  const D = "$";

  it("are named with the place where each stands", async () => {
    const content = `{"family": "f", "containerDefinitions": [\n  {"name": "a", "image": "r:${D}{TAG}-${D}{TAG}",\n   "memory": ${D}{MEM},\n   "command": ["sh", ${D}{CMD}]}]}`;
    const { placeholders, problems } = await examine("bare.json", content);
    expect(placeholders.map(({ name, line, column }) => [name, line, column])).toEqual([
      ["TAG", 2, 29],
      ["TAG", 2, 36],
      ["MEM", 3, 14],
      ["CMD", 4, 22],
    ]);
    expect(problems.map(({ rule }) => rule)).toContain("placeholder-unfilled");
  });

  it("are followed into YAML, answers of AWS, lists and capital names", async () => {
    const places = async (name: string, content: string) =>
      (await examine(name, content)).placeholders.map(({ line, column }) => `${line}:${column}`);
    const container = `{"name": "a", "memory": 10, "image": "${D}{I}"}`;
    expect(await places("l.json", `[\n${container}]`)).toEqual(["2:39"]);
    expect(
      await places("d.json", `{"taskDefinition": {"family": "f", "containerDefinitions": [\n${container}]}}`),
    ).toEqual(["2:39"]);
    expect(await places("y.yaml", "family: f\ncontainerDefinitions:\n  - name: a\n    image: {{ I }}\n")).toEqual([
      "4:12",
    ]);
    expect(await places("c.yaml", "Family: f\nContainerDefinitions:\n  - Name: a\n    Image: <I>\n")).toEqual(["4:12"]);
  });

  it("take a name with a = in it, by --set and by --set-file", async () => {
    const name = `lookup({a="b"}, "c")`;
    const content = JSON.stringify({ ...TASK, containerDefinitions: [{ ...WEB, image: `${D}{${name}}` }] });
    const filled = await examine("equals.json", content, { set: [`${name}=nginx`] });
    expect(filled.placeholders).toEqual([]);
    writeFileSync(join(folder, "equals.env"), `${name}=nginx\n# not this one\nOTHER=\n`);
    expect((await examine("equals.json", content, { setFile: "equals.env" })).placeholders).toEqual([]);
  });

  it("without quotes in a command are filled as well, and warned of", async () => {
    const content = `{"family": "f", "containerDefinitions": [{"name": "a", "image": "i", "memory": 9, "command": [${D}{CMD}]}]}`;
    const { problems } = await examine("cmd.json", content);
    expect(problems).toMatchObject([
      {
        severity: "warning",
        message: expect.stringContaining("line 1, column 95"),
        fix: "Fill it in with --set CMD=VALUE",
      },
    ]);
    const { problems: none, placeholders } = await examine("cmd.json", content, { set: ["CMD=ls"] });
    expect([none, placeholders]).toEqual([[], []]);
  });

  it("asks after a name that was mistyped", async () => {
    expect(await refusal("template.json", { set: ["TAQ=1"] })).toMatch(/it has TAG, EFS\. Did you mean "?TAG"?\?/);
  });
});

describe("--set-file", () => {
  it("fills in what --set does not, and may hold more", async () => {
    writeFileSync(join(folder, "values.env"), "# values\nTAG=1\nEFS='fs-12345678'\nOTHER=x\n");
    const { definition } = await load("template.json", { setFile: "values.env", set: ["TAG=2"] });
    expect(definition.containerDefinitions[0]?.image).toBe("repo/app:2");
    expect(definition.volumes[0]?.efsVolumeConfiguration?.fileSystemId).toBe("fs-12345678");
  });

  it("leaves what has no value yet, and names a line that is none", async () => {
    writeFileSync(join(folder, "todo.env"), "TAG=\nEFS=fs-1\n");
    const { placeholders } = await examineDefinition("template.json", { setFile: "todo.env" }, host());
    expect(placeholders.map(({ name }) => name)).toEqual(["TAG"]);
    writeFileSync(join(folder, "bad.env"), "TAG=1\nEFS\n");
    expect(await refusal("template.json", { setFile: "bad.env" })).toBe(
      "bad.env:2: Cannot read file: the line has no =, write it as NAME=VALUE",
    );
  });
});

describe("--volume", () => {
  const fargate = {
    ...TASK,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-12345678" } }],
  };

  it("case 28: puts a folder into a task for Fargate, whose rule is for what the file says", async () => {
    writeFileSync(join(folder, "fargate.json"), JSON.stringify(fargate));
    const { definition, mounted } = await load("fargate.json", { volume: ["v=data"] });
    expect(definition.volumes).toEqual([{ name: "v", host: { sourcePath: join(folder, "data") } }]);
    expect(mounted).toEqual(["v"]);
    writeFileSync(
      join(folder, "own.json"),
      JSON.stringify({ ...fargate, volumes: [{ name: "v", host: { sourcePath: "/srv" } }] }),
    );
    await expect(load("own.json")).rejects.toMatchObject({ problems: [{ path: "volumes[0].host.sourcePath" }] });
  });
});

describe("values for placeholders and what else has their names", () => {
  const command = ["sh", "-c", "echo $" + "{HOME} $" + "{TAG}"];

  it("a file of values fills a command only where a placeholder has the name: it may be anybody's .env", async () => {
    const container = { ...WEB, image: "repo/app:$" + "{TAG}", command };
    writeFileSync(join(folder, "shell.json"), JSON.stringify({ ...TASK, containerDefinitions: [container] }));
    writeFileSync(join(folder, "shell.env"), "HOME=/other\nTAG=1\n");
    const { definition } = await load("shell.json", { setFile: "shell.env" });
    expect(definition.containerDefinitions[0]?.command).toEqual(["sh", "-c", "echo $" + "{HOME} 1"]);
  });
});
