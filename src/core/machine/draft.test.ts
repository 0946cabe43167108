import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { lifeArbitrary, machineConfigArbitrary, taskArbitrary } from "../../testing/machine-arbitraries.ts";
import { aTaskOf, MachineWorld } from "../../testing/machine-harness.ts";
import { deepFreeze } from "../../testing/machine-invariants.ts";
import { MovePlayer } from "../../testing/machine-moves.ts";
import type { Container, Task } from "../task.ts";
import { Draft } from "./draft.ts";
import type { Input } from "./input.ts";
import { type Step, step } from "./step.ts";

const RUNS = 200;
const task = deepFreeze(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
const [a, b] = task.containers as [Container, Container];

describe("Draft", () => {
  it("is the very task that was given while nothing has changed", () => {
    expect(new Draft(task).task).toBe(task);
  });

  it("copies the task once, and leaves the one that was given as it was", () => {
    const draft = new Draft(task);
    draft.change().forceStop = true;
    const first = draft.task;
    draft.change().admitted = true;
    expect(draft.task).toBe(first);
    expect(draft.task).toEqual({ ...task, forceStop: true, admitted: true });
    expect(task).toMatchObject({ forceStop: false, admitted: false });
  });

  it("copies a container once, and shares the others", () => {
    const draft = new Draft(task);
    const changing = draft.changeContainer(a);
    changing.exitCode = 1;
    expect(draft.changeContainer(changing)).toBe(changing);
    expect(draft.task.containers).toEqual([{ ...a, exitCode: 1 }, b]);
    expect(draft.task.containers[1]).toBe(b);
    expect(task.containers[0]).toBe(a);
    expect(a.exitCode).toBeUndefined();
  });

  it("takes a copy that was made elsewhere for its own", () => {
    const draft = new Draft(task);
    const copy: Container = { ...a, exitCode: 1 };
    draft.replaceContainer(a, copy);
    expect(draft.changeContainer(copy)).toBe(copy);
    const taken: Task = { ...draft.task };
    draft.take(taken);
    expect(draft.change()).toBe(taken);
  });

  it("refuses a container that it has replaced: what is read from it would be out of date", () => {
    const draft = new Draft(task);
    draft.changeContainer(a);
    expect(() => draft.changeContainer(a)).toThrow("not in the draft");
  });
});

/** Takes each step a second time with a task that nothing protects, as in production, and keeps what it looked like. */
class UnfrozenWorld extends MachineWorld {
  readonly #seen = new Map<Task, string>();
  #unfrozen: Task | undefined;

  override send(input: Input): Step {
    const asText = JSON.stringify(this.task);
    const isSuccessor = this.#unfrozen !== undefined && this.#seen.get(this.#unfrozen) === asText;
    const given = isSuccessor && this.#unfrozen !== undefined ? this.#unfrozen : structuredClone(this.task);
    this.#seen.set(given, asText);
    this.#unfrozen = step(given, input, this.now, this.config).task;
    this.#seen.set(this.#unfrozen, JSON.stringify(this.#unfrozen));
    return super.send(input);
  }

  /** Tasks that do not look any more as they did when they were given to a step, or came out of one. */
  get touched(): readonly Task[] {
    return [...this.#seen].filter(([each, asText]) => JSON.stringify(each) !== asText).map(([each]) => each);
  }
}

describe("step() under random lives", () => {
  it("never changes a task that was given to it or that came out of it", () => {
    fc.assert(
      fc.property(taskArbitrary, machineConfigArbitrary, lifeArbitrary, (drawn, config, moves) => {
        const world = new UnfrozenWorld(drawn, { config });
        world.send({ type: "resumed", observations: [] });
        const player = new MovePlayer(world);
        for (const move of moves) if (!world.isForgotten) player.play(move);
        if (!world.isForgotten) world.stop();
        expect(world.touched).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
