/** `GET /containers/ID/json` as the engine sees it. Source: engine-behaviour 7.5. */
import { asDockerId, asDockerName } from "../../core/brand.ts";
import type { ContainerInspection } from "../../ports/docker-client.ts";
import type { WireContainer, WireMount, WireState } from "../wire.ts";
import { CONTAINER_SHAPE } from "../wire-shapes.ts";
import { membersIn, required } from "./body.ts";
import { parsePorts } from "./parse-ports.ts";
import { parseInstant } from "./timestamp.ts";

/** Longest health output that is kept. Source: engine-behaviour 7.5, HEALTH-6. */
export const MAX_HEALTH_OUTPUT_BYTES = 1024;

/**
 * @throws {EngineError} UnparsablePort, UnrecognizedTransportProtocol
 * @throws {DockerCallError} malformed
 */
export function parseInspection(body: unknown): ContainerInspection {
  const wire: WireContainer = membersIn(body, "the container", CONTAINER_SHAPE);
  const { Config: config, NetworkSettings: network } = wire;
  const state = wire.State ?? {};
  const status = statusOf(state);
  return {
    dockerId: asDockerId(required(wire.Id, "Id")),
    dockerName: asDockerName((wire.Name ?? "").replace(/^\//, "")),
    labels: config?.Labels ?? {},
    image: config?.Image ?? "",
    imageId: wire.Image ?? "",
    status,
    pid: state.Pid ?? 0,
    ...exitOf(state, status),
    ...present("createdAt", parseInstant(wire.Created)),
    ...present("startedAt", parseInstant(state.StartedAt)),
    dockerRestarts: wire.RestartCount ?? 0,
    oomKilled: state.OOMKilled ?? false,
    ...present("stateError", state.Error || undefined),
    ...present("health", healthOf(state)),
    ports: parsePorts(network?.Ports ?? {}),
    ...present("ipAddress", ipAddressOf(wire)),
    networks: networksOf(wire),
    mounts: (wire.Mounts ?? []).map(parseMount),
    logDriver: wire.HostConfig?.LogConfig?.Type ?? "",
    tty: config?.Tty ?? false,
    raw: body,
  };
}

/** A failed start leaves Docker's own status at "created" with an error: for us it has stopped. */
function statusOf(state: WireState): ContainerInspection["status"] {
  if (state.Running) return "running";
  if (state.Dead) return "stopped";
  const started = parseInstant(state.StartedAt) !== undefined;
  return started || state.Error ? "stopped" : "created";
}

/** Docker keeps the last run's finish time and code while the next one runs: they say nothing about this one. */
function exitOf(state: WireState, status: ContainerInspection["status"]): Partial<ContainerInspection> {
  if (status !== "stopped") return {};
  const finishedAt = parseInstant(state.FinishedAt);
  const known = finishedAt !== undefined || Boolean(state.Error && state.ExitCode);
  return {
    ...(known && state.ExitCode !== undefined ? { exitCode: state.ExitCode } : {}),
    ...present("finishedAt", finishedAt),
  };
}

function healthOf({ Health: health }: WireState): ContainerInspection["health"] {
  const status = health?.Status;
  if (status !== "starting" && status !== "healthy" && status !== "unhealthy") return undefined;
  const last = health?.Log?.at(-1);
  return {
    status,
    ...present("output", last?.Output === undefined ? undefined : firstBytes(last.Output, MAX_HEALTH_OUTPUT_BYTES)),
    ...present("exitCode", status === "unhealthy" ? last?.ExitCode : undefined),
  };
}

/** Cuts after whole characters only. */
function firstBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}

/** API 1.52 knows addresses per network only. */
function ipAddressOf({ NetworkSettings: network }: WireContainer): string | undefined {
  const addresses = Object.values(network?.Networks ?? {}).map((each) => each?.IPAddress);
  return network?.IPAddress || addresses.find((address) => address) || undefined;
}

function networksOf({ NetworkSettings: network }: WireContainer): ContainerInspection["networks"] {
  return Object.fromEntries(
    Object.entries(network?.Networks ?? {}).map(([name, each]) => [
      name,
      { ipAddress: each?.IPAddress ?? "", macAddress: each?.MacAddress ?? "" },
    ]),
  );
}

function parseMount(wire: WireMount): ContainerInspection["mounts"][number] {
  return {
    type: wire.Type ?? "",
    ...present("name", wire.Name || undefined),
    source: wire.Source ?? "",
    destination: wire.Destination ?? "",
    readWrite: wire.RW ?? false,
  };
}

/** A member only when there is a value, as exact optional types ask for. */
function present<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value });
}
