/** What only a real kernel and a real daemon can show. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DockerId } from "../../src/core/brand.ts";
import { createDockerClient } from "../../src/docker/index.ts";
import type { DockerClient, LogLine } from "../../src/ports/docker-client.ts";
import { oneByOne } from "../../src/testing/one-by-one.ts";
import { COMMANDS, createWorld, type World } from "../contract/contract-world.ts";
import { IMAGE, realDaemon } from "./real-daemon.ts";

const MIB = 1024 * 1024;
const EAT_MEMORY = ["sh", "-c", "x=0123456789abcdef; while :; do x=$x$x; done"];

let client: DockerClient;
let world: World;

beforeAll(() => {
  realDaemon();
});
beforeEach(() => {
  client = createDockerClient({ endpoint: realDaemon() });
  world = createWorld({ client, image: IMAGE, cleanup: async () => client.close() });
});
afterEach(async () => {
  await world.tearDown();
  await world.cleanup();
});

async function readLog(dockerId: DockerId, since?: string): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  const request = { follow: true, ...(since === undefined ? {} : { since }) };
  for await (const line of oneByOne(client.logs(dockerId, request))) lines.push(line);
  return lines;
}

describe("memory", () => {
  it("IT-17: the kernel kills what uses too much, and the daemon says so", async () => {
    const events = await world.record();
    const HostConfig = { Memory: 8 * MIB, MemorySwap: 8 * MIB };
    const dockerId = await world.run(EAT_MEMORY, { HostConfig });
    expect((await events.event(dockerId, "die")).exitCode).toBe(137);
    expect(await client.inspectContainer(dockerId)).toMatchObject({
      status: "stopped",
      exitCode: 137,
      oomKilled: true,
    });
    expect(events.actionsOf(dockerId)).toContain("oom");
  });

  it("STAT-1: a busy loop uses CPU time between two samples", async () => {
    const dockerId = await world.run(["sh", "-c", "while :; do :; done"]);
    const samples = client.stats(dockerId, { signal: new AbortController().signal })[Symbol.asyncIterator]();
    const first = (await samples.next()).value;
    const second = (await samples.next()).value;
    expect(second.cpuTotalNs).toBeGreaterThan(first.cpuTotalNs);
    expect(second.systemCpuNs).toBeGreaterThan(first.systemCpuNs);
    expect(second.readAt).toBeGreaterThan(first.readAt);
    await samples.return?.(undefined);
  });
});

describe("logs", () => {
  it("lines of more than 16 KiB come whole, also between short ones and in two streams", async () => {
    const size = 100_000;
    const longLine = (letter: string) => `head -c ${size} /dev/zero | tr '\\0' '${letter}'; echo`;
    const dockerId = await world.run(["sh", "-c", `echo a; ${longLine("b")}; echo c; { ${longLine("d")}; } >&2`]);
    const lines = await readLog(dockerId);
    // Docker reads the two streams apart from each other: between them there is no order.
    const of = (wanted: string, all: typeof lines) => all.filter(({ stream }) => stream === wanted);
    const shapes = (wanted: string) => of(wanted, lines).map(({ text }) => [text.length, text[0]]);
    expect(shapes("stdout")).toEqual([
      [1, "a"],
      [size, "b"],
      [1, "c"],
    ]);
    expect(shapes("stderr")).toEqual([[size, "d"]]);
    const [, longOne, ...rest] = of("stdout", lines);
    expect(of("stdout", await readLog(dockerId, longOne?.timestamp))).toEqual(rest);
  });

  it("a terminal's output is one stream, with long lines whole", async () => {
    const size = 40_000;
    const script = `echo first; echo second >&2; head -c ${size} /dev/zero | tr '\\0' 'x'; echo; echo last`;
    const dockerId = await world.run(["sh", "-c", script], { Tty: true });
    const lines = await readLog(dockerId);
    expect(lines.map(({ stream, text }) => [stream, text.length])).toEqual([
      ["stdout", 5],
      ["stdout", 6],
      ["stdout", size],
      ["stdout", 4],
    ]);
    expect((await client.inspectContainer(dockerId))?.tty).toBe(true);
  });

  it("a thousand lines resume at any of them", async () => {
    const dockerId = await world.run(["sh", "-c", "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done"]);
    const lines = await readLog(dockerId);
    expect(lines).toHaveLength(1000);
    for (const index of [0, 499, 998, 999]) {
      expect(await readLog(dockerId, lines[index]?.timestamp)).toEqual(lines.slice(index + 1));
    }
  });
});

describe("volumes", () => {
  it("anonymous volumes go with their container when asked", async () => {
    const repository = `berth-test/${world.uniqueName()}`;
    const changes = ["VOLUME /data"];
    await client.importImage(new Uint8Array(1024), { repository, tag: "v1", changes });
    const body = { Image: `${repository}:v1`, Cmd: ["/nothing"], Labels: world.labels };
    const { dockerId } = await client.createContainer({ name: world.uniqueName(), body });
    const [mount] = (await client.inspectContainer(dockerId))?.mounts ?? [];
    expect(mount).toMatchObject({ type: "volume", destination: "/data", readWrite: true });
    expect(await client.inspectVolume(mount?.name ?? "none")).toBeDefined();
    await client.removeContainer(dockerId, { force: false, removeVolumes: true });
    expect(await client.inspectVolume(mount?.name ?? "none")).toBeUndefined();
    await client.removeImage(`${repository}:v1`);
  });
});

describe("ports", () => {
  it("IT-5: a port that the daemon chose is reported", async () => {
    const name = world.uniqueName();
    await client.createNetwork({ name, driver: "bridge", labels: world.labels });
    const dockerId = await world.run(COMMANDS.run, {
      ExposedPorts: { "8080/tcp": {}, "9090/udp": {} },
      HostConfig: { NetworkMode: name, PortBindings: { "8080/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } },
    });
    const inspection = await client.inspectContainer(dockerId);
    expect(inspection?.ports).toEqual([
      { containerPort: 8080, protocol: "tcp", hostIp: "127.0.0.1", hostPort: expect.any(Number) },
    ]);
    expect(inspection?.ports[0]?.hostPort).toBeGreaterThan(0);
    expect(inspection?.ipAddress).toMatch(/^\d+\./);
    expect(Object.keys(inspection?.networks ?? {})).toEqual([name]);
    await client.removeContainer(dockerId, { force: true, removeVolumes: true });
  });
});

describe("many at once", () => {
  it("fifty containers live and die over one client, none forgotten by the feed", async () => {
    const events = await world.record();
    const ids = await Promise.all(Array.from({ length: 50 }, () => world.create(COMMANDS.exit3)));
    const queue = [...ids];
    const startNext = async (): Promise<void> => {
      for (let id = queue.pop(); id; id = queue.pop()) await client.startContainer(id);
    };
    await Promise.all(Array.from({ length: 4 }, startNext));
    const deaths = await Promise.all(ids.map((id) => events.event(id, "die")));
    expect(deaths.map((death) => death.exitCode)).toEqual(Array(ids.length).fill(3));
  });
});
