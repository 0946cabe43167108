/** What the daemon tells of its containers. */
import { asEpochMs } from "../../core/brand.ts";
import type { ContainerInspection, ContainerSummary } from "../../ports/docker-client.ts";
import type { SimulatedContainer } from "./container.ts";
import type { DaemonState } from "./daemon-state.ts";
import { type LabelFilter, matchesLabels } from "./event-log.ts";
import { containerJson } from "./json/container-json.ts";

const HEALTH_OUTPUT_LIMIT = 1_024;

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
    state: container.state,
    imageId: container.image.imageId,
    // The list has whole seconds.
    createdAt: asEpochMs(Math.floor(container.createdAt / 1_000) * 1_000),
  };
}

function statusOf(container: SimulatedContainer): ContainerInspection["status"] {
  if (container.isRunning) return "running";
  return container.startedAt === undefined && container.error === "" ? "created" : "stopped";
}

function endOf(container: SimulatedContainer): Pick<ContainerInspection, "exitCode" | "finishedAt"> {
  return {
    ...(statusOf(container) === "stopped" ? { exitCode: container.exitCode } : {}),
    ...(container.finishedAt === undefined ? {} : { finishedAt: container.finishedAt }),
  };
}

function healthOf({ monitor }: SimulatedContainer): Pick<ContainerInspection, "health"> {
  if (monitor === undefined) return {};
  const { status, log } = monitor.state;
  const last = log.at(-1);
  if (last === undefined) return { health: { status } };
  return { health: { status, output: last.output.slice(0, HEALTH_OUTPUT_LIMIT), exitCode: last.exitCode } };
}

function networksOf(container: SimulatedContainer): Pick<ContainerInspection, "ipAddress" | "networks"> {
  const { ipAddress, networkMode } = container;
  if (networkMode.startsWith("container:")) return { networks: {} };
  const network = { ipAddress: ipAddress ?? "", macAddress: ipAddress === undefined ? "" : macAddressOf(ipAddress) };
  return { networks: { [networkMode]: network }, ...(ipAddress === undefined ? {} : { ipAddress }) };
}

/** Docker makes it out of the address, too. */
export function macAddressOf(ipAddress: string): string {
  const bytes = ipAddress.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return ["02", "42", ...bytes].join(":");
}
