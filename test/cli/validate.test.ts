import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { berth } from "./berth-command.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-validate-"));
  const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content));
  write("good.json", { family: "shop", containerDefinitions: [{ name: "web", image: "nginx", memory: 64 }] });
  write("host.json", {
    family: "shop",
    taskRoleArn: "arn:aws:iam::123456789012:role/shop",
    containerDefinitions: [{ name: "web", image: "nginx", memory: 64 }],
  });
  write("bad.json", {
    family: "shop",
    containerDefinitions: [
      { name: "web", image: "nginx", memory: "64", dependsOn: [{ containerName: "dbb", condition: "START" }] },
      { name: "db", image: "repo/app:$" + "{TAG}", memory: 64, enviroment: [] },
    ],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("berth validate", () => {
  it("answers 0 for a valid definition", async () => {
    expect(await berth(["validate", "good.json"], { cwd: folder })).toEqual({
      code: 0,
      stdout: "good.json: valid\n",
      stderr: "",
    });
  });

  it("names every problem of every file with path, rule, remedy and AWS's words, and answers 2", async () => {
    const { code, stdout, stderr } = await berth(["validate", "bad.json", "good.json", "nosuch.json"], { cwd: folder });
    expect([code, stderr]).toEqual([2, ""]);
    expect(stdout).toMatch(/error +containerDefinitions\[0\]\.memory +\[wrong-type\]/);
    expect(stdout).toMatch(/containerDefinitions\[0\]\.dependsOn\[0\]\.containerName/);
    expect(stdout).toMatch(/containerDefinitions\[1\]\.image[\s\S]*--set TAG=VALUE/);
    expect(stdout).toMatch(/warning +containerDefinitions\[1\]\.enviroment +\[unknown-member\][\s\S]*environment/);
    expect(stdout).toMatch(/ {4}AWS: /);
    expect(stdout).toContain("good.json: valid");
    expect(stdout).toContain("Cannot read nosuch.json: there is no such file");
  });

  it("names what this host does in another way, and stays valid", async () => {
    const { code, stdout } = await berth(["validate", "host.json"], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/On this host:\n {2}taskRoleArn/);
  });

  it("writes one JSON document with --output json", async () => {
    const { code, stdout } = await berth(["validate", "--output", "json", "bad.json", "host.json", "nosuch.json"], {
      cwd: folder,
    });
    expect(code).toBe(2);
    const { files } = JSON.parse(stdout);
    expect(files).toMatchObject([
      { file: "bad.json", valid: false },
      { file: "host.json", valid: true, problems: [], limitations: [{ path: "taskRoleArn", rule: "ignored-here" }] },
      { file: "nosuch.json", valid: false, error: expect.stringContaining("no such file") },
    ]);
    for (const problem of files[0].problems) {
      expect(problem).toMatchObject({
        path: expect.any(String),
        rule: expect.any(String),
        message: expect.any(String),
      });
    }
  });

  it("tells what this host does in another way beside errors, too", async () => {
    const definition = {
      family: "shop",
      taskRoleArn: "shop",
      containerDefinitions: [{ name: "web", image: "nginx", memory: 64, workingDirectory: "app" }],
    };
    const { stdout } = await berth(["validate", "--output", "json", "-"], { stdin: JSON.stringify(definition) });
    const [{ problems, limitations }] = JSON.parse(stdout).files;
    expect(problems).toMatchObject([
      {
        rule: "path-relative",
        ways: [[{ op: "set", path: "containerDefinitions[0].workingDirectory", value: "/app" }]],
      },
    ]);
    expect(limitations).toMatchObject([{ rule: "ignored-here", path: "taskRoleArn" }]);
  });

  it("quotes numbers as the file spells them (case 02)", async () => {
    const stdin = `family: numbers
containerDefinitions: [{name: web, image: nginx, memory: 16, environment: [{name: ACCOUNT, value: 012345678901}]}]`;
    expect((await berth(["validate", "-"], { stdin })).stdout).toContain('fix: Write "012345678901" in quotes');
  });

  it("fills placeholders with --set and reads standard input", async () => {
    const stdin = JSON.stringify({
      family: "a",
      containerDefinitions: [{ name: "web", image: "x:$" + "{TAG}", memory: 64 }],
    });
    expect((await berth(["validate", "--set", "TAG=1", "-"], { stdin })).stdout).toBe("standard input: valid\n");
    expect((await berth(["validate", "-"], { stdin })).stdout).toContain("--set TAG=VALUE");
  });

  it("colours only when told to", async () => {
    expect((await berth(["validate", "bad.json"], { cwd: folder })).stdout).not.toContain("\u001b[");
    const { stdout } = await berth(["validate", "bad.json"], { cwd: folder, env: { FORCE_COLOR: "1" } });
    expect(stdout).toContain("\u001b[31m");
  });

  it("takes a --set for all files together, and refuses one that none of them takes", async () => {
    const template = {
      family: "shop",
      containerDefinitions: [{ name: "web", image: "nginx:$" + "{TAG}", memory: 64 }],
    };
    writeFileSync(join(folder, "template.json"), JSON.stringify(template));
    const taken = await berth(["validate", "good.json", "template.json", "--set", "TAG=1"], { cwd: folder });
    expect([taken.code, taken.stdout]).toEqual([0, "good.json: valid\n\ntemplate.json: valid\n"]);
    const idle = await berth(["validate", "good.json", "template.json", "--set", "TGA=1"], { cwd: folder });
    expect(idle.code).toBe(2);
    expect(idle.stdout).toContain("Cannot use --set TGA: template.json has no such placeholder, it has TAG");
  });
});
