import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { dynamicPortRange, probeHostPort } from "./host-ports.ts";

const NOBODY = 65_534;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function tcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    closing.push(() => server.close());
    server.listen({ port: 0, host: "0.0.0.0" }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

function udpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4").once("error", reject);
    closing.push(() => socket.close());
    socket.bind({ port: 0 }, () => resolve(socket.address().port));
  });
}

describe("probeHostPort()", () => {
  it("PORT-6: sees a port that another program has, of either protocol", async () => {
    const [tcp, udp] = [await tcpPort(), await udpPort()];
    expect(await probeHostPort(tcp, "tcp")).toBe(false);
    expect(await probeHostPort(udp, "udp")).toBe(false);
    for (const close of closing.splice(0)) close();
    expect(await probeHostPort(tcp, "tcp")).toBe(true);
  });

  it("leaves a port that this user may not open to Docker", async () => {
    const isRoot = process.geteuid?.() === 0;
    // Root may open every port.
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      expect(await probeHostPort(1, "tcp")).toBe(true);
      expect(await probeHostPort(1, "udp")).toBe(true);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe("dynamicPortRange()", () => {
  it.each([
    ["40000-41000", { first: 40_000, last: 41_000 }],
    ["32768\t60999\n", { first: 32_768, last: 60_999 }],
    ["nonsense", { first: 49_153, last: 65_535 }],
  ])("reads %j", (setting, range) => expect(dynamicPortRange(setting)).toEqual(range));
});
