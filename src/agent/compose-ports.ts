/**
 * Puts the ports of an engine together: what is not given gets its production implementation. The one place where the
 * adapters meet.
 */
import { asTaskArn } from "../core/brand.ts";
import type { HostTotals } from "../core/host-resources.ts";
import type { Container, Task } from "../core/task.ts";
import { buildCreateBody, type CreateContext } from "../docker/create-body/index.ts";
import { systemClock } from "../docker/system-clock.ts";
import { ContainerChangeEventStream } from "../engine/container-change-event-stream.ts";
import { CredentialsManager, credentialsUri, type TaskCredentials } from "../engine/credentials-manager.ts";
import {
  DEFAULT_ENGINE_CONFIG,
  type EngineConfig,
  type EngineFacts,
  type EngineOptions,
  type EngineParts,
} from "../engine/engine-options.ts";
import { HostPortAllocator, type PortProbe } from "../engine/host-port-allocator.ts";
import { HostResourceManager } from "../engine/host-resource-manager.ts";
import { TaskEngineState } from "../engine/task-engine-state.ts";
import { type ImageLocks, ImageManager, type ImageManagerOptions, type PullRequest } from "../images/index.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerFactory } from "../ports/container-factory.ts";
import type { DockerClient, RegistryAuth } from "../ports/docker-client.ts";
import type { ImageService } from "../ports/image-service.ts";
import { type Log, silentLog } from "../ports/log.ts";
import type { MetadataManager } from "../ports/metadata-manager.ts";
import type { Random } from "../ports/random.ts";
import type { StateHome } from "../ports/state-home.ts";
import type { StateStore } from "../ports/state-store.ts";
import type { TaskEnvironment, TaskResourceAdapter } from "../ports/task-resource.ts";
import { PauseImageResource } from "../resources/pause-image.ts";
import { DockerVolumeResource } from "../resources/volumes.ts";
import { MemoryStateStore } from "../store/memory-state-store.ts";
import type { EcrOptions } from "./ecr/ecr-options.ts";
import { folderHome } from "./folder-home.ts";
import { type HostFeatureOptions, hostAdapters, hostContext, metadataFiles } from "./host-features.ts";
import { dynamicPortRange, probeHostPort } from "./host-ports.ts";
import { type ImageCleanupSettings, imageCleanupOptions } from "./image-cleanup-settings.ts";
import { ImageEnvironments } from "./image-environments.ts";
import { MirroredStore } from "./mirrored-store.ts";
import { type ConfiguredLogins, registryLogins } from "./registry-logins.ts";
import { systemRandom } from "./system-random.ts";

/** An endpoint for containers, which the embedding program serves. */
export type TaskEndpoint = {
  /** `http://169.254.170.2`, or where else it is reached from inside. */
  readonly baseUrl: string;
  /** The container's part of the addresses; must not be guessable. The same for each call. */
  endpointIdOf(taskArn: string, containerName: string): string | undefined;
};

/** `client` is all that has to be given. */
export type DockerTaskEngineOptions = HostFeatureOptions & {
  readonly client: DockerClient;
  readonly config?: Partial<EngineConfig>;
  /**
   * Credentials of task roles; removed from it when their task stops. A task that has some when a container of it is made gets
   * AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (or, with a `taskEndpoint` elsewhere, …_FULL_URI). In memory and empty unless given.
   */
  readonly credentialsManager?: TaskCredentials;
  /** Where containers find the metadata endpoint and their credentials; their variables are left out unless given. */
  readonly taskEndpoint?: TaskEndpoint;
  /** Containers that ask for `privileged` are refused. Source: ECS_DISABLE_PRIVILEGED. */
  readonly privilegedDisabled?: boolean;
  /** Docker network that tasks with an address of their own join; the default bridge unless given. */
  readonly awsvpcNetwork?: string;
  /** A shared volume that exists must be as the task asks for it. Source: ECS_SHARED_VOLUME_MATCH_FULL_CONFIG. */
  readonly sharedVolumeMatchFullConfig?: boolean;
  /** Hears of every accepted change of a container, for telemetry. */
  readonly containerChangeEventStream?: ContainerChangeEventStream;
  /**
   * Its rows are kept in the engine's store from now on, and the engine runs its clean-up. With it `registryAuth`, `ecr`
   * and `imageCleanup` are not used: it has settings of its own.
   */
  readonly imageManager?: ImageManager;
  /** Held by others too, it keeps the image manager from deleting what they use. Not used with `imageManager`. */
  readonly imagePullDeleteLock?: ImageLocks;
  /** Where tasks and containers are looked up; filled by the engine. */
  readonly state?: TaskEngineState;
  /** Writes containers' metadata files; none are written unless given. */
  readonly metadataManager?: MetadataManager;
  /** A folder that keeps the state over restarts; made when it is missing, and opened by `init`. Ignored with `store`. */
  readonly dataDir?: string;
  /** Keeps the state; in memory unless this or `dataDir` is given. Closed by `shutdown`. */
  readonly store?: StateStore;
  /** Marks what this engine makes in Docker. Drawn once and kept in the store unless given. */
  readonly engineId?: string;
  /** For containers and ARNs; `us-east-1` unless given. */
  readonly region?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** Logins for registries: a function, or where to look for them. None unless set; Docker's configuration is not read. */
  readonly registryAuth?: ConfiguredLogins;
  /** Asks AWS for the logins of images in ECR, through its SDK, before `registryAuth` is asked. Off unless set. */
  readonly ecr?: EcrOptions;
  /** The login of a container's `repositoryCredentials`, fetched by a `registryAuth` resource. */
  readonly registryAuthOf?: (taskArn: string, containerName: string) => RegistryAuth | undefined;
  /** Adapters beside those for volumes and the pause image: secrets, environment files. */
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
  /** Runs from `init` to `shutdown`, with the agent's defaults unless set. */
  readonly imageCleanup?: ImageCleanupSettings;
};

/** What the engine runs on, and what of it the library shows. */
export type Composition = Omit<EngineOptions, "store"> & {
  readonly imageManager: ImageManager;
  readonly store: MirroredStore;
};

const DEFAULT_REGION = "us-east-1";

/** Touches neither Docker nor disk. */
export function compose(options: DockerTaskEngineOptions): Composition {
  const { client, engineId, clock = systemClock, random = systemRandom, log = silentLog } = options;
  const config = { ...DEFAULT_ENGINE_CONFIG, ...options.config };
  const store = new MirroredStore(
    () => openStore(options, log),
    options.store === undefined && options.dataDir === undefined,
  );
  const home = homeOf(options);
  const state = options.state ?? new TaskEngineState();
  const imageManager = imageManagerOf(options, state, {
    docker: client,
    clock,
    random,
    log,
    pullBehaviour: config.machine.pullBehaviour,
    ...(options.imagePullDeleteLock === undefined ? {} : { imagePullDeleteLock: options.imagePullDeleteLock }),
  });
  imageManager.setSaver(store);
  return {
    client,
    clock,
    random,
    log,
    config,
    store,
    ...(home === undefined ? {} : { home }),
    imageManager,
    ...(engineId === undefined ? {} : { engineId }),
    images: imageService(imageManager, client, options),
    environment: options.environment ?? NO_ENVIRONMENT,
    assemble: (facts) => assemble(options, facts, log),
    credentials: options.credentialsManager ?? new CredentialsManager(),
    metadata: options.metadataManager ?? metadataFiles(options, random),
    containerChanges: options.containerChangeEventStream ?? new ContainerChangeEventStream(log),
    state,
    hostPorts: new HostPortAllocator({
      range: dynamicPortRange(options.dynamicPortRange),
      probe: options.probeHostPort ?? probeHostPort,
      reserved: options.reservedPorts ?? [],
    }),
    hostResources: new HostResourceManager(options.hostTotals),
  };
}

async function openStore({ store, dataDir }: DockerTaskEngineOptions, log: Log): Promise<StateStore> {
  if (store !== undefined) return store;
  if (dataDir === undefined) return new MemoryStateStore();
  // Loaded by those who keep state only: it brings a native library.
  const { DiskStateStore } = await import("../store/disk-state-store.ts");
  return await DiskStateStore.open({ folder: dataDir, log });
}

function homeOf({ store, dataDir }: DockerTaskEngineOptions): StateHome | undefined {
  return store !== undefined || dataDir === undefined ? undefined : folderHome(dataDir);
}

function imageManagerOf(
  options: DockerTaskEngineOptions,
  state: TaskEngineState,
  ports: ImageManagerOptions & { readonly log: Log },
): ImageManager {
  if (options.imageManager !== undefined) return options.imageManager;
  const registryAuth = registryLogins({
    ecr: options.ecr,
    configured: options.registryAuth,
    executionRoleOf: (taskArn) => state.taskByArn(asTaskArn(taskArn))?.definition.executionRoleArn,
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
  });
  return new ImageManager({
    ...ports,
    ...(registryAuth === undefined ? {} : { registryAuth }),
    cleanup: imageCleanupOptions(options.imageCleanup, { client: options.client, log: ports.log }),
  });
}

function assemble(options: DockerTaskEngineOptions, facts: EngineFacts, log: Log): EngineParts {
  const { client, nfsExports, sharedVolumeMatchFullConfig: matchFullConfig = false, resources = [] } = options;
  const { engineId } = facts;
  return {
    factory: containerFactory(options, facts),
    resources: [
      new DockerVolumeResource(client, {
        engineId,
        matchFullConfig,
        ...(nfsExports === undefined ? {} : { nfsExports }),
      }),
      new PauseImageResource(client),
      ...hostAdapters(options, facts, log),
      ...resources,
    ],
  };
}

const NO_ENVIRONMENT: TaskEnvironment = {
  environmentOf: () => ({ secrets: {}, files: [], logOptions: {} }),
};

function containerFactory(options: DockerTaskEngineOptions, { info, engineId }: EngineFacts): ContainerFactory {
  const { region = DEFAULT_REGION, volumePaths = {}, remoteLogs = "local", environment = NO_ENVIRONMENT } = options;
  const hostOptions = { ...options, environment };
  return (task, container, { imageEnv, secrets, environmentFiles, logOptions }) => {
    const { cgroupParent, gpuDeviceIds, nvidiaRuntime, firelens } = hostContext(task, container, hostOptions);
    return buildCreateBody(task, container, {
      imageEnv,
      secrets,
      environmentFiles,
      logOptions,
      engineId,
      region,
      launchEnv:
        task.definition.requiresCompatibilities?.includes("FARGATE") === true ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2",
      cgroupVersion: info.cgroupVersion,
      taskMemoryFallback: true,
      remoteLogs,
      volumePaths,
      cgroupParent,
      gpuDeviceIds,
      nvidiaRuntime,
      firelens,
      ...endpointContext(task, container, options),
      ...(options.privilegedDisabled === true ? { privilegedDisabled: true } : {}),
      ...(options.awsvpcNetwork === undefined ? {} : { awsvpcNetwork: options.awsvpcNetwork }),
    });
  };
}

type EndpointContext = Pick<
  CreateContext,
  "metadataBaseUrl" | "endpointId" | "credentialsPath" | "executionCredentialsPath"
>;

/** What the container is told of the endpoints that it may ask. */
function endpointContext(
  task: Task,
  container: Container,
  { taskEndpoint, credentialsManager }: DockerTaskEngineOptions,
): EndpointContext {
  const endpointId = taskEndpoint?.endpointIdOf(task.arn, container.name);
  const idOf = (role: "taskRoleArn" | "executionRoleArn") =>
    credentialsManager?.credentialsIdOf(task.arn, task.definition, role);
  const [taskId, executionId] = [idOf("taskRoleArn"), idOf("executionRoleArn")];
  return {
    ...(taskEndpoint === undefined ? {} : { metadataBaseUrl: taskEndpoint.baseUrl }),
    ...(endpointId === undefined ? {} : { endpointId }),
    ...(taskId === undefined ? {} : { credentialsPath: credentialsUri(taskId) }),
    ...(executionId === undefined ? {} : { executionCredentialsPath: credentialsUri(executionId) }),
  };
}

function imageService(manager: ImageManager, client: DockerClient, options: DockerTaskEngineOptions): ImageService {
  const complete = (request: PullRequest): PullRequest => {
    const auth = options.registryAuthOf?.(request.taskArn, request.containerName);
    return auth === undefined ? request : withLogin(request, auth);
  };
  const environments = new ImageEnvironments(client);
  return {
    load: (rows) => manager.addAllImageStates(rows),
    prepareManifest: (request) => manager.prepareManifest(complete(request)),
    pull: (request) => manager.pull(complete(request)),
    environmentOf: ({ image, imageId }) => environments.of(image, imageId),
    adopt: async (task, { name, image, imageId }) => {
      await manager.recordContainerReference({ taskArn: task.arn, containerName: name, image, imageId });
    },
    release: async (task, { name, imageId }) => {
      await manager.removeContainerReferenceFromImageState({ taskArn: task.arn, containerName: name, imageId });
    },
  };
}

/** Member by member: a spread would leave out those that are made on use. */
function withLogin(request: PullRequest, auth: RegistryAuth): PullRequest {
  const { taskArn, containerName, image, behaviour, platform, digest, onProgress, signal } = request;
  return { taskArn, containerName, image, behaviour, platform, digest, onProgress, signal, auth };
}
