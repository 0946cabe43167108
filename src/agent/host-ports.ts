/** What this host says of its ports. Source: engine-modern 17.1, 17.2. */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { PortProbe, PortRange } from "../engine/host-port-allocator.ts";

const KERNEL_RANGE = "/proc/sys/net/ipv4/ip_local_port_range";
/** When the kernel does not tell. Source: ECS_DYNAMIC_HOST_PORT_RANGE. */
const FALLBACK_RANGE: PortRange = { first: 49_153, last: 65_535 };

/** `"a-b"`, or the kernel's range when absent or not understood. */
export function dynamicPortRange(setting: string = kernelRange()): PortRange {
  const [first, last] = setting
    .trim()
    .split(/[\s-]+/)
    .map(Number);
  const isRange =
    Number.isInteger(first) && Number.isInteger(last) && first !== undefined && last !== undefined && first <= last;
  return isRange ? { first, last } : FALLBACK_RANGE;
}

/** Other systems have no such file. */
function kernelRange(): string {
  try {
    return readFileSync(KERNEL_RANGE, "utf8");
  } catch {
    return "";
  }
}

/**
 * Opens a socket on all addresses for a moment. A port that this user may not open is left to Docker, which may, and refuses it
 * when it is taken. Source: PORT-6.
 */
export const probeHostPort: PortProbe = (port, protocol) => (protocol === "tcp" ? canListen(port) : canBind(port));

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(isForbidden(error)));
    server.listen({ port, host: "0.0.0.0", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", (error) => {
      socket.close();
      resolve(isForbidden(error));
    });
    socket.bind({ port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

function isForbidden(error: Error): boolean {
  return "code" in error && error.code === "EACCES";
}
