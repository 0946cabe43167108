import { describe, expect, it } from "vitest";
import type { ContainerStats } from "../../ports/docker-client.ts";
import { oneByOne } from "../one-by-one.ts";
import { exits, prints } from "./behaviour.ts";
import { aWorld } from "./test-world.ts";

async function collect<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe("logs()", () => {
  it("follow ends with the container; a reset breaks it after so many lines", async () => {
    const { docker, clock, client, run } = aWorld();
    docker.image("talk", { run: [prints(["a", "b", "c"], { everyMs: 10 }), exits(0, { afterMs: 50 })] });
    const dockerId = await run("talk", { Image: "talk" });
    docker.faults.next("logs", { kind: "connectionReset", afterItems: 2 });
    const beforeBreak: string[] = [];
    const broken = Promise.allSettled([
      (async () => {
        for await (const { text } of oneByOne(client.logs(dockerId, { follow: true }))) beforeBreak.push(text);
      })(),
    ]);
    const whole = collect(oneByOne(client.logs(dockerId, { follow: true })));
    await clock.advance(100);
    expect((await whole).map(({ text }) => text)).toEqual(["a", "b", "c"]);
    expect(await broken).toMatchObject([{ status: "rejected", reason: { name: "UnknownError", retryable: true } }]);
    expect(beforeBreak).toEqual(["a", "b"]);
    const [first, second] = await whole;
    expect(second?.at).toBe((first?.at ?? 0) + 10);
    expect(
      await collect(oneByOne(client.logs(dockerId, { follow: false, since: first?.timestamp ?? "", tail: 1 }))),
    ).toMatchObject([{ text: "c" }]);
  });

  it("leaving early lets go of the container", async () => {
    const { clock, client, run } = aWorld();
    const dockerId = await run("talk", { Image: "app", Cmd: ["sh", "-c", "echo a; sleep 5; echo b"] });
    for await (const line of oneByOne(client.logs(dockerId, { follow: true }))) {
      expect(line.text).toBe("a");
      break;
    }
    await clock.runUntilIdle();
  });
});

describe("stats()", () => {
  it("samples once a second what the script uses up", async () => {
    const { docker, clock, client, run } = aWorld();
    docker.image("busy", {
      run: exits(0, { afterMs: 3_500 }),
      usage: { cpus: 0.5, memoryMiB: 100, networkBytesPerSecond: 1_000, blockBytesPerSecond: 10 },
    });
    const dockerId = await run("busy", { Image: "busy", HostConfig: { Memory: 209_715_200 } });
    const samples: Promise<readonly ContainerStats[]> = collect(
      client.stats(dockerId, { signal: new AbortController().signal }),
    );
    await clock.advance(10_000);
    expect(await samples).toHaveLength(3);
    expect((await samples)[2]).toMatchObject({
      cpuTotalNs: 1.5e9,
      onlineCpus: 8,
      memoryUsageBytes: 104_857_600,
      memoryLimitBytes: 209_715_200,
      networkRxBytes: 3_000,
      blockReadBytes: 30,
    });
    expect(clock.pending).toBe(0);
  });
});
