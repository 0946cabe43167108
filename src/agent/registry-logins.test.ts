import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../testing/memory-log.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { type ConfiguredLogins, registryLogins } from "./registry-logins.ts";

const use = { taskArn: "arn:task/a", signal: new AbortController().signal };

function logins(configured: ConfiguredLogins | undefined, log = new MemoryLog()) {
  const ports = { clock: new SimulatedClock(), random: new SeededRandom(1), log };
  return registryLogins({ ecr: undefined, configured, executionRoleOf: () => undefined, ...ports });
}

describe("registryLogins() without ECR", () => {
  it("has nowhere to ask unless told where", () => {
    expect(logins(undefined)).toBeUndefined();
  });

  it("asks a function, also about images in ECR", async () => {
    const find = logins(async (image) => ({ username: image }));
    const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app";
    expect(await find?.(image, use)).toEqual({ username: image });
  });

  it("IT-8: reads Docker's configuration and the engine's own data, and warns into its log", async () => {
    const folder = await mkdtemp(join(tmpdir(), "registry-logins-"));
    const file = join(folder, "config.json");
    const auth = Buffer.from("user:hunter2").toString("base64");
    await writeFile(file, JSON.stringify({ auths: { "a.example": { auth } } }));
    const log = new MemoryLog();
    const data = JSON.stringify({ "b.example": { username: "engine", password: "p" }, "c.example": {} });
    const find = logins({ dockerConfigFile: file, engineAuth: { type: "docker", data } }, log);
    expect(await find?.("a.example/app", use)).toMatchObject({ username: "user", password: "hunter2" });
    expect(await find?.("b.example/app", use)).toMatchObject({ username: "engine" });
    expect(log.messages("warn")).toEqual(["Cannot use registry credentials of the settings"]);
    await rm(folder, { recursive: true });
  });
});
