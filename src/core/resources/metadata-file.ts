/**
 * What a container reads about itself in its metadata file: before it is created only what the task says, and once it
 * runs what Docker made of it. Source: engine-modern 23, engine-behaviour 10.2.
 */
import type { Container, Task } from "../task.ts";

export const METADATA_FILE_NAME = "ecs-container-metadata.json";

/** Facts about the host, each left out when unknown. */
export type MetadataHost = {
  readonly containerInstanceArn?: string;
  readonly availabilityZone?: string;
  readonly privateAddress?: string;
  readonly publicAddress?: string;
};

/** What Docker knows of a container that runs. */
export type RunningContainer = {
  readonly dockerId: string;
  readonly dockerName: string;
  readonly imageId: string;
  readonly ports: readonly {
    readonly containerPort: number;
    readonly hostPort: number;
    readonly hostIp: string;
    readonly protocol: string;
  }[];
  readonly networks: Readonly<Record<string, { readonly ipAddress: string }>>;
  /** When it is on no network of its own: that of the host, none, or another container's. */
  readonly networkMode: string;
};

type Document = Readonly<Record<string, unknown>>;

/** Members without a value are absent; so is the status, which readers take for INITIAL. */
export function initialMetadata(task: Task, container: Container, host: MetadataHost): Document {
  return {
    Cluster: task.cluster,
    ...present("ContainerInstanceARN", host.containerInstanceArn),
    TaskARN: task.arn,
    TaskDefinitionFamily: task.family,
    TaskDefinitionRevision: String(task.revision),
    ContainerName: container.name,
    ...present("AvailabilityZone", host.availabilityZone),
  };
}

export function readyMetadata(
  task: Task,
  container: Container,
  host: MetadataHost,
  running: RunningContainer,
): Document {
  const { AvailabilityZone: zone, ...initial } = initialMetadata(task, container, host);
  return {
    ...initial,
    ContainerID: running.dockerId,
    DockerContainerName: `/${running.dockerName}`,
    ImageID: running.imageId,
    ImageName: container.image,
    ...(running.ports.length === 0 ? {} : { PortMappings: running.ports.map(portMapping) }),
    Networks: networksOf(running),
    MetadataFileStatus: "READY",
    ...present("AvailabilityZone", zone),
    ...present("HostPrivateIPv4Address", host.privateAddress),
    ...present("HostPublicIPv4Address", host.publicAddress),
  };
}

/** As it stands in the file. */
export function metadataText(document: Document): string {
  return JSON.stringify(document, undefined, "\t");
}

function portMapping({ containerPort, hostPort, hostIp, protocol }: RunningContainer["ports"][number]): Document {
  return { ContainerPort: containerPort, HostPort: hostPort, BindIp: hostIp, Protocol: protocol };
}

function networksOf({ networks, networkMode }: RunningContainer): readonly Document[] {
  const entries = Object.entries(networks);
  if (entries.length === 0) return [{ NetworkMode: networkMode }];
  return entries.map(([name, { ipAddress }]) => ({
    NetworkMode: name,
    ...(ipAddress === "" ? {} : { IPv4Addresses: [ipAddress] }),
  }));
}

function present(name: string, value: unknown): Document {
  return value === undefined || value === "" ? {} : { [name]: value };
}
