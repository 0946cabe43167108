/**
 * Containers and volumes that carry our labels and belong to no task that the engine has. Removed is only what it knows
 * that it asked for: a create whose answer a crash took, or that Docker made when its task was gone. All else (a copy by
 * `docker commit`, what an engine with a copy of this one's state made, what was made in a time of which the state was
 * lost) is named once and left alone. Source: engine-modern 8.5, 8.6; peers 1.
 */
import { EngineError } from "../core/errors.ts";
import { CONTAINER_NAME_LABEL, TASK_ARN_LABEL } from "../core/labels.ts";
import type { Task } from "../core/task.ts";
import type { CallOptions, ContainerSummary, DockerClient, VolumeInspection } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";
import { toNamedError } from "./failure.ts";
import type { LateCreates } from "./late-creates.ts";
import { isMadeFor } from "./ownership.ts";

export type StraysPorts = {
  readonly client: DockerClient;
  readonly log: Log;
  readonly late: LateCreates;
  readonly taskOf: (taskArn: string) => Task | undefined;
};

/**
 * `known`: its task has it. `unanswered`: its task asked for such a container and knows no id. `late`: a task that is
 * forgotten did. The latter two only if it was made for the task and not out of a copy.
 */
type Standing = "known" | "unanswered" | "late" | "stranger";

const IN_USE = 409;

export class Strays {
  readonly #ports: StraysPorts;
  /** Strangers that were named, of those that are there. */
  #named = new Set<string>();

  constructor(ports: StraysPorts) {
    this.#ports = ports;
  }

  /**
   * Before anybody acts. A container that its own task does not know would run beside what the task makes now.
   * @throws {EngineError} CannotRemoveContainerError when such a one stays
   */
  async removeBeforeResume(containers: readonly ContainerSummary[], volumes: readonly VolumeInspection[]) {
    const doubles: string[] = [];
    for (const summary of containers) {
      const standing = this.#standingOf(summary);
      const isSettled = await this.#tend(summary, standing, {});
      if (standing === "unanswered" && !isSettled) doubles.push(summary.dockerName);
    }
    refuseDoubles(doubles);
    for (const volume of volumes) await this.#tendVolume(volume);
  }

  /** While the engine runs. What a task has asked for and not heard of is its own business then. */
  async removeLate(containers: readonly ContainerSummary[], { signal }: { readonly signal: AbortSignal }) {
    const there = new Set<string>(containers.map(({ dockerId }) => dockerId));
    this.#named = new Set([...this.#named].filter((dockerId) => there.has(dockerId)));
    for (const summary of containers) {
      const standing = this.#standingOf(summary);
      if (!signal.aborted && standing !== "unanswered") await this.#tend(summary, standing, { signal });
    }
  }

  #standingOf({ dockerId, dockerName, labels }: ContainerSummary): Standing {
    const { [TASK_ARN_LABEL]: taskArn = "", [CONTAINER_NAME_LABEL]: name = "" } = labels;
    const task = this.#ports.taskOf(taskArn);
    if (task === undefined) return this.#ports.late.mayMakeContainer(taskArn, name) ? "late" : "stranger";
    // By its id too: somebody may have renamed it.
    const isKnown = task.containers.some((each) => each.dockerId === dockerId || each.dockerName === dockerName);
    if (isKnown) return "known";
    const isOpen = task.containers.some((each) => each.name === name && isUnanswered(each));
    return isOpen ? "unanswered" : "stranger";
  }

  /** @returns whether it is gone, or not ours */
  async #tend(summary: ContainerSummary, standing: Standing, options: CallOptions): Promise<boolean> {
    if (standing === "known") return true;
    try {
      if (standing !== "stranger" && (await this.#isOurs(summary, options))) await this.#remove(summary, options);
      else await this.#leave(summary, options);
      return true;
    } catch (error) {
      // What the end of the engine cuts off is done by the next one.
      if (options.signal?.aborted !== true) this.#tellRefused(summary, error);
      return false;
    }
  }

  #isOurs(summary: ContainerSummary, options: CallOptions): Promise<boolean> {
    return isMadeFor(this.#ports.client, summary.labels[TASK_ARN_LABEL] ?? "", summary, options);
  }

  async #remove({ dockerId, dockerName, labels }: ContainerSummary, options: CallOptions): Promise<void> {
    const { client, log, late } = this.#ports;
    log.warn("Removing container without a task", { dockerName, dockerId });
    await client.removeContainer(dockerId, { force: true, removeVolumes: true }, options);
    for (const volume of late.volumesOf(labels[TASK_ARN_LABEL] ?? "")) await this.#removeVolume(volume);
  }

  #tellRefused({ dockerId, dockerName }: ContainerSummary, error: unknown): void {
    const named = toNamedError(error, "CannotRemoveContainerError");
    this.#ports.log.warn("Cannot remove container without a task", { dockerName, dockerId, error: named });
  }

  /** A list may be older than the removal of what is in it. */
  async #leave({ dockerId, dockerName, labels }: ContainerSummary, options: CallOptions): Promise<void> {
    if (this.#named.has(dockerId)) return;
    const isThere = (await this.#ports.client.inspectContainer(dockerId, options)) !== undefined;
    if (!isThere) return;
    this.#named.add(dockerId);
    const taskArn = labels[TASK_ARN_LABEL];
    this.#ports.log.warn("Leaving container alone: it carries our labels, and no task asked for it", {
      dockerName,
      dockerId,
      taskArn,
    });
  }

  async #tendVolume({ name, labels }: VolumeInspection): Promise<void> {
    const taskArn = labels[TASK_ARN_LABEL];
    if (taskArn === undefined || this.#ports.taskOf(taskArn) !== undefined) return;
    if (this.#ports.late.volumesOf(taskArn).includes(name)) return await this.#removeVolume(name);
    this.#ports.log.warn("Leaving volume alone: it carries our labels, and no task asked for it", {
      volume: name,
      taskArn,
    });
  }

  /** One that is in use, perhaps by a container that could not be removed, is left to the next start of an engine. */
  async #removeVolume(name: string): Promise<void> {
    const { client, log } = this.#ports;
    log.warn("Removing volume without a task", { volume: name });
    try {
      await client.removeVolume(name);
    } catch (error) {
      if (!(error instanceof EngineError) || error.status !== IN_USE) throw error;
      log.warn("Cannot remove volume without a task", { volume: name, error: error.toNamedError() });
    }
  }
}

function isUnanswered({ dockerId, createRequestedAt }: Task["containers"][number]): boolean {
  return dockerId === undefined && createRequestedAt !== undefined;
}

/** A container of no task is left to the next list; one of a task would run beside what its task makes now. */
function refuseDoubles(dockerNames: readonly string[]): void {
  if (dockerNames.length === 0) return;
  const message = `Cannot remove containers that their saved tasks do not know: ${dockerNames.join(", ")}`;
  throw new EngineError("CannotRemoveContainerError", message, { retryable: true });
}
