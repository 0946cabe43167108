import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { berth } from "./berth-command.ts";

describe("berth explain", () => {
  it("lists all rules, one a line", async () => {
    const { code, stdout } = await berth(["explain"]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").length).toBeGreaterThan(40);
    expect(stdout).toMatch(/^wrong-type +\S/m);
  });

  it("explains a rule with an example", async () => {
    const { code, stdout } = await berth(["explain", "wrong-type"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^wrong-type {2}[\s\S]*\n {2}not +.*\n {2}but +/);
  });
});

describe("berth completion", () => {
  it.each(["bash", "zsh", "fish"])("prints a script for %s", async (shell) => {
    const { code, stdout, stderr } = await berth(["completion", shell]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("berth complete --");
  });

  it("prints a script that bash takes", async () => {
    const { stdout } = await berth(["completion", "bash"]);
    expect(spawnSync("bash", ["-n"], { input: stdout, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  describe("candidates", () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "berth-complete-"));
      for (const name of ["task.json", "task.yaml", "notes.txt"]) writeFileSync(join(folder, name), "{}");
      mkdirSync(join(folder, "tasks"));
      writeFileSync(join(folder, "tasks", "web.yml"), "{}");
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const candidates = async (...words: string[]) => {
      const { stdout } = await berth(["complete", "--", ...words], { cwd: folder });
      return stdout.split("\n").flatMap((line) => (line === "" || line.startsWith(":") ? [] : [line.split("\t")[0]]));
    };

    it("are verbs at first", async () => {
      expect(await candidates("")).toEqual(
        expect.arrayContaining(["run", "validate", "plan", "explain", "completion"]),
      );
      expect(await candidates("va")).toEqual(["validate"]);
    });

    it("are definitions and folders behind a verb that reads one", async () => {
      expect((await candidates("run", "t")).sort()).toEqual(["task.json", "task.yaml", "tasks/"]);
      expect(await candidates("validate", "tasks/")).toEqual(["tasks/web.yml"]);
    });

    it("are options and their values", async () => {
      expect(await candidates("run", "--ti")).toEqual(["--timeout"]);
      expect(await candidates("run", "task.json", "--pull", "")).toEqual([
        "default",
        "always",
        "once",
        "prefer-cached",
      ]);
      expect(await candidates("plan", "--output", "m")).toEqual(["mermaid"]);
      expect(await candidates("run", "--secrets", "n")).toEqual(["notes.txt"]);
    });
  });
});
