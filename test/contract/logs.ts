import { expect, it } from "vitest";
import { asDockerId, type DockerId } from "../../src/core/brand.ts";
import type { DockerClient, LogLine } from "../../src/ports/docker-client.ts";
import { oneByOne } from "../../src/testing/one-by-one.ts";
import { COMMANDS, type World } from "./contract-world.ts";

const NOBODY = asDockerId("0".repeat(64));

async function readLog(
  client: DockerClient,
  dockerId: DockerId,
  request: Partial<Parameters<DockerClient["logs"]>[1]> = {},
): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of oneByOne(client.logs(dockerId, { follow: false, ...request }))) lines.push(line);
  return lines;
}

const texts = (lines: readonly LogLine[]) => lines.map((line) => line.text);

export function testLogs(world: () => World): void {
  it("tells stream, time and text of each line", async () => {
    const { client, run } = world();
    const dockerId = await run(COMMANDS.speak);
    const lines = await readLog(client, dockerId, { follow: true });
    expect(texts(lines).sort()).toEqual(["one", "three", "two"]);
    expect(lines.filter((line) => line.stream === "stderr").map((line) => line.text)).toEqual(["two"]);
    expect(texts(lines.filter((line) => line.stream === "stdout"))).toEqual(["one", "three"]);
    for (const line of lines) expect(Math.floor(Date.parse(line.timestamp))).toBe(line.at);
  });

  it("follows until the container ends", async () => {
    const { client, run } = world();
    const dockerId = await run(COMMANDS.speakThenRun);
    const lines = oneByOne(client.logs(dockerId, { follow: true }))[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatchObject({ text: "one", stream: "stdout" });
    const end = lines.next();
    await client.killContainer(dockerId, "SIGKILL");
    expect(await end).toMatchObject({ done: true });
  });

  it("goes on after a known line, to the nanosecond", async () => {
    const { client, run } = world();
    const dockerId = await run(COMMANDS.speak);
    const all = await readLog(client, dockerId, { follow: true });
    expect(all.length).toBeGreaterThan(1);
    // Docker copies the two streams side by side: what stands first in its file need not be the older line.
    for (const { timestamp } of all) {
      const later = all.filter((line) => nanoseconds(line.timestamp) > nanoseconds(timestamp));
      expect(await readLog(client, dockerId, { since: timestamp })).toEqual(later);
    }
  });

  it("reads the last lines only", async () => {
    const { client, run } = world();
    const dockerId = await run(COMMANDS.speak);
    const all = await readLog(client, dockerId, { follow: true });
    expect(await readLog(client, dockerId, { tail: 1 })).toEqual(all.slice(-1));
    expect(await readLog(client, dockerId, { tail: 0 })).toEqual([]);
  });

  it("is empty for a container that has not run, and ends without an error with the signal", async () => {
    const { client, create, run } = world();
    expect(await readLog(client, await create(COMMANDS.speak))).toEqual([]);
    const stop = new AbortController();
    const lines = oneByOne(client.logs(await run(COMMANDS.speakThenRun), { follow: true, signal: stop.signal }));
    const reader = lines[Symbol.asyncIterator]();
    await reader.next();
    const end = reader.next();
    stop.abort();
    expect(await end).toMatchObject({ done: true });
  });

  it("logs and stats of what does not exist are a NoSuchContainerError", async () => {
    const { client } = world();
    const missing = { name: "NoSuchContainerError", status: 404 };
    await expect(readLog(client, NOBODY)).rejects.toMatchObject(missing);
    const stats = client.stats(NOBODY, { signal: new AbortController().signal });
    await expect(stats[Symbol.asyncIterator]().next()).rejects.toMatchObject(missing);
  });

  it("DC-33: samples what a container uses until it ends", async () => {
    const { client, run } = world();
    const dockerId = await run(COMMANDS.run);
    const samples = client.stats(dockerId, { signal: new AbortController().signal })[Symbol.asyncIterator]();
    const { value } = await samples.next();
    expect(value).toMatchObject({ networkRxBytes: expect.any(Number), blockReadBytes: expect.any(Number) });
    for (const member of [
      "readAt",
      "cpuTotalNs",
      "systemCpuNs",
      "onlineCpus",
      "memoryUsageBytes",
      "memoryLimitBytes",
    ]) {
      expect(value).toHaveProperty(member);
    }
    expect(value.memoryUsageBytes).toBeGreaterThan(0);
    expect(value.onlineCpus).toBeGreaterThan(0);
    await client.killContainer(dockerId, "SIGKILL");
    let last = await samples.next();
    while (!last.done) last = await samples.next();
    expect(last.done).toBe(true);
  });

  it("DC-33: samples end without an error when the signal fires", async () => {
    const { client, run } = world();
    const stop = new AbortController();
    const samples = client.stats(await run(COMMANDS.run), { signal: stop.signal })[Symbol.asyncIterator]();
    await samples.next();
    stop.abort();
    let last = await samples.next();
    while (!last.done) last = await samples.next();
    expect(last.done).toBe(true);
  });
}

/** Docker leaves out the zeros at the end: with them, times compare as texts. */
function nanoseconds(timestamp: string): string {
  return timestamp.replace(/(?:\.(\d+))?Z$/, (_, fraction: string = "") => `.${fraction.padEnd(9, "0")}Z`);
}
