import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { berth } from "./berth-command.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-usage-"));
  const container = { name: "web", image: "nginx", memory: 64 };
  writeFileSync(join(folder, "task.json"), JSON.stringify({ family: "shop", containerDefinitions: [container] }));
  writeFileSync(join(folder, "broken.json"), '{"family": }');
  writeFileSync(join(folder, "empty.yaml"), "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("berth", () => {
  it("prints its version", async () => {
    expect(await berth(["--version"])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  });

  it.each([[[]], [["--help"]], [["help"]]])("prints help for %j", async (args) => {
    const { code, stdout, stderr } = await berth(args);
    expect([code, stderr]).toEqual([0, ""]);
    for (const verb of ["run", "validate", "plan", "explain", "completion"])
      expect(stdout).toMatch(new RegExp(`^ {2}${verb}\\b`, "m"));
  });

  it.each([["run"], ["validate"], ["plan"], ["explain"], ["completion"]])("prints help for %s", async (verb) => {
    const { code, stdout } = await berth([verb, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: berth ${verb}`);
  });

  it("names every option of run in its help", async () => {
    const { stdout } = await berth(["run", "--help"]);
    const options = [
      ...[
        "--overrides",
        "--env",
        "--pull",
        "--cluster",
        "--timeout",
        "--keep",
        "--image",
        "--set",
        "--secrets",
        "--aws",
      ],
      ...["--env-files", "--volume", "--output", "--no-logs"],
    ];
    for (const option of options) expect(stdout).toContain(option);
  });

  it.each<[string[], RegExp]>([
    [["runn", "task.json"], /unknown command 'runn'\n\(Did you mean run\?\)/],
    [["task.json"], /Did you mean: berth run task\.json/],
    [["run"], /missing required argument 'file'/],
    [["run", "--tiemout", "3", "task.json"], /unknown option '--tiemout'\n\(Did you mean --timeout\?\)/],
    [["run", "--timeout", "5x", "task.json"], /Cannot read --timeout "5x": write it as 30, 30s, 2m or 1h30m/],
    [["run", "--pull", "never", "task.json"], /Allowed choices are default, always, once, prefer-cached/],
    [["run", "--output", "xml", "task.json"], /Allowed choices are text, json/],
    [["run", "--env", "A=1", "task.json"], /the container is not named/],
    [
      ["run", "--env", "wep:A=1", "task.json"],
      /for "wep": the task definition has the containers web\n.*Did you mean "web"\?/,
    ],
    [["run", "--image", "app=nginx", "task.json"], /"app"/],
    [["run", "--volume", "data=.", "task.json"], /no volume of that name/],
    [["run", "--set", "TAG=1", "task.json"], /it has no placeholders/],
    [["run", "--overrides", "{", "task.json"], /--overrides:1:\d+: Cannot read JSON/],
    [["run", "tsk.json"], /Cannot read tsk\.json: there is no such file\. Did you mean "task\.json"\?/],
    [["run", "."], /it is a folder/],
    [["run", "broken.json"], /broken\.json:1:12: Cannot read JSON/],
    [["run", "empty.yaml"], /empty\.yaml: .*empty/],
    [["run", "-"], /standard input: .*empty/],
    [["explain", "image-requird"], /Did you mean image-required\?/],
    [["completion", "tcsh"], /Allowed choices are bash, zsh, fish/],
  ])("%j is refused with 2, a sentence and no stack trace", async (args, message) => {
    const { code, stdout, stderr } = await berth(args, { cwd: folder });
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("answers 125 with the endpoint and what to try when no daemon is there", async () => {
    const env = { DOCKER_HOST: `unix://${join(folder, "nobody.sock")}` };
    const { code, stdout, stderr } = await berth(["run", "task.json"], { cwd: folder, env });
    expect([code, stdout]).toEqual([125, ""]);
    expect(stderr).toContain("nobody.sock");
    expect(stderr).toMatch(/Start Docker[\s\S]*DOCKER_HOST=/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
