import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RULE_IDS } from "../../core/definition/rules.ts";
import type { CliHost } from "../host.ts";
import { createProgram } from "../program.ts";
import { candidatesAt } from "./candidates.ts";
import { completionPoint } from "./completion-point.ts";

let workingDirectory: string;
beforeAll(() => {
  workingDirectory = mkdtempSync(join(tmpdir(), "berth-candidates-"));
  const containerDefinitions = [{ name: "web", image: "app:$" + "{TAG}" }, { name: "db" }];
  const definition = { family: "shop", volumes: [{ name: "data" }], containerDefinitions };
  writeFileSync(join(workingDirectory, "task.json"), JSON.stringify(definition));
  writeFileSync(join(workingDirectory, "broken.json"), "{");
  writeFileSync(join(workingDirectory, ".hidden.json"), "{}");
  writeFileSync(join(workingDirectory, "secrets.env"), "");
  mkdirSync(join(workingDirectory, "tasks"));
});
afterAll(() => rmSync(workingDirectory, { recursive: true, force: true }));

const BERTH = createProgram({ version: "0.0.0" } as CliHost, { code: 0 });

async function candidates(words: readonly string[], program: Command = BERTH): Promise<readonly string[]> {
  const readStdin = () => Promise.reject(new Error("nobody reads standard input while a line is typed"));
  const found = await candidatesAt(completionPoint(program, words), { workingDirectory, readStdin });
  return found.map(({ value }) => value);
}

describe("candidatesAt()", () => {
  it("offers verbs first, and none that help hides", async () => {
    expect(await candidates([""])).toEqual(["run", "validate", "plan", "explain", "completion", "help"]);
    expect(await candidates(["-"])).toEqual(["--version", "--help"]);
    expect(await candidates(["nope", ""])).toEqual([]);
  });

  it("offers definitions and folders as a file, and more of them where several are taken", async () => {
    expect(await candidates(["run", ""])).toEqual(["broken.json", "task.json", "tasks/"]);
    expect(await candidates(["run", "./t"])).toEqual(["./task.json", "./tasks/"]);
    expect(await candidates(["run", "."])).toEqual([".hidden.json"]);
    expect(await candidates(["run", "task.json", ""])).toEqual([]);
    expect(await candidates(["validate", "task.json", "b"])).toEqual(["broken.json"]);
    expect(await candidates(["run", "no/such/"])).toEqual([]);
  });

  it("offers what an option takes by its flags, its choices, and nothing where a value is free", async () => {
    expect(await candidates(["run", "--secrets", "s"])).toEqual(["secrets.env"]);
    expect(await candidates(["run", "--env-files", ""])).toEqual(["tasks/"]);
    expect(await candidates(["run", "--output", ""])).toEqual(["text", "json"]);
    expect(await candidates(["run", "--output=j"])).toEqual(["--output=json"]);
    expect(await candidates(["run", "--timeout", ""])).toEqual([]);
    expect(await candidates(["run", "--keep", "t"])).toEqual(["task.json", "tasks/"]);
    expect(await candidates(["run", "--", "--"])).toEqual([]);
  });

  it("completes an option that it has never seen", async () => {
    const program = new Command("berth").addCommand(
      new Command("run").option("--profile <file>", "new").addOption(new Option("--mode <m>").choices(["a", "b"])),
    );
    expect(await candidates(["run", "--"], program)).toEqual(["--profile", "--mode", "--help"]);
    expect(await candidates(["run", "--profile", "s"], program)).toEqual(["secrets.env"]);
    expect(await candidates(["run", "--mode", ""], program)).toEqual(["a", "b"]);
  });

  it.each([
    ["--image", ["web=", "db="]],
    ["--env", ["web:", "db:"]],
    ["--volume", ["data="]],
    ["--set", ["TAG="]],
  ])("offers the names of the definition behind %s", async (option, names) => {
    expect(await candidates(["run", "task.json", option, ""])).toEqual(names);
    for (const other of ["broken.json", "gone.json", "-"])
      expect(await candidates(["run", other, option, ""])).toEqual([]);
    expect(await candidates(["run", option, ""])).toEqual([]);
  });

  it("offers folders behind the name of a volume", async () => {
    expect(await candidates(["run", "task.json", "--volume", "data="])).toEqual(["data=tasks/"]);
  });

  it("offers rules, shells and verbs where these are taken", async () => {
    expect(await candidates(["explain", ""])).toEqual(RULE_IDS);
    expect(await candidates(["explain", "wrong-type", "wrong-ty"])).toEqual(["wrong-type"]);
    expect(await candidates(["completion", ""])).toEqual(["bash", "zsh", "fish"]);
    expect(await candidates(["help", "pl"])).toEqual(["plan"]);
  });
});
