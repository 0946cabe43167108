/** The programs of `examples/library`: they compile, are short, and do what they say, on both kinds of daemon. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeExample, EXAMPLES, exampleNames } from "../../scripts/lib/examples.mjs";
import { realTimeClock, SimulatedDocker, SimulatedDockerServer } from "../../src/testing/index.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";
import { type Ended, installPrograms, runExample, typeCheck } from "./library-example.ts";

const NAMES = exampleNames();
const README = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
/** The program of the README, which names an image that only its reader has. */
const SNIPPET = {
  name: "readme",
  text: (/```ts\n([\s\S]*?)```/.exec(README)?.[1] ?? "").replace("busybox:latest", IMAGE),
};
const MAX_LINES = 70;

let folder = "";
let server: SimulatedDockerServer | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-library-"));
  const docker = new SimulatedDocker({ clock: realTimeClock() });
  docker.image(IMAGE);
  server = await SimulatedDockerServer.listen(docker, { socketPath: join(folder, "docker.sock") });
  await installPrograms([SNIPPET]);
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

  it.each(NAMES)("%s says in its first lines what it shows and how it is run", (name) => {
    expect(describeExample(name).purpose).toMatch(/^[A-Z][^`]{20,}$/);
    const text = readFileSync(join(EXAMPLES, `${name}.ts`), "utf8");
    expect(text).toContain(`npm run example -- ${name}`);
  });

  it.each(NAMES)("%s is short, and imports nothing but berth and Node", (name) => {
    const text = readFileSync(join(EXAMPLES, `${name}.ts`), "utf8");
    expect(text.split("\n").length).toBeLessThan(MAX_LINES);
    const imported = [...text.matchAll(/ from "([^"]+)"/g)].map(([, from]) => from ?? "");
    expect(imported.filter((from) => !/^berth(\/testing)?$/.test(from) && !from.startsWith("node:"))).toEqual([]);
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

  it("the program of the README prints each state change, and ends", async () => {
    const changes = linesOf(await runExample(SNIPPET.name, [], endpoint()));
    expect(changes.filter((line) => !line.includes("MANIFEST_PULLED"))).toEqual([
      "container RUNNING",
      "task RUNNING",
      "container STOPPED",
      "task STOPPED",
    ]);
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
    expect(lines[1]).toMatch(new RegExp(`^afterwards: ${IMAGE} goes: unused, seen first \\d+s ago, goes after `));
  });

  it("start-up shows what works when", async () => {
    expect(linesOf(await runExample("start-up", [IMAGE], endpoint()))).toEqual([
      "Docker: as set",
      "init without a daemon: CannotGetDockerclientError",
      "mustInit gives up when its signal fires: TimeoutError: The operation was aborted due to timeout",
      "tasks before init: EngineNotInitializedError",
      "toJSON before init: 0 tasks",
      "a new task after disable: EngineDisabledError",
      "the one before is managed on: STOPPED",
      "tasks after shutdown: EngineDisabledError",
    ]);
  });

  it("update-a-task updates, and takes a circular task as STOPPED", async () => {
    const [twice, updated, circular] = linesOf(await runExample("update-a-task", [IMAGE], endpoint()));
    expect(twice).toBe("added twice: 1 task");
    expect(updated).toMatch(/^updated to STOPPED: \w+, exit code 1\d\d$/);
    expect(circular).toMatch(/^circular: TaskDependencyError: /);
  });

  it("look-up finds by everything", async () => {
    expect(linesOf(await runExample("look-up", [IMAGE], endpoint()))).toEqual([
      "1 task with 2 containers",
      "by ARN: lookup",
      "by Docker id: container web",
      "by Docker id: task lookup",
      "by the id that docker ps shows: 1 task",
      "by address: container web",
      "by address: task lookup",
      "addresses of a stopped task: 0",
      "0 tasks",
    ]);
  });

  it("slow-reader pauses the clean-up of what it has not acknowledged, and nothing else", async () => {
    expect(linesOf(await runExample("slow-reader", [IMAGE], endpoint()))).toEqual([
      expect.stringMatching(/^before reading: .*state changes/),
      expect.stringMatching(/^before reading: .*state changes/),
      "one: STOPPED is told last",
      "two: STOPPED is told last",
      "after acknowledging the first: two stays",
    ]);
  });

  it("save-as-json carries on from its file", async () => {
    const args = [join(mkdtempSync(join(folder, "json-")), "state.json"), IMAGE];
    expect(linesOf(await runExample("save-as-json", args, endpoint()))).toEqual([
      "saved, and shut down: the container runs on",
      "restored, before init: 1 task in the state",
      "after init: kept is RUNNING",
      "at the end: 0 tasks in the state",
    ]);
  });

  it("with-own-parts uses each part", async () => {
    expect(linesOf(await runExample("with-own-parts", [IMAGE], endpoint()))).toEqual([
      "credentials below /v2/credentials/some-id: true",
      "telemetry: job exit code 0",
      "credentials of a stopped task: false",
      "the given state knows 1 task",
      "metadata: cleaned",
    ]);
  });

  it("clean-up-images knows who uses what, and what would go", async () => {
    expect(linesOf(await runExample("clean-up-images", [IMAGE], endpoint()))).toEqual([
      "in use: 1 reference",
      "afterwards: 0 references",
      "saved: 1 row",
      "after a restart: 1 image known",
      "would go: used/long-ago:1,used/lately:1",
      "while a is pulled: undefined, b deleted meanwhile",
    ]);
  });

  it("secrets-and-files gives values to the container, and to nothing else", async () => {
    const args = [mkdtempSync(join(folder, "env-")), IMAGE];
    expect(linesOf(await runExample("secrets-and-files", args, endpoint()))).toEqual([
      "exit code 0",
      "the value is in the saved state: false",
    ]);
  });

  it("errors-by-name names what goes wrong", async () => {
    const lines = linesOf(await runExample("errors-by-name", [IMAGE], endpoint()));
    expect(lines).toEqual([
      expect.stringMatching(/^task: TaskFailedToStart, ResourceInitializationError: /),
      "container: CannotCreateContainerError",
      "may be tried again: false",
      expect.stringMatching(/^definition: [1-9]\d* problems$/),
      "ContainerNetworkingError: no address",
    ]);
  });
});

it("test-without-docker needs neither Docker nor time", async () => {
  expect(linesOf(await runExample("test-without-docker", [], "unix:///no/such/docker.sock"))).toEqual([
    expect.stringMatching(/^\d\d s of simulated time, fault met: 1$/),
    "equal: true, states: true",
    "a fake has 1 task",
  ]);
});
