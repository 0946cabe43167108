/** The command as an installation puts it into a PATH: through links. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { npmCommand } from "../../scripts/lib/dependencies.mjs";
import { BIN, PROJECT } from "../../scripts/lib/packed.mjs";
import { berthCommand } from "./berth-command.ts";

const VERSION = `${packageJson.version}\n`;

beforeAll(async () => {
  await berthCommand();
});

it("runs by the link of a project, which is what its scripts have in their PATH", () => {
  expect(execFileSync(BIN, ["--version"], { encoding: "utf8" })).toBe(VERSION);
});

it("runs by npx", () => {
  const [npm, ...args] = npmCommand({});
  const options = { cwd: PROJECT, encoding: "utf8" } as const;
  expect(execFileSync(npm, [...args, "exec", "--offline", "--", "berth", "--version"], options)).toBe(VERSION);
});

it("runs by a link elsewhere, as a global installation and npm link make it", () => {
  const bin = mkdtempSync(join(tmpdir(), "berth-bin-"));
  symlinkSync(BIN, join(bin, "first"));
  symlinkSync(realpathSync(BIN), join(bin, "berth"));
  for (const name of ["first", "berth"]) {
    expect(execFileSync(join(bin, name), ["--version"], { encoding: "utf8" })).toBe(VERSION);
  }
  rmSync(bin, { recursive: true });
});
