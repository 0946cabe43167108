/** What the daemon tells of its containers. */
import { asEpochMs } from "../../core/brand.ts";
import type { ContainerInspection, ContainerSummary } from "../../ports/docker-client.ts";
import type { SimulatedContainer } from "./container.ts";
import type { DaemonState } from "./daemon-state.ts";
import { type LabelFilter, matchesLabels } from "./event-log.ts";
import { containerJson, macAddressOf } from "./json/container-json.ts";

const HEALTH_OUTPUT_BYTES = 1_024;

/** Source of the status rule: engine-behaviour 7.5. */
export function inspectContainer(container: SimulatedContainer): ContainerInspection {
  return {
    dockerId: container.dockerId,
    dockerName: container.dockerName,
    labels: container.labels,
    image: container.body.Image,
    imageId: container.image.imageId,
    status: statusOf(container),
    pid: container.pid,
    ...endOf(container),
    createdAt: container.createdAt,
    ...(container.startedAt === undefined ? {} : { startedAt: container.startedAt }),
    oomKilled: container.oomKilled,
    ...(container.error === "" ? {} : { stateError: container.error }),
    ...healthOf(container),
    ports: container.ports,
    ...networksOf(container),
    mounts: container.mounts,
    logDriver: container.hostConfig.LogConfig?.Type ?? "json-file",
    tty: container.body.Tty ?? false,
    // Only few readers want it, and it takes longer to make than all the rest.
    get raw(): unknown {
      return containerJson(container);
    },
  };
}

export function listContainers(
  state: DaemonState,
  { all, labels }: { readonly all: boolean; readonly labels: LabelFilter },
): readonly SimulatedContainer[] {
  const found: SimulatedContainer[] = [];
  for (const container of state.containers) {
    if ((all || container.isRunning) && matchesLabels(container.labels, labels)) found.push(container);
  }
  // Docker names the newest first.
  return found.reverse();
}

export function summariseContainer(container: SimulatedContainer): ContainerSummary {
  return {
    dockerId: container.dockerId,
    dockerName: container.dockerName,
    labels: container.labels,
    state: container.stateWord,
    imageId: container.image.imageId,
    // The list has whole seconds.
    createdAt: asEpochMs(Math.floor(container.createdAt / 1_000) * 1_000),
  };
}

function statusOf(container: SimulatedContainer): ContainerInspection["status"] {
  if (container.isRunning) return "running";
  return container.startedAt === undefined && container.error === "" ? "created" : "stopped";
}

/** The last run's end says nothing about this one. */
function endOf(container: SimulatedContainer): Pick<ContainerInspection, "exitCode" | "finishedAt"> {
  if (statusOf(container) !== "stopped") return {};
  const { exitCode, finishedAt } = container;
  return { exitCode, ...(finishedAt === undefined ? {} : { finishedAt }) };
}

function healthOf({ monitor }: SimulatedContainer): Pick<ContainerInspection, "health"> {
  if (monitor === undefined) return {};
  const { status, log } = monitor.state;
  const last = log.at(-1);
  if (last === undefined) return { health: { status } };
  return {
    health: {
      status,
      output: firstBytes(last.output, HEALTH_OUTPUT_BYTES),
      ...(status === "unhealthy" ? { exitCode: last.exitCode } : {}),
    },
  };
}

/** Cuts before the character that does not fit. */
function firstBytes(text: string, limit: number): string {
  if (text.length * 3 <= limit) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

function networksOf(container: SimulatedContainer): Pick<ContainerInspection, "ipAddress" | "networks"> {
  const { ipAddress, networkMode } = container;
  if (networkMode.startsWith("container:")) return { networks: {} };
  const network = { ipAddress: ipAddress ?? "", macAddress: ipAddress === undefined ? "" : macAddressOf(ipAddress) };
  return { networks: { [networkMode]: network }, ...(ipAddress === undefined ? {} : { ipAddress }) };
}
