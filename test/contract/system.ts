import { expect, it } from "vitest";
import { EngineError } from "../../src/core/errors.ts";
import { compareApiVersions, OLDEST_API_VERSION } from "../../src/docker/api/api-version.ts";
import type { MakeContractClient, World } from "./contract-world.ts";

export function testSystem(world: () => World, makeClient: MakeContractClient): void {
  it("answers a ping", async () => {
    await expect(world().client.ping()).resolves.toBeUndefined();
  });

  it("DC-29: tells its version, and the API version that both sides know", async () => {
    const version = await world().client.version();
    expect(version).toMatchObject({ version: expect.stringMatching(/\d/), os: "linux", arch: expect.any(String) });
    expect(compareApiVersions(version.apiVersion, OLDEST_API_VERSION)).toBeGreaterThanOrEqual(0);
    expect(compareApiVersions(version.apiVersion, version.minApiVersion)).toBeGreaterThanOrEqual(0);
  });

  it("tells what the host has", async () => {
    const info = await world().client.info();
    expect(info.cpus).toBeGreaterThan(0);
    expect(info.memoryMiB).toBeGreaterThan(0);
    expect(info.logDrivers).toContain("json-file");
    expect(["1", "2"]).toContain(info.cgroupVersion);
  });

  it("rejects calls after close, those under way too", async () => {
    const own = await makeClient();
    const feed = own.client
      .events({ labels: { none: true }, signal: new AbortController().signal })
      [Symbol.asyncIterator]();
    await feed.next();
    const reading = feed.next();
    own.client.close();
    await expect(reading).rejects.toBeInstanceOf(EngineError);
    await expect(own.client.ping()).rejects.toMatchObject({ name: "CannotGetDockerclientError" });
    await own.cleanup();
  });
}
