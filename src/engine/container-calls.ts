/**
 * The Docker calls behind the machine's actions, each made certain: when the daemon did not answer, the runner looks
 * what became of the call and goes on, so that the machine hears of outcomes, not of lost answers. A daemon that is
 * away is waited for, up to the time limit of the call. Source: engine-modern 6.1, 33; W-20, W-22; peers 11, 26.
 */
import type { DockerId, DockerName, EpochMs } from "../core/brand.ts";
import { EngineError } from "../core/errors.ts";
import { CONTAINER_NAME_LABEL, TASK_ARN_LABEL } from "../core/labels.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContainerInspection, CreateBody, DockerClient } from "../ports/docker-client.ts";
import { isMadeFor } from "./ownership.ts";
import { wait } from "./wait.ts";

export type CallLimits = {
  /** 4 min. Source: ECS_CONTAINER_CREATE_TIMEOUT. */
  readonly createTimeoutMs: number;
  /** 3 min. Source: ECS_CONTAINER_START_TIMEOUT. */
  readonly startTimeoutMs: number;
  /** How long a killed container may take to be gone. */
  readonly killTimeoutMs: number;
};

export const DEFAULT_CALL_LIMITS: CallLimits = {
  createTimeoutMs: 4 * 60_000,
  startTimeoutMs: 3 * 60_000,
  killTimeoutMs: 10_000,
};

type Call<T> = (timeoutMs: number) => Promise<T>;
type Settle<T> = (failure: EngineError) => Promise<(T extends void ? true : T) | undefined>;

const POLL_FIRST_MS = 50;
const POLL_MAX_MS = 1_000;

export class ContainerCalls {
  readonly #client: DockerClient;
  readonly #clock: Clock;
  readonly #limits: CallLimits;
  readonly #signal: AbortSignal;

  constructor(client: DockerClient, clock: Clock, limits: CallLimits, signal: AbortSignal) {
    this.#client = client;
    this.#clock = clock;
    this.#limits = limits;
    this.#signal = signal;
  }

  /** Creates, or adopts what an earlier try left under the name. @throws {EngineError} CannotCreateContainerError, … */
  create(name: DockerName, body: CreateBody): Promise<{ readonly dockerId: DockerId }> {
    return this.#untilCertain<{ readonly dockerId: DockerId }>(
      this.#limits.createTimeoutMs,
      (timeoutMs) => this.#client.createContainer({ name, body }, { signal: this.#signal, timeoutMs }),
      async (failure) => {
        if (failure.status !== 409 && !failure.indeterminate) return undefined;
        const seen = await this.#look(name);
        return seen !== undefined && (await this.#isSame(seen, body)) ? seen : undefined;
      },
    );
  }

  /** @throws {EngineError} CannotStartContainerError, DockerTimeoutError */
  start(dockerId: DockerId): Promise<void> {
    const before = this.#clock.now();
    return this.#untilCertain(
      this.#limits.startTimeoutMs,
      (timeoutMs) => this.#client.startContainer(dockerId, { signal: this.#signal, timeoutMs }),
      async (failure) => {
        if (!failure.indeterminate) return undefined;
        const seen = await this.#look(dockerId);
        return seen !== undefined && hasStarted(seen, before) ? true : undefined;
      },
    );
  }

  /** Resolves with how the container looks once it is down; `undefined` when it is gone. @throws {EngineError} */
  async stop(dockerId: DockerId, stopTimeoutMs: number): Promise<ContainerInspection | undefined> {
    await this.#client.stopContainer(dockerId, { stopTimeoutMs }, { signal: this.#signal });
    return await this.#untilDown(dockerId);
  }

  /** As `stop`, with SIGKILL at once. @throws {EngineError} CannotStopContainerError */
  async kill(dockerId: DockerId): Promise<ContainerInspection | undefined> {
    await this.#client.killContainer(dockerId, "SIGKILL", { signal: this.#signal });
    return await this.#untilDown(dockerId);
  }

  /** Looks until there is an answer; a daemon that is away is waited for. @throws {EngineError} when it stays away */
  inspect(idOrName: DockerId | DockerName): Promise<ContainerInspection | undefined> {
    return this.#look(idOrName);
  }

  /** For calls that are safe to repeat: a daemon that is away or busy is waited for. */
  retried<T>(call: () => Promise<T>): Promise<T> {
    return this.#untilCertain(this.#limits.createTimeoutMs, call, leftOpen);
  }

  /** Is what stands under our name the container that this body asks for, and not somebody else's? */
  async #isSame(seen: ContainerInspection, { Labels = {} }: CreateBody): Promise<boolean> {
    const { [TASK_ARN_LABEL]: taskArn = "", [CONTAINER_NAME_LABEL]: name } = Labels;
    if (seen.labels[CONTAINER_NAME_LABEL] !== name) return false;
    return await this.retried(() => isMadeFor(this.#client, taskArn, seen, { signal: this.#signal }));
  }

  async #untilDown(dockerId: DockerId): Promise<ContainerInspection | undefined> {
    const deadline = this.#deadline(this.#limits.killTimeoutMs);
    for (let attempt = 0; ; attempt += 1) {
      const seen = await this.#look(dockerId);
      if (seen === undefined || seen.status !== "running") return seen;
      if (this.#clock.elapsedMs >= deadline) {
        throw new EngineError("CannotStopContainerError", "container is still running after its stop", {
          retryable: true,
          indeterminate: true,
        });
      }
      await this.#pause(attempt);
    }
  }

  #look(idOrName: DockerId | DockerName): Promise<ContainerInspection | undefined> {
    return this.#untilCertain(
      this.#limits.startTimeoutMs,
      (timeoutMs) =>
        this.#client.inspectContainer(idOrName, { signal: this.#signal, timeoutMs: Math.min(30_000, timeoutMs) }),
      leftOpen,
    );
  }

  /**
   * Tries until the call works, fails for good, or the limit is over.
   * @param settle looks whether a failed call took effect; a value other than undefined is the outcome
   */
  #untilCertain<T>(limitMs: number, call: Call<T>, settle: Settle<T>): Promise<T> {
    const deadline = this.#deadline(limitMs);
    let first: Promise<T>;
    try {
      first = call(Math.max(1, limitMs));
    } catch (error) {
      first = Promise.reject(error);
    }
    return first.catch((error: unknown) => this.#goOn(error, deadline, { call, settle }));
  }

  /** Hardly ever: the first try has failed. */
  async #goOn<T>(
    failure: unknown,
    deadline: number,
    { call, settle }: { readonly call: Call<T>; readonly settle: Settle<T> },
  ): Promise<T> {
    let error = failure;
    for (let attempt = 0; ; attempt += 1) {
      if (!(error instanceof EngineError) || this.#signal.aborted) throw error;
      const outcome = await settle(error);
      if (outcome !== undefined) return outcome as T;
      const isPassing = error.retryable || error.indeterminate;
      if (!isPassing || error.name === "DockerTimeoutError" || this.#clock.elapsedMs >= deadline) throw error;
      await this.#pause(attempt);
      try {
        return await call(Math.max(1, deadline - this.#clock.elapsedMs));
      } catch (again) {
        error = again;
      }
    }
  }

  /** On the clock that only goes forward. */
  #deadline(ms: number): number {
    return this.#clock.elapsedMs + ms;
  }

  async #pause(attempt: number): Promise<void> {
    const ms = Math.min(POLL_MAX_MS, POLL_FIRST_MS * 2 ** Math.min(attempt, 8));
    await wait(this.#clock, ms, this.#signal);
  }
}

/** There is nothing to look at: only another try will tell. */
async function leftOpen(): Promise<undefined> {
  return undefined;
}

/** Running, or ended by now. A restart must not take the run before for its own. */
function hasStarted(seen: ContainerInspection, before: EpochMs): boolean {
  if (seen.status === "running") return true;
  return seen.status === "stopped" && seen.startedAt !== undefined && seen.startedAt >= before;
}
