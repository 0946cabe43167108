import { describe, expect, it } from "vitest";
import type { PortRequest } from "../core/host-ports.ts";
import { HostPortAllocator, type PortProbe } from "./host-port-allocator.ts";

const dynamic = (count = 1): PortRequest => ({ containerPort: 80, count, protocol: "tcp", choice: "dynamic" });

function allocator(probe: PortProbe = async () => true, last = 40_003): HostPortAllocator {
  return new HostPortAllocator({ range: { first: 40_000, last }, probe });
}

async function leased(ports: HostPortAllocator, owner: string, request: PortRequest = dynamic()) {
  return (await ports.lease(owner, [request])).map(({ hostPort }) => hostPort);
}

describe("HostPortAllocator", () => {
  it("PORT-2: gives the last port not again as soon as its task has stopped, but goes round", async () => {
    const ports = allocator();
    const given: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      given.push(...(await leased(ports, "task")));
      ports.release("task");
    }
    expect(given).toEqual([40_000, 40_001, 40_002, 40_003, 40_000]);
  });

  it("PORT-6: skips a port that a program outside Docker has", async () => {
    const probed: number[] = [];
    const ports = allocator(async (port) => {
      probed.push(port);
      return port !== 40_000;
    });
    expect(await leased(ports, "task")).toEqual([40_001]);
    expect(probed).toEqual([40_000, 40_001]);
  });

  it("finds a run that is free as a whole, and says how many it did not find", async () => {
    const ports = allocator(async (port) => port !== 40_001);
    expect(await leased(ports, "a", dynamic(2))).toEqual([40_002, 40_003]);
    await expect(leased(ports, "b", dynamic(2))).rejects.toMatchObject({
      name: "HostConfigError",
      message: expect.stringContaining("2 contiguous host ports are unavailable"),
    });
  });

  it("gives the same number to tcp and udp, and never one of them twice", async () => {
    const ports = allocator(async () => true, 40_000);
    expect(await leased(ports, "a")).toEqual([40_000]);
    expect(await leased(ports, "b", { ...dynamic(), protocol: "udp" })).toEqual([40_000]);
    await expect(leased(ports, "c")).rejects.toMatchObject({ name: "HostConfigError" });
  });

  it.each([
    ["the first", "first", "second"],
    ["the second", "second", "first"],
  ])(
    "chooses no fixed port that two asked for before both have given it back, %s of them first",
    async (_, one, two) => {
      const ports = allocator(async () => true, 40_000);
      const fixed: PortRequest = { ...dynamic(), choice: "fixed", hostPort: 40_000 };
      await leased(ports, "first", fixed);
      await leased(ports, "second", fixed);
      ports.release(one);
      await expect(leased(ports, "third")).rejects.toMatchObject({ name: "HostConfigError" });
      ports.release(two);
      expect(await leased(ports, "third")).toEqual([40_000]);
    },
  );

  it("gives back all that a container has, and keeps nothing of requests of which one failed", async () => {
    const ports = allocator(async () => true, 40_002);
    await ports.lease("web", [dynamic(), dynamic()]);
    await expect(ports.lease("db", [dynamic(), dynamic()])).rejects.toMatchObject({ name: "HostConfigError" });
    expect(await leased(ports, "cache")).toEqual([40_002]);
    ports.release("web");
    expect(await leased(ports, "db", dynamic(2))).toEqual([40_000, 40_001]);
  });

  it("PORT: takes the preferred port when it is free as a whole, and any other when it is not", async () => {
    const ports = allocator(async (port) => port !== 8_081, 40_003);
    const preferred = (hostPort: number, count = 1): PortRequest => ({
      ...dynamic(count),
      choice: "preferred",
      hostPort,
    });
    expect(await leased(ports, "a", preferred(8_080))).toEqual([8_080]);
    expect(await leased(ports, "b", preferred(8_080))).toEqual([40_000]);
    expect(await leased(ports, "c", preferred(8_081))).toEqual([40_001]);
    expect(await leased(ports, "d", preferred(8_082, 2))).toEqual([8_082, 8_083]);
  });

  it("never gives a port that is reserved", async () => {
    const range = { first: 40_000, last: 40_002 };
    const ports = new HostPortAllocator({ range, probe: async () => true, reserved: [40_000, 40_001] });
    expect(await leased(ports, "a")).toEqual([40_002]);
    await expect(leased(ports, "b")).rejects.toMatchObject({ name: "HostConfigError" });
  });

  it("leases one after the other, so that nobody is given what another is about to get", async () => {
    const ports = allocator();
    const given = await Promise.all([leased(ports, "a"), leased(ports, "b"), leased(ports, "c")]);
    expect(given.flat()).toEqual([40_000, 40_001, 40_002]);
    expect(await ports.lease("nobody", [])).toEqual([]);
  });
});
