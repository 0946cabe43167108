/** A real daemon behind a proxy that lets it be late, cut off, gone and back. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DockerId } from "../../src/core/brand.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import type { DockerClient, LogLine } from "../../src/ports/docker-client.ts";
import { oneByOne } from "../../src/testing/one-by-one.ts";
import { COMMANDS, createWorld, type World } from "../contract/contract-world.ts";
import { EventRecorder } from "../contract/event-recorder.ts";
import { IMAGE, realDaemon } from "./real-daemon.ts";
import { SocketProxy } from "./socket-proxy.ts";

const PARALLEL_CALLS = 8;

let proxy: SocketProxy;
/** Reaches the daemon through the proxy. */
let client: DockerClient;
/** Reaches it directly. */
let world: World;

beforeAll(() => {
  realDaemon();
});
beforeEach(async () => {
  proxy = new SocketProxy(realDaemon());
  await proxy.start();
  client = createDockerClient({ endpoint: proxy.endpoint });
  const direct = createDockerClient({ endpoint: realDaemon() });
  world = createWorld({ client: direct, image: IMAGE, cleanup: async () => direct.close() });
});
afterEach(async () => {
  client.close();
  await world.tearDown();
  await world.cleanup();
  await proxy.dispose();
});

const inParallel = <T>(call: () => Promise<T>) => Promise.all(Array.from({ length: PARALLEL_CALLS }, call));

describe("a daemon that answers late", () => {
  it("DC-25: is given up after the limit, and answers the next call", async () => {
    const dockerId = await world.create(COMMANDS.succeed);
    await client.version();
    proxy.holdAnswers();
    await expect(client.inspectContainer(dockerId, { timeoutMs: 50 })).rejects.toMatchObject({
      name: "DockerTimeoutError",
      message: "Could not transition to inspecting; timed out after waiting 50ms",
      retryable: true,
      indeterminate: true,
    });
    proxy.release();
    expect(await client.inspectContainer(dockerId)).toMatchObject({ dockerId });
  });

  it("DC-21: may have created what it did not answer for; the name finds it", async () => {
    const { labels, uniqueName } = world;
    const events = await world.record();
    const request = { name: uniqueName(), body: { Image: IMAGE, Labels: labels } };
    await client.version();
    proxy.holdAnswers();
    await expect(client.createContainer(request, { timeoutMs: 50 })).rejects.toMatchObject({
      name: "DockerTimeoutError",
      indeterminate: true,
    });
    await events.until(() => events.events.at(0));
    proxy.release();
    expect(await client.inspectContainer(request.name)).toMatchObject({ dockerName: request.name });
  });

  it("is not waited for after the caller has gone", async () => {
    await client.version();
    proxy.holdAnswers();
    const stop = new AbortController();
    const asking = expect(client.info({ signal: stop.signal })).rejects.toBe("enough");
    stop.abort("enough");
    await asking;
  });
});

describe("a daemon that is cut off in the middle of an answer", () => {
  it("is asked again for what may be asked twice", async () => {
    const sayAtSigterm = ["sh", "-c", "trap 'echo told' TERM; echo ready; while true; do sleep 3600 & wait; done"];
    const dockerId = await world.runUntilLine(sayAtSigterm);
    const log = oneByOne(world.client.logs(dockerId, { follow: true }))[Symbol.asyncIterator]();
    await log.next();
    const stopping = client.stopContainer(dockerId, { stopTimeoutMs: 60_000 });
    expect((await log.next()).value).toMatchObject({ text: "told" });
    proxy.cut();
    expect((await log.next()).value).toMatchObject({ text: "told" });
    await world.client.killContainer(dockerId, "SIGKILL");
    await expect(stopping).resolves.toBeUndefined();
  });

  it("ends a log with an error, and the next one goes on where it was", async () => {
    const dockerId = await world.create(["sh", "-c", "echo one; echo two; sleep 3600"]);
    await world.client.startContainer(dockerId);
    const lines: LogLine[] = [];
    const follow = async () => {
      for await (const line of oneByOne(client.logs(dockerId, { follow: true }))) {
        lines.push(line);
        if (lines.length === 2) proxy.cut();
      }
    };
    await expect(follow()).rejects.toMatchObject({ retryable: true, indeterminate: true });
    await world.client.killContainer(dockerId, "SIGKILL");
    const since = lines[0]?.timestamp ?? "";
    const rest: LogLine[] = [];
    for await (const line of oneByOne(client.logs(dockerId, { follow: true, since }))) rest.push(line);
    expect(rest).toEqual(lines.slice(1));
  });
});

describe("a daemon that is gone and comes back", () => {
  it("is not reached: nothing was done, and the same call works later", async () => {
    const { labels, uniqueName } = world;
    const request = { name: uniqueName(), body: { Image: IMAGE, Labels: labels } };
    await client.ping();
    await proxy.stop();
    await expect(client.createContainer(request)).rejects.toMatchObject({
      name: "CannotCreateContainerError",
      message: expect.stringContaining(proxy.endpoint),
      retryable: true,
    });
    expect(await world.client.inspectContainer(request.name)).toBeUndefined();
    await proxy.start();
    await expect(client.createContainer(request)).resolves.toMatchObject({ dockerId: expect.any(String) });
  });

  it("was never there: not indeterminate", async () => {
    await proxy.stop();
    await expect(client.ping()).rejects.toMatchObject({
      name: "CannotGetDockerclientError",
      retryable: true,
      indeterminate: false,
    });
    await expect(client.version()).rejects.toMatchObject({
      name: "CannotGetDockerClientVersionError",
      retryable: true,
      indeterminate: false,
    });
  });

  it("EVT-4, W-40: the feed connects anew and brings what happened meanwhile, once", async () => {
    const events = await EventRecorder.open(client, world.labels);
    const direct = await world.record();
    const dockerId = await world.run(COMMANDS.run);
    await events.event(dockerId, "start");
    await proxy.stop();
    await world.client.killContainer(dockerId, "SIGKILL");
    await direct.event(dockerId, "die");
    await proxy.start();
    await events.event(dockerId, "die");
    await world.client.removeContainer(dockerId, { force: true, removeVolumes: true });
    await events.event(dockerId, "destroy");
    expect(events.actionsOf(dockerId)).toEqual(["create", "start", "die", "destroy"]);
    expect(events.items.filter((item) => item.type === "connected")).toHaveLength(2);
    await events.close();
  });

  it("the feed survives many cuts without losing or doubling an event", async () => {
    const events = await EventRecorder.open(client, world.labels);
    const ids: DockerId[] = [];
    for (let round = 1; round <= 5; round += 1) {
      ids.push(await world.create(COMMANDS.succeed));
      proxy.cut();
      ids.push(await world.create(COMMANDS.succeed));
      await events.connections(round + 1);
    }
    for (const id of ids) await events.event(id, "create");
    expect(events.events).toHaveLength(ids.length);
    await events.close();
  });
});

describe("a daemon that restarts in an instant, so that all kept sockets are dead", () => {
  it("answers all calls, over fresh sockets", async () => {
    const dockerId = await world.create(COMMANDS.succeed);
    await inParallel(() => client.inspectContainer(dockerId));
    proxy.cut();
    const found = await inParallel(() => client.inspectContainer(dockerId));
    expect(found.map((each) => each?.dockerId)).toEqual(Array(PARALLEL_CALLS).fill(dockerId));
  });

  it("creates each container once, and starts it", async () => {
    const { labels, uniqueName } = world;
    await inParallel(() => client.ping());
    await client.version();
    proxy.cut();
    const body = { Image: IMAGE, Cmd: COMMANDS.run, Labels: labels };
    const created = await inParallel(() => client.createContainer({ name: uniqueName(), body }));
    proxy.cut();
    await Promise.all(created.map(({ dockerId }) => client.startContainer(dockerId)));
    expect(await world.client.listContainers({ all: false, labels })).toHaveLength(PARALLEL_CALLS);
  });

  it("does not signal twice", async () => {
    const dockerId = await world.run(COMMANDS.run);
    await client.version();
    proxy.cut();
    await expect(client.killContainer(dockerId, "SIGKILL")).rejects.toMatchObject({
      name: "CannotStopContainerError",
      retryable: true,
      indeterminate: true,
    });
    await expect(client.killContainer(dockerId, "SIGKILL")).resolves.toBeUndefined();
  });
});
