/**
 * Network mode, pid and ipc modes, host name, name resolution and links.
 * Source: interfaces 1.5.3, engine-modern 17.2, 22 and 27, engine-behaviour 8.3 and 8.4.
 */
import { EngineError } from "../../core/errors.ts";
import { networkModeOf } from "../../core/host-ports.ts";
import type { Container, Task } from "../../core/task.ts";
import type { CreateBody, HostConfig } from "../../ports/docker-client.ts";
import type { CreateInput } from "./context.ts";
import { namespaceOwner, networkOwner, requireCreated } from "./peers.ts";
import { bridgePorts } from "./ports.ts";
import { type Members, nonEmpty, nonEmptyMap } from "./present.ts";

export type NetworkMembers = {
  readonly config: Partial<Members<Pick<CreateBody, "Hostname" | "NetworkDisabled" | "ExposedPorts">>>;
  readonly host: Partial<
    Members<Pick<HostConfig, "NetworkMode" | "PortBindings" | "Links" | "Dns" | "DnsSearch" | "ExtraHosts">>
  >;
};

/** @throws {EngineError} HostConfigError */
export function networkMembers(input: CreateInput): NetworkMembers {
  switch (networkModeOf(input.task.definition)) {
    case "bridge":
      return bridgeNetwork(input);
    case "host":
      return { config: ownNetwork(input), host: { NetworkMode: "host", ...resolution(input) } };
    case "none":
      return { config: ownNetwork(input), host: { NetworkMode: "none", ...resolution(input) } };
    case "awsvpc":
      // Everything about the network belongs to its owner; Docker refuses it on those who join.
      return {
        config: networkDisabled(input),
        host: { NetworkMode: joined(input.task, networkOwner(input.task), "network") },
      };
  }
}

function bridgeNetwork(input: CreateInput): NetworkMembers {
  const ports = bridgePorts(input.task, input.container);
  return {
    config: { ...ownNetwork(input), ExposedPorts: nonEmptyMap(ports.exposed) },
    host: {
      NetworkMode: "bridge",
      PortBindings: nonEmptyMap(ports.bindings),
      Links: nonEmpty(input.definition.links?.map((link) => dockerLink(input.task, link))),
      ...resolution(input),
    },
  };
}

/** What a container does not have that joins another one's network. */
function ownNetwork(input: CreateInput): NetworkMembers["config"] {
  return { Hostname: input.definition.hostname, ...networkDisabled(input) };
}

/** In each mode Docker gives such a container a network of its own, with nothing in it but lo. */
function networkDisabled({ definition }: CreateInput): Pick<NetworkMembers["config"], "NetworkDisabled"> {
  return { NetworkDisabled: definition.disableNetworking === true ? true : undefined };
}

function resolution({ definition }: CreateInput): Members<Pick<HostConfig, "Dns" | "DnsSearch" | "ExtraHosts">> {
  return {
    Dns: nonEmpty(definition.dnsServers),
    DnsSearch: nonEmpty(definition.dnsSearchDomains),
    ExtraHosts: nonEmpty(definition.extraHosts?.map(extraHost)),
  };
}

export function extraHost(entry: { readonly hostname: string; readonly ipAddress: string }): string {
  return `${entry.hostname}:${entry.ipAddress}`;
}

function dockerLink(task: Task, link: string): string {
  const [name = "", alias = name, ...rest] = link.split(":");
  if (rest.length > 0 || name === "" || alias === "") {
    throw new EngineError("HostConfigError", `invalid link format: ${link}`);
  }
  return `${requireCreated(task, name, "link").dockerName}:${alias}`;
}

function joined(task: Task, owner: Container | undefined, namespace: string): string {
  const name = owner?.name ?? "pause container";
  return `container:${requireCreated(task, name, `${namespace} namespace`).dockerId}`;
}

/** The task's pid and ipc modes for one of its ordinary containers. Source: interfaces 1.5, engine-modern 22. */
export function namespaceMembers({ task }: CreateInput): Members<Pick<HostConfig, "PidMode" | "IpcMode">> {
  return { PidMode: pidMode(task), IpcMode: ipcMode(task) };
}

function pidMode(task: Task): string | undefined {
  switch (task.definition.pidMode) {
    case "host":
      return "host";
    case "task":
      return joined(task, namespaceOwner(task), "pid");
    case undefined:
      return undefined;
  }
}

function ipcMode(task: Task): string | undefined {
  switch (task.definition.ipcMode) {
    case "host":
    case "none":
      return task.definition.ipcMode;
    case "task":
      return joined(task, namespaceOwner(task), "ipc");
    case undefined:
      return undefined;
  }
}
