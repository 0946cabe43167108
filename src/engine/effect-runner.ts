/**
 * Carries out what the machine asks for and sends the answers back as inputs. Knows how to do things, never whether or
 * when: that is decided in `core/machine`.
 */
import { unreachable } from "../core/assert.ts";
import type { DockerId, DockerName } from "../core/brand.ts";
import type { EngineErrorName } from "../core/errors.ts";
import type { Effect } from "../core/machine/effect.ts";
import type { ActionResult, Input, Observation } from "../core/machine/input.ts";
import { type Container, findContainer, isInternal, type Task } from "../core/task.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerInspection } from "../ports/docker-client.ts";
import { NO_METADATA } from "../ports/metadata-manager.ts";
import { ContainerLauncher, type ContainerLauncherPorts, callSubject } from "./container-launcher.ts";
import { toFailure, toNamedError } from "./failure.ts";
import { ImageEffects, type ImageEffectsPorts } from "./image-effects.ts";
import { toObservation } from "./observe.ts";
import { isLabelledFor, isMadeFor } from "./ownership.ts";
import { PatientLooks } from "./patient-looks.ts";
import { ResourceEffects, type ResourceEffectsPorts } from "./resource-effects.ts";

export type EffectRunnerPorts = ContainerLauncherPorts &
  ImageEffectsPorts &
  ResourceEffectsPorts & {
    readonly clock: Clock;
    readonly send: (taskArn: string, input: Input) => void;
  };

type ContainerEffect = Extract<Effect, { readonly containerName: string; readonly actionId: number }>;

const ERROR_NAME: Readonly<Record<ContainerEffect["type"], EngineErrorName>> = {
  resolveManifest: "CannotPullImageManifestError",
  pull: "CannotPullContainerError",
  create: "CannotCreateContainerError",
  start: "CannotStartContainerError",
  restart: "CannotStartContainerError",
  provision: "ContainerNetworkingError",
  stop: "CannotStopContainerError",
  kill: "CannotStopContainerError",
  remove: "CannotRemoveContainerError",
};

export class EffectRunner {
  readonly #ports: EffectRunnerPorts;
  readonly #images: ImageEffects;
  readonly #launcher: ContainerLauncher;
  readonly #patientLooks: PatientLooks;
  readonly resources: ResourceEffects;

  constructor(ports: EffectRunnerPorts) {
    this.#ports = ports;
    this.#images = new ImageEffects(ports);
    this.#launcher = new ContainerLauncher(ports);
    this.resources = new ResourceEffects(ports);
    const observe = (taskArn: Task["arn"], containerName: string) => this.observe(taskArn, containerName);
    this.#patientLooks = new PatientLooks({ ...ports, observe });
  }

  /** Begins an effect. A failure is an answer too. */
  perform(
    effect: Exclude<Effect, { readonly type: "requestHostResources" | "releaseHostResources" | "forgetTask" }>,
    task: Task,
  ): void {
    switch (effect.type) {
      case "observe":
        this.#lookAt(effect, task);
        break;
      case "abandonPull":
        this.#images.abandon(task, effect.containerName);
        break;
      case "createResource":
      case "removeResource":
        void this.resources.perform(effect, task);
        break;
      default:
        this.#container(effect, task);
    }
  }

  #lookAt({ containerName, canWait }: Extract<Effect, { readonly type: "observe" }>, { arn }: Task): void {
    if (canWait) this.#patientLooks.add(arn, containerName);
    else void this.observe(arn, containerName);
  }

  /** Looks at a container and reports what is seen. A failure to look is no verdict: the next look will tell. */
  async observe(taskArn: Task["arn"], containerName: string, lastExitCode?: number): Promise<void> {
    const before = this.#find(taskArn, containerName);
    if (before === undefined) return;
    try {
      const { dockerId, dockerName } = before.container;
      const seen = await this.#ours(before.task, before.container, dockerId ?? dockerName);
      const now = this.#find(taskArn, containerName) ?? before;
      const observation: Observation =
        seen === undefined
          ? { kind: "absent", dockerId: before.container.dockerId, exitCode: lastExitCode }
          : toObservation(now.task, now.container, seen, lastExitCode);
      this.#ports.send(taskArn, { type: "containerObserved", containerName, observation });
    } catch (error) {
      if (this.#ports.signal.aborted) return;
      this.#ports.log.warn("Cannot look at container", {
        taskArn,
        containerName,
        error: toNamedError(error, "CannotInspectContainerError"),
      });
    }
  }

  /** Has the container's create or start not gone to Docker yet, because others are before it? */
  isQueued(taskArn: Task["arn"], containerName: string): boolean {
    const { createGate, startGate } = this.#ports;
    return createGate.keepsWaiting(taskArn, containerName) || startGate.keepsWaiting(taskArn, containerName);
  }

  #container(effect: ContainerEffect, task: Task): void {
    const container = findContainer(task, effect.containerName);
    if (container === undefined) return;
    void this.#begin(effect, task, container).then(
      (result) => this.#answer(effect, task, result),
      (error: unknown) => this.#answerFailure(effect, task, error),
    );
  }

  #answer(effect: ContainerEffect, task: Task, result: ActionResult): void {
    if (effect.type === "start" && result.ok) this.updateMetadata(task.arn, effect.containerName);
    if (this.#ports.signal.aborted) return;
    const { containerName, actionId } = effect;
    this.#ports.send(task.arn, { type: "actionFinished", containerName, actionId, result });
  }

  async #answerFailure(effect: ContainerEffect, task: Task, error: unknown): Promise<void> {
    if (this.#ports.signal.aborted) return;
    this.#answer(effect, task, { ok: false, failure: await this.#explain(effect, error) });
  }

  /** A start that failed has left an exit code behind. Source: W-29. */
  async #explain(effect: ContainerEffect, error: unknown) {
    const failure = toFailure(error, ERROR_NAME[effect.type]);
    if (effect.type !== "start" || failure.indeterminate) return failure;
    const seen = await this.#ports.calls.inspect(effect.dockerId).catch(() => undefined);
    return seen?.exitCode === undefined || seen.exitCode === 0 ? failure : { ...failure, exitCode: seen.exitCode };
  }

  /** What is thrown at once is an answer as well. */
  #begin(effect: ContainerEffect, task: Task, container: Container): Promise<ActionResult> {
    try {
      return this.#act(effect, task, container);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #act(effect: ContainerEffect, task: Task, container: Container): Promise<ActionResult> {
    const { calls } = this.#ports;
    switch (effect.type) {
      case "resolveManifest":
        return this.#images.resolveManifest(task, container);
      case "pull":
        return this.#images.pull(task, container);
      case "create":
        return this.#launcher.create(task, container);
      case "start":
        return this.#launcher.start(task, container, effect.dockerId);
      case "restart":
        return this.#restart(task, container, effect.dockerId);
      case "provision":
        return seenAfter(task, container, calls.inspect(effect.dockerId));
      case "stop":
        return this.#down(task, container, effect.dockerId, (id) => calls.stop(id, effect.stopTimeoutMs));
      case "kill":
        return this.#down(task, container, effect.dockerId, (id) => calls.kill(id));
      case "remove":
        return this.#remove(task, container, effect.target);
      default:
        return unreachable(effect);
    }
  }

  /** @param known absent when a crash left the create without an answer: what has its name and is ours is meant */
  async #down(
    task: Task,
    container: Container,
    known: DockerId | undefined,
    stop: (dockerId: DockerId) => Promise<ContainerInspection | undefined>,
  ): Promise<ActionResult> {
    const dockerId = known ?? (await this.#ours(task, container, container.dockerName))?.dockerId;
    if (dockerId === undefined) return { ok: true, observation: { kind: "absent" } };
    return await seenAfter(task, container, stop(dockerId));
  }

  /** Under our name may be somebody else's container, and under the id that a row has, if that was written by somebody. */
  async #ours(
    task: Task,
    { name, dockerId }: Container,
    target: DockerId | DockerName,
  ): Promise<ContainerInspection | undefined> {
    const seen = await this.#ports.calls.inspect(target);
    if (seen === undefined) return undefined;
    if (seen.dockerId === dockerId) return isLabelledFor(task, name, seen) ? seen : undefined;
    const { client, signal } = this.#ports;
    return (await isMadeFor(client, task.arn, seen, { signal })) ? seen : undefined;
  }

  async #restart(task: Task, container: Container, dockerId: DockerId): Promise<ActionResult> {
    const { calls, startGate } = this.#ports;
    await startGate.run(callSubject(task, container), () => calls.start(dockerId));
    return { ok: true };
  }

  /** In the background of a container that runs. Source: EN-12, EN-84. */
  updateMetadata(taskArn: Task["arn"], containerName: string): void {
    if (this.#ports.metadata !== NO_METADATA) void this.#updateMetadata(taskArn, containerName);
  }

  async #updateMetadata(taskArn: Task["arn"], containerName: string): Promise<void> {
    const found = this.#find(taskArn, containerName);
    if (found === undefined || isInternal(found.container)) return;
    try {
      await this.#ports.metadata.update(found.task, found.container);
    } catch (error) {
      this.#ports.log.warn("Cannot update container metadata", { containerName, error });
    }
  }

  async #remove(
    task: Task,
    container: Container,
    target: Extract<ContainerEffect, { type: "remove" }>["target"],
  ): Promise<ActionResult> {
    const { client, images, signal } = this.#ports;
    // Ours may have another name by now, or have been made anew since its id was saved.
    const named = await this.#ours(task, container, target);
    const isSaved = container.dockerId === undefined || container.dockerId === named?.dockerId;
    const saved = isSaved ? undefined : await this.#ours(task, container, container.dockerId);
    for (const seen of [named, saved]) {
      if (seen === undefined) continue;
      await client.removeContainer(seen.dockerId, { force: true, removeVolumes: true }, { signal });
    }
    if (!isInternal(container)) await images.release(task, container);
    return { ok: true };
  }

  #find(taskArn: string, containerName: string): { readonly task: Task; readonly container: Container } | undefined {
    const task = this.#ports.taskOf(taskArn);
    const container = task === undefined ? undefined : findContainer(task, containerName);
    return task === undefined || container === undefined ? undefined : { task, container };
  }
}

async function seenAfter(
  task: Task,
  container: Container,
  call: Promise<ContainerInspection | undefined>,
): Promise<ActionResult> {
  const seen = await call;
  return { ok: true, observation: seen === undefined ? { kind: "absent" } : toObservation(task, container, seen) };
}
