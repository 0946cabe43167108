/** Daemons that cannot be had here: other versions, answers cut at a given byte, and silence. */
import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asDockerId, asDockerName } from "../../src/core/brand.ts";
import { MAX_BUFFERED_ITEMS, WATCH_INTERVAL_MS } from "../../src/docker/events/event-feed.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import type { DockerClient, FeedItem, LayerProgress } from "../../src/ports/docker-client.ts";
import { SimulatedClock } from "../../src/testing/simulated-clock.ts";
import { EventRecorder } from "../contract/event-recorder.ts";
import { type Answer, FakeDaemon, hangUp, json, silence, stream, toLines } from "./fake-daemon.ts";

const ID = asDockerId("a".repeat(64));
const PING_LIMIT_MS = 5000;
const LONGEST_BACK_OFF_MS = 1000;

let daemon: FakeDaemon;
let clock: SimulatedClock;
let client: DockerClient;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
  clock = new SimulatedClock();
  client = createDockerClient({ endpoint: daemon.endpoint, clock });
});
afterEach(async () => {
  client.close();
  await daemon.close();
});

/** An event as API 1.52 and later send it, without `status`, `id` and `from`. */
const event = (action: string, nanos: number, id: string = ID) => ({
  Type: "container",
  Action: action,
  Actor: { ID: id, Attributes: { name: "web", exitCode: "3" } },
  scope: "local",
  time: 1_795_469_665,
  timeNano: `1795469665${String(nanos).padStart(9, "0")}`,
});

describe("the API version", () => {
  it("DC-62: is the newest that both know, asked for once", async () => {
    daemon.on("/info", json({}));
    await Promise.all([client.info(), client.info()]);
    await client.info();
    expect(daemon.to("/info").map((request) => request.path)).toEqual(Array(3).fill("/v1.54/info"));
    expect(daemon.to("/version")).toHaveLength(1);
    expect(await client.version()).toMatchObject({ version: "99.0", apiVersion: "1.54", minApiVersion: "1.44" });
  });

  it.each([
    ["1.40", "1.12", "it speaks 1.12 to 1.40"],
    ["1.99", "1.90", "it speaks 1.90 to 1.99"],
  ])("DC-62: none in common with %s (at least %s) is an error of its own", async (newest, oldest, fact) => {
    daemon.apiVersion = newest;
    daemon.minApiVersion = oldest;
    await expect(client.inspectContainer(ID)).rejects.toMatchObject({
      name: "CannotGetDockerClientVersionError",
      message: expect.stringContaining(fact),
      retryable: false,
      indeterminate: false,
    });
    expect(daemon.to(`/containers/${ID}/json`)).toEqual([]);
  });

  it("is agreed anew when another daemon answers, and the refused call is sent again", async () => {
    daemon.apiVersion = "1.41";
    daemon.minApiVersion = "1.12";
    daemon.on("/info", json({ Name: "old" }));
    expect((await client.info()).name).toBe("old");
    daemon.apiVersion = "1.50";
    daemon.on("/info", json({ message: "client version 1.41 is too old" }, 400), json({ Name: "new" }));
    expect((await client.info()).name).toBe("new");
    expect(daemon.to("/info").map((request) => request.path)).toEqual(["/v1.41/info", "/v1.41/info", "/v1.50/info"]);
  });

  it("is agreed anew after a daemon that was away", async () => {
    daemon.on("/info", json({}));
    daemon.apiVersion = "1.41";
    daemon.minApiVersion = "1.12";
    await client.info();
    const { endpoint } = daemon;
    await daemon.close();
    await expect(client.info()).rejects.toMatchObject({ retryable: true });
    daemon = await FakeDaemon.start(endpoint);
    daemon.apiVersion = "1.50";
    daemon.on("/info", json({}));
    await client.info();
    expect(daemon.to("/info").map((request) => request.path)).toEqual(["/v1.50/info"]);
  });

  it("a daemon that does not tell it is not reached: the call itself was never sent", async () => {
    daemon.on("/version", silence);
    const starting = expect(client.startContainer(ID)).rejects.toMatchObject({
      name: "CannotStartContainerError",
      message: expect.stringContaining("no answer within 10s"),
      retryable: true,
      indeterminate: false,
    });
    await daemon.request("/version");
    clock.advanceSync(10_000);
    await starting;
  });
});

describe("answers that break", () => {
  const cutInside: Answer = ({ response, socket }) => {
    response.writeHead(200, { "Content-Length": "100" });
    response.write("{", () => socket.destroy());
  };

  it.each([
    ["before its first byte", hangUp],
    ["in its middle", cutInside],
  ] as const)("%s: nobody knows what became of the call", async (_where, answer) => {
    daemon.on("/containers/create", answer);
    const creating = client.createContainer({ name: asDockerName("web"), body: { Image: "web" } });
    await expect(creating).rejects.toMatchObject({
      name: "CannotCreateContainerError",
      retryable: true,
      indeterminate: true,
    });
  });

  it("are repeated once, over a fresh socket; a conflict then may be with the first try", async () => {
    daemon.on("/containers/create", hangUp, json({ message: "name is in use" }, 409));
    const creating = client.createContainer({ name: asDockerName("web"), body: { Image: "web" } });
    await expect(creating).rejects.toMatchObject({ status: 409, indeterminate: true });
    expect(daemon.to("/containers/create")).toHaveLength(2);
  });

  it("are not repeated for a signal", async () => {
    await client.version();
    daemon.on(`/containers/${ID}/kill`, hangUp, json({}));
    await expect(client.killContainer(ID, "SIGHUP")).rejects.toMatchObject({ retryable: true, indeterminate: true });
    expect(daemon.to(`/containers/${ID}/kill`)).toHaveLength(1);
  });

  it.each(["not JSON", "[]", "null", "{}"])("are an error when they are %s", async (text) => {
    daemon.on(`/containers/${ID}/json`, ({ response }) => response.end(text));
    await expect(client.inspectContainer(ID)).rejects.toMatchObject({
      name: "CannotInspectContainerError",
      message: expect.stringContaining("Cannot read the answer"),
      retryable: false,
    });
  });

  it("keep plain text as the message when the daemon sends no JSON", async () => {
    daemon.on(`/containers/${ID}/start`, ({ response }) => {
      response.writeHead(500);
      response.end("http: the HTTP layer speaks\n");
    });
    await expect(client.startContainer(ID)).rejects.toMatchObject({
      status: 500,
      message: "http: the HTTP layer speaks",
    });
  });
});

describe("limits", () => {
  it.each([
    ["ping", "pinging", "5s", () => client.ping(), "/_ping"],
    ["inspectContainer", "inspecting", "30s", () => client.inspectContainer(ID), `/containers/${ID}/json`],
    ["startContainer", "started", "3m0s", () => client.startContainer(ID), `/containers/${ID}/start`],
    [
      "removeContainer",
      "removing",
      "5m0s",
      () => client.removeContainer(ID, { force: true, removeVolumes: true }),
      `/containers/${ID}`,
    ],
    [
      "stopContainer",
      "stopped",
      "2m30s",
      () => client.stopContainer(ID, { stopTimeoutMs: 30_000 }),
      `/containers/${ID}/stop`,
    ],
    ["removeImage", "removing image", "3m0s", () => client.removeImage("web"), "/images/web"],
    [
      "importImage",
      "importing image",
      "2m0s",
      () => client.importImage(new Uint8Array(1024), { repository: "web", tag: "1" }),
      "/images/create",
    ],
    ["listContainers", "listing", "10m0s", () => client.listContainers({ all: true, labels: {} }), "/containers/json"],
  ] as const)(
    "DC-23, DC-24, DC-26, DC-27, EN-41: %s gives up after its limit",
    async (_name, word, limit, call, path) => {
      await client.version();
      daemon.on(path, silence);
      const failed = expect(call()).rejects.toMatchObject({
        name: "DockerTimeoutError",
        message: `Could not transition to ${word}; timed out after waiting ${limit}`,
      });
      const { socket } = await daemon.request(path);
      const ended = new Promise((resolve) => socket.once("close", resolve));
      clock.advanceSync(600_000);
      await failed;
      // The request itself is aborted, too.
      await ended;
    },
  );

  it("leave no timer and no listener behind", async () => {
    daemon.on("/info", json({}));
    const stop = new AbortController();
    for (let round = 0; round < 50; round += 1) await client.info({ signal: stop.signal });
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });
});

describe("events of the newest daemons", () => {
  it("DC-50: are read without the old members, with server-side filters", async () => {
    daemon.on("/events", stream(event("start", 1), event("die", 2), event("health_status: healthy", 3)));
    const recorder = await EventRecorder.open(client, { task: "one", any: true });
    await recorder.event(ID, "health_status: healthy");
    expect(recorder.actionsOf(ID)).toEqual(["start", "die", "health_status: healthy"]);
    expect(recorder.events.map((each) => each.exitCode)).toEqual([undefined, 3, undefined]);
    const [request] = daemon.to("/events");
    expect(JSON.parse(request?.query.get("filters") ?? "")).toEqual({
      type: ["container"],
      event: ["create", "start", "restart", "stop", "die", "oom", "destroy", "health_status"],
      label: ["task=one", "any"],
    });
    await recorder.close();
  });

  it("W-40: are asked for from the last one on, and repetitions are left out", async () => {
    daemon.on(
      "/events",
      ({ response, socket }) => {
        response.write(toLines(event("start", 7)), () => socket.destroy());
      },
      stream(event("start", 7), event("die", 7), event("destroy", 8)),
    );
    const recorder = await EventRecorder.open(client, {});
    await recorder.event(ID, "start");
    await retried(daemon.request("/events", 2));
    await recorder.event(ID, "destroy");
    expect(daemon.to("/events")[1]?.query.get("since")).toBe("1795469665.000000007");
    expect(recorder.items.map((item) => (item.type === "event" ? item.event.action : item.type))).toEqual([
      "connected",
      "start",
      "connected",
      "die",
      "destroy",
    ]);
    await recorder.close();
  });

  it("are connected only when the daemon has answered, and a hanging one is given up", async () => {
    daemon.on("/events", silence, stream());
    const items: FeedItem[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const item of client.events({ labels: {}, signal: stop.signal })) items.push(item);
    })();
    await daemon.request("/events");
    expect(items).toEqual([]);
    clock.advanceSync(10_000);
    await retried(daemon.request("/events", 2));
    stop.abort();
    await reading;
  });

  it("a daemon that is stopped in mid-stream is noticed by a ping", async () => {
    daemon.on("/events", stream(event("start", 1)), stream(event("die", 2)));
    const recorder = await EventRecorder.open(client, {});
    await recorder.event(ID, "start");
    daemon.on("/_ping", silence);
    clock.advanceSync(WATCH_INTERVAL_MS);
    await daemon.request("/_ping");
    clock.advanceSync(PING_LIMIT_MS);
    await retried(daemon.request("/events", 2));
    await recorder.event(ID, "die");
    await recorder.connections(2);
    await recorder.close();
  });

  it("a line that is no event ends the connection, not the feed", async () => {
    daemon.on("/events", stream("nonsense"), stream(event("start", 1)));
    const recorder = await EventRecorder.open(client, {});
    await retried(daemon.request("/events", 2));
    await recorder.event(ID, "start");
    await recorder.close();
  });

  it("DC-54: ten thousand at once are all delivered", async () => {
    const count = 10_000;
    daemon.on("/events", stream(...Array.from({ length: count }, (_, index) => event("start", index, `c${index}`))));
    const recorder = await EventRecorder.open(client, {});
    await recorder.event(`c${count - 1}`, "start");
    expect(recorder.events).toHaveLength(count);
    expect(recorder.items.filter((item) => item.type === "connected")).toHaveLength(1);
    await recorder.close();
  });

  it("W-41: a reader that is too slow is told to look at everything", async () => {
    const count = MAX_BUFFERED_ITEMS + 100;
    const all = Array.from({ length: count }, (_, index) => event("start", index, `c${index}`));
    daemon.on("/events", stream(...all, event("die", count)));
    const stop = new AbortController();
    const feed = client.events({ labels: {}, signal: stop.signal })[Symbol.asyncIterator]();
    expect((await feed.next()).value).toEqual({ type: "connected" });
    // Another call over the same event loop: by its answer the daemon's lines have been read, unlike ours.
    const items: FeedItem[] = [];
    const last = await EventRecorder.open(client, {});
    await last.event(ID, "die");
    for (let item = await feed.next(); !item.done; item = await feed.next()) {
      items.push(item.value);
      if (item.value.type === "event" && item.value.event.action === "die") break;
    }
    expect(items.length).toBeLessThan(count);
    expect(items[0]).toEqual({ type: "connected" });
    stop.abort();
    await last.close();
  });
});

describe("pulls", () => {
  it("DC-4: ask for one tag, with credentials and platform", async () => {
    daemon.on("/images/create", json({ status: "Status: Downloaded newer image" }));
    await client.pullImage("registry.example:5000/team/web", {
      auth: { username: "me", password: "?>~" },
      platform: "linux/arm64/v8",
    });
    await client.pullImage("web:v1@sha256:abc");
    const [first, second] = daemon.to("/images/create");
    expect(Object.fromEntries(first?.query ?? [])).toEqual({
      fromImage: "registry.example:5000/team/web",
      tag: "latest",
      platform: "linux/arm64/v8",
    });
    expect(first?.headers["x-registry-auth"]).toMatch(/^[\w-]+=*$/);
    expect(Object.fromEntries(second?.query ?? [])).toEqual({ fromImage: "web", tag: "sha256:abc" });
    expect(second?.headers).not.toHaveProperty("x-registry-auth");
  });

  it("report progress by layer", async () => {
    daemon.on("/images/create", ({ response }) => {
      response.end(
        toLines(
          { status: "Pulling from library/web", id: "latest" },
          { status: "Downloading", progressDetail: { current: 5, total: 10 }, progress: "[==>", id: "0123456789ab" },
          { status: "Pull complete", progressDetail: {}, id: "0123456789ab" },
          { status: "Digest: sha256:abc" },
        ),
      );
    });
    const progress: LayerProgress[] = [];
    await client.pullImage("web", { onProgress: (each) => progress.push(each) });
    expect(progress).toEqual([
      { layer: "0123456789ab", status: "Downloading", currentBytes: 5, totalBytes: 10 },
      { layer: "0123456789ab", status: "Pull complete" },
    ]);
  });

  it("fail on an error record although the status was 200", async () => {
    const record = { errorDetail: { message: "toomanyrequests: slow down" }, error: "toomanyrequests: slow down" };
    daemon.on("/images/create", ({ response }) =>
      response.end(toLines({ status: "Pulling from web", id: "1" }, record)),
    );
    await expect(client.pullImage("web")).rejects.toMatchObject({
      name: "CannotPullContainerError",
      message: "toomanyrequests: slow down",
      retryable: true,
    });
    await expect(client.importImage(new Uint8Array(1024), { repository: "web", tag: "v1" })).rejects.toMatchObject({
      message: "toomanyrequests: slow down",
    });
  });

  it("fail when the stream is cut", async () => {
    daemon.on("/images/create", ({ response, socket }) => {
      response.write(toLines({ status: "Pulling from web", id: "1" }), () => socket.destroy());
    });
    await expect(client.pullImage("web")).rejects.toMatchObject({ name: "CannotPullContainerError", retryable: true });
  });

  it("DC-1: give up when nothing begins", async () => {
    daemon.on("/images/create", stream());
    const failed = expect(client.pullImage("web")).rejects.toMatchObject({
      name: "DockerTimeoutError",
      message: "Could not transition to pullBegin; timed out after waiting 5m0s",
    });
    const { socket } = await daemon.request("/images/create");
    const ended = new Promise((resolve) => socket.once("close", resolve));
    clock.advanceSync(300_000);
    await failed;
    await ended;
  });

  it("DC-3: give up when nothing follows", async () => {
    daemon.on("/images/create", stream({ status: "Downloading", id: "0123456789ab" }));
    let arrived: () => void = () => undefined;
    const firstLine = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const failed = expect(client.pullImage("web", { onProgress: () => arrived() })).rejects.toMatchObject({
      name: "CannotPullContainerError",
      message: "inactivity time exceeded timeout while pulling image",
    });
    await firstLine;
    clock.advanceSync(60_000);
    await failed;
  });

  it("DC-2: give up after two hours, and the next one works", async () => {
    let sender: { write(text: string): void } | undefined;
    daemon.on(
      "/images/create",
      ({ response }) => {
        sender = response;
        response.write(toLines({ status: "Downloading", id: "0123456789ab" }));
      },
      json({ status: "Status: Image is up to date" }),
    );
    const seen: LayerProgress[] = [];
    let arrived: () => void = () => undefined;
    const pulling = client.pullImage("web", {
      onProgress: (progress) => {
        seen.push(progress);
        arrived();
      },
    });
    const failed = expect(pulling).rejects.toMatchObject({
      name: "DockerTimeoutError",
      message: "Could not transition to pulled; timed out after waiting 2h0m0s",
    });
    for (let minute = 1; minute <= 240; minute += 1) {
      if (seen.length < minute) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      clock.advanceSync(30_000);
      sender?.write(toLines({ status: "Downloading", id: "0123456789ab" }));
    }
    await failed;
    await expect(client.pullImage("busybox")).resolves.toBeUndefined();
  });
});

describe("logs and stats", () => {
  it("DC-33: samples end with the empty record of a container that has ended", async () => {
    const sample = { read: "2026-11-23T21:34:25Z", cpu_stats: { cpu_usage: { total_usage: 5 } } };
    daemon.on(`/containers/${ID}/stats`, stream(sample, { read: "0001-01-01T00:00:00Z", name: "/web" }));
    const values = [];
    for await (const value of client.stats(ID, { signal: new AbortController().signal })) values.push(value);
    expect(values).toMatchObject([{ cpuTotalNs: 5 }]);
  });

  it("samples go on after an empty record about a container that runs", async () => {
    const [first, second] = [1, 2].map((total_usage) => ({
      read: "2026-11-23T21:34:25Z",
      cpu_stats: { cpu_usage: { total_usage } },
    }));
    daemon.on(`/containers/${ID}/json`, json({ Id: ID, State: { Running: true } }));
    daemon.on(`/containers/${ID}/stats`, stream(first, { read: "0001-01-01T00:00:00Z" }, second));
    const values: number[] = [];
    for await (const { cpuTotalNs } of client.stats(ID, { signal: new AbortController().signal })) {
      values.push(cpuTotalNs);
      if (values.length === 2) break;
    }
    expect(values).toEqual([1, 2]);
  });

  it("samples that do not come are an error after 18 seconds", async () => {
    daemon.on(`/containers/${ID}/stats`, stream());
    const samples = client.stats(ID, { signal: new AbortController().signal })[Symbol.asyncIterator]();
    const failed = expect(samples.next()).rejects.toMatchObject({
      message: "inactivity time exceeded timeout while reading stats",
      retryable: true,
    });
    await daemon.request(`/containers/${ID}/stats`);
    clock.advanceSync(18_000);
    await failed;
  });

  it("a reader that leaves ends the request", async () => {
    daemon.on(
      `/containers/${ID}/stats`,
      stream({ read: "2026-11-23T21:34:25Z", cpu_stats: { cpu_usage: { total_usage: 5 } } }),
    );
    for await (const _ of client.stats(ID, { signal: new AbortController().signal })) break;
    const { socket } = await daemon.request(`/containers/${ID}/stats`);
    if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
    expect(clock.pending).toBe(0);
  });

  it("a log that cannot be read says why", async () => {
    daemon.on(`/containers/${ID}/json`, json({ Id: ID }));
    const message = "configured logging driver does not support reading";
    daemon.on(`/containers/${ID}/logs`, json({ message }, 501));
    const reading = client.logs(ID, { follow: true })[Symbol.asyncIterator]().next();
    await expect(reading).rejects.toMatchObject({ status: 501, message });
  });
});

describe("close()", () => {
  it("rejects what is under way", async () => {
    daemon.on("/info", silence);
    const failed = expect(client.info()).rejects.toMatchObject({
      name: "CannotGetDockerclientError",
      message: expect.stringContaining("the Docker client was closed"),
      indeterminate: true,
    });
    await daemon.request("/info");
    client.close();
    await failed;
  });
});

/** Lets the waits of a back-off pass, and no limit, while the promise waits for a socket. */
async function retried<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    const nextAt = clock.nextAt ?? Number.POSITIVE_INFINITY;
    if (nextAt - clock.now() <= LONGEST_BACK_OFF_MS) clock.advanceSync(nextAt - clock.now());
  }
  return promise;
}
