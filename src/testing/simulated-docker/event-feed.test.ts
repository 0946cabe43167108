import { describe, expect, it } from "vitest";
import { asDockerName } from "../../core/brand.ts";
import type { FeedItem } from "../../ports/docker-client.ts";
import { exits } from "./behaviour.ts";
import type { SimulatedDockerClient } from "./client.ts";
import type { SimulatedDockerOptions } from "./simulated-docker.ts";
import { aWorld } from "./test-world.ts";

/** Reads a feed into a list of words; `stop` ends it. */
function listen(client: SimulatedDockerClient, labels: Readonly<Record<string, string | true>> = {}) {
  const heard: string[] = [];
  const controller = new AbortController();
  const read = async () => {
    for await (const item of client.events({ labels, signal: controller.signal })) heard.push(wordOf(item));
    heard.push("end");
  };
  const reading = read();
  return { heard, reading, stop: () => controller.abort() };
}

function wordOf(item: FeedItem): string {
  if (item.type === "connected") return "connected";
  const { action, attributes, exitCode } = item.event;
  return [attributes.name, action, exitCode].filter((part) => part !== undefined).join(" ");
}

function world(options: Partial<SimulatedDockerOptions> = {}) {
  const made = aWorld(options);
  made.docker.image("job", { run: exits(3, { afterMs: 10 }) });
  return made;
}

describe("the event feed", () => {
  it("tells what is asked for, in order, and ends with the signal", async () => {
    const { client, clock, run } = world();
    const own = listen(client, { task: "t1" });
    const all = listen(client);
    await run("a1", { Image: "job", Labels: { task: "t1" } });
    await run("b1", { Image: "job", Labels: { task: "t2" } });
    await clock.advance(20);
    own.stop();
    all.stop();
    await Promise.all([own.reading, all.reading]);
    expect(own.heard).toEqual(["connected", "a1 create", "a1 start", "a1 die 3", "end"]);
    expect(all.heard).toEqual([
      "connected",
      "a1 create",
      "a1 start",
      "b1 create",
      "b1 start",
      "a1 die 3",
      "b1 die 3",
      "end",
    ]);
  });

  it("does not tell of what was before it", async () => {
    const { client, clock, run } = world();
    await run("a1", { Image: "job" });
    const { heard } = listen(client);
    await clock.advance(20);
    expect(heard).toEqual(["connected", "a1 die 3"]);
  });

  it("comes back after a cut, with what was missed", async () => {
    const { client, docker, clock, run } = world();
    const { heard } = listen(client);
    await clock.settle();
    const other = docker.client();
    client.cut();
    await expect(run("a1", { Image: "job" })).rejects.toMatchObject({ retryable: true, indeterminate: false });
    const created = await other.createContainer({ name: asDockerName("b1"), body: { Image: "job" } });
    await other.startContainer(created.dockerId);
    await clock.advance(1_000);
    expect(heard).toEqual(["connected"]);
    client.repair();
    await clock.advance(1_000);
    expect(heard).toEqual(["connected", "connected", "b1 create", "b1 start", "b1 die 3"]);
  });

  it("forgets what was too long ago, as the daemon keeps a bounded number of events", async () => {
    const { client, docker, clock } = world({ eventLimit: 4 });
    const { heard } = listen(client);
    await clock.settle();
    client.cut();
    const other = docker.client();
    for (const name of ["b1", "b2", "b3", "b4", "b5", "b6"])
      await other.createContainer({ name: asDockerName(name), body: { Image: "job" } });
    client.repair();
    await clock.advance(100);
    expect(heard).toEqual(["connected", "connected", "b3 create", "b4 create", "b5 create", "b6 create"]);
  });

  it("comes back after a restart of the daemon, which remembers nothing", async () => {
    const { client, docker, clock, run } = world({ liveRestore: true });
    const { heard } = listen(client);
    await run("a1", { Image: "job" });
    docker.restartDaemon({ downMs: 5_000 });
    await clock.advance(10_000);
    expect(heard).toEqual(["connected", "a1 create", "a1 start", "connected"]);
    expect(docker.find("a1")).toMatchObject({ status: "stopped", exitCode: 3 });
  });
});

describe("faults of events", () => {
  it.each([
    [{ kind: "eventLost" }, ["connected", "a1 create", "a1 die 3"]],
    [{ kind: "eventLate", ms: 50 }, ["connected", "a1 create", "a1 die 3", "a1 start"]],
    [{ kind: "eventDoubled", afterMs: 50 }, ["connected", "a1 create", "a1 start", "a1 die 3", "a1 start"]],
    [{ kind: "eventReordered" }, ["connected", "a1 create", "a1 die 3", "a1 start"]],
  ] as const)("%j", async (fault, expected) => {
    const { client, docker, clock, run } = world();
    const { heard } = listen(client);
    docker.faults.next("events", fault, { action: "start" });
    await run("a1", { Image: "job" });
    await clock.advance(100);
    expect(heard).toEqual(expected);
    expect(docker.faults.counts).toEqual({ [fault.kind]: 1 });
  });

  it("a reset in the middle loses nothing, because the feed asks for what came after", async () => {
    const { client, docker, clock, run } = world();
    docker.faults.next("events", { kind: "connectionReset", afterItems: 1 });
    const { heard } = listen(client);
    await run("a1", { Image: "job" });
    await clock.advance(100);
    expect(heard).toEqual(["connected", "a1 create", "connected", "a1 start", "a1 die 3"]);
  });

  it("late delivery keeps the order", async () => {
    const { client, clock, run } = world({ latency: { eventDelivery: { minMs: 0, maxMs: 30 } } });
    const { heard } = listen(client);
    for (const name of ["aa", "bb", "cc", "dd", "ee"]) await run(name, { Image: "app" });
    await clock.advance(100);
    const order = ["aa", "bb", "cc", "dd", "ee"].flatMap((name) => [`${name} create`, `${name} start`]);
    expect(heard.slice(1)).toEqual(order);
  });
});
