/** Where a published port is reached: what to click or to paste. */
import { networkModeOf } from "../core/host-ports.ts";
import { reachableBindings } from "../core/network-bindings.ts";
import type { Container, NetworkBinding, Task } from "../core/task.ts";

/** Ports whose services do not speak HTTP, so that a URL would only mislead. */
const NOT_HTTP = new Set([
  21, 22, 23, 25, 53, 110, 143, 389, 465, 587, 636, 993, 995, 1433, 1521, 1883, 2049, 3306, 4222, 5432, 5671, 5672,
  6379, 9042, 9092, 11211, 24224, 27017,
]);
const HTTPS = new Set([443, 8443]);

/** `http://localhost:8080`, or `localhost:5432` for what is no web service. */
export function addressOf(binding: NetworkBinding, dockerHost: string): string {
  const host = hostOf(binding.bindIP, dockerHost);
  if (binding.protocol !== "tcp") return `${host}:${binding.hostPort ?? binding.hostPortRange}/${binding.protocol}`;
  if (binding.hostPort === undefined) return `${host}:${binding.hostPortRange}`;
  const port = binding.containerPort ?? binding.hostPort;
  if (NOT_HTTP.has(port)) return `${host}:${binding.hostPort}`;
  return `${HTTPS.has(port) ? "https" : "http"}://${host}:${binding.hostPort}`;
}

function hostOf(bindIP: string, dockerHost: string): string {
  const anywhere = bindIP === "" || bindIP === "0.0.0.0" || bindIP === "::";
  if (anywhere) return dockerHost;
  return bindIP.includes(":") ? `[${bindIP}]` : bindIP;
}

/** Host under which ports of this daemon are reached from here. */
export function hostOfEndpoint(endpoint: string): string {
  if (!/^(?:tcp|https?|ssh):/u.test(endpoint)) return "localhost";
  const { hostname } = new URL(endpoint.replace(/^(?:tcp|ssh):/u, "http:"));
  return hostname === "" || hostname === "127.0.0.1" || hostname === "0.0.0.0" ? "localhost" : hostname;
}

export type Published = {
  readonly address: string;
  readonly target: string;
  /** The host port that would have been given, had it been free; of a range `FIRST-LAST`, had all of it been. */
  readonly insteadOf?: number | string;
};

/** One entry a port; the same port bound for IPv4 and IPv6 counts once. */
export function publishedPorts(task: Task, container: Container, dockerHost: string): readonly Published[] {
  const seen = new Map<string, Published>();
  const keepsNumbers = networkModeOf(task.definition) === "awsvpc";
  for (const binding of reachableBindings(task, container)) {
    const address = addressOf(binding, dockerHost);
    const asked = binding.containerPort ?? binding.containerPortRange ?? "";
    const target = `${asked}/${binding.protocol}`;
    const moved = keepsNumbers && asked !== (binding.hostPort ?? binding.hostPortRange);
    const port = moved ? { address, target, insteadOf: asked } : { address, target };
    if (!seen.has(`${address} ${target}`)) seen.set(`${address} ${target}`, port);
  }
  return [...seen.values()];
}

/** `http://localhost:32768 -> 8080/tcp (host port 8080 is taken)` */
export function describePort({ address, target, insteadOf }: Published, arrow: string): string {
  return `${address} ${arrow} ${target}${insteadOf === undefined ? "" : ` (${whyMoved(insteadOf)})`}`;
}

function whyMoved(insteadOf: number | string): string {
  return typeof insteadOf === "number" ? `host port ${insteadOf} is taken` : `of host ports ${insteadOf} one is taken`;
}
