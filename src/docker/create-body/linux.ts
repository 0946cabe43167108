/** What the kernel is told about a container. Source: interfaces 1.5, engine-modern 19. */
import { CONTAINER_DEFAULTS } from "../../core/definition/defaults.ts";
import type {
  ContainerDefinition,
  Device,
  LinuxParameters,
  SystemControl,
  Tmpfs,
  Ulimit,
} from "../../core/definition/types.ts";
import { EngineError } from "../../core/errors.ts";
import { networkModeOf } from "../../core/host-ports.ts";
import type { Task } from "../../core/task.ts";
import type { HostConfig } from "../../ports/docker-client.ts";
import type { CreateInput } from "./context.ts";
import { type Members, mibToBytes, nonEmpty, nonEmptyMap } from "./present.ts";

type LinuxMembers = Members<
  Pick<
    HostConfig,
    | "CapAdd"
    | "CapDrop"
    | "Devices"
    | "Init"
    | "ShmSize"
    | "Tmpfs"
    | "Ulimits"
    | "Sysctls"
    | "SecurityOpt"
    | "Privileged"
  >
>;

const NONE: readonly never[] = [];

/** @throws {EngineError} HostConfigError */
export function linuxMembers(input: CreateInput): LinuxMembers {
  const { definition } = input;
  const linux: LinuxParameters = definition.linuxParameters ?? {};
  const shm = linux.sharedMemorySize;
  return {
    CapAdd: linux.capabilities?.add ?? NONE,
    CapDrop: linux.capabilities?.drop ?? NONE,
    SecurityOpt: securityOptions(input),
    Privileged: privileged(input),
    Devices: nonEmpty(linux.devices?.map(device)),
    Init: linux.initProcessEnabled === true ? true : undefined,
    ShmSize: shm === undefined || shm === 0 ? undefined : mibToBytes(shm),
    Tmpfs: linux.tmpfs === undefined ? undefined : nonEmptyMap(Object.fromEntries(linux.tmpfs.map(tmpfs))),
    Ulimits: nonEmpty(definition.ulimits?.map(ulimit)),
    Sysctls: ownSysctls(input),
  };
}

function privileged({ definition, context }: CreateInput): true | undefined {
  if (definition.privileged !== true) return undefined;
  if (context.privilegedDisabled !== true) return true;
  throw new EngineError(
    "HostConfigError",
    `Cannot make container "${definition.name}" privileged: it is not allowed on this host`,
  );
}

function securityOptions({ definition }: CreateInput): readonly string[] {
  const options = definition.dockerSecurityOptions ?? [];
  const credentialSpec = [...(definition.credentialSpecs ?? []), ...options.filter(isCredentialSpec)][0];
  if (credentialSpec === undefined) return options;
  throw new EngineError(
    "HostConfigError",
    `Cannot use credential spec "${credentialSpec}": this host has no Active Directory set-up`,
  );
}

function isCredentialSpec(option: string): boolean {
  return option.startsWith("credentialspec");
}

const PERMISSIONS = { read: "r", write: "w", mknod: "m" } as const;

function orAll(permissions: Device["permissions"] = []): NonNullable<Device["permissions"]> {
  return permissions.length > 0 ? permissions : CONTAINER_DEFAULTS["linuxParameters.devices[].permissions"].value;
}

function device({ hostPath, containerPath, permissions }: Device): NonNullable<HostConfig["Devices"]>[number] {
  return {
    PathOnHost: hostPath,
    PathInContainer: containerPath ?? hostPath,
    CgroupPermissions: orAll(permissions)
      .map((permission) => PERMISSIONS[permission])
      .join(""),
  };
}

function tmpfs({ containerPath, size, mountOptions }: Tmpfs): readonly [path: string, options: string] {
  return [containerPath, [`size=${size}m`, ...(mountOptions ?? [])].join(",")];
}

/**
 * Only what the definition says. Fargate gives every container nofile 65535, but a daemon that may not raise limits (in
 * a sandbox, rootless) would refuse the start, and one that may gives more by default.
 */
function ulimit({ name, softLimit, hardLimit }: Ulimit): NonNullable<HostConfig["Ulimits"]>[number] {
  return { Name: name, Soft: softLimit, Hard: hardLimit };
}

export function sysctls(controls: readonly SystemControl[]): Readonly<Record<string, string>> {
  return Object.fromEntries(controls.map(({ namespace, value }) => [namespace, value]));
}

function ownSysctls({ task, definition }: CreateInput): HostConfig["Sysctls"] | undefined {
  const controls = definition.systemControls;
  return controls.length === 0 ? undefined : nonEmptyMap(sysctls(controls.filter(isOwn(task, definition))));
}

/** A kernel setting belongs to whoever owns the namespace that it is about. */
function isOwn(task: Task, definition: ContainerDefinition): (control: SystemControl) => boolean {
  return (control) => !isOfSharedNetwork(task, definition, control) && !isOfSharedIpc(task, control);
}

/**
 * Goes on the owner of the task's network, unless its container has networking disabled and so a network of its own.
 * @throws {EngineError} HostConfigError in host mode, where it is the host's
 */
export function isOfSharedNetwork(
  task: Task,
  { disableNetworking }: ContainerDefinition,
  { namespace }: SystemControl,
): boolean {
  if (!namespace.startsWith("net.")) return false;
  const mode = networkModeOf(task.definition);
  if (mode === "host") {
    throw new EngineError(
      "HostConfigError",
      `Cannot set ${namespace}: the network of a task in host mode is the host's`,
    );
  }
  return mode === "awsvpc" && disableNetworking !== true;
}

/** Goes on the owner of the task's ipc namespace. */
export function isOfSharedIpc(task: Task, { namespace }: SystemControl): boolean {
  if (task.definition.ipcMode !== "task") return false;
  return namespace.startsWith("kernel.") || namespace.startsWith("fs.mqueue.");
}
