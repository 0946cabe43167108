/**
 * The containers that hold the namespaces which a task's containers share. They have no definition: what belongs to
 * those namespaces is gathered from all containers. Source: engine-modern 22 and 27, engine-behaviour 8.4.
 */
import { networkModeOf } from "../../core/host-ports.ts";
import { containerLabels } from "../../core/labels.ts";
import type { Container, Task } from "../../core/task.ts";
import type { CreateBody, HostConfig } from "../../ports/docker-client.ts";
import type { CreateContext } from "./context.ts";
import { isOfSharedIpc, isOfSharedNetwork, sysctls } from "./linux.ts";
import { extraHost } from "./network.ts";
import { namespaceOwner } from "./peers.ts";
import { pausePorts } from "./ports.ts";
import { type Members, nonEmpty, nonEmptyMap, putTogether } from "./present.ts";
import { LOWEST_CPU_SHARES } from "./resources.ts";

/** It only waits for its end, so it gets nothing that waiting does not need. */
export function pauseBody(task: Task, container: Container, context: CreateContext): CreateBody {
  const network: PauseNetwork =
    container.type === "CNI_PAUSE"
      ? networkOf(task, container, context)
      : { config: {}, host: { NetworkMode: "none" } };
  const host: Partial<Members<HostConfig>> = {
    CpuShares: LOWEST_CPU_SHARES,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges"],
    ReadonlyRootfs: true,
    LogConfig: { Type: "none", Config: {} },
    RestartPolicy: { Name: "no" },
    IpcMode: ownsIpc(task, container) ? "shareable" : undefined,
    Sysctls: nonEmptyMap(sysctls(sharedControls(task, container))),
    CgroupParent: context.cgroupParent,
  };
  const own = {
    Image: container.image,
    Labels: containerLabels(task, container, context.engineId),
    HostConfig: putTogether<HostConfig>(network.host, host),
  };
  return putTogether<CreateBody>(own, network.config);
}

type PauseNetwork = {
  readonly config: Partial<Members<Pick<CreateBody, "Hostname" | "ExposedPorts">>>;
  readonly host: Partial<
    Members<Pick<HostConfig, "NetworkMode" | "PortBindings" | "Dns" | "DnsSearch" | "ExtraHosts">>
  >;
};

function networkOf(task: Task, container: Container, context: CreateContext): PauseNetwork {
  const ports = pausePorts(container);
  const all = task.definition.containerDefinitions;
  return {
    config: {
      Hostname: all.find(({ hostname }) => hostname !== undefined)?.hostname,
      ExposedPorts: nonEmptyMap(ports.exposed),
    },
    host: {
      NetworkMode: context.awsvpcNetwork ?? "bridge",
      PortBindings: nonEmptyMap(ports.bindings),
      Dns: gathered(all.map(({ dnsServers }) => dnsServers)),
      DnsSearch: gathered(all.map(({ dnsSearchDomains }) => dnsSearchDomains)),
      ExtraHosts: gathered(all.map(({ extraHosts }) => extraHosts?.map(extraHost))),
    },
  };
}

function gathered(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  return nonEmpty([...new Set(lists.flatMap((list) => list ?? []))]);
}

function ownsIpc(task: Task, container: Container): boolean {
  return task.definition.ipcMode === "task" && namespaceOwner(task)?.name === container.name;
}

function sharedControls(task: Task, container: Container) {
  const ownsNetwork = container.type === "CNI_PAUSE" && networkModeOf(task.definition) === "awsvpc";
  return task.definition.containerDefinitions.flatMap((definition) =>
    definition.systemControls.filter(
      (control) =>
        (ownsNetwork && isOfSharedNetwork(task, definition, control)) ||
        (ownsIpc(task, container) && isOfSharedIpc(task, control)),
    ),
  );
}
