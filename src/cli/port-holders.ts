/** Who holds a host port that Docker could not give to a container, and how to get it back. */
import type { HostProcesses, Listener } from "../agent/host-processes.ts";
import { asDockerId } from "../core/brand.ts";
import { isPortConflict, refusedPort, requestedHostPorts } from "../core/host-ports.ts";
import { CONTAINER_NAME_LABEL, TASK_ARN_LABEL } from "../core/labels.ts";
import { type Container, findContainer, type Task } from "../core/task.ts";
import type { ContainerInspection, DockerClient } from "../ports/docker-client.ts";
import { hostOfEndpoint } from "./addresses.ts";
import { removeCommand } from "./clean-up-command.ts";
import { readOfRun } from "./earlier-runs.ts";

type Port = { readonly hostPort: number; readonly protocol: "tcp" | "udp" };

type Docker = Pick<DockerClient, "endpoint" | "listContainers" | "inspectContainer">;

export type HolderSources = { readonly docker: Docker; readonly processes: HostProcesses };

/** The containers that could not start because of a port, and that could still in `previous`. */
export function newConflicts(previous: Task, next: Task): readonly Container[] {
  const isRefused = (container: Container | undefined) => isPortConflict(container?.error?.message ?? "");
  return next.containers.filter((each) => isRefused(each) && !isRefused(findContainer(previous, each.name)));
}

/** @returns a sentence; `undefined` when no port is to blame. @throws {EngineError} when Docker cannot be asked */
export async function describeHolder(
  task: Task,
  container: Container,
  sources: HolderSources,
): Promise<string | undefined> {
  const ports = refusedPorts(task, container);
  const running = ports.length === 0 ? [] : await runningContainers(sources.docker);
  const publisherOf = ({ hostPort, protocol }: Port) =>
    running.find((each) => each.ports.some((port) => port.hostPort === hostPort && port.protocol === protocol));
  const [port = ports[0]] = ports.filter(publisherOf);
  if (port === undefined) return undefined;
  const search = { task, container, sources };
  const publisher = publisherOf(port);
  const holder = publisher === undefined ? await describeProcess(port, search) : describeContainer(publisher, search);
  return `Host port ${port.hostPort}${port.protocol === "udp" ? "/udp" : ""} is held by ${holder}`;
}

/** The one that Docker names in its refusal; it does not always tell the protocol. */
function refusedPorts(task: Task, container: Container): readonly Port[] {
  const refused = refusedPort(container.error?.message ?? "");
  return requestedHostPorts(task, container).flatMap(({ choice, hostPort, protocol }) =>
    choice === "fixed" && hostPort !== undefined && hostPort === refused ? [{ hostPort, protocol }] : [],
  );
}

async function runningContainers(docker: Docker): Promise<readonly ContainerInspection[]> {
  const listed = await docker.listContainers({ all: false, labels: {} });
  const inspected = await Promise.all(listed.map(({ dockerId }) => docker.inspectContainer(dockerId)));
  return inspected.filter((each) => each !== undefined);
}

type Search = { readonly task: Task; readonly container: Container; readonly sources: HolderSources };

function describeContainer(holder: ContainerInspection, { task, container, sources }: Search): string {
  const { dockerName, image, labels } = holder;
  const other = `or give ${container.name} another hostPort`;
  const run = readOfRun(holder, sources.processes);
  if (run !== undefined) {
    const what = `container ${dockerName} (${run.containerName} of ${run.family}, image ${image})`;
    const remove = removeCommand(run.taskArn);
    switch (run.fate) {
      case "alive":
        return `${what} of a berth run that goes on: end it with kill ${run.pid}, ${other}`;
      case "gone":
        return `${what} of a berth run that was killed: remove it with ${run.family === task.family ? "--replace, or with " : ""}${remove}`;
      case "unknown":
        return `${what} of a berth run that cannot be seen from here: when it is over, remove it with ${remove}`;
    }
  }
  const arn = labels[TASK_ARN_LABEL];
  if (arn !== undefined)
    return `container ${dockerName} (${labels[CONTAINER_NAME_LABEL] ?? ""}, image ${image}) of task ${arn}: stop that task, ${other}`;
  return `container ${dockerName} (image ${image}): stop it with docker stop ${dockerName}, ${other}`;
}

async function describeProcess(port: Port, search: Search): Promise<string> {
  const { docker, processes } = search.sources;
  const host = hostOfEndpoint(docker.endpoint);
  const look = `sudo ss -Hlnp${port.protocol[0]} 'sport = :${port.hostPort}'`;
  if (host !== "localhost") return `somebody on ${host}: ${look} tells there`;
  const [listener] = processes.listenersOn(port.hostPort, port.protocol);
  if (listener?.pid === undefined) return `a process that cannot be seen from here: ${look} tells which`;
  const inContainer = await containerOf(listener, docker);
  if (inContainer !== undefined) return describeContainer(inContainer, search);
  const { pid, name = "" } = listener;
  return `process ${pid}${name === "" ? "" : ` (${name})`}: end it with kill ${pid}, or give ${search.container.name} another hostPort`;
}

/** One on the host's network publishes nothing: its process listens itself. */
async function containerOf({ dockerId }: Listener, docker: Docker): Promise<ContainerInspection | undefined> {
  return dockerId === undefined ? undefined : await docker.inspectContainer(asDockerId(dockerId));
}
