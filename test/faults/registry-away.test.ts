/** The registry goes away in the middle of a layer, for a while or for good. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withPullBehaviour } from "../../src/agent/compose-engine.ts";
import { FaultWorld } from "./fault-world.ts";
import { noteFigures } from "./figures.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const REPOSITORY = "berth-test/pull";
/** Past the manifest and into the layer, which is some megabytes. */
const CUT_AFTER_BYTES = 500_000;
const LIMIT_MS = 100_000;
/** Docker tries a layer five times, with longer and longer pauses; whoever hears nothing for a minute gives up before. */
const GIVES_UP_MS = 240_000;

const registry = process.env.BERTH_TEST_REGISTRY ?? "";
if (registry === "") throw new Error("BERTH_TEST_REGISTRY is not set: run the tests with npm test");

let proxy: TcpProxy;
let world: FaultWorld;
let image: string;

beforeEach(async () => {
  proxy = new TcpProxy(registry);
  await proxy.start();
  image = `${proxy.address}/${REPOSITORY}:latest`;
  world = await FaultWorld.open({ config: { machine: withPullBehaviour("default") } });
  // A pull that brings bytes needs the layer gone, under all names.
  for (const each of await world.docker.listImages()) {
    const names = [...each.tags, ...each.repoDigests].filter((name) => name.includes(`${REPOSITORY}`));
    for (const name of names) await world.docker.removeImage(name);
  }
});
afterEach(async () => {
  expect(await world.close()).toEqual([]);
  proxy.stop();
});

describe("a registry that goes away mid-pull", () => {
  it(
    "and comes back: the task runs",
    async () => {
      const cut = proxy.cutAfter(CUT_AFTER_BYTES);
      const task = await world.add([{ name: "web", image }]);
      await cut;
      expect(world.now(task).knownStatus).not.toBe("RUNNING");
      await proxy.start();
      const began = performance.now();
      const running = await world.untilStatus(task, "RUNNING", LIMIT_MS);
      noteFigures("registry back mid-pull", { recoveryMs: performance.now() - began });
      expect(running.containers[0]?.pullError).toBeUndefined();
      expect(running.pullStoppedAt).toBeGreaterThan(running.pullStartedAt ?? 0);
    },
    LIMIT_MS,
  );

  it("for good: a stop ends the wait at once, and the task says who stopped it", async () => {
    const cut = proxy.cutAfter(CUT_AFTER_BYTES);
    const task = await world.add([{ name: "web", image }]);
    await cut;
    await world.engine.stopTask(task.arn, { reason: "bye" });
    const ended = await world.untilStatus(task, "STOPPED", 10_000);
    expect(ended).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "bye" });
  });

  it(
    "for good: the task fails with the name of the pull's failure, once Docker has given up",
    async () => {
      const cut = proxy.cutAfter(CUT_AFTER_BYTES);
      const task = await world.add([{ name: "web", image }]);
      await cut;
      const began = performance.now();
      const ended = await world.untilStatus(task, "STOPPED", GIVES_UP_MS);
      noteFigures("registry lost mid-pull", { endedMs: performance.now() - began });
      expect(ended).toMatchObject({ stopCode: "TaskFailedToStart" });
      expect(ended.stoppedReason).toMatch(/^CannotPullContainerError: /);
      const [web] = ended.containers;
      expect(web?.knownStatus).toBe("STOPPED");
      expect(web?.error?.name).toBe("CannotPullContainerError");
      expect(web?.dockerId).toBeUndefined();
    },
    GIVES_UP_MS,
  );

  it("before the manifest, for good: the task fails with the name of the pull's failure", async () => {
    proxy.stop();
    const task = await world.add([{ name: "web", image }]);
    const ended = await world.untilStatus(task, "STOPPED", LIMIT_MS);
    expect(ended).toMatchObject({ stopCode: "TaskFailedToStart" });
    expect(ended.stoppedReason).toMatch(/^CannotPull(Container|ImageManifest)Error: /);
  });
});
