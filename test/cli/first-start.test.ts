/** What is packed brings the command's code as V8 compiled it: a first start has nothing to compile, so it keeps nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realTimeClock, SimulatedDocker, SimulatedDockerServer } from "../../src/testing/index.ts";
import { berthCommand } from "./berth-command.ts";

let folder: string;
let definition: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-first-"));
  mkdirSync(join(folder, "berth"), { mode: 0o700 });
  definition = join(folder, "task.json");
  const containerDefinitions = [{ name: "web", image: "app", memory: 64, command: ["true"] }];
  writeFileSync(definition, JSON.stringify({ family: "first", networkMode: "none", containerDefinitions }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @returns what a start left in its cache folder */
async function keptAfter(
  args: readonly string[],
  { env = {}, flags = [] }: { readonly env?: NodeJS.ProcessEnv; readonly flags?: readonly string[] } = {},
): Promise<readonly string[]> {
  const child = spawn(process.execPath, [...flags, await berthCommand(), ...args], {
    stdio: "ignore",
    timeout: 60_000,
    env: { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: folder, ...env },
  });
  expect(await once(child, "exit")).toEqual([0, null]);
  return readdirSync(join(folder, "berth"));
}

describe("the packed command", () => {
  it("has nothing to compile for --help, validate and plan", async () => {
    for (const args of [["--help"], ["validate", definition], ["plan", definition]]) {
      expect(await keptAfter(args), args.join(" ")).toEqual([]);
    }
  });

  it("has nothing to compile for run", async () => {
    const docker = new SimulatedDocker({ clock: realTimeClock() });
    docker.image("app:latest");
    const server = await SimulatedDockerServer.listen(docker, { socketPath: join(folder, "docker.sock") });
    try {
      expect(
        await keptAfter(["run", "--pull", "prefer-cached", definition], { env: { DOCKER_HOST: server.endpoint } }),
      ).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it("keeps code of its own for who starts node in another way, which V8 compiles for anew", async () => {
    expect(await keptAfter(["--help"], { flags: ["--no-opt"] })).toEqual(["other.code"]);
  });
});
