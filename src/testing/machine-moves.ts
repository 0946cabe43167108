/** Plays random {@link Move}s in a {@link MachineWorld}: each does something only if there is something to do it to. */
import type { Observation } from "../core/machine/input.ts";
import type { Move } from "./arbitraries.ts";
import type { MachineWorld, Pending } from "./machine-harness.ts";

const EXIT_CODES = [0, 0, 1, 137];
const ADVANCES_MS = [0, 1, 1_000, 2_500, 5_000, 60_000];

export class MovePlayer {
  readonly world: MachineWorld;
  readonly #captured: { readonly name: string; readonly observation: Observation }[] = [];

  constructor(world: MachineWorld) {
    this.world = world;
  }

  play(move: Move): void {
    const { world } = this;
    const { pick, flag } = move;
    switch (move.type) {
      case "answer":
        return this.#withPending(pick, (name, action) => void world.answer(action, name));
      case "carryOut":
        return this.#withPending(pick, (name, action) => world.carryOut(action, name));
      case "fail":
        return this.#fail(pick, { status: flag ? 500 : 404 });
      case "failUncertain":
        return this.#fail(pick, { indeterminate: true, took: flag });
      case "failAway":
        return this.#fail(pick, {});
      case "answerResource":
      case "failResource":
        return withOne(world.pendingResources, pick, ({ resourceId }) => {
          world.answerResource(resourceId, move.type === "failResource" ? "no space" : undefined);
        });
      case "takeLook":
        return world.takeLook();
      case "look":
        return withOne(this.#existing, pick, (name) => void world.look(name));
      case "exit":
        return withOne(world.docker.running, pick, (name) => void world.exit(name, oneOf(EXIT_CODES, pick)));
      case "exitUnseen":
        return withOne(world.docker.running, pick, (name) =>
          world.docker.exit(name, oneOf(EXIT_CODES, pick), world.now),
        );
      case "vanish":
        return withOne(this.#existing, pick, (name) => {
          world.docker.remove(name);
          if (flag) world.look(name);
        });
      case "health":
        return withOne(world.docker.running, pick, (name) => void (flag ? world.healthy(name) : world.unhealthy(name)));
      case "capture":
        return withOne(this.#existing, pick, (name) => {
          this.#captured.push({ name, observation: world.docker.look(name) });
        });
      case "deliver":
        return this.#deliver();
      case "startFromOutside":
        return withOne(this.#existing, pick, (name) => {
          if (world.docker.isRunning(name)) return;
          world.startFromOutside(name);
          if (flag) world.look(name);
        });
      case "lateAnswer":
        return withOne(world.abandoned, pick, ({ containerName }) => void world.answerLate(containerName));
      case "replay":
        return this.#replay(pick);
      case "advance":
        return world.advance(oneOf(ADVANCES_MS, pick));
      case "stop":
        return void world.stop("enough");
      case "forceStop":
        return void world.send({ type: "stopRequested", force: true });
      case "acknowledge":
        return void world.acknowledge();
      case "restartEngine":
        return void world.restartEngine((name) => flag || (name.charCodeAt(1) + pick) % 2 === 0);
    }
  }

  get #existing(): readonly string[] {
    return this.world.docker.names.filter((name) => this.world.container(name).dockerId !== undefined);
  }

  #withPending(pick: number, use: (name: string, action: Pending["effect"]["type"]) => void): void {
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

function withOne<T>(choices: readonly T[], pick: number, use: (choice: T) => void): void {
  const choice = choices[pick % choices.length];
  if (choice !== undefined) use(choice);
}

function oneOf(choices: readonly number[], pick: number): number {
  return choices[pick % choices.length] ?? 0;
}
