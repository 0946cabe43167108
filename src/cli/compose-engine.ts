/** The engine of one `berth run`: nothing on disk, gone with the process. */
import { homedir } from "node:os";
import { composeEngine, withPullBehaviour } from "../agent/compose-engine.ts";
import { createHostProcesses } from "../agent/host-processes.ts";
import { systemRandom } from "../agent/system-random.ts";
import { asEpochMs } from "../core/brand.ts";
import { DEFAULT_STOP_TIMEOUT_MS } from "../core/definition/defaults.ts";
import type { TaskDefinition } from "../core/definition/types.ts";
import { engineIdOfRun } from "../core/run-owner.ts";
import { buildTask } from "../core/task-builder.ts";
import { createDockerClient, resolveEndpoint } from "../docker/index.ts";
import { createRegistryAuth, dockerConfigFile } from "../docker/registry-auth/index.ts";
import {
  EnvironmentFilesAdapter,
  findMissingEnvironmentFiles,
  type MissingEnvironmentFile,
} from "../resources/environment-files/index.ts";
import { PAUSE_IMAGE } from "../resources/pause-image.ts";
import { s3Objects } from "../resources/s3-objects.ts";
import {
  awsSource,
  describeMissingSecret,
  environmentSource,
  findMissingSecrets,
  RegistryAuthAdapter,
  readSecretsFile,
  type SecretSource,
  SecretsAdapter,
  TaskEnvironmentStore,
} from "../resources/secrets/index.ts";
import { MemoryStateStore } from "../store/memory-state-store.ts";
import { hostOfEndpoint } from "./addresses.ts";
import type { EnvironmentRequest, RunEnvironment } from "./run-environment.ts";
import { createWarningLog } from "./warning-log.ts";

const ACCOUNT_ID = "000000000000";

/** @throws {EngineError} when no daemon answers; {InvalidInputError} when the secrets file cannot be read */
export async function openRunEnvironment(request: EnvironmentRequest): Promise<RunEnvironment> {
  const log = createWarningLog(request.onWarning);
  const sources = await secretSources(request);
  const environment = new TaskEnvironmentStore();
  const objects = request.aws ? s3Objects({ region: request.region, env: process.env }) : undefined;
  const { region } = request;
  const connection = resolveEndpoint(process.env, homedir());
  const docker = createDockerClient({ ...connection, log });
  const store = new MemoryStateStore();
  const processes = createHostProcesses();
  const engine = await composeEngine({
    client: docker,
    store,
    engineId: engineIdOfRun(processes.self(), systemRandom.hex(20)),
    region,
    log,
    config: { machine: withPullBehaviour(request.pull) },
    registryAuth: createRegistryAuth({ dockerConfigFile: dockerConfigFile(process.env), env: process.env, log }),
    // Which ports are free on another host cannot be seen from here: Docker refuses those that are not.
    ...(hostOfEndpoint(docker.endpoint) === "localhost" ? {} : { probeHostPort: async () => true }),
    ...(request.aws ? { ecr: { region, env: process.env } } : {}),
    registryAuthOf: (taskArn, containerName) => environment.registryAuthOf(taskArn, containerName),
    environment,
    resources: [
      new SecretsAdapter(sources, environment),
      new RegistryAuthAdapter(sources, environment),
      new EnvironmentFilesAdapter(request.envFilesDirectory, environment, objects),
    ],
  });
  try {
    await engine.init({ signal: request.signal });
  } catch (error) {
    docker.close();
    throw error;
  }
  return {
    engine,
    docker,
    connection,
    processes,
    buildTask: (definition) =>
      buildTask(definition, {
        cluster: request.cluster,
        region,
        accountId: ACCOUNT_ID,
        revision: 1,
        now: asEpochMs(Date.now()),
        hex: (digits) => systemRandom.hex(digits),
        uuid: () => systemRandom.uuid(),
        pauseImage: PAUSE_IMAGE,
        stopTimeoutMs: DEFAULT_STOP_TIMEOUT_MS,
      }),
    missing: async ({ definition }) => [
      ...(await findMissingSecrets(definition, sources, request.signal)).map(describeMissingSecret),
      ...(await missingFiles(definition, request)).map(describeMissingFile),
    ],
    close: closeOnce(engine, docker),
  };
}

/** With AWS at hand it is S3 that tells, when the task begins. */
async function missingFiles(definition: TaskDefinition, { aws, envFilesDirectory }: EnvironmentRequest) {
  return aws ? [] : await findMissingEnvironmentFiles(definition, envFilesDirectory);
}

function describeMissingFile({ path, arn, reason }: MissingEnvironmentFile): string {
  return `${path}: environment file ${arn}: ${reason}; name a folder that holds it with --env-files`;
}

function closeOnce(engine: RunEnvironment["engine"], docker: RunEnvironment["docker"]): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= engine.shutdown().finally(() => docker.close());
    return closing;
  };
}

/** What the user named comes first; AWS is asked only when told to. */
async function secretSources(request: EnvironmentRequest): Promise<readonly SecretSource[]> {
  const file = request.secretsFile === undefined ? [] : [await readSecretsFile(request.secretsFile)];
  const aws = request.aws ? [awsSource({ region: request.region, env: process.env })] : [];
  return [...file, environmentSource(process.env), ...aws];
}
