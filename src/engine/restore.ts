/**
 * Matches saved rows with what Docker has after a restart: known containers are looked at (found by id, or by the name
 * that its task was saved with), what a crash left is removed (see `strays.ts`). Source: engine-modern 8.5, 8.6; design
 * "Identity"; W-11, W-24.
 */
import type { TaskArn } from "../core/brand.ts";
import { ENGINE_ID_LABEL } from "../core/labels.ts";
import type { ContainerObservation } from "../core/machine/input.ts";
import { acknowledge } from "../core/machine/step.ts";
import type { StateChange } from "../core/state-change.ts";
import { compareContainerStatus } from "../core/status.ts";
import { type Container, isInternal, type Task, type TaskResource } from "../core/task.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import type { ImageService } from "../ports/image-service.ts";
import type { Log } from "../ports/log.ts";
import type { StoredState } from "../ports/state-store.ts";
import { toNamedError } from "./failure.ts";
import { toObservation } from "./observe.ts";
import { isLabelledFor, isMadeFor } from "./ownership.ts";
import type { Strays } from "./strays.ts";

const LOOKS_AT_A_TIME = 16;

/**
 * Saved tasks as a restart finds them: nothing is in flight, and values that lived in memory are gone. What is left in
 * the outbox says what was acknowledged: the row may lag behind it.
 */
export function restoredTasks(saved: Pick<StoredState, "tasks" | "changes">): readonly Task[] {
  const oldest = oldestChanges(saved.changes);
  return saved.tasks.map((task) => restoredTask(task, oldest.get(task.arn) ?? task.nextChange));
}

function oldestChanges(changes: readonly StateChange[]): ReadonlyMap<TaskArn, number> {
  const oldest = new Map<TaskArn, number>();
  for (const { taskArn, sequence } of changes) {
    if (!oldest.has(taskArn)) oldest.set(taskArn, sequence);
  }
  return oldest;
}

function restoredTask(saved: Task, oldest: number): Task {
  const task = acknowledge(saved, oldest - 1);
  return {
    ...task,
    admitted: false,
    containers: task.containers.map((each) => restoredContainer(each, task)),
    resources: task.resources.map((each) => restoredResource(each, task)),
  };
}

/** Neither a create nor the start that follows at once has a save of its own: both may have been asked for. Source: 006. */
function restoredContainer(saved: Container, task: Task): Container {
  const { dockerId, knownStatus, createRequestedAt, startRequestedAt } = saved;
  const mayHaveStarted = dockerId === undefined && knownStatus !== "STOPPED";
  const atTheEarliest = mayHaveStarted ? (createRequestedAt ?? task.createdAt) : undefined;
  return {
    ...saved,
    inFlight: undefined,
    retry: undefined,
    createRequestedAt: createRequestedAt ?? atTheEarliest,
    startRequestedAt: startRequestedAt ?? atTheEarliest,
  };
}

/** That it was asked for, or made, has no save of its own either. */
function restoredResource(resource: TaskResource, { knownStatus: taskStatus }: Task): TaskResource {
  const knownStatus = resource.volatile && resource.knownStatus === "CREATED" ? "NONE" : resource.knownStatus;
  const createRequested = resource.createRequested || taskStatus !== "STOPPED";
  return { ...resource, knownStatus, createRequested, inFlight: undefined, retry: undefined };
}

export type Observations = ReadonlyMap<TaskArn, readonly ContainerObservation[]>;

export type MatchOptions = {
  readonly client: DockerClient;
  readonly images: ImageService;
  readonly log: Log;
  readonly engineId: string;
  readonly tasks: readonly Task[];
  readonly strays: Strays;
};

/** Containers found in Docker are matched with rows before anybody acts on them. Source: engine-modern 8.5, 8.6. */
export async function matchWithDocker(options: MatchOptions): Promise<Observations> {
  const { client, log, tasks, strays } = options;
  const labels = { [ENGINE_ID_LABEL]: options.engineId };
  await strays.removeBeforeResume(
    await client.listContainers({ all: true, labels }),
    await client.listVolumes({ labels }),
  );
  const observations = await observeSaved(client, log, tasks);
  for (const task of tasks) await adoptImages(options, task, observations.get(task.arn) ?? []);
  return observations;
}

/** References are not saved: they are rebuilt, so that no image in use is taken for unused. Source: peers 24. */
async function adoptImages(
  { images, log }: MatchOptions,
  task: Task,
  observations: readonly ContainerObservation[],
): Promise<void> {
  const found = new Map(observations.map(({ containerName, observation }) => [containerName, observation]));
  for (const container of task.containers) {
    const seen = found.get(container.name);
    const imageId = container.imageId ?? (seen?.kind === "present" ? seen.imageId : undefined);
    if (isInternal(container) || container.removed || !(holdsImage(container) || seen?.kind === "present")) continue;
    await images.adopt(task, { ...container, imageId }).catch((error: unknown) => {
      log.warn("Cannot record the image of a restored container", { containerName: container.name, error });
    });
  }
}

/** From its pull on, not only once it is made. */
function holdsImage({ knownStatus, dockerId }: Container): boolean {
  return dockerId !== undefined || (knownStatus !== "STOPPED" && compareContainerStatus(knownStatus, "PULLED") >= 0);
}

/** Looks at all containers that may exist. Who cannot be looked at is left as saved: the next relist tells. */
async function observeSaved(client: DockerClient, log: Log, tasks: readonly Task[]): Promise<Observations> {
  const observations = new Map<TaskArn, ContainerObservation[]>();
  const pending = tasks.flatMap((task) => task.containers.filter(mayExist).map((container) => ({ task, container })));
  const worker = async () => {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { task, container } = next;
      const observation = await look(client, log, task, container);
      if (observation === undefined) continue;
      const known = observations.get(task.arn);
      if (known === undefined) observations.set(task.arn, [observation]);
      else known.push(observation);
    }
  };
  await Promise.all(Array.from({ length: LOOKS_AT_A_TIME }, worker));
  return observations;
}

function mayExist(container: Container): boolean {
  return !container.removed && (container.dockerId !== undefined || container.createRequestedAt !== undefined);
}

/** A row that names somebody else's container was not written by an engine. */
function foreign(log: Log, { arn: taskArn }: Task, { name: containerName, dockerId }: Container): ContainerObservation {
  log.warn("Leaving container alone: a task names it, and it is not of that task", {
    taskArn,
    containerName,
    dockerId,
  });
  return { containerName, observation: { kind: "absent" } };
}

async function look(
  client: DockerClient,
  log: Log,
  task: Task,
  container: Container,
): Promise<ContainerObservation | undefined> {
  const containerName = container.name;
  try {
    const byId = container.dockerId === undefined ? undefined : await client.inspectContainer(container.dockerId);
    const seen = byId ?? (await client.inspectContainer(container.dockerName));
    if (seen === undefined) return { containerName, observation: { kind: "absent" } };
    if (byId !== undefined && !isLabelledFor(task, container.name, byId)) return foreign(log, task, container);
    // Somebody else's. When all that is known of ours is its name, ours is not there.
    if (byId === undefined && !(await isMadeFor(client, task.arn, seen))) {
      return container.dockerId === undefined ? { containerName, observation: { kind: "absent" } } : undefined;
    }
    return { containerName, observation: toObservation(task, container, seen) };
  } catch (error) {
    log.warn("Cannot look at restored container", {
      containerName,
      error: toNamedError(error, "CannotInspectContainerError"),
    });
    return undefined;
  }
}
