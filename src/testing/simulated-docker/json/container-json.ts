/** Containers in the daemon's own JSON. */
import type { PortBinding } from "../../../ports/docker-client.ts";
import type { SimulatedContainer } from "../container.ts";
import type { HealthMonitor } from "../health-monitor.ts";

/** Docker's word for "never". */
const ZERO_TIME = "0001-01-01T00:00:00Z";
const DEFAULT_SHM_BYTES = 67_108_864;

/** Body of `GET /containers/ID/json`. */
export function containerJson(container: SimulatedContainer): Readonly<Record<string, unknown>> {
  const { body, command, hostConfig } = container;
  return {
    Id: container.dockerId,
    Created: dockerTime(container.createdAt),
    Path: command[0] ?? "",
    Args: command.slice(1),
    State: stateJson(container),
    Image: container.image.imageId,
    ExecIDs: openExecs(container),
    Name: `/${container.dockerName}`,
    RestartCount: 0,
    Driver: "overlay2",
    Platform: "linux",
    HostConfig: {
      ...hostConfig,
      NetworkMode: container.networkMode,
      RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
      LogConfig: hostConfig.LogConfig ?? { Type: "json-file", Config: {} },
      ShmSize: hostConfig.ShmSize || DEFAULT_SHM_BYTES,
    },
    Mounts: mountsJson(container),
    Config: {
      ...body,
      HostConfig: undefined,
      Hostname: body.Hostname ?? container.dockerId.slice(0, 12),
      User: body.User ?? container.image.config.user ?? "",
      Tty: body.Tty ?? false,
      OpenStdin: body.OpenStdin ?? false,
      Env: [...(container.image.config.env ?? []), ...(body.Env ?? [])],
      Cmd: body.Cmd ?? container.image.config.cmd ?? null,
      Entrypoint: body.Entrypoint ?? container.image.config.entrypoint ?? null,
      Labels: container.labels,
    },
    NetworkSettings: networkSettingsJson(container),
  };
}

/** Those that have not ended; Docker says null when there are none. */
function openExecs({ execs }: SimulatedContainer): readonly string[] | null {
  const open = [...execs.values()].filter(({ exitCode }) => exitCode === undefined);
  return open.length === 0 ? null : open.map(({ id }) => id);
}

/** One entry of `GET /containers/json`. */
export function containerSummaryJson(container: SimulatedContainer, now: number): Readonly<Record<string, unknown>> {
  return {
    Id: container.dockerId,
    Names: [`/${container.dockerName}`],
    Image: container.body.Image,
    ImageID: container.image.imageId,
    Command: container.command.join(" "),
    Created: Math.floor(container.createdAt / 1_000),
    Ports: container.ports.map((port) => ({
      IP: port.hostIp,
      PrivatePort: port.containerPort,
      PublicPort: port.hostPort,
      Type: port.protocol,
    })),
    Labels: container.labels,
    State: container.stateWord,
    Status: statusText(container, now),
    HostConfig: { NetworkMode: container.networkMode },
    NetworkSettings: { Networks: networksJson(container) },
    Mounts: mountsJson(container),
  };
}

/** RFC 3339; `undefined` is Docker's zero time. */
export function dockerTime(at: number | undefined): string {
  return at === undefined ? ZERO_TIME : new Date(at).toISOString();
}

function stateJson(container: SimulatedContainer): Readonly<Record<string, unknown>> {
  return {
    Status: container.stateWord,
    Running: container.isRunning,
    Paused: container.isPaused,
    Restarting: false,
    OOMKilled: container.oomKilled,
    Dead: false,
    Pid: container.pid,
    ExitCode: container.exitCode,
    Error: container.error,
    StartedAt: dockerTime(container.startedAt),
    FinishedAt: dockerTime(container.finishedAt),
    ...(container.monitor === undefined ? {} : { Health: healthJson(container.monitor) }),
  };
}

function healthJson({ state }: HealthMonitor): Readonly<Record<string, unknown>> {
  return {
    Status: state.status,
    FailingStreak: state.failingStreak,
    Log: state.log.map(({ at, endedAt, exitCode, output }) => ({
      Start: dockerTime(at),
      End: dockerTime(endedAt),
      ExitCode: exitCode,
      Output: output,
    })),
  };
}

function mountsJson({ mounts }: SimulatedContainer): readonly unknown[] {
  return mounts.map(({ type, name, source, destination, readWrite }) => ({
    Type: type,
    ...(name === undefined ? {} : { Name: name, Driver: "local" }),
    Source: source,
    Destination: destination,
    Mode: "",
    RW: readWrite,
    Propagation: type === "bind" ? "rprivate" : "",
  }));
}

function networkSettingsJson(container: SimulatedContainer): Readonly<Record<string, unknown>> {
  const ip = container.networkMode === "bridge" ? (container.ipAddress ?? "") : "";
  return {
    Ports: portsJson(container),
    IPAddress: ip,
    MacAddress: ip === "" ? "" : macAddressOf(ip),
    Networks: networksJson(container),
  };
}

function networksJson({ networkMode, ipAddress = "" }: SimulatedContainer): Readonly<Record<string, unknown>> {
  if (networkMode.startsWith("container:")) return {};
  return { [networkMode]: { IPAddress: ipAddress, MacAddress: ipAddress === "" ? "" : macAddressOf(ipAddress) } };
}

/** Exposed ports are listed, too, with nothing bound to them. */
function portsJson({ ports, body, isRunning }: SimulatedContainer): Readonly<Record<string, unknown>> {
  if (!isRunning) return {};
  const listed: Record<string, unknown> = {};
  for (const key of Object.keys(body.ExposedPorts ?? {})) listed[key] = null;
  for (const port of ports) {
    const key = `${port.containerPort}/${port.protocol}`;
    const same = ports.filter((other) => isSamePort(other, port));
    listed[key] = same.map(({ hostIp, hostPort }) => ({ HostIp: hostIp, HostPort: String(hostPort) }));
  }
  return listed;
}

function isSamePort(a: PortBinding, b: PortBinding): boolean {
  return a.containerPort === b.containerPort && a.protocol === b.protocol;
}

function statusText(container: SimulatedContainer, now: number): string {
  switch (container.state) {
    case "created":
      return "Created";
    case "running":
      return `Up ${ageText(now - (container.startedAt ?? now))}${runningDetail(container)}`;
    case "exited":
      return `Exited (${container.exitCode}) ${ageText(now - (container.finishedAt ?? now))} ago`;
  }
}

/** `docker ps` tells of one thing only. */
function runningDetail({ isPaused, monitor }: SimulatedContainer): string {
  if (isPaused) return " (Paused)";
  if (monitor === undefined) return "";
  return ` (${monitor.state.status === "starting" ? "health: starting" : monitor.state.status})`;
}

function ageText(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 120) return `${seconds} seconds`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} minutes`;
  return `${Math.floor(seconds / 3_600)} hours`;
}

/** Docker makes it out of the address, too. */
export function macAddressOf(ipAddress: string): string {
  const bytes = ipAddress.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return ["02", "42", ...bytes].join(":");
}
