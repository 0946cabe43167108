/** The programs of `examples/library`: they compile, are short, and do what they say, on both kinds of daemon. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { realTimeClock, SimulatedDocker, SimulatedDockerServer } from "../../src/testing/index.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";
import { bundleExamples, type Ended, runExample, typeCheck } from "./library-example.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "examples", "library");
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replace(/\.ts$/, ""));
const MAX_LINES = 60;

let folder = "";
let server: SimulatedDockerServer | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-library-"));
  const docker = new SimulatedDocker({ clock: realTimeClock() });
  docker.image(IMAGE);
  server = await SimulatedDockerServer.listen(docker, { socketPath: join(folder, "docker.sock") });
  await bundleExamples(NAMES);
});

afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function linesOf({ code, stdout, stderr }: Ended): readonly string[] {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trim().split("\n");
}

describe("examples/library", () => {
  it("type-checks, with berth as its users see it", async () => {
    expect(await typeCheck()).toBe("");
  });

  it.each(NAMES)("%s is short, and imports nothing but berth and Node", (name) => {
    const text = readFileSync(join(FOLDER, `${name}.ts`), "utf8");
    expect(text.split("\n").length).toBeLessThan(MAX_LINES);
    const imported = [...text.matchAll(/ from "([^"]+)"/g)].map(([, from]) => from ?? "");
    expect(imported.filter((from) => from !== "berth" && !from.startsWith("node:"))).toEqual([]);
  });
});

describe.each([
  ["the simulated daemon", () => server?.endpoint ?? ""],
  ["a real daemon", realDaemon],
])("on %s", (_, endpoint) => {
  it("run-a-task prints each state change, in order", async () => {
    const [version, ...changes] = linesOf(await runExample("run-a-task", [IMAGE], endpoint()));
    expect(version).toMatch(/^Docker \d/);
    const told = changes.filter((line) => !line.includes("MANIFEST_PULLED")).map((line) => line.replace(/^\d+ /, ""));
    expect(told.slice(0, 3)).toEqual(["hello RUNNING", "task RUNNING", "hello STOPPED, exit code 3"]);
    expect(told[3]).toMatch(/^task STOPPED: /);
    expect(changes.map((line) => Number(line.split(" ")[0]))).toEqual(changes.map((_line, index) => index + 1));
  });

  it("stop-in-order stops what was started last first", async () => {
    expect(linesOf(await runExample("stop-in-order", [IMAGE], endpoint()))).toEqual([
      "database RUNNING",
      "api RUNNING",
      "web RUNNING",
      "task RUNNING",
      "web STOPPED",
      "api STOPPED",
      "database STOPPED",
      "task STOPPED",
    ]);
  });

  it("crash-and-restore finds its task running after its own death", async () => {
    const args = [mkdtempSync(join(folder, "state-")), IMAGE];
    const died = await runExample("crash-and-restore", args, endpoint());
    expect(died).toMatchObject({ signal: "SIGKILL", stderr: "" });
    const id = /^Started (\w+)/.exec(died.stdout)?.[1];
    const [found, stopped] = linesOf(await runExample("crash-and-restore", args, endpoint()));
    expect(found).toBe(`Found ${id}: RUNNING`);
    expect(stopped).toMatch(/^Stopped, exit code 1\d\d, reason: second run$/);
  });

  it("explain-images says why an image stays, and that it goes afterwards", async () => {
    const lines = linesOf(await runExample("explain-images", [IMAGE], endpoint()));
    expect(lines[0]).toMatch(new RegExp(`^while the container is there: ${IMAGE} stays: in use by arn:`));
    expect(lines[1]).toBe(`afterwards: ${IMAGE} goes`);
  });
});
