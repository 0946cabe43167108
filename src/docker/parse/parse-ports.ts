/** Published ports in an inspection. Source: engine-behaviour 7.5, DC-42. */
import { EngineError } from "../../core/errors.ts";
import type { PortBinding } from "../../ports/docker-client.ts";
import type { WirePorts } from "../wire.ts";

const MAX_PORT = 65_535;

/**
 * One entry a binding; a port that is exposed but not published has none. Every address family is listed, as Docker
 * does: "0.0.0.0" and "::" are two entries.
 * @throws {EngineError} UnparsablePort, UnrecognizedTransportProtocol
 */
export function parsePorts(wire: WirePorts): readonly PortBinding[] {
  return Object.entries(wire).flatMap(([key, bindings]) =>
    (bindings ?? []).map((binding) => ({
      ...parseKey(key),
      hostIp: binding.HostIp ?? "",
      hostPort: parsePort(binding.HostPort ?? "", key),
    })),
  );
}

function parseKey(key: string): Pick<PortBinding, "containerPort" | "protocol"> {
  const [port = "", protocol = "tcp"] = key.split("/");
  if (protocol !== "tcp" && protocol !== "udp") {
    throw new EngineError("UnrecognizedTransportProtocol", `Cannot read port "${key}": unknown protocol ${protocol}`);
  }
  return { containerPort: parsePort(port, key), protocol };
}

function parsePort(text: string, key: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > MAX_PORT) {
    throw new EngineError("UnparsablePort", `Cannot read port "${key}": "${text}" is no port number`);
  }
  return port;
}
