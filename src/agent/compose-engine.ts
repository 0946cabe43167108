/**
 * Puts an engine together: every port that is not given gets its production implementation. The one place where the
 * adapters meet. Used by the library, the command and the daemon.
 */

import type { HostTotals } from "../core/host-resources.ts";
import type { PullBehaviour } from "../core/images/pull-policy.ts";
import { buildCreateBody } from "../docker/create-body/index.ts";
import { systemClock } from "../docker/system-clock.ts";
import { DEFAULT_ENGINE_CONFIG, DockerTaskEngine, type EngineConfig } from "../engine/docker-task-engine.ts";
import { HostPortAllocator, type PortProbe } from "../engine/host-port-allocator.ts";
import { HostResourceManager } from "../engine/host-resource-manager.ts";
import { ImageManager } from "../images/index.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerFactory } from "../ports/container-factory.ts";
import type { DaemonInfo, DockerClient, RegistryAuth } from "../ports/docker-client.ts";
import type { ImageRequest, ImageService } from "../ports/image-service.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { TaskEnvironment, TaskResourceAdapter } from "../ports/task-resource.ts";
import { PauseImageResource } from "../resources/pause-image.ts";
import { DockerVolumeResource } from "../resources/volumes.ts";
import { dynamicPortRange, probeHostPort } from "./host-ports.ts";
import { systemRandom } from "./system-random.ts";

export type ComposeOptions = {
  readonly client: DockerClient;
  readonly store: StateStore;
  /** Marks what this engine makes; the same over restarts of one store. */
  readonly engineId: string;
  readonly region: string;
  readonly config?: Partial<EngineConfig>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** Logins for registries. */
  readonly registryAuth?: (image: string) => Promise<RegistryAuth | undefined>;
  /** The login of a container's `repositoryCredentials`, fetched by a `registryAuth` resource. */
  readonly registryAuthOf?: (taskArn: string, containerName: string) => RegistryAuth | undefined;
  /** Secrets and environment files. */
  readonly resources?: readonly TaskResourceAdapter[];
  readonly environment?: TaskEnvironment;
  /** What tasks may take of the host; without it everything is let in. */
  readonly hostTotals?: HostTotals;
  /** Host directories that stand in for volumes of other services, by volume name. */
  readonly volumePaths?: Readonly<Record<string, string>>;
  /** `"a-b"`; the kernel's range when absent. Source: ECS_DYNAMIC_HOST_PORT_RANGE. */
  readonly dynamicPortRange?: string;
  readonly reservedPorts?: readonly number[];
  /** Whether a host port is free; asks the operating system when absent. */
  readonly probeHostPort?: PortProbe;
  readonly remoteLogs?: "local" | "passthrough";
};

/** Asks the daemon what host it is on, and builds the engine; it is not initialised yet. @throws {EngineError} */
export async function composeEngine(options: ComposeOptions): Promise<DockerTaskEngine> {
  const { client, store, engineId, clock = systemClock, random = systemRandom, log = silentLog } = options;
  const config = { ...DEFAULT_ENGINE_CONFIG, ...options.config };
  const info = await client.info();
  const pullBehaviour = config.machine.pullBehaviour;
  const manager = new ImageManager({
    docker: client,
    clock,
    random,
    log,
    store,
    pullBehaviour,
    ...(options.registryAuth === undefined ? {} : { registryAuth: options.registryAuth }),
  });
  return new DockerTaskEngine({
    client,
    store,
    engineId,
    clock,
    random,
    log,
    config: { ...config, startConcurrency: config.startConcurrency ?? 2 * info.cpus },
    images: imageService(manager, client, options),
    resources: [
      new DockerVolumeResource(client, { engineId }),
      new PauseImageResource(client),
      ...(options.resources ?? []),
    ],
    environment: options.environment ?? NO_ENVIRONMENT,
    factory: containerFactory(options, info),
    hostPorts: new HostPortAllocator({
      range: await dynamicPortRange(options.dynamicPortRange),
      probe: options.probeHostPort ?? probeHostPort,
      reserved: options.reservedPorts ?? [],
    }),
    hostResources: new HostResourceManager(options.hostTotals),
  });
}

const NO_ENVIRONMENT: TaskEnvironment = {
  environmentOf: () => ({ secrets: {}, files: [], logOptions: {} }),
};

function containerFactory(options: ComposeOptions, info: DaemonInfo): ContainerFactory {
  const { engineId, region, volumePaths = {}, remoteLogs = "local" } = options;
  return (task, container, facts) =>
    buildCreateBody(task, container, {
      ...facts,
      engineId,
      region,
      launchEnv:
        task.definition.requiresCompatibilities?.includes("FARGATE") === true ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2",
      cgroupVersion: info.cgroupVersion,
      taskMemoryFallback: true,
      remoteLogs,
      volumePaths,
    });
}

function imageService(manager: ImageManager, client: DockerClient, options: ComposeOptions): ImageService {
  const login = ({ taskArn, containerName }: ImageRequest): { readonly auth?: RegistryAuth } => {
    const auth = options.registryAuthOf?.(taskArn, containerName);
    return auth === undefined ? {} : { auth };
  };
  return {
    load: (rows) => manager.addAllImageStates(rows),
    prepareManifest: (request) => manager.prepareManifest({ ...request, ...login(request) }),
    pull: (request) => manager.pull({ ...request, ...login(request) }),
    environmentOf: async (image) => (await client.inspectImage(image))?.env ?? [],
    adopt: async (task, { name, image, imageId }) => {
      await manager.recordContainerReference({ taskArn: task.arn, containerName: name, image, imageId });
    },
    release: async (task, { name, imageId }) => {
      await manager.removeContainerReferenceFromImageState({ taskArn: task.arn, containerName: name, imageId });
    },
  };
}

/** A machine configuration with another pull behaviour. */
export function withPullBehaviour(pullBehaviour: PullBehaviour): EngineConfig["machine"] {
  return { ...DEFAULT_ENGINE_CONFIG.machine, pullBehaviour };
}
