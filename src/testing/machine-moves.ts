/** Plays random {@link Move}s in a {@link MachineWorld}: each does something only if there is something to do it to. */
import type { Observation } from "../core/machine/input.ts";
import type { Move, MoveType } from "./machine-arbitraries.ts";
import type { MachineWorld, Pending } from "./machine-harness.ts";

const EXIT_CODES = [0, 0, 1, 137];
const ADVANCES_MS = [0, 1, 1_000, 2_500, 5_000, 60_000];

export class MovePlayer {
  readonly world: MachineWorld;
  readonly #captured: { readonly name: string; readonly observation: Observation }[] = [];

  constructor(world: MachineWorld) {
    this.world = world;
  }

  play({ type, pick, flag }: Move): void {
    this.#moves[type](pick, flag);
  }

  readonly #moves: Readonly<Record<MoveType, (pick: number, flag: boolean) => void>> = {
    answer: (pick) => this.#withPending(pick, (name, action) => this.world.answer(action, name)),
    carryOut: (pick) => this.#withPending(pick, (name, action) => this.world.carryOut(action, name)),
    fail: (pick, flag) => this.#fail(pick, { status: flag ? 500 : 404 }),
    failUncertain: (pick, flag) => this.#fail(pick, { indeterminate: true, took: flag }),
    failAway: (pick) => this.#fail(pick, {}),
    answerResource: (pick) => this.#answerResource(pick, undefined),
    failResource: (pick) => this.#answerResource(pick, "no space"),
    takeLook: () => this.world.takeLook(),
    look: (pick) => withOne(this.#existing, pick, (name) => this.world.look(name)),
    exit: (pick) => withOne(this.world.docker.running, pick, (name) => this.world.exit(name, oneOf(EXIT_CODES, pick))),
    exitUnseen: (pick) =>
      withOne(this.world.docker.running, pick, (name) => {
        this.world.docker.exit(name, oneOf(EXIT_CODES, pick), this.world.now);
      }),
    vanish: (pick, flag) =>
      withOne(this.#existing, pick, (name) => {
        this.world.docker.remove(name);
        if (flag) this.world.look(name);
      }),
    health: (pick, flag) =>
      withOne(this.world.docker.running, pick, (name) =>
        flag ? this.world.healthy(name) : this.world.unhealthy(name),
      ),
    capture: (pick) =>
      withOne(this.#existing, pick, (name) => {
        this.#captured.push({ name, observation: this.world.docker.look(name) });
      }),
    deliver: () => this.#deliver(),
    startFromOutside: (pick, flag) =>
      withOne(this.#existing, pick, (name) => {
        if (this.world.docker.isRunning(name)) return;
        this.world.startFromOutside(name);
        if (flag) this.world.look(name);
      }),
    lateAnswer: (pick) =>
      withOne(this.world.abandoned, pick, ({ containerName }) => this.world.answerLate(containerName)),
    replay: (pick) => this.#replay(pick),
    advance: (pick) => this.world.advance(oneOf(ADVANCES_MS, pick)),
    stop: () => {
      this.world.stop("enough");
    },
    forceStop: () => {
      this.world.send({ type: "stopRequested", force: true });
    },
    acknowledge: () => {
      this.world.acknowledge();
    },
    restartEngine: (pick, flag) => {
      this.world.restartEngine((name) => flag || (name.charCodeAt(1) + pick) % 2 === 0);
    },
  };

  get #existing(): readonly string[] {
    return this.world.docker.names.filter((name) => this.world.container(name).dockerId !== undefined);
  }

  #answerResource(pick: number, failure: string | undefined): void {
    withOne(this.world.pendingResources, pick, ({ resourceId }) => this.world.answerResource(resourceId, failure));
  }

  #withPending(pick: number, use: (name: string, action: Pending["effect"]["type"]) => unknown): void {
    withOne(this.world.pendingActions, pick, ({ effect }) => use(effect.containerName, effect.type));
  }

  #fail(
    pick: number,
    failure: { readonly status?: number; readonly indeterminate?: boolean; readonly took?: boolean },
  ): void {
    withOne(this.world.pendingActions, pick, ({ effect, result }) => {
      // Docker's 404 is a fact: the container is gone.
      if (failure.status === 404 && (effect.type === "stop" || effect.type === "kill" || effect.type === "start")) {
        this.world.docker.remove(effect.containerName);
      }
      // What was carried out cannot have been refused.
      if (result?.ok === true && failure.indeterminate !== true) return;
      this.world.fail(effect.type, effect.containerName, failure);
    });
  }

  /** An answer that was given before comes once more. */
  #replay(pick: number): void {
    const { containers, nextActionId } = this.world.task;
    withOne(containers, pick, ({ name, inFlight }) => {
      const actionId = pick % nextActionId;
      if (inFlight?.id === actionId) return;
      this.world.send({ type: "actionFinished", containerName: name, actionId, result: { ok: true } });
    });
  }

  /** A look that took long: true when it was taken, and about the run that is or the one before. */
  #deliver(): void {
    const captured = this.#captured.shift();
    if (captured === undefined || captured.observation.kind !== "present") return;
    const { name, observation } = captured;
    const runs = [this.world.docker.find(name)?.startedAt, this.world.container(name).restart.endedRun?.startedAt];
    if (runs.includes(observation.startedAt)) this.world.see(name, observation);
  }
}

function withOne<T>(choices: readonly T[], pick: number, use: (choice: T) => unknown): void {
  const choice = choices[pick % choices.length];
  if (choice !== undefined) use(choice);
}

function oneOf(choices: readonly number[], pick: number): number {
  return choices[pick % choices.length] ?? 0;
}
