/** The host's time is set while the command waits: its own limits last as long as they were meant to. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBerth } from "./berth-command.ts";

const HOUR_MS = 3_600_000;
/** Loaded before the command: what it takes for the host's time is set on SIGUSR2. */
const SETTABLE = `
const real = Date.now;
let byMs = 0;
Date.now = () => real() + byMs;
process.on("SIGUSR2", () => { byMs = Number(process.env.SET_BY_MS); });
`;
const definition = {
  family: `host-time-${process.pid}`,
  containerDefinitions: [
    { name: "web", image: "berth-test/busybox:latest", memory: 16, stopTimeout: 2, command: ["sleep", "600"] },
  ],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-host-time-"));
  writeFileSync(join(folder, "settable.mjs"), SETTABLE);
  writeFileSync(join(folder, "task.json"), JSON.stringify(definition));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([-HOUR_MS, HOUR_MS])("--timeout fires after its time, though the host's is set by %i ms", async (byMs) => {
  const env = {
    DOCKER_HOST: process.env.BERTH_TEST_DOCKER_HOST ?? "",
    NODE_OPTIONS: `--import=${join(folder, "settable.mjs")}`,
    SET_BY_MS: String(byMs),
  };
  const begunMs = performance.now();
  const command = await startBerth(["run", "--timeout", "5s", join(folder, "task.json")], { env });
  await command.seen(/task \* RUNNING/);
  command.child.kill("SIGUSR2");
  const { code, stderr } = await command.result;
  const tookMs = performance.now() - begunMs;
  expect(code).toBe(124);
  expect(stderr).toContain("Stopped by --timeout after 5.0 s");
  expect(tookMs).toBeGreaterThan(5_000);
  expect(tookMs).toBeLessThan(60_000);
});
